/** The decider against the 45 decision traces of Knative's own autoscaler in the parity corpus. */
import { readdirSync, readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveDecider } from '../../../emulator/autoscaler/config.ts';
import { replay } from '../../../emulator/autoscaler/replay.ts';
import {
  createReplay,
  type TraceDecision,
  type TraceHead,
  type TraceLine,
} from '../../../emulator/autoscaler/trace.ts';
import { parseAutoscaler } from '../../../emulator/knative/config/serving.ts';

const folder = fileURLToPath(new URL('../../conformance/parity/kpa/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.jsonl') && !name.startsWith('state-'));

interface Expected {
  head: TraceHead & { resolved: Record<string, unknown> };
  lines: (TraceLine & { expect?: TraceDecision })[];
}

function load(name: string): Expected {
  const [head, ...lines] = readFileSync(`${folder}${name}`, 'utf8').trim().split('\n');
  return { head: JSON.parse(head ?? ''), lines: lines.map((line) => JSON.parse(line)) };
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
}

/** The first difference of two decisions, as text; undefined when they agree. */
function difference(actual: TraceDecision | undefined, expected: TraceDecision | undefined): string | undefined {
  const { stable: a, panicValue: b, ...rest } = { stable: 0, panicValue: 0, ...actual };
  const { stable: c, panicValue: d, ...wanted } = { stable: 0, panicValue: 0, ...expected };
  const same = near(a, c) && near(b, d) && JSON.stringify(sorted(rest)) === JSON.stringify(sorted(wanted));
  return same ? undefined : `${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`;
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('kpa traces', () => {
  it('are all there', () => expect(names).toHaveLength(45));

  it.each(names)('%s', (name) => {
    const { head, lines } = load(name);
    const next = createReplay(head);
    const differences: string[] = [];
    let decisions = 0;
    for (const line of lines) {
      const difference_ = difference(next(line), line.expect);
      if (line.expect) decisions++;
      if (difference_) differences.push(`t=${line.t}: ${difference_}`);
    }
    expect(decisions).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });

  it.each(names)('%s is resolved as Knative resolves it', (name) => {
    const { head } = load(name);
    const spec = resolveDecider(head, parseAutoscaler(head.config));
    const { target, ...resolved } = head.resolved;
    expect(spec).toMatchObject(resolved);
    expect(near(spec.target, Number(target))).toBe(true);
  });

  it('are replayed a line in, a line out', async () => {
    const { lines } = load('pokes.jsonl');
    const output = new PassThrough();
    const input = new PassThrough();
    const done = replay(input, output);
    input.end(readFileSync(`${folder}pokes.jsonl`));
    await done;
    const decided = String(output.read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(decided.map(({ t }) => t)).toEqual(lines.map(({ t }) => t));
    expect(decided.filter(({ valid }) => valid !== undefined)).toHaveLength(lines.filter((line) => line.expect).length);
  });
});
