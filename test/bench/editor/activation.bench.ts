/** What the extension host itself says activation took: loading our code, and `activate`. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { useEditor } from '../../support/editor/editor.ts';
import { until } from '../../support/until.ts';
import { report } from '../figures.ts';
import { median } from '../numbers.mjs';

const editor = useEditor({
  name: 'bench-activation',
  workspace: (dir) => {
    const folder = join(dir, 'workspace');
    mkdirSync(join(folder, 'deploy'), { recursive: true });
    writeFileSync(join(folder, 'slipway.yaml'), 'name: shop\nrun:\n  start: node server.mjs\n');
    writeFileSync(join(folder, 'server.mjs'), '');
    writeFileSync(
      join(folder, 'deploy', 'service.yaml'),
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/shop\n',
    );
    return folder;
  },
});

/** One after the installation, and those that are judged. */
const rounds = 8;

/** The row that the editor's own report of its start has about us: ms of loading, of `activate`, and until its promise is kept. */
async function activationTimes(): Promise<{ load: number; call: number; finish: number }> {
  const { page } = editor();
  await editor().run('Developer: Startup Performance');
  const text = await until(
    'our row in the report of the start',
    async () => {
      const report = page.locator('.editor-group-container.active .monaco-editor').first();
      await report.click();
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Control+c');
      return /^\|\s*slipway\.slipway\s*\|.*$/m.exec(await page.evaluate('navigator.clipboard.readText()'))?.[0];
    },
    { timeout: 30_000, every: 500 },
  );
  const [, , , load, call, finish] = text.split('|').map((cell) => Number(cell.trim()));
  return { load: load ?? Number.NaN, call: call ?? Number.NaN, finish: finish ?? Number.NaN };
}

it('activation', async () => {
  const { page } = editor();
  const times: Awaited<ReturnType<typeof activationTimes>>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) await editor().reload();
    // Ours says so once it is awake: the report has a row of it from then on.
    await page.locator('.statusbar-item', { hasText: /embedded/ }).waitFor({ timeout: 60_000 });
    times.push(await activationTimes());
    if (round > 0) continue;
    await editor().shot('startup-performance');
    // The first start after an installation leaves what the engine compiled for all others, once it is at rest: a round that ends before
    // would make the next one a first start, too.
    const installed = join(editor().dir, 'editor', 'extensions');
    await until(
      'what the engine compiled',
      () => readdirSync(installed, { recursive: true, encoding: 'utf8' }).some((name) => name.endsWith('.cache')),
      { timeout: 60_000 },
    );
  }
  const first = times.shift();
  // In another language than English `activate` waits for its words: what it waits for counts.
  const each = times.map(({ load, call, finish }) => load + call + finish);
  const parts = (key: 'load' | 'call') => median(times.map((one) => one[key]));
  report({
    name: `activation with the editor's start (median of ${times.length})`,
    value: median(each),
    unit: 'ms',
    atMost: 30,
    note: `loading the code ${parts('load')}, activate ${parts('call')}; each: ${each.join(', ')}; the first of all, not among them: ${first ? first.load + first.call + first.finish : '?'}`,
  });
});
