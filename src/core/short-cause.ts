/** What went wrong in one line, out of what Kubernetes and an application say in many. Pure leaf. */

const longest = 200;
/** Where a platform keeps the snapshot that runs: its files are the application's own. */
const snapshot = /(?:file:\/\/)?[^\s'"(]*\/trees\/[0-9a-f]{16,}\//g;
/** What Knative puts before an application's last output. */
const prefix = /^(?:Revision "[^"]*" failed with message: )?(?:Container failed with: )?/;

/** The text with the application's files as the application names them. */
export function ownPaths(text: string): string {
  return text.replaceAll(snapshot, '');
}

/** The line of an application's last output that says what went wrong, where one does. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const line = lines.findLast((text) => /^\s*(Uncaught )?[\w.]*(Error|Exception)\b.*:|^panic:|^fatal\b/i.test(text));
  return line === undefined ? undefined : short(line);
}

/** The telling line of a condition's message, else its first; '' of none. */
export function shortCause(message: string): string {
  const lines = message.replace(prefix, '').split('\n');
  return tellingLine(lines) ?? short(lines.find((line) => line.trim() !== '') ?? '');
}

function short(line: string): string {
  const own = ownPaths(line).trim();
  return own.length > longest ? `${own.slice(0, longest)}…` : own;
}
