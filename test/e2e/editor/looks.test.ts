/**
 * The main pages in each language and theme: axe-core, no sideways scrolling, strict policy, and a screenshot of each. The gate
 * looks at English in dark and Chinese in light; SLIPWAY_TEST_FULL=1 at every language in every theme.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { axeViolations, foreignContent, frameOf, sideways } from '../../support/editor/page-checks.ts';
import { distribution } from '../../support/ingress.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;
type Theme = keyof typeof themes;
type Locale = 'en' | 'zh-cn';
const all = (['en', 'zh-cn'] as const).flatMap((locale) =>
  (Object.keys(themes) as Theme[]).map((theme): [Locale, Theme] => [locale, theme]),
);
const wanted: [Locale, Theme][] = process.env['SLIPWAY_TEST_FULL']
  ? all
  : [
      ['en', 'dark'],
      ['zh-cn', 'light'],
    ];

const words = {
  en: {
    applications: 'Applications',
    none: 'There is no application',
    served: /serves 100 %/,
    around: {
      platform: 'Platform',
      inStatusBar: /instances?/,
      lens: /Ready/,
      field: /Seconds that a request may take/,
      inOrder: 'in order',
      doctor: 'Doctor',
      events: /^Events/,
    },
  },
  'zh-cn': {
    applications: '应用',
    none: '还没有应用',
    served: /已承接 100 %/,
    around: {
      platform: '平台',
      inStatusBar: /个实例/,
      lens: /就绪/,
      field: /一个请求总共可用的秒数/,
      inOrder: '正常',
      doctor: '诊断',
      events: /^事件/,
    },
  },
} as const;

/** Whether a line of the words under the heading ends in the dot between two of them; there must be a second line. */
async function brokenAtDot(frame: Frame): Promise<boolean> {
  return frame.evaluate<boolean>(`(() => {
    const parts = [...document.querySelectorAll('.sub > *')];
    const top = (element) => Math.round(element.getBoundingClientRect().top);
    const first = parts.filter((part, index) => index > 0 && top(part) > top(parts[index - 1]));
    if (first.length === 0) throw new Error('one line: ' + document.querySelector('.sub').textContent);
    return first.some((part) => part.previousSibling.textContent.trim() === '·');
  })()`);
}

/** Whether what is on has a border of its own: in high contrast a ground hardly tells it. */
async function onHasBorder(frame: Frame): Promise<boolean> {
  const pressed = frame.locator('.actions .plain[aria-pressed="true"]').first();
  const shadow = await pressed.evaluate(
    (element) => element.ownerDocument.defaultView.getComputedStyle(element).boxShadow,
  );
  return shadow !== 'none' && !shadow.includes('rgba(0, 0, 0, 0)');
}

