/** A start command as text → argv, and a word of it as text. Pure leaf. */
import { argvOf, readCommandLine } from '../../../emulator/pods/process/shell-words.ts';

/**
 * `node "my file.ts"` → `['node', 'my file.ts']`; a command with pipes, variables or the like → `['/bin/sh', '-c', text]`.
 * @returns undefined when a quote is not closed or there is no word
 */
export function commandWords(text: string): string[] | undefined {
  const line = readCommandLine(text);
  if (!line || line.words.length === 0) return undefined;
  const words = line.takes === 'nothing' ? argvOf(line) : undefined;
  return words ?? ['/bin/sh', '-c', text.trim()];
}

/** One word of a shell, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
