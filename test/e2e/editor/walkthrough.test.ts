/** The walkthrough in both languages: three steps that check themselves, and at its end the user's own application is deployed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const words = {
  en: { create: 'New Application...', deploy: 'Deploy', served: /shop-00001 serves 100 %/ },
  'zh-cn': { create: '新建应用...', deploy: '部署', served: /shop-00001 已承接 100 %/ },
} as const;

describe.each(['en', 'zh-cn'] as const)('the walkthrough in %s', (locale) => {
  let workspace = '';
  const editor = useEditor({
    name: `walkthrough-${locale}`,
    locale,
    workspace: (dir) => {
      workspace = join(dir, 'workspace');
      mkdirSync(workspace);
      return workspace;
    },
  });
  const step = (id: string) => editor().page.locator(`.getting-started-step[data-step-id$="#${id}"]`);
  const isDone = (id: string) => step(id).locator('.codicon-getting-started-step-checked').waitFor({ timeout: 60_000 });
  const press = async (id: string, label: string) => {
    const button = step(id).locator('.monaco-button', { hasText: label }).first();
    // A step that is done opens the next one by itself, and a click on one that is open closes it.
    await until(`${label} in its step`, async () => {
      if (await button.isVisible()) return true;
      await step(id).click({ timeout: 2_000 });
      return button.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    });
    await button.click();
  };

  it('leads from nothing to an application that answers, within two minutes', async () => {
    const { page, quickInput } = editor();
    await editor().run('slipway.walkthrough');
    await step('new').waitFor();
    await editor().shot('begin');
    const began = Date.now();
    await press('new', words[locale].create);
    await quickInput.entry('node-web').waitFor();
    await editor().shot('new', { x: 340, y: 20, width: 720, height: 400 });
    await quickInput.choose('node-web');
    await quickInput.type('shop');
    await quickInput.expectMessage('shop.default.localhost');
    await quickInput.accept();
    await quickInput.choose('workspace');
    await page.locator('.editor-group-container .tab.active', { hasText: /server\.ts|slipway\.yaml|README/ }).waitFor();
    await editor().run('slipway.walkthrough');
    await isDone('new');
    await press('deploy', words[locale].deploy);
    await editor().notification(words[locale].served).waitFor({ timeout: 90_000 });
    await editor().openContainer();
    await isDone('deploy');
    expect(Date.now() - began).toBeLessThan(120_000);
    await editor().shot('deployed', { x: 0, y: 20, width: 1440, height: 880 });
    const { ingress } = await slipwayJson<UpAnswer>(['status'], { env: editor().env, cwd: workspace });
    expect((await request(ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  }, 240_000);
});
