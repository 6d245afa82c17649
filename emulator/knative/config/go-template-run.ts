/** Runs a parsed Go template. A value keeps enough of its Go type for Go's errors and for what a missing key gives. */
import { type Command, type Node, type Operand, type Pipe, type Position, TemplateError } from './go-template-ast.ts';

/** A Go struct: its type's name as errors show it, and its fields. */
export interface GoStruct {
  goType: string;
  fields: Record<string, GoValue>;
}

/** `undefined` is Go's invalid value (`<no value>`); a Map is map[string]string. */
export type GoValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | GoStruct
  | ReadonlyMap<string, GoValue>
  | readonly GoValue[];

export const functionNames: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'index',
  'slice',
  'len',
  'print',
  'printf',
  'println',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'html',
  'js',
  'urlquery',
]);

export function goStruct(goType: string, fields: Record<string, GoValue>): GoStruct {
  return { goType, fields };
}

export function goMap(record: Readonly<Record<string, string>> | undefined): ReadonlyMap<string, GoValue> {
  return new Map(Object.entries(record ?? {}));
}

interface Run {
  name: string;
  source: string;
  variables: { name: string; value: GoValue }[];
  out: string[];
}

/** How a loop's body ended. */
type Flow = 'on' | 'break' | 'continue';

export function execute(name: string, source: string, nodes: Node[], data: GoValue): string {
  const run: Run = { name, source, variables: [{ name: '$', value: data }], out: [] };
  walk(run, nodes, data);
  return run.out.join('');
}

function fail(run: Run, position: Position, text: string, why: string): never {
  const before = run.source.slice(0, position.at);
  const column = position.at - (before.lastIndexOf('\n') + 1);
  const line = before.split('\n').length;
  throw new TemplateError(
    `template: ${run.name}:${line}:${column}: executing ${JSON.stringify(run.name)} at <${text}>: ${why}`,
  );
}

function walk(run: Run, nodes: Node[], dot: GoValue): Flow {
  for (const node of nodes) {
    switch (node.kind) {
      case 'text':
        run.out.push(node.text);
        break;
      case 'action': {
        const value = evaluate(run, node.pipe, dot);
        if (node.pipe.declares.length === 0) run.out.push(display(value));
        break;
      }
      case 'break':
      case 'continue':
        return node.kind;
      default: {
        const flow = branch(run, node, dot);
        if (flow !== 'on') return flow;
      }
    }
  }
  return 'on';
}

function branch(run: Run, node: Extract<Node, { pipe: Pipe; body: Node[] }>, dot: GoValue): Flow {
  const scope = run.variables.length;
  const value = evaluate(run, node.pipe, dot);
  let flow: Flow = 'on';
  if (node.kind === 'range') loop(run, node, value, dot);
  else if (truth(value)) flow = walk(run, node.body, node.kind === 'with' ? value : dot);
  else flow = walk(run, node.otherwise, dot);
  run.variables.length = scope;
  return flow;
}

function loop(run: Run, node: Extract<Node, { pipe: Pipe; body: Node[] }>, value: GoValue, dot: GoValue): void {
  let entries: [GoValue, GoValue][];
  if (Array.isArray(value)) entries = value.map((item, index) => [index, item]);
  else if (value instanceof Map) entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  else if (typeof value === 'number') entries = Array.from({ length: value }, (_, index) => [index, index]);
  else if (value === undefined || value === null) entries = [];
  else fail(run, node.pipe.position, node.pipe.text, `range can't iterate over ${display(value)}`);
  if (entries.length === 0) {
    walk(run, node.otherwise, dot);
    return;
  }
  const [first, second] = node.pipe.declares;
  for (const [key, item] of entries) {
    const scope = run.variables.length;
    if (first && second) run.variables.push({ name: first, value: key }, { name: second, value: item });
    else if (first) run.variables.push({ name: first, value: item });
    const flow = walk(run, node.body, item);
    run.variables.length = scope;
    if (flow === 'break') break;
  }
}

function evaluate(run: Run, pipe: Pipe, dot: GoValue): GoValue {
  let value: GoValue;
  pipe.commands.forEach((command, index) => {
    value = invoke(run, command, dot, index === 0 ? [] : [value]);
  });
  for (const name of pipe.declares) {
    const standing = pipe.assigns ? run.variables.findLast((variable) => variable.name === name) : undefined;
    if (standing) standing.value = value;
    else run.variables.push({ name, value });
  }
  return value;
}

function invoke(run: Run, command: Command, dot: GoValue, piped: GoValue[]): GoValue {
  const [head, ...rest] = command.args;
  if (!head) return undefined;
  if (head.kind === 'function') return callFunction(run, head, command, rest, dot, piped);
  if (rest.length + piped.length > 0) {
    if (head.kind === 'field' || head.kind === 'chain' || head.kind === 'variable') {
      const last = head.names.at(-1) ?? head.text;
      fail(run, head.position, head.text, `${last} has arguments but cannot be invoked as function`);
    }
    fail(run, head.position, head.text, `can't give argument to non-function ${head.text}`);
  }
  if (head.kind === 'nil') fail(run, head.position, head.text, 'nil is not a command');
  return operandValue(run, head, dot);
}

