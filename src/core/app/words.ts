/** A start command as text → argv, and a word of it as text. Pure leaf. */

/** What only a shell understands: such a command is given to one. */
const shellOnly = /[|&;<>()$`*?[\]{}~\n]|^\s*\w+=/;

/**
 * `node "my file.ts"` → `['node', 'my file.ts']`; a command with pipes, variables or the like → `['/bin/sh', '-c', text]`.
 * @returns undefined when a quote is not closed or there is no word
 */
export function commandWords(text: string): string[] | undefined {
  const words = splitWords(text);
  if (!words || words.length === 0) return undefined;
  return shellOnly.test(unquoted(text)) ? ['/bin/sh', '-c', text.trim()] : words;
}

/** One word of a shell, quoted where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** POSIX quoting, without expansion. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && '"\\$`'.includes(text.charAt(i + 1))) word += text.charAt(++i);
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\') {
      word = (word ?? '') + text.charAt(++i);
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

/** The text with what stands in single quotes taken out, and in double quotes what a shell would leave alone. */
function unquoted(text: string): string {
  return text
    .replace(/'[^']*'/g, '')
    .replace(/"((?:[^"\\]|\\.)*)"/g, (_, inner: string) => inner.replace(/[^$`]/g, ''));
}
