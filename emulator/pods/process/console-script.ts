/** A console script of Python (`uvicorn`, `gunicorn`) as the system starts it: by the interpreter that its first lines name. */
import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram } from './command.ts';
import { isPythonServer } from './debug-command.ts';

/**
 * With the interpreter in front where the program is such a script; every other command as it is.
 * @returns undefined where the script names no interpreter of Python alone, as one of pyenv's does. @throws CannotRun
 */
export function withInterpreter(
  argv: readonly string[],
  cwd: string,
  env: Record<string, string>,
): string[] | undefined {
  if (!isPythonServer(argv[0])) return [...argv];
  const script = findProgram(argv[0] ?? '', cwd, env);
  const interpreter = interpreterOf(beginning(script), script);
  return interpreter === undefined ? undefined : [interpreter, script, ...argv.slice(1)];
}

/** By its path, or by a name of the PATH. */
function interpreterOf(text: string, script: string): string | undefined {
  const [first = ''] = text.split('\n', 1);
  const [, byName, direct] = /^#! ?(?:\/usr\/bin\/env (python[\d.]*)|(\/\S*python[\d.]*))\s*$/.exec(first) ?? [];
  if (byName ?? direct) return byName ?? direct;
  // What a first line cannot say, as it has a blank in it or is too long: a shell that replaces itself.
  const [, quoted, plain, beside] =
    /^#!\/bin\/sh\s*\n'''exec' (?:"(\/[^"$`\\]+)"|(\/\S+)|"\$\(dirname -- "\$\(realpath -- "\$0"\)"\)"\/'?(python[\d.]*)'?) "\$0" "\$@"/.exec(
      text,
    ) ?? [];
  return beside === undefined ? (quoted ?? plain) : join(dirname(realpathSync(script)), beside);
}

function beginning(file: string): string {
  const head = Buffer.alloc(4096);
  const descriptor = openSync(file, 'r');
  try {
    return head.toString('utf8', 0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}
