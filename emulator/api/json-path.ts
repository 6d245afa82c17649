/** The part of JSONPath that printer columns use: members, indexes, `*`, quoted members and equality filters. */
import { isObject, own } from '../kernel/json.ts';

type Step = { member: string } | { index: number } | { all: true } | { filter: string; value: unknown };

const compiled = new Map<string, Step[]>();

/** The first value that the path finds; several are joined by commas, as kubectl does. */
export function jsonPath(path: string, value: unknown): unknown {
  let steps = compiled.get(path);
  if (!steps) {
    steps = compile(path);
    compiled.set(path, steps);
  }
  let found: unknown[] = [value];
  for (const step of steps) found = found.flatMap((one) => follow(step, one));
  return found.length > 1
    ? found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',')
    : found[0];
}

function compile(path: string): Step[] {
  const steps: Step[] = [];
  const pattern =
    /\.?\[\?\(@\.([\w.\-\\]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\)\]|\.?\[(\d+|\*)\]|\.?\[['"]([^'"]+)['"]\]|\.((?:\\.|[^.[\\])+)/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return [{ member: '\0' }];
    const [, filter, double, single, bare, index, quoted, member] = match;
    if (filter !== undefined) steps.push({ filter, value: double ?? single ?? literal(bare) });
    else if (index !== undefined) steps.push(index === '*' ? { all: true } : { index: Number(index) });
    else if (member === '*') steps.push({ all: true });
    else steps.push({ member: (quoted ?? member ?? '').replace(/\\(.)/g, '$1') });
  }
  return steps;
}

function literal(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return text;
  }
}

function follow(step: Step, value: unknown): unknown[] {
  if ('member' in step) {
    const found = isObject(value) ? own(value, step.member) : undefined;
    return found === undefined ? [] : [found];
  }
  if ('index' in step) return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  if ('all' in step) return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if (!Array.isArray(value)) return [];
  return value.filter((item) => {
    let current: unknown = item;
    for (const name of step.filter.split('.')) current = isObject(current) ? own(current, name) : undefined;
    return current === step.value;
  });
}
