/** Lines that the platform itself puts into an application's log: they say what it did for it, and are no words of the application. */
const prefix = 'slipway: ';

export function platformNote(text: string): string {
  return `${prefix}${text}\n`;
}

/** What an application wrote, of output that may hold such lines: a reason of its end is never one of them. */
export function withoutNotes(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.startsWith(prefix))
    .join('\n');
}
