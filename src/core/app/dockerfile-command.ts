/** What a Dockerfile's last stage starts, as far as it can be started outside of the image. Pure leaf. */
import { commandWords, shellWord } from './words.ts';

/** What an image's base brings, and this machine as well, or the application's dependencies do. */
const interpreters =
  /^(node|npm|npx|pnpm|yarn|bun|deno|python[\d.]*|gunicorn|uvicorn|hypercorn|flask|fastapi|streamlit|ruby|bundle|puma|rackup|rails|php|java|dotnet|perl|bash|sh)$/;

/** @returns a command line; undefined where there is none, or one of what only the image has */
export function dockerfileCommand(text: string): string | undefined {
  let workdir = '/';
  let entrypoint: string[] = [];
  let command: string[] = [];
  for (const line of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const [, word = '', rest = ''] = /^\s*(FROM|WORKDIR|ENTRYPOINT|CMD)\s+(.*)$/i.exec(line) ?? [];
    switch (word.toUpperCase()) {
      case 'FROM':
        workdir = '/';
        entrypoint = [];
        command = [];
        break;
      case 'WORKDIR':
        workdir = rest.trim().replace(/\/*$/, '/');
        break;
      case 'ENTRYPOINT':
        entrypoint = words(rest);
        break;
      case 'CMD':
        command = words(rest);
        break;
    }
  }
  // The application's folder is what its image has as working directory.
  const here = (argument: string) => (argument.startsWith(workdir) ? argument.slice(workdir.length) || '.' : argument);
  const argv = [...entrypoint, ...command].map((argument) => (workdir === '/' ? argument : here(argument)));
  const shell = argv.length === 3 && argv[1] === '-c' ? argv[2] : undefined;
  const line = shell ?? argv.map(shellWord).join(' ');
  return startsHere(shell === undefined ? argv : shell.trim().split(/\s+/)) ? line : undefined;
}

function startsHere(argv: readonly string[]): boolean {
  const program = argv.find((word) => word !== 'exec' && !/^\w+=/.test(word));
  return (
    program !== undefined &&
    interpreters.test(program) &&
    !argv.some((word) => /^\/(?!dev\/|tmp\/|bin\/sh$)/.test(word))
  );
}

function words(rest: string): string[] {
  try {
    const list: unknown = JSON.parse(rest);
    if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return list;
  } catch {
    // The shell form.
  }
  return commandWords(rest) ?? [];
}
