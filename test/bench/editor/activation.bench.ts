/** What the extension host itself says activation took: loading our code, and `activate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { useEditor } from '../../support/editor/editor.ts';
import { median, report } from '../figures.ts';

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

it('activation', async () => {
  const { page } = editor();
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    if (round > 0) {
      await page.reload();
      await page.locator('.monaco-workbench .part.statusbar').waitFor();
    }
    await editor().run('Developer: Show Running Extensions');
    const row = page.locator('.runtime-extensions-editor .extension', { hasText: 'slipway' }).first();
    await row.locator('.activation-time', { hasText: /\d/ }).waitFor();
    const text = (await row.locator('.activation-time').textContent()) ?? '';
    times.push(Number(/(\d+)\s*ms/.exec(text)?.[1] ?? Number.NaN));
    if (round === 0) await editor().shot('running-extensions');
  }
  report({ name: 'activation (load and activate, median of 5)', value: median(times), unit: 'ms', atMost: 30 });
});
