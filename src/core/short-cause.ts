/** What went wrong in one line, out of what Kubernetes and an application say in many. Pure leaf. */

const longest = 200;
/** Where a platform keeps the snapshot that runs: its files are the application's own. Of one path, which has an end. */
const snapshot = /^.*\/trees\/[0-9a-f]{16,}\//;
const paths = /[^\s'"(]+/g;
/** Of a line that an application wrote, however long. */
const readLength = 2_000;
/** What Knative puts before an application's last output. */
const prefix = /^(?:Revision "[^"]*" failed with message: )?(?:Container failed with: )?/;

/** The text with the application's files as the application names them. */
export function ownPaths(text: string): string {
  if (!text.includes('/trees/')) return text;
  return text.replaceAll(paths, (path) => (path.includes('/trees/') ? path.replace(snapshot, '') : path));
}

const telling = /^\s*(Uncaught )?[\w.]*(Error|Exception)\b.*:|^panic:|^fatal\b/i;

/** The line of an application's last output that says what went wrong, where one does. */
export function tellingLine(lines: readonly string[]): string | undefined {
  const line = lines.findLast((text) => telling.test(text.slice(0, readLength)));
  return line === undefined ? undefined : short(line);
}

/** The line of a condition's message with which an application said what went wrong, where one does. */
export function tellingCause(message: string): string | undefined {
  return tellingLine(linesOf(message));
}

/** The telling line of a condition's message, else its first; '' of none. */
export function shortCause(message: string): string {
  const lines = linesOf(message);
  return tellingLine(lines) ?? short(lines.find((line) => line.trim() !== '') ?? '');
}

const linesOf = (message: string): string[] => message.replace(prefix, '').split('\n');

function short(line: string): string {
  const own = ownPaths(line).trim();
  return own.length > longest ? `${own.slice(0, longest)}…` : own;
}