function operandValue(run: Run, operand: Operand, dot: GoValue): GoValue {
  switch (operand.kind) {
    case 'dot':
      return dot;
    case 'nil':
      return null;
    case 'bool':
    case 'number':
    case 'string':
      return operand.value;
    case 'field':
      return fieldChain(run, operand, dot, operand.names);
    case 'variable': {
      const variable = run.variables.findLast(({ name }) => name === operand.name);
      return fieldChain(run, operand, variable?.value, operand.names);
    }
    case 'function':
      return callFunction(
        run,
        operand,
        { args: [operand], position: operand.position, text: operand.text },
        [],
        dot,
        [],
      );
    case 'pipe':
      return evaluate(run, operand.pipe, dot);
    case 'chain':
      return fieldChain(run, operand, operandValue(run, operand.of, dot), operand.names);
  }
}

function fieldChain(run: Run, operand: Operand, from: GoValue, names: string[]): GoValue {
  return names.reduce<GoValue>((value, name) => field(run, operand, value, name), from);
}

function field(run: Run, operand: Operand, value: GoValue, name: string): GoValue {
  if (value === undefined || value === null) {
    fail(run, operand.position, operand.text, `nil data; no entry for key ${JSON.stringify(name)}`);
  }
  if (isMap(value)) return value.get(name);
  if (isStruct(value)) {
    if (Object.hasOwn(value.fields, name)) return value.fields[name];
    fail(run, operand.position, operand.text, `can't evaluate field ${name} in type ${value.goType}`);
  }
  return fail(run, operand.position, operand.text, `can't evaluate field ${name} in type ${typeName(value)}`);
}

