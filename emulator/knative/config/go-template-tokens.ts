/** The tokens of Go's text/template. A lexical error is a token itself: it counts only when the parser gets there. */

export interface Token {
  type:
    | 'text'
    | 'left'
    | 'right'
    | 'space'
    | 'identifier'
    | 'keyword'
    | 'field'
    | 'variable'
    | 'dot'
    | 'nil'
    | 'bool'
    | 'number'
    | 'string'
    | 'leftParen'
    | 'rightParen'
    | 'pipe'
    | 'declare'
    | 'assign'
    | 'char'
    | 'error'
    | 'eof';
  text: string;
  /** A string's content. */
  value?: string;
  at: number;
  line: number;
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = false;
  const lineOf = (offset: number) => source.slice(0, offset).split('\n').length;
  const push = (type: Token['type'], start: number, end: number, more: Partial<Token> = {}) => {
    tokens.push({ type, text: source.slice(start, end), at: start, line: lineOf(start), ...more });
    at = end;
  };

  function text(end: number, trimRight: boolean): void {
    const raw = source.slice(at, end);
    let content = trimNext ? raw.replace(/^[ \t\r\n]+/, '') : raw;
    if (trimRight) content = content.replace(/[ \t\r\n]+$/, '');
    trimNext = false;
    if (content) tokens.push({ type: 'text', text: content, at, line: lineOf(at) });
    at = end;
  }

  /** @returns false after an error. */
  function action(): boolean {
    let depth = 0;
    for (;;) {
      const rest = source.slice(at);
      const close = /^(?:[ \t\r\n]-)?\}\}/.exec(rest);
      if (close) {
        if (depth > 0) return fail('unclosed left paren');
        trimNext = close[0].includes('-');
        push('right', at, at + close[0].length);
        return true;
      }
      if (rest === '') return fail('unclosed action');
      const match =
        /^(?:(?<space>[ \t\r\n]+)|(?<string>"(?:[^"\\\n]|\\.)*")|(?<raw>`[^`]*`)|(?<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+))|(?<field>\.[\p{L}_][\p{L}\p{N}_]*)|(?<variable>\$[\p{L}\p{N}_]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<declare>:=)|(?<assign>=)|(?<pipe>\|)|(?<left>\()|(?<right>\))|(?<dot>\.)|(?<comma>,))/u.exec(
          rest,
        );
      if (!match?.groups) return fail(badCharacter(rest));
      const end = at + match[0].length;
      const { space, string, raw, number, field, variable, word, declare, assign, pipe, left, right, dot } =
        match.groups;
      if (space !== undefined) {
        // A trim marker needs its space: the space belongs to the delimiter then.
        const marker = /^[ \t\r\n]*(?=[ \t\r\n]-\}\})/.exec(rest);
        if (marker) {
          if (marker[0]) push('space', at, at + marker[0].length);
        } else push('space', at, end);
      } else if (string !== undefined) push('string', at, end, { value: unquote(string) });
      else if (raw !== undefined) push('string', at, end, { value: raw.slice(1, -1) });
      else if (number !== undefined) {
        if (/^[\p{L}\p{N}_]/u.test(source.slice(end))) {
          return fail(`bad number syntax: ${JSON.stringify(`${number}${source.charAt(end)}`)}`);
        }
        push('number', at, end);
      } else if (field !== undefined) push('field', at, end);
      else if (variable !== undefined) push('variable', at, end);
      else if (word !== undefined) {
        if (keywords.has(word)) push('keyword', at, end);
        else if (word === 'true' || word === 'false') push('bool', at, end);
        else if (word === 'nil') push('nil', at, end);
        else push('identifier', at, end);
      } else if (declare !== undefined) push('declare', at, end);
      else if (assign !== undefined) push('assign', at, end);
      else if (pipe !== undefined) push('pipe', at, end);
      else if (left !== undefined) {
        depth++;
        push('leftParen', at, end);
      } else if (right !== undefined) {
        if (--depth < 0) return fail('unexpected right paren');
        push('rightParen', at, end);
      } else if (dot !== undefined) push('dot', at, end);
      else push('char', at, end);
    }
  }

  function fail(why: string): false {
    tokens.push({ type: 'error', text: why, at, line: lineOf(at) });
    return false;
  }

  for (;;) {
    const open = source.indexOf('{{', at);
    if (open < 0) {
      text(source.length, false);
      break;
    }
    const marker = /^\{\{-[ \t\r\n]/.test(source.slice(open, open + 4));
    text(open, marker);
    const comment = /^\{\{(?:-[ \t\r\n]+)?\/\*/.exec(source.slice(open));
    if (comment) {
      const end = source.indexOf('*/', open);
      if (end < 0) {
        fail('unclosed comment');
        return tokens;
      }
      const close = /^\*\/(?:[ \t\r\n]+-)?\}\}/.exec(source.slice(end));
      if (!close) {
        fail('comment ends before closing delimiter');
        return tokens;
      }
      trimNext = close[0].includes('-');
      at = end + close[0].length;
      continue;
    }
    push('left', open, open + (marker ? 3 : 2));
    if (!action()) return tokens;
  }
  tokens.push({ type: 'eof', text: '', at, line: lineOf(at) });
  return tokens;
}

function badCharacter(rest: string): string {
  if (rest.startsWith('"')) return 'unterminated quoted string';
  if (rest.startsWith('`')) return 'unterminated raw quoted string';
  if (rest.startsWith("'")) return 'unterminated character constant';
  if (rest.startsWith(':')) return 'expected :=';
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
  const code = (rest.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `unrecognized character in action: U+${code} '${character}'`;
}

function unquote(literal: string): string {
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };
  return literal
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_, hex, unicode, other: string) => {
      const code = hex ?? unicode;
      return code ? String.fromCharCode(Number.parseInt(code, 16)) : (escapes[other] ?? other);
    });
}