describe.each(wanted)('in %s and %s', { timeout: 240_000 }, (locale, theme) => {
  let workspace = '';
  const editor = useEditor({
    name: `looks-${locale}-${theme}`,
    locale,
    settings: { 'workbench.colorTheme': themes[theme], 'window.autoDetectColorScheme': false },
    workspace: (dir) => {
      workspace = join(dir, 'workspace');
      mkdirSync(workspace);
      return workspace;
    },
  });

  async function check(name: 'traffic' | 'revisions' | 'logs' | 'events'): Promise<Frame> {
    const frame = await frameOf(editor().page, name);
    expect(await frame.locator('html').getAttribute('lang')).toBe(locale);
    expect(await axeViolations(frame)).toEqual([]);
    expect(await sideways(frame)).toEqual([]);
    expect(await foreignContent(frame)).toEqual([]);
    return frame;
  }

  const at = () => ({ env: editor().env, cwd: workspace });
  /** Nothing under the pointer: what it hovers over is not what is looked at. */
  const look = async (name: string) => {
    const { page } = editor();
    const hover = page.locator('.workbench-hover').first();
    // One that opens just as the pointer leaves what it belongs to, below it, stays until the pointer comes and leaves again.
    await until('no hover', async () => {
      const box = await hover.boundingBox({ timeout: 500 }).catch(() => null);
      if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height + 12);
      await page.mouse.move(720, 895);
      await hover.waitFor({ state: 'detached', timeout: 2_000 });
      return true;
    });
    await editor().shot(name);
  };

  it('a workspace without an application, and no platform', async () => {
    await editor().openContainer();
    await editor().view(words[locale].applications).getByText(words[locale].none).waitFor({ timeout: 60_000 });
    const frame = await check('traffic');
    await frame.locator('.empty').waitFor();
    // Our buttons and those of the editor's own views stand in one side bar.
    const round = (button: Locator) =>
      button.first().evaluate((element) => element.ownerDocument.defaultView.getComputedStyle(element).borderRadius);
    expect(await round(frame.locator('vscode-button'))).toBe(
      await round(editor().view(words[locale].applications).locator('.monaco-button')),
    );
    await look('welcome');
  });

  it('the walkthrough', async () => {
    await editor().run('slipway.walkthrough');
    const text = editor().page.locator('.gettingStartedContainer iframe.webview').first().contentFrame();
    await text.frameLocator('#active-frame').locator('img').first().waitFor();
    await look('walkthrough');
    await editor().run('View: Close Editor');
    await editor().page.locator('.editor-group-container .tab').first().waitFor({ state: 'detached' });
  });

  it('what a deploy says', async () => {
    await slipway(['up', '--detach', '--port', '0'], at());
    const shop = join(workspace, 'shop');
    await slipway(['new', 'node-web', shop], at());
    await slipway(['deploy', shop], at());
    await slipway(['domain', 'add', 'shop.example.test', 'shop'], at());
    const source = join(shop, 'src', 'server.ts');
    writeFileSync(source, readFileSync(source, 'utf8').replace('{greeting}, $', '{greeting} there, $'));
    await editor().openContainer();
    await editor().row(words[locale].applications, '00001').waitFor({ timeout: 60_000 });
    await editor().act(words[locale].applications, /^shop/, 'slipway.application.deploy');
    await editor().notification(words[locale].served).waitFor({ timeout: 90_000 });
    await look('verdict');
    await editor().page.keyboard.press('Escape');
  });

  it('the side bar', async () => {
    await slipway(['traffic', 'shop', 'shop-00001=30', 'shop-00002=70'], at());
    const { ingress } = await slipwayJson<UpAnswer>(['status'], at());
    await editor().view(words[locale].applications).waitFor({ timeout: 60_000 });
    await editor().row(words[locale].applications, '00002').waitFor({ timeout: 60_000 });
    await distribution(ingress, { host: 'shop.default.localhost' }, 60, ({ status }) => String(status));
    const frame = await check('traffic');
    await frame.locator('.rev[data-revision="shop-00001"]').waitFor();
    await editor().row(words[locale].applications, 'shop.example.test').waitFor();
    await look('side-bar');
  });

  it('the tab of revisions', async () => {
    await editor().row(words[locale].applications, /^shop/).nth(0).waitFor();
    const service = editor().view(words[locale].applications).locator('.monaco-list-row[aria-level="2"]').first();
    await service.hover();
    await service.locator('.codicon-graph').first().click();
    const frame = await frameOf(editor().page, 'revisions');
    await frame.locator('tr[data-revision="shop-00002"]').waitFor();
    await check('revisions');
    await look('revisions');
  });

  it('the log', async () => {
    const service = editor().view(words[locale].applications).locator('.monaco-list-row[aria-level="2"]').first();
    await service.hover();
    await service.locator('.codicon-output').first().click();
    const frame = await frameOf(editor().page, 'logs');
    await frame.locator('.row').first().waitFor();
    await check('logs');
    expect(await onHasBorder(frame)).toBe(theme.startsWith('high-contrast'));
    await look('logs');
  });

  it('the tab of events', async () => {
    const { page } = editor();
    await editor().run('slipway.event.send');
    const frame = await frameOf(page, 'events');
    await frame.locator('#target option').first().waitFor({ state: 'attached' });
    await check('events');
    const tabs = page.locator('.tabs-container .tab');
    const icons = tabs.locator('.monaco-icon-label-iconpath:visible');
    await until('an icon in each tab', async () => (await icons.count()) === (await tabs.count()));
    await look('events');
  });

  it('what is around the pages: lists, hovers, lenses, statuses and menus', async () => {
    const { page, quickInput } = editor();
    const hover = page.locator('.workbench-hover:not(.hidden), .monaco-hover:not(.hidden)');
    /** Rests on it until what it says is there; a tree that is drawn anew takes its hover away. */
    const rest = (target: Locator, says: RegExp) =>
      until(`the hover of ${says}`, async () => {
        await page.mouse.move(720, 895);
        await target.hover({ timeout: 2_000 });
        await hover.filter({ hasText: says }).first().waitFor({ timeout: 3_000 });
        return true;
      });
    const { around } = words[locale];
    await rest(editor().row(words[locale].applications, '00002').locator('.label-name'), /shop-00002/);
    await editor().shot('hover-revision');
    await rest(editor().view(around.platform).locator('.monaco-list-row .label-name').first(), /[Kk]ubeconfig/);
    await editor().shot('hover-platform');
    await rest(page.locator('.statusbar-item[id*="slipway.platform"]').first(), around.inStatusBar);
    await editor().shot('hover-status');
    await editor().row(words[locale].applications, '00001').click({ button: 'right' });
    await page.locator('.monaco-menu .action-item').first().waitFor();
    await editor().shot('menu-revision');
    await page.keyboard.press('Escape');
    await page.locator('.monaco-menu').waitFor({ state: 'detached' });

    await editor().openAt('shop/deploy/service.yaml', 14);
    await page.locator('.codelens-decoration', { hasText: around.lens }).first().waitFor();
    await rest(page.locator('.view-line span', { hasText: 'timeoutSeconds' }).last(), around.field);
    await editor().shot('hover-field');
    await page.keyboard.press('Control+Home');
    await page.locator('.statusbar-item[id="status.languageStatus"]').click();
    await page.locator('.hover-language-status', { hasText: around.inOrder }).waitFor();
    await editor().shot('language-status');
    await page.keyboard.press('Escape');
    const picks: [string, string, () => Promise<void>][] = [
      ['menu-platform', around.doctor, () => page.locator('.statusbar-item[id*="slipway.platform"] a').first().click()],
      ['new-application', 'node-web', () => editor().run('slipway.application.new')],
    ];
    for (const [name, entry, open] of picks) {
      await open();
      await quickInput.entry(entry).waitFor();
      await look(name);
      await quickInput.cancel();
      await quickInput.widget.waitFor({ state: 'hidden' });
    }
    await editor().run('View: Close Editor');
    await page.getByRole('tab', { name: /service\.yaml/ }).waitFor({ state: 'detached' });
  });

  it('a revision that failed', async () => {
    const shop = join(workspace, 'shop');
    writeFileSync(join(shop, 'src', 'server.ts'), "throw new TypeError('scene is undefined');\n");
    await slipway(['deploy', shop], at());
    await editor().row(words[locale].applications, '00003').locator('.codicon-error').waitFor({ timeout: 60_000 });
    await check('traffic');
    await editor().page.getByRole('tab', { name: /^shop/ }).click();
    const revisions = await frameOf(editor().page, 'revisions');
    await revisions.locator('tr[data-revision="shop-00003"]').waitFor();
    await check('revisions');
    await look('failed');
  });

  it('at 200 % nothing sticks out', async () => {
    const { page } = editor();
    const tab = async (name: RegExp) => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.getByRole('tab', { name }).click();
      await page.setViewportSize({ width: 720, height: 450 });
    };
    await tab(/^shop/);
    await check('revisions');
    await check('logs');
    await check('traffic');
    await editor().shot('zoomed');
    await editor().run('View: Toggle Maximized Panel');
    await page.locator('.editor-group-container').first().waitFor({ state: 'hidden' });
    await check('logs');
    await editor().shot('zoomed-logs');
    await editor().run('View: Toggle Maximized Panel');
    // Beside the log there is room for their headings.
    await editor().run('View: Toggle Panel Visibility');
    await page.locator('.part.panel').waitFor({ state: 'hidden' });
    const revisions = await check('revisions');
    expect(await brokenAtDot(revisions)).toBe(false);
    await editor().shot('zoomed-revisions');
    await tab(words[locale].around.events);
    await check('events');
    await editor().shot('zoomed-events');
    await editor().run('View: Toggle Panel Visibility');
    await page.locator('.part.panel').waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('in a side bar of 180 pixels nothing sticks out', async () => {
    const { page } = editor();
    const sash = page.locator('.monaco-sash.vertical').nth(1);
    const box = await sash.boundingBox();
    if (!box) throw new Error('the side bar has no sash');
    await page.mouse.move(box.x + 2, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(230, box.y + 300, { steps: 5 });
    await page.mouse.up();
    await check('traffic');
    await look('narrow');
  });
});