function callFunction(
  run: Run,
  operand: Extract<Operand, { kind: 'function' }>,
  command: Command,
  args: Operand[],
  dot: GoValue,
  piped: GoValue[],
): GoValue {
  const name = operand.name;
  const error = (why: string) => fail(run, command.position, command.text, `error calling ${name}: ${why}`);
  const want = (least: number) => {
    const got = args.length + piped.length;
    if (got < least) {
      fail(run, operand.position, name, `wrong number of args for ${name}: want at least ${least} got ${got}`);
    }
  };
  if (name === 'and' || name === 'or') {
    want(1);
    let value: GoValue;
    for (const part of [...args.map((arg) => () => operandValue(run, arg, dot)), ...piped.map((v) => () => v)]) {
      value = part();
      if (truth(value) === (name === 'or')) return value;
    }
    return value;
  }
  const values = [...args.map((arg) => operandValue(run, arg, dot)), ...piped];
  const [first, ...others] = values;
  switch (name) {
    case 'not':
      want(1);
      return !truth(first);
    case 'len':
      want(1);
      if (typeof first === 'string') return new TextEncoder().encode(first).length;
      if (isMap(first)) return first.size;
      if (Array.isArray(first)) return first.length;
      return error(`len of type ${typeName(first)}`);
    case 'index':
      want(1);
      return others.reduce<GoValue>((value, key) => indexed(value, key, error), first);
    case 'slice':
      want(1);
      return sliced(first, others, error);
    case 'print':
      return sprint(values);
    case 'println':
      return `${values.map(display).join(' ')}\n`;
    case 'printf':
      want(1);
      return sprintf(String(first), others);
    case 'eq':
      want(1);
      if (others.length === 0) return error('missing argument for comparison');
      return others.some((other) => same(first, other, error));
    case 'ne':
      want(2);
      return !same(first, others[0], error);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      want(2);
      return ordered(name, first, others[0], error);
    case 'html':
      return sprint(values)
        .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
        .replace(/&#38;/g, '&amp;')
        .replace(/&#60;/g, '&lt;')
        .replace(/&#62;/g, '&gt;');
    case 'urlquery':
      return encodeURIComponent(sprint(values)).replace(/%20/g, '+');
    default:
      return sprint(values).replace(/[\\'"<>&=\p{Cc}]/gu, (c) =>
        /[\\'"]/.test(c) ? `\\${c}` : `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      );
  }
}

function indexed(value: GoValue, key: GoValue, error: (why: string) => never): GoValue {
  if (value === undefined || value === null) return error('index of untyped nil');
  if (isMap(value)) {
    if (typeof key !== 'string') return error(`value has type ${typeName(key)}; should be string`);
    // The zero value of the element's type: these maps hold strings.
    return value.has(key) ? value.get(key) : '';
  }
  if (typeof value === 'string' || Array.isArray(value)) {
    if (typeof key !== 'number') return error(`cannot index slice/array with type ${typeName(key)}`);
    if (key < 0 || key >= value.length) return error(`index out of range: ${key}`);
    return typeof value === 'string' ? value.charCodeAt(key) : value[key];
  }
  return error(`can't index item of type ${typeName(value)}`);
}

function sliced(value: GoValue, bounds: GoValue[], error: (why: string) => never): GoValue {
  if (typeof value !== 'string' && !Array.isArray(value)) return error(`can't slice item of type ${typeName(value)}`);
  const [from = 0, to = value.length] = bounds;
  for (const bound of [from, to]) {
    if (typeof bound !== 'number') return error(`cannot index slice/array with type ${typeName(bound)}`);
    if (bound < 0 || bound > value.length) return error(`index out of range: ${bound}`);
  }
  if (Number(from) > Number(to)) return error(`invalid slice index: ${display(from)} > ${display(to)}`);
  return value.slice(Number(from), Number(to));
}

function same(a: GoValue, b: GoValue, error: (why: string) => never): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  if (typeof a === 'object' || typeof b === 'object') return error('non-comparable type');
  if (typeof a !== typeof b) return error('incompatible types for comparison');
  return a === b;
}

function ordered(name: string, a: GoValue, b: GoValue, error: (why: string) => never): boolean {
  if (typeof a !== typeof b) return error('incompatible types for comparison');
  if ((typeof a !== 'string' && typeof a !== 'number') || (typeof b !== 'string' && typeof b !== 'number')) {
    return error('invalid type for comparison');
  }
  return name === 'lt' ? a < b : name === 'le' ? a <= b : name === 'gt' ? a > b : a >= b;
}

function truth(value: GoValue): boolean {
  if (value === undefined || value === null) return false;
  if (isMap(value)) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return true;
  return Boolean(value);
}

/** As fmt.Fprint shows it. */
function display(value: GoValue): string {
  if (value === undefined) return '<no value>';
  if (value === null) return '<nil>';
  if (isMap(value)) {
    const parts = [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => `${key}:${display(item)}`);
    return `map[${parts.join(' ')}]`;
  }
  if (Array.isArray(value)) return `[${value.map(display).join(' ')}]`;
  if (isStruct(value)) return `{${Object.values(value.fields).map(display).join(' ')}}`;
  return String(value);
}

/** fmt.Sprint: a space between operands when neither is a string. */
function sprint(values: GoValue[]): string {
  return values
    .map((value, index) => {
      const space = index > 0 && typeof value !== 'string' && typeof values[index - 1] !== 'string';
      return (space ? ' ' : '') + display(value);
    })
    .join('');
}

/** fmt.Sprintf for strings, integers, floats and booleans with width, precision and flags. */
function sprintf(format: string, args: GoValue[]): string {
  let next = 0;
  const out = format.replace(
    /%([-+ 0#]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])|%$/g,
    (whole, flags = '', width, precision, verb?: string) => {
      if (verb === '%') return '%';
      if (!verb) return '%!(NOVERB)';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const text = formatVerb(verb, args[next++], precision === undefined ? undefined : Number(precision), flags);
      if (text === undefined) return whole;
      const size = Number(width ?? 0);
      if (flags.includes('-')) return text.padEnd(size);
      return text.padStart(size, flags.includes('0') && verb !== 's' ? '0' : ' ');
    },
  );
  const extra = args.slice(next).map((value) => `${typeName(value)}=${display(value)}`);
  return extra.length > 0 ? `${out}%!(EXTRA ${extra.join(', ')})` : out;
}

function formatVerb(verb: string, value: GoValue, precision: number | undefined, flags: string): string | undefined {
  const wrong = () => `%!${verb}(${typeName(value)}=${display(value)})`;
  switch (verb) {
    case 'v':
    case 's': {
      if (verb === 's' && (typeof value === 'number' || typeof value === 'boolean')) return wrong();
      const text = display(value);
      return precision === undefined ? text : [...text].slice(0, precision).join('');
    }
    case 'q':
      return typeof value === 'string' ? JSON.stringify(value) : wrong();
    case 'd':
      if (typeof value !== 'number') return wrong();
      return (flags.includes('+') && value >= 0 ? '+' : '') + value;
    case 'x':
    case 'X': {
      const hex =
        typeof value === 'number'
          ? value.toString(16)
          : typeof value === 'string'
            ? [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
            : undefined;
      if (hex === undefined) return wrong();
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    case 'f':
      return typeof value === 'number' ? value.toFixed(precision ?? 6) : wrong();
    case 't':
      return typeof value === 'boolean' ? String(value) : wrong();
    case 'T':
      return typeName(value);
    default:
      return wrong();
  }
}

function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  if (isMap(value)) return 'map[string]string';
  if (Array.isArray(value)) return '[]string';
  if (isStruct(value)) return value.goType;
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

function isMap(value: GoValue): value is ReadonlyMap<string, GoValue> {
  return value instanceof Map;
}

function isStruct(value: GoValue): value is GoStruct {
  return typeof value === 'object' && value !== null && 'goType' in value;
}
