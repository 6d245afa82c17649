import { describe, expect, it } from 'vitest';
import { createBench, type Outcome, read } from './parity-cases.ts';

/** Steps that need controllers, clients or the wire are left to the scenario's own runner. */
const folders = [
  'config-maps',
  'container',
  'defaults',
  'domain-mapping',
  'eventing',
  'template',
  'traffic',
  'warnings',
];

/** Refused before admission, by the path. */
const byTheServer = ['no namespace match'];

describe.each(folders)('admission/%s', (name) => {
  const folder = `admission/${name}`;
  const { steps, golden } = read(folder);
  const bench = createBench();
  steps.forEach((step, index) => {
    if (!step.cases && !step.create) return;
    const number = String(index + 1).padStart(2, '0');
    const key = Object.keys(golden.steps).find((one) => one.startsWith(number)) ?? '';
    const results = bench.run(folder, step);
    const wanted = golden.steps[key] as Record<string, Outcome>;
    for (const [one, result] of Object.entries(results)) {
      if (byTheServer.includes(one)) continue;
      it(`${number} ${one || step.create}`, () => {
        const expected = one === '' ? golden.steps[key] : wanted[one];
        expect(plain(result)).toEqual(plain(expected));
      });
    }
  });
});

/** Which uid it is does not matter here. */
function plain(outcome: unknown): unknown {
  return JSON.parse(JSON.stringify(outcome).replace(/<uid of [^>]*>/g, '<uid>'));
}
