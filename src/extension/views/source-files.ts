/** The files that places of log lines are looked for in, on this machine; read once while they stay the same. */
import { readFile, realpath, stat } from 'node:fs/promises';
import type { SourceFiles } from '../../core/source/locate.ts';

const keptFiles = 200;
const largest = 4 * 1024 * 1024;

export function sourceFiles(): SourceFiles {
  const texts = new Map<string, { mtime: number; text: string }>();
  const mtime = async (file: string): Promise<number | undefined> => {
    try {
      const found = await stat(file);
      return found.isFile() && found.size <= largest ? found.mtimeMs : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    mtime,
    async read(file) {
      const now = await mtime(file);
      if (now === undefined) return undefined;
      const known = texts.get(file);
      if (known?.mtime === now) return known.text;
      try {
        const text = await readFile(file, 'utf8');
        texts.delete(file);
        texts.set(file, { mtime: now, text });
        for (const oldest of texts.keys()) {
          if (texts.size <= keptFiles) break;
          texts.delete(oldest);
        }
        return text;
      } catch {
        return undefined;
      }
    },
    async real(file) {
      try {
        return await realpath(file);
      } catch {
        return file;
      }
    },
  };
}
