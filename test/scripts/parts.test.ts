import { describe, expect, it } from 'vitest';

interface Outcome {
  part: string;
  passed: number;
  failed: number;
  failures?: { name: string; why: string }[];
}
const script = new URL('../../scripts/lib/parts.mjs', import.meta.url).href;
interface Part {
  needs?: string[];
  beside?: boolean;
  run(context: Context): Promise<Omit<Outcome, 'part'>>;
}
interface Context {
  lacks: Record<string, { whole: boolean; why: string }>;
  env: Record<string, string>;
  coming: Record<string, Promise<Record<string, string>>>;
}
const { failureLines, runPart } = (await import(script)) as {
  failureLines(outcomes: Outcome[]): string[];
  runPart(name: string, part: Part, context: Context): Promise<Omit<Outcome, 'part'>>;
};

describe('what is still being installed', () => {
  const passed = { passed: 1, failed: 0 };

  it('is waited for by who needs it and by what wants the machine for itself, not by the others', async () => {
    const ran: string[] = [];
    const installing = Promise.withResolvers<Record<string, string>>();
    const context: Context = { lacks: {}, env: {}, coming: { editor: installing.promise } };
    const part = (name: string, more: Partial<Part> = {}) => {
      const run = async ({ env }: Context) => {
        ran.push(`${name} ${env['ENTRY']}`);
        return passed;
      };
      return runPart(name, { ...more, run }, context);
    };
    const others = [part('platform'), part('e2e', { needs: ['build', 'editor'] })];
    await part('unit', { beside: true });
    expect(ran).toEqual(['unit undefined']);
    installing.resolve({ ENTRY: 'entry.js' });
    await Promise.all(others);
    expect(ran).toContain('e2e entry.js');
    expect(ran).toHaveLength(3);
  });

  it('fails the part that needs it when it cannot be had, and no other', async () => {
    const context: Context = { lacks: {}, env: {}, coming: { editor: Promise.reject(new Error('no network')) } };
    const run = async () => passed;
    expect(await runPart('platform', { run }, context)).toEqual(passed);
    const { failed, failures } = await runPart('e2e', { needs: ['editor'], run }, context);
    expect({ failed, failures }).toEqual({ failed: 1, failures: [{ name: 'e2e', why: 'no network' }] });
  });
});

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
