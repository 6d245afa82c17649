/** Lines that the platform itself puts into an application's log: they say what it did for it, and are no words of the application. Pure leaf. */
const prefix = 'slipway: ';

export function platformNote(text: string): string {
  return `${prefix}${text}\n`;
}

export const isPlatformNote = (line: string): boolean => line.startsWith(prefix);

/** What an application wrote, of output that may hold such lines: a reason of its end is never one of them. */
export function withoutNotes(output: string): string {
  return output
    .split('\n')
    .filter((line) => !isPlatformNote(line))
    .join('\n');
}
