/**
 * Evaluates CloudEvents SQL 1.0 (github.com/cloudevents/spec, cesql/spec.md): three types, casts between them, and the
 * functions of section 3.4. An error (a missing attribute, a cast that cannot be) makes the filter fail. Pure.
 */
import type { BinaryOperator, CesqlExpression } from '../knative/trigger/cesql.ts';

export type CesqlValue = boolean | number | string;
/** Undefined: the event has no such attribute. */
export type Attributes = (name: string) => string | undefined;

class EvaluationError extends Error {}

/** @returns the value, or undefined where evaluating it is an error. */
export function evaluateCesql(expression: CesqlExpression, attributes: Attributes): CesqlValue | undefined {
  try {
    return evaluate(expression, attributes);
  } catch (error) {
    if (error instanceof EvaluationError) return undefined;
    throw error;
  }
}

function evaluate(expression: CesqlExpression, attributes: Attributes): CesqlValue {
  const of = (inner: CesqlExpression) => evaluate(inner, attributes);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'attribute': {
      const value = attributes(expression.name.toLowerCase());
      if (value === undefined) throw new EvaluationError(`no attribute ${expression.name}`);
      return value;
    }
    case 'exists':
      return attributes(expression.name.toLowerCase()) !== undefined;
    case 'not':
      return !toBoolean(of(expression.operand));
    case 'negate':
      return whole(-toInteger(of(expression.operand)));
    case 'like':
      return like(toText(of(expression.operand)), expression.pattern) !== expression.negated;
    case 'in': {
      const value = of(expression.operand);
      return expression.set.some((item) => equal(value, of(item))) !== expression.negated;
    }
    case 'call':
      return call(expression.name, expression.args.map(of));
    case 'binary':
      return binary(expression.operator, expression.left, expression.right, of);
  }
}

function binary(
  operator: BinaryOperator,
  left: CesqlExpression,
  right: CesqlExpression,
  of: (inner: CesqlExpression) => CesqlValue,
): CesqlValue {
  switch (operator) {
    case 'AND':
      return toBoolean(of(left)) && toBoolean(of(right));
    case 'OR':
      return toBoolean(of(left)) || toBoolean(of(right));
    case 'XOR':
      return toBoolean(of(left)) !== toBoolean(of(right));
    case '=':
      return equal(of(left), of(right));
    case '!=':
    case '<>':
      return !equal(of(left), of(right));
  }
  const [a, b] = [toInteger(of(left)), toInteger(of(right))];
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '+':
      return whole(a + b);
    case '-':
      return whole(a - b);
    case '*':
      return whole(a * b);
    case '/':
      if (b === 0) throw new EvaluationError('division by zero');
      return whole(Math.trunc(a / b));
    case '%':
      if (b === 0) throw new EvaluationError('division by zero');
      return whole(a % b);
  }
}

/** The right value is cast to the left one's type. */
function equal(left: CesqlValue, right: CesqlValue): boolean {
  if (typeof left === 'boolean') return left === toBoolean(right);
  if (typeof left === 'number') return left === toInteger(right);
  return left === toText(right);
}

function toBoolean(value: CesqlValue): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (/^true$/i.test(value)) return true;
  if (/^false$/i.test(value)) return false;
  throw new EvaluationError(`${value} is no boolean`);
}

function toInteger(value: CesqlValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!/^[+-]?\d+$/.test(value)) throw new EvaluationError(`${value} is no integer`);
  return whole(Number(value));
}

function toText(value: CesqlValue): string {
  return String(value);
}

/** 32 bits, signed. */
function whole(value: number): number {
  if (value > 2_147_483_647 || value < -2_147_483_648) throw new EvaluationError('overflow');
  return value === 0 ? 0 : value;
}

/** `%` is any text, `_` one character; a backslash takes their meaning away. */
function like(text: string, pattern: string): boolean {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const next = pattern.charAt(at + 1);
    if (character === '\\' && (next === '%' || next === '_')) {
      source += next;
      at++;
    } else if (character === '%') source += '[\\s\\S]*';
    else if (character === '_') source += '[\\s\\S]';
    else source += character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  }
  return new RegExp(`^${source}$`).test(text);
}

function call(name: string, args: CesqlValue[]): CesqlValue {
  const [first = '', second, third] = args;
  switch (`${name.toUpperCase()}/${args.length}`) {
    case 'ABS/1':
      return whole(Math.abs(toInteger(first)));
    case 'LENGTH/1':
      return [...toText(first)].length;
    case 'LOWER/1':
      return toText(first).toLowerCase();
    case 'UPPER/1':
      return toText(first).toUpperCase();
    case 'TRIM/1':
      return toText(first).trim();
    case 'LEFT/2':
      return part(toText(first), 0, count(second));
    case 'RIGHT/2':
      return part(toText(first), -count(second));
    case 'SUBSTRING/2':
    case 'SUBSTRING/3':
      return substring(toText(first), toInteger(second ?? 0), third === undefined ? undefined : count(third));
    case 'INT/1':
      return toInteger(first);
    case 'BOOL/1':
      return toBoolean(first);
    case 'STRING/1':
      return toText(first);
    case 'IS_INT/1':
      return typeof first === 'number' || (typeof first === 'string' && /^[+-]?\d+$/.test(first));
    case 'IS_BOOL/1':
      return typeof first === 'boolean' || (typeof first === 'string' && /^(true|false)$/i.test(first));
  }
  if (name.toUpperCase() === 'CONCAT') return args.map(toText).join('');
  if (name.toUpperCase() === 'CONCAT_WS' && args.length > 0) return args.slice(1).map(toText).join(toText(first));
  throw new EvaluationError(`no function ${name} of ${args.length} arguments`);
}

function count(value: CesqlValue | undefined): number {
  const number = toInteger(value ?? 0);
  if (number < 0) throw new EvaluationError('a negative length');
  return number;
}

function part(text: string, from: number, to?: number): string {
  // slice(-0) would be everything.
  return Object.is(from, -0) ? '' : [...text].slice(from, to).join('');
}

/** Positions count from 1; negative ones from the end; 0 gives nothing. */
function substring(text: string, position: number, length: number | undefined): string {
  const characters = [...text];
  if (position === 0) return '';
  const from = position > 0 ? position - 1 : characters.length + position;
  if (from < 0 || from > characters.length) throw new EvaluationError('a position outside of the text');
  return characters.slice(from, length === undefined ? undefined : from + length).join('');
}
