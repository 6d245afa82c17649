/**
 * Validation rules of a user's schema (`x-kubernetes-validations`), evaluated as apiextensions does: on every value that is
 * there, once the schema itself holds; what an update leaves as it was is warned about and not refused. Loaded with the first
 * definition that has any (`rules.ts`). Not there: the budget of costs, and types of fields when a rule is compiled.
 */
import { Optional, type ParseResult } from '@marcbachmann/cel-js';
import { isObject, type JsonObject, own, sameJson } from '../json.ts';
import type { Schema } from '../resource.ts';
import { kubernetesEnvironment } from './cel-environment.ts';
import { type FieldError, forbidden, invalid, required } from './field-errors.ts';
import type { CompiledRules, RuleProblem, ValidationRule } from './rules.ts';

interface Rule {
  source: ValidationRule;
  program: ParseResult;
  message: ParseResult | undefined;
  usesOld: boolean;
}

/** A part of a schema below which there are rules. */
interface Node {
  schema: Schema;
  rules: Rule[];
  properties: [name: string, node: Node][];
  items: Node | undefined;
  additional: Node | undefined;
  all: Node[];
}

interface Place {
  path: string;
  value: unknown;
  old: unknown;
  /** This value, or the nearest part around it that can be found in the old object, is what it was. */
  unchanged: boolean;
}

const environment = kubernetesEnvironment();

export function compileRules(schema: Schema): CompiledRules {
  const problems: RuleProblem[] = [];
  const root = nodeOf(schema, '', problems);
  return {
    problems,
    validate(object, old, warn) {
      const errors: FieldError[] = [];
      if (!root) return errors;
      const place = { path: '', value: object, old, unchanged: old !== undefined && sameJson(object, old) };
      walk(root, place, { errors, warn, isRoot: true });
      return errors;
    },
  };
}

function nodeOf(schema: Schema, path: string, problems: RuleProblem[]): Node | undefined {
  const inner = (one: Schema | undefined, at: string) => (one ? nodeOf(one, `${path}${at}`, problems) : undefined);
  const rules = (schema['x-kubernetes-validations'] ?? []).flatMap((source, index) =>
    compiled(source, `${path}.x-kubernetes-validations[${index}].rule`, problems),
  );
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, one]): [string, Node][] => {
    const node = inner(one, `.properties[${name}]`);
    return node ? [[name, node]] : [];
  });
  const items = inner(schema.items, '.items');
  const { additionalProperties } = schema;
  const additional = isObject(additionalProperties)
    ? inner(additionalProperties as Schema, '.additionalProperties')
    : undefined;
  const all = (schema.allOf ?? []).flatMap(
    (one, index) => inner({ ...one, type: schema.type } as Schema, `.allOf[${index}]`) ?? [],
  );
  if (rules.length + properties.length + all.length === 0 && !items && !additional) return undefined;
  return { schema, rules, properties, items, additional, all };
}

function compiled(source: ValidationRule, path: string, problems: RuleProblem[]): Rule[] {
  const parse = (text: string): ParseResult | Error => {
    try {
      const program = environment.parse(text);
      const { valid, error } = program.check();
      return valid ? program : (error ?? new Error('it has no type'));
    } catch (error) {
      problems.push({ path, source, message: wordsOf(error), syntax: true });
      return error as Error;
    }
  };
  const program = parse(source.rule);
  if (program instanceof Error) {
    if (!problems.some((one) => one.path === path)) {
      problems.push({ path, source, message: wordsOf(program), syntax: false });
    }
    return [];
  }
  const message = source.messageExpression ? parse(source.messageExpression) : undefined;
  const usesOld = /\boldSelf\b/.test(source.rule);
  return [{ source, program, message: message instanceof Error ? undefined : message, usesOld }];
}

interface Walk {
  errors: FieldError[];
  warn: (message: string) => void;
  isRoot?: boolean;
}

function walk(node: Node, place: Place, context: Walk): void {
  const { path, value, old, unchanged } = place;
  if (value === null || value === undefined) return;
  if (node.rules.length > 0) evaluate(node, place, context);
  const { errors, warn } = context;
  for (const one of node.all) walk(one, { ...place }, { errors, warn });
  const into = (child: Node, at: string, inner: unknown, before: unknown) =>
    walk(
      child,
      { path: at, value: inner, old: before, unchanged: before === undefined ? unchanged : sameJson(inner, before) },
      { errors, warn },
    );
  if (Array.isArray(value)) {
    const { items } = node;
    if (!items) return;
    const keys =
      node.schema['x-kubernetes-list-type'] === 'map' ? (node.schema['x-kubernetes-list-map-keys'] ?? []) : [];
    const before = Array.isArray(old) && keys.length > 0 ? old : [];
    for (const [index, item] of value.entries()) {
      const same = before.find((one) => keys.every((key) => sameJson(member(one, key), member(item, key))));
      into(items, `${path}[${index}]`, item, same);
    }
    return;
  }
  if (!isObject(value)) return;
  for (const [name, child] of node.properties) {
    const inner = own(value, name);
    if (inner !== undefined) into(child, path ? `${path}.${name}` : name, inner, member(old, name));
  }
  if (node.additional) {
    for (const [name, inner] of Object.entries(value)) {
      if (!Object.hasOwn(node.schema.properties ?? {}, name))
        into(node.additional, `${path}[${name}]`, inner, member(old, name));
    }
  }
}

