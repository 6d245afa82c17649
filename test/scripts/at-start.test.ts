/** What the editor's start reads is held by the build of the package; here it is seen that it would be refused. */
import { expect, it } from 'vitest';

const module = new URL('../../scripts/lib/at-start.mjs', import.meta.url).href;
const { faultsAtStart, largestAtStart } = await import(module);

const chunk = (sources: string[], ...imports: { path: string; kind: string }[]) => ({
  inputs: Object.fromEntries(sources.map((path) => [path, { bytesInOutput: 1 }])),
  imports,
});
const now = (path: string) => ({ path, kind: 'import-statement' });
const later = (path: string) => ({ path, kind: 'dynamic-import' });
const faults = (outputs: Record<string, ReturnType<typeof chunk>>, bytes = 1) =>
  faultsAtStart({ outputs }, 'main', bytes) as string[];

const lens = chunk(['src/extension/manifests/lenses.ts']);

it('takes what is read when it is first used', () => {
  const main = chunk(['src/extension/extension.ts', 'src/extension/manifests/code-lens.ts'], later('lens'));
  expect(faults({ main, lens }, largestAtStart)).toEqual([]);
});

it('names what is read at once that must not be, also through other chunks', () => {
  const main = chunk(['src/extension/extension.ts'], now('between'));
  const between = chunk(['src/extension/settings.ts'], now('lens'), now('vscode'));
  expect(faults({ main, between, lens })).toEqual([
    'what manifests are told must not be read at the start: src/extension/manifests/lenses.ts',
  ]);
  const whole = chunk([
    'node_modules/yaml/index.js',
    'src/extension/texts/zh-cn/deploy-messages.ts',
    'src/extension/tools/inputs.ts',
    'src/extension/trees/hovers.ts',
    'src/core/deploy/deploy.ts',
    'src/core/client.ts',
  ]);
  expect(faults({ main: whole })).toHaveLength(6);
});

it('leaves out what the bundler has left nothing of', () => {
  const main = chunk(['src/core/client.ts']);
  main.inputs['src/core/client.ts'] = { bytesInOutput: 0 };
  expect(faults({ main })).toEqual([]);
});

it('says when it is too much', () => {
  expect(faults({ main: chunk([]) }, largestAtStart + 1).join()).toMatch(/more than/);
});
