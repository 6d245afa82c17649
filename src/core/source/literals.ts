/**
 * For languages without a preload: a line of output belongs to the logging statement whose string literal it consists of, when there
 * is exactly one such literal in the application's sources. Pure.
 */

export interface Literal {
  file: string;
  /** From 1. */
  line: number;
  pattern: RegExp;
}

/** Extensions of languages whose statements are told exactly elsewhere are not among them. */
export const literalLanguages =
  /\.(go|java|kt|kts|scala|groovy|rb|rs|php|cs|fs|swift|ex|exs|erl|pl|lua|dart|c|cc|cpp)$/;

const call =
  /\b(?:[\w$]*log[\w$]*|[\w$]*print[\w$]*|puts|[\w$]*write(?:line|ln)?|echo|trace|debug|info|notice|warn|warning|error|fatal|panic)\w*!?\s*[(\s]\s*(?:[\w.&$]+\s*,\s*)?(\$?@?)("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.){8,}')\s*(\S?)/gi;
/** What stands for something in a literal: printf verbs, braces, interpolation of Ruby, Kotlin, PHP, C#. */
const holes = /%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]|%%|\{[^{}]*\}|#\{[^}]*\}|\$\{[^}]*\}|\$[a-zA-Z_]\w*|\\\([^)]*\)/g;
/** So much must stand in it, so that it is not met by chance. */
const leastLetters = 6;
/** What loggers put in front: a time, a level, a name. */
const prefix =
  '^(?:[[(]?[\\d:.,\\-/TZ+ ]{5,}[\\])]?\\s*)?(?:[[(<]?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)[\\])>]?:?\\s*)?';

export function literalsOf(file: string, text: string): Literal[] {
  const found: Literal[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:\/\/|#|\*|--)/.test(line)) continue;
    for (const [whole, , quoted = '', after = ''] of line.matchAll(call)) {
      // Into a response or a file: no line of the log.
      if (/^fprint/i.test(whole) && !/\bstd(?:err|out)\b/i.test(whole)) continue;
      const pattern = patternOf(quoted.slice(1, -1), after);
      if (pattern) found.push({ file, line: index + 1, pattern });
    }
  }
  return found;
}

function patternOf(literal: string, after: string): RegExp | undefined {
  const plain = literal
    .replaceAll(/\\[nrt]/g, ' ')
    .replaceAll(/\\(["'\\])/g, '$1')
    .trim();
  const pieces: string[] = [];
  let from = 0;
  let fixed = '';
  for (const hole of plain.matchAll(holes)) {
    const piece = plain.slice(from, hole.index);
    pieces.push(escaped(piece), hole[0] === '%%' ? '%' : '.*?');
    fixed += piece;
    from = hole.index + hole[0].length;
  }
  fixed += plain.slice(from);
  pieces.push(escaped(plain.slice(from)));
  if (fixed.replaceAll(/[^\p{L}]/gu, '').length < leastLetters) return undefined;
  // More arguments, or something joined on: the line goes on behind the literal.
  const open = after === ',' || after === '+' || after === '.' || after === '<';
  return new RegExp(`${prefix}${pieces.join('')}${open ? '(?:[\\s:=,].*|["\\d].*)?' : '\\s*'}$`, 'u');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('\\-', '[-]');
}

/** The one statement that wrote the message; undefined where there is none or more than one. */
export function statementOf(literals: readonly Literal[], message: string): Literal | undefined {
  if (message.length > 2_000) return undefined;
  let only: Literal | undefined;
  for (const literal of literals) {
    if (!literal.pattern.test(message)) continue;
    if (only) return undefined;
    only = literal;
  }
  return only;
}
