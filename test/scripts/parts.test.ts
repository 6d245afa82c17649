import { describe, expect, it } from 'vitest';

interface Outcome {
  part: string;
  passed: number;
  failed: number;
  failures?: { name: string; why: string }[];
}
const script = new URL('../../scripts/lib/parts.mjs', import.meta.url).href;
const { failureLines } = (await import(script)) as { failureLines(outcomes: Outcome[]): string[] };

describe('the end of a run', () => {
  it('names what failed in a line each, with its part and why', () => {
    const failures = [{ name: 'a flow in en', why: 'Error: waited 60000 ms\n    at until (until.ts:31)' }];
    expect(
      failureLines([
        { part: 'unit', passed: 2, failed: 0 },
        { part: 'e2e', passed: 9, failed: 1, failures },
      ]),
    ).toEqual(['failed: e2e: a flow in en: Error: waited 60000 ms at until (until.ts:31)']);
  });

  it('cuts a long reason, and says how many a part without names had', () => {
    const failures = [{ name: 'long', why: 'x'.repeat(1_000) }];
    const [cut, more] = failureLines([{ part: 'conformance', passed: 0, failed: 3, failures }]);
    expect(cut).toBe(`failed: conformance: long: ${'x'.repeat(400)}…`);
    expect(more).toBe('failed: conformance: 2 more, see above');
  });
});
