/**
 * What the editor accepts the platform accepts, and the other way round: every manifest of the parity corpus' admission scenarios, written
 * as YAML and looked at as the editor does, beside what the objects layer answers (which is held against a real Knative's answers).
 */
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findingsOf } from '../../../src/core/manifest/findings.ts';
import { shapeOf } from '../../../src/core/manifest/shape.ts';
import { readSource } from '../../../src/core/manifest/source.ts';
import { createBench, read } from '../../emulator/knative/parity-cases.ts';

const folders = [
  'config-maps',
  'container',
  'defaults',
  'domain-mapping',
  'eventing',
  'template',
  'traffic',
  'unknown-fields',
  'warnings',
];

/** What only a server can know: its other objects, and whether the path of the request fits. */
const byTheServer = ['no namespace match'];

it.each(folders)('admission/%s: the editor and the platform agree, case by case', (name) => {
  const folder = `admission/${name}`;
  const bench = createBench();
  let judged = 0;
  for (const step of read(folder).steps) {
    if (!step.cases && !step.create) continue;
    const results = bench.run(folder, step);
    for (const [one, manifest] of Object.entries(bench.manifests(folder, step))) {
      if (byTheServer.includes(one) || !shapeOf(manifest)) continue;
      const outcome = results[one];
      // That the name is taken is for a server to know.
      if (outcome?.status === 409) continue;
      const text = stringify(manifest, { aliasDuplicateObjects: false });
      const errors = findingsOf(readSource('manifest.yaml', text)).filter(({ severity }) => severity === 'error');
      const accepted = (outcome?.status ?? 0) < 300;
      expect([one, errors.length === 0, errors.map(({ said, code }) => said ?? code)], `${outcome?.message}`).toEqual([
        one,
        accepted,
        accepted ? [] : expect.anything(),
      ]);
      // Each stands somewhere in the text.
      for (const { range } of errors) expect(range.end).toBeGreaterThan(range.start);
      judged++;
    }
  }
  if (name !== 'config-maps' && name !== 'unknown-fields') expect(judged).toBeGreaterThan(0);
});
