/** Whether a call stands at a place of a text: what says that a position means this text and not what it was compiled to. Pure. */

/** A chain of names with `(` (or a template) behind it, as V8 and source maps give the position of a call. Line and column from 1. */
export function isCall(text: string, line: number, column: number): boolean {
  let from = 0;
  for (let at = 1; at < line; at++) {
    from = text.indexOf('\n', from) + 1;
    if (from === 0) return false;
  }
  const start = from + column - 1;
  const before = text[start - 1] ?? ' ';
  if (/[\w$]/.test(before)) return false;
  return /^[\w$]+(?:\s*\??\.\s*[\w$]+)*\s*(?:\?\.\s*)?(?:<[^()<>]*>)?\s*[(`]/.test(text.slice(start, start + 300));
}