function evaluate(
  { schema, rules }: Node,
  { path, value, old, unchanged }: Place,
  { errors, warn, isRoot }: Walk,
): void {
  const self = celValue(value, schema, isRoot);
  const oldSelf = old === undefined || old === null ? undefined : celValue(old, schema, isRoot);
  for (const { source, program, message, usesOld } of rules) {
    const optional = source.optionalOldSelf === true;
    if (usesOld && oldSelf === undefined && !optional) continue;
    const scope = { self, oldSelf: optional ? Optional.of(oldSelf) : oldSelf };
    const field = `${path}${relative(source.fieldPath, path)}` || '<nil>';
    const type = schema.type ?? '';
    const words = (source.message || source.rule).trim();
    let holds: unknown;
    try {
      holds = program(scope);
    } catch (error) {
      errors.push(invalid(path || '<nil>', type, `${wordsOf(error)} evaluating rule: ${words}`));
      continue;
    }
    if (holds === true) continue;
    const detail = said(message, scope) ?? (source.message ? words : `failed rule: ${words}`);
    const error = refusal(field, type, detail, source.reason);
    if (!usesOld && unchanged) warn(`${error.field}: ${error.message}`);
    else errors.push(error);
  }
}

function refusal(field: string, type: string, detail: string, reason: string | undefined): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${JSON.stringify(type)}` };
    default:
      return invalid(field, type, detail);
  }
}

/** What a message's own expression says; where it fails or says nothing, the plain message counts. */
function said(message: ParseResult | undefined, scope: Record<string, unknown>): string | undefined {
  try {
    const text: unknown = message?.(scope);
    const line = typeof text === 'string' ? text.trim() : '';
    return line === '' || line.includes('\n') ? undefined : line;
  } catch {
    return undefined;
  }
}

/** `.a['b.c']` below a path. */
function relative(fieldPath: string | undefined, path: string): string {
  if (!fieldPath) return '';
  const steps = fieldPath.replace(/\['((?:[^'\\]|\\.)*)'\]/g, '[$1]');
  return path ? steps : steps.replace(/^\./, '');
}

/** A value as CEL has it by its schema: what the schema does not name is not there for it. */
function celValue(value: unknown, schema: Schema, isRoot = false): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    return (schema.type === 'integer' || schema['x-kubernetes-int-or-string']) && Number.isInteger(value)
      ? BigInt(value)
      : value;
  }
  if (typeof value === 'string') return celText(value, schema.format);
  if (Array.isArray(value)) return value.map((item) => celValue(item, schema.items ?? {}));
  if (!isObject(value)) return value;
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, one]): [string, unknown][] => {
    const inner = own(value, name);
    return inner === undefined ? [] : [[escaped(name), celValue(inner, one)]];
  });
  const { additionalProperties } = schema;
  const others = isObject(additionalProperties)
    ? Object.entries(value)
        .filter(([name]) => !Object.hasOwn(schema.properties ?? {}, name))
        .map(([name, inner]): [string, unknown] => [name, celValue(inner, additionalProperties as Schema)])
    : [];
  return Object.fromEntries([...named, ...others, ...(isRoot ? typeAndName(value) : [])]);
}

function typeAndName(object: JsonObject): [string, unknown][] {
  const metadata = Object.fromEntries(
    ['name', 'generateName'].flatMap((key) => {
      const value = member(object['metadata'], key);
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );
  return [
    ['apiVersion', object['apiVersion']],
    ['kind', object['kind']],
    ['metadata', metadata],
  ];
}

function celText(value: string, format: string | undefined): unknown {
  if (format === 'date-time' || format === 'date') {
    const time = new Date(value);
    return Number.isNaN(time.getTime()) ? value : time;
  }
  if (format === 'duration') {
    try {
      return environment.evaluate('duration(text)', { text: value });
    } catch {
      return value;
    }
  }
  return format === 'byte' ? Buffer.from(value, 'base64') : value;
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** Names of members that are none in CEL (k8s.io/apiserver cel/escaping.go). */
function escaped(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

function member(value: unknown, key: string): unknown {
  return isObject(value) ? own(value, key) : undefined;
}

/** The first line of what the evaluator says, as Go's begins: in lower case. */
function wordsOf(error: unknown): string {
  const { code, summary, message } = error as { code?: string; summary?: string; message: string };
  if (code === 'no_matching_overload') return (summary ?? message).split('\n')[0] ?? '';
  const line = (summary ?? message).split('\n')[0] ?? '';
  return line.charAt(0).toLowerCase() + line.slice(1);
}
