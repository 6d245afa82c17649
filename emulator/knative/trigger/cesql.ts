/** CloudEvents SQL 1.0: from text to a tree. Pure; evaluating it is the matter of event delivery. */

export type CesqlExpression =
  | { kind: 'literal'; value: boolean | number | string }
  | { kind: 'attribute'; name: string }
  | { kind: 'exists'; name: string }
  | { kind: 'not' | 'negate'; operand: CesqlExpression }
  | { kind: 'like'; operand: CesqlExpression; pattern: string; negated: boolean }
  | { kind: 'in'; operand: CesqlExpression; set: CesqlExpression[]; negated: boolean }
  | { kind: 'call'; name: string; args: CesqlExpression[] }
  | { kind: 'binary'; operator: BinaryOperator; left: CesqlExpression; right: CesqlExpression };

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '='
  | '!='
  | '<>'
  | '>='
  | '<='
  | '<'
  | '>'
  | 'AND'
  | 'OR'
  | 'XOR';

export class CesqlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CesqlError';
  }
}

interface Token {
  type: 'string' | 'number' | 'word' | 'symbol' | 'end';
  /** Keywords in upper case; a string's content. */
  text: string;
  at: number;
}

const keywords = new Set(['AND', 'OR', 'XOR', 'NOT', 'LIKE', 'EXISTS', 'IN', 'TRUE', 'FALSE']);

/** @throws CesqlError */
export function parseCesql(text: string): CesqlExpression {
  const parser = new Parser(tokenize(text));
  const expression = parser.expression(0);
  parser.end();
  return expression;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const pattern =
    /([ \t\r\n]+)|("(?:\\[\s\S]|""|[^"\\])*"|'(?:\\[\s\S]|''|[^'\\])*')|([0-9]+(?![a-zA-Z0-9]))|([a-zA-Z0-9]+(?:_[A-Z_]*)?)|(!=|<>|>=|<=|[=<>*/%+\-(),])/y;
  while (at < text.length) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new CesqlError(`unexpected ${JSON.stringify(text.charAt(at))} at ${at}`);
    const [whole, , quoted, number, word, symbol] = match;
    if (quoted !== undefined) tokens.push({ type: 'string', text: unquote(quoted), at });
    else if (number !== undefined) tokens.push({ type: 'number', text: number, at });
    else if (symbol !== undefined) tokens.push({ type: 'symbol', text: symbol, at });
    else if (word !== undefined) {
      const upper = word.toUpperCase();
      if (keywords.has(upper)) tokens.push({ type: 'symbol', text: upper, at });
      else tokens.push({ type: 'word', text: word, at });
    }
    at += whole.length;
  }
  tokens.push({ type: 'end', text: '', at });
  return tokens;
}

/** The quote can be escaped by a backslash. */
function unquote(quoted: string): string {
  const quote = quoted.charAt(0);
  return quoted.slice(1, -1).replaceAll(`\\${quote}`, quote);
}

/** How tightly an operator binds; the tightest first in CESQL's grammar. */
const strength: Record<string, number> = {
  LIKE: 6,
  NOT: 6,
  IN: 5,
  '*': 4,
  '/': 4,
  '%': 4,
  '+': 3,
  '-': 3,
  '=': 2,
  '!=': 2,
  '<>': 2,
  '>=': 2,
  '<=': 2,
  '<': 2,
  '>': 2,
  AND: 1,
  OR: 1,
  XOR: 1,
};

/** Prefix operators bind tighter than all others. */
const prefixStrength = 7;

class Parser {
  readonly #tokens: Token[];
  #next = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  /** Operators of at least this strength. AND, OR and XOR group from the right, the others from the left. */
  expression(least: number): CesqlExpression {
    let left = this.#operand();
    for (;;) {
      const token = this.#peek();
      const binds = token.type === 'symbol' ? strength[token.text] : undefined;
      if (binds === undefined || binds < least) return left;
      this.#take();
      if (token.text === 'LIKE' || token.text === 'IN' || token.text === 'NOT') left = this.#test(token, left);
      else {
        const right = this.expression(binds === 1 ? binds : binds + 1);
        left = { kind: 'binary', operator: token.text as BinaryOperator, left, right };
      }
    }
  }

  end(): void {
    const token = this.#peek();
    if (token.type !== 'end') this.#fail(token);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { type: 'end', text: '', at: -1 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #fail(token: Token): never {
    const found = token.type === 'end' ? 'the end' : JSON.stringify(token.text);
    throw new CesqlError(`unexpected ${found} at ${token.at}`);
  }

  #symbol(text: string): void {
    const token = this.#take();
    if (token.type !== 'symbol' || token.text !== text) this.#fail(token);
  }

  /** `[NOT] LIKE 'pattern'`, `[NOT] IN (…)`. */
  #test(token: Token, operand: CesqlExpression): CesqlExpression {
    const negated = token.text === 'NOT';
    const test = negated ? this.#take() : token;
    if (test.text === 'LIKE') {
      const pattern = this.#take();
      if (pattern.type !== 'string') this.#fail(pattern);
      return { kind: 'like', operand, pattern: pattern.text, negated };
    }
    if (test.text !== 'IN') this.#fail(test);
    this.#symbol('(');
    return { kind: 'in', operand, set: this.#list(), negated };
  }

  /** Expressions up to the closing parenthesis, at least one. */
  #list(): CesqlExpression[] {
    const items = [this.expression(0)];
    for (;;) {
      const token = this.#take();
      if (token.type === 'symbol' && token.text === ')') return items;
      if (token.type !== 'symbol' || token.text !== ',') this.#fail(token);
      items.push(this.expression(0));
    }
  }

  #operand(): CesqlExpression {
    const token = this.#take();
    switch (token.type) {
      case 'string':
        return { kind: 'literal', value: token.text };
      case 'number':
        return { kind: 'literal', value: integer(token) };
      case 'word':
        return this.#word(token);
      case 'symbol':
        return this.#prefix(token);
      default:
        return this.#fail(token);
    }
  }

  #prefix(token: Token): CesqlExpression {
    switch (token.text) {
      case 'TRUE':
      case 'FALSE':
        return { kind: 'literal', value: token.text === 'TRUE' };
      case 'NOT':
        return { kind: 'not', operand: this.expression(prefixStrength) };
      case '-':
        return { kind: 'negate', operand: this.expression(prefixStrength) };
      case 'EXISTS': {
        const name = this.#take();
        if (name.type !== 'word') this.#fail(name);
        return { kind: 'exists', name: name.text };
      }
      case '(': {
        const inner = this.expression(0);
        this.#symbol(')');
        return inner;
      }
      default:
        return this.#fail(token);
    }
  }

  #word(token: Token): CesqlExpression {
    const next = this.#peek();
    if (next.type === 'symbol' && next.text === '(') {
      this.#take();
      const after = this.#peek();
      if (after.type === 'symbol' && after.text === ')') {
        this.#take();
        return { kind: 'call', name: token.text, args: [] };
      }
      return { kind: 'call', name: token.text, args: this.#list() };
    }
    if (token.text.includes('_')) this.#fail(token);
    return { kind: 'attribute', name: token.text };
  }
}

/** 32 bits, as CESQL's integers. */
function integer(token: Token): number {
  const value = Number(token.text);
  if (value > 2147483648) throw new CesqlError(`${token.text} at ${token.at} is out of range`);
  return value;
}
