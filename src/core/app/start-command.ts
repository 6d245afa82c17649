/** How an application that does not say is started: as its own package.json, Dockerfile or Procfile says. */
import { join } from 'node:path';
import type { ReadText } from './model.ts';
import { commandWords } from './words.ts';

export async function guessStart(dir: string, read: ReadText): Promise<string[] | undefined> {
  return (
    fromPackage(await read(join(dir, 'package.json'))) ??
    fromProcfile(await read(join(dir, 'Procfile'))) ??
    fromDockerfile(await read(join(dir, 'Dockerfile')))
  );
}

function fromPackage(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, unknown> };
    const start = scripts?.['start'];
    return typeof start === 'string' ? commandWords(start) : undefined;
  } catch {
    return undefined;
  }
}

function fromProcfile(text: string | undefined): string[] | undefined {
  const web = /^web:\s*(.+)$/m.exec(text ?? '')?.[1];
  return web === undefined ? undefined : commandWords(web);
}

/** ENTRYPOINT and CMD of the last stage. */
function fromDockerfile(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  let entrypoint: string[] = [];
  let command: string[] = [];
  for (const line of text.replace(/\\\r?\n/g, ' ').split('\n')) {
    const [, word = '', rest = ''] = /^\s*(FROM|ENTRYPOINT|CMD)\s+(.*)$/i.exec(line) ?? [];
    switch (word.toUpperCase()) {
      case 'FROM':
        entrypoint = [];
        command = [];
        break;
      case 'ENTRYPOINT':
        entrypoint = words(rest);
        break;
      case 'CMD':
        command = words(rest);
        break;
    }
  }
  const argv = [...entrypoint, ...command];
  return argv.length > 0 ? argv : undefined;
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
