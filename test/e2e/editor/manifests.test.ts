/** Help with manifests in the editor: the popup, the hover, what is wrong and its quick fix, the lenses; beside another YAML extension. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import type { Editor } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { root, temporaryHome } from '../../support/places.ts';
import { until } from '../../support/until.ts';

const list = `apiVersion: v1
kind: List
items:
  - apiVersion: sources.knative.dev/v1
    kind: PingSource
    metadata:
      name: noon
    spec:
      schedule: "0 12 * * *"
      sink:
        ref:
          apiVersion: serving.knative.dev/v1
          kind: Service
          name: shop
  - apiVersion: serving.knative.dev/v1beta1
    kind: DomainMapping
    metadata:
      name: shop.example.com
    spec:
      ref:
        apiVersion: serving.knative.dev/v1
        kind: Service
        name: shop
`;

const template = temporaryHome('manifests-template');
await slipway(['new', 'node-web', join(template.dir, 'shop')], { env: template.env, cwd: template.dir });

const manifest = `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: shop
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/maxScale: "3"
    spec:
      timeoutSeconds: 20
      containers:
        - image: dev.local/shop
`;
const ping = `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: tick
spec:
  schedule: "0 8 * * 1-5"
  timezone: Asia/Shanghai
  sink:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: shop
`;

function fill(folder: string): void {
  cpSync(join(template.dir, 'shop'), join(folder, 'shop'), { recursive: true });
  writeFileSync(join(folder, 'shop', 'deploy', 'service.yaml'), manifest);
  writeFileSync(join(folder, 'shop', 'deploy', 'tick.yaml'), ping);
  writeFileSync(join(folder, 'shop', 'deploy', 'more.yaml'), list);
}

const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;

/** What a hand does in the text: one place for both windows. */
function handIn(editor: () => Editor) {
  const suggestions = () => editor().page.locator('.suggest-widget.visible .monaco-list-row');
  const settled = () => editor().page.locator('.statusbar-item', { hasText: /YAML/ }).first().waitFor();
  return {
    suggestions,
    suggestion: (label: string): Locator =>
      suggestions().filter({ has: editor().page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) }),
    /** A line of the active editor by its text. */
    line: (text: string): Locator => editor().page.locator('.editor-instance .view-line', { hasText: text }).first(),
    async open(file: string, line: number) {
      await editor().openAt(file, line);
      await settled();
    },
    /** Opens the popup and waits for an entry. */
    async suggest(label: string) {
      const { page } = editor();
      await until(`${label} in the popup`, async () => {
        await page.keyboard.press('Control+Space');
        return this.suggestion(label)
          .first()
          .waitFor({ timeout: 1_500 })
          .then(
            () => true,
            () => false,
          );
      });
    },
    /** Rests on a word of a line until the hover says this. */
    async hover(line: string, word: string, says: RegExp): Promise<Locator> {
      const { page } = editor();
      const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: says });
      await until(`the hover of ${word}`, async () => {
        await page.mouse.move(5, 400);
        await this.line(line).locator('span', { hasText: word }).last().hover({ timeout: 2_000 });
        return hover
          .first()
          .waitFor({ timeout: 2_000 })
          .then(
            () => true,
            () => false,
          );
      });
      return hover.first();
    },
    /** Takes a quick fix at the cursor's line. */
    async fix(title: RegExp, shot: string) {
      const { page } = editor();
      const action = page.locator('.action-widget .monaco-list-row', { hasText: title });
      await until(`the fix ${title}`, async () => {
        await page.keyboard.press('Control+.');
        if (
          await action
            .first()
            .waitFor({ timeout: 2_000 })
            .then(
              () => true,
              () => false,
            )
        )
          return true;
        await page.keyboard.press('Escape');
        return false;
      });
      await editor().shot(shot);
      await action.first().click();
    },
    problems: () => editor().page.locator('.markers-panel .monaco-list-row'),
  };
}

/** Saves and gives what is on the disk then. */
async function saved(editor: Editor, file: string, has: string): Promise<string> {
  await editor.page.keyboard.press('Control+s');
  return until(`${has} in ${file}`, () => {
    const text = readFileSync(file, 'utf8');
    return text.includes(has) ? text : undefined;
  });
}

describe('manifests', () => {
  const { editor, path } = useWorkspace({ name: 'manifests', fill });
  const file = (name: string) => path('shop', 'deploy', name);
  const hand = handIn(editor);

  it('are completed: keys with what is required, annotations explained, names of the workspace', async () => {
    const { page } = editor();
    await hand.open('shop/deploy/service.yaml', lineOf(manifest, 'image:'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await hand.suggest('resources');
    await editor().shot('keys');
    await page.keyboard.type('imagePull');
    await hand.suggestion('imagePullPolicy').click();
    // The values come by themselves.
    await hand.suggestion('IfNotPresent').waitFor();
    await editor().shot('values');
    await hand.suggestion('IfNotPresent').click();
    const text = await saved(editor(), file('service.yaml'), 'IfNotPresent');
    expect(text).toContain('          imagePullPolicy: IfNotPresent\n');

    await hand.open('shop/deploy/service.yaml', lineOf(manifest, 'maxScale'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('min-sc');
    await hand.suggest('autoscaling.knative.dev/min-scale');
    await editor().shot('annotations');
    await hand.suggestion('autoscaling.knative.dev/min-scale').click();
    await page.keyboard.press('Escape');
    expect(await saved(editor(), file('service.yaml'), 'min-scale')).toContain(
      '        autoscaling.knative.dev/min-scale: "1"\n',
    );
  });

  it('are explained: a field with its default, a schedule in words and its next fires', async () => {
    await hand.open('shop/deploy/service.yaml', 1);
    const field = await hand.hover('timeoutSeconds', 'timeoutSeconds', /Seconds that a request may take/);
    expect(await field.innerText()).toMatch(/Default: 300/);
    await editor().shot('hover');
    await hand.open('shop/deploy/tick.yaml', 1);
    const schedule = await hand.hover('schedule:', '0 8 * * 1-5', /At 08:00, Monday through Friday/);
    expect(await schedule.innerText()).toMatch(/Asia\/Shanghai/);
    await editor().shot('schedule');
  });

  it('are judged as the platform judges, and mended by quick fixes', async () => {
    const { page } = editor();
    const wrong = `${manifest.replace('timeoutSeconds: 20', 'timeoutSeconds: -20\n      containerConcurency: 5')}          startupProbe:\n            httpGet:\n              path: /\n  traffic:\n    - latestRevision: true\n      percent: 60\n    - revisionName: shop-00001\n      percent: 20\n`;
    writeFileSync(file('service.yaml'), wrong);
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'containerConcurency'));
    await page.locator('.squiggly-error').first().waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await page.keyboard.press('Control+Shift+m');
    await hand.problems().filter({ hasText: 'timeoutSeconds is -20; it must be from 0 to 600' }).waitFor();
    await hand.problems().filter({ hasText: 'sum up to 80 %' }).waitFor();
    await editor().shot('problems');
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'containerConcurency'));
    await hand.fix(/Change to containerConcurrency/, 'fix-field');
    await hand.line('containerConcurrency').waitFor();
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'timeoutSeconds'));
    await hand.fix(/Set timeoutSeconds to 0/, 'fix-bounds');
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'traffic:'));
    await hand.fix(/Rebalance to 100 %/, 'fix-traffic');
    // The platform tries the pod once nothing else is in its way.
    await hand.problems().filter({ hasText: 'startupProbe needs a port here' }).waitFor();
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'httpGet:'));
    await hand.fix(/Set port to 8080/, 'fix-probe');
    const text = await saved(editor(), file('service.yaml'), 'port: 8080');
    expect(text).toContain('percent: 75');
    expect(text).toContain('percent: 25');
    expect(text).toContain('timeoutSeconds: 0');
    await until('no error is left', async () => (await page.locator('.squiggly-error').count()) === 0);
    await editor().shot('mended');
  });

  it('carry the live state in their lenses', async () => {
    const { page } = editor();
    writeFileSync(file('service.yaml'), manifest);
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    await editor()
      .notification(/shop-00001 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    await hand.open('shop/deploy/service.yaml', 1);
    const lens = (text: string | RegExp) => page.locator('.codelens-decoration', { hasText: text });
    await lens(/Ready/).first().waitFor();
    await lens(/shop\.default\.localhost/)
      .first()
      .waitFor();
    await lens(/Logs/).first().waitFor();
    await editor().shot('lenses');
    await hand.open('shop/deploy/tick.yaml', 1);
    await lens(/Fire Now/)
      .first()
      .waitFor();
    await lens(/next .*\d/)
      .first()
      .waitFor();
    await editor().shot('lenses-ping');
    // Of a list above each of its items.
    await hand.open('shop/deploy/more.yaml', 1);
    await lens(/Fire Now/)
      .first()
      .waitFor();
    await lens('shop.example.com').first().waitFor();
    await editor().shot('lenses-list');
    // What the platform has is offered now.
    await hand.open('shop/deploy/tick.yaml', lineOf(ping, '      name: shop'));
    const service = await hand.hover('      name: shop', 'shop', /shop\.default\.localhost/);
    expect(await service.innerText()).toMatch(/ready/);
    await editor().shot('hover-name');
  }, 180_000);

  it('in a list, too', async () => {
    const { page } = editor();
    const wrong = list.replace('0 12 * * *', '99 12 * * *').replace('      sink:', '      sinc:');
    writeFileSync(file('more.yaml'), wrong);
    await hand.open('shop/deploy/more.yaml', lineOf(wrong, 'sinc:'));
    await hand.problems().filter({ hasText: '99' }).first().waitFor();
    await editor().shot('list');
    await hand.fix(/Change to sink/, 'list-fix');
    await hand.line('sink:').waitFor();
    await hand.open('shop/deploy/more.yaml', wrong.split('\n').length);
    await page.keyboard.type('  - ');
    await hand.suggest('Trigger');
    await editor().shot('list-item');
    await hand.suggestion('Trigger').click();
    await page.keyboard.press('Escape');
    const text = await saved(editor(), file('more.yaml'), 'kind: Trigger');
    expect(text).toContain('      sink:\n');
    expect(text).toContain(
      '\n  - apiVersion: eventing.knative.dev/v1\n    kind: Trigger\n    metadata:\n      name: name\n',
    );
  });
});

describe('beside redhat.vscode-yaml', () => {
  const { editor, path } = useWorkspace({
    name: 'manifests-yaml',
    extensions: [join(root, 'test', 'support', 'editor', 'yaml-extension')],
    fill: (folder) => {
      fill(folder);
      writeFileSync(join(folder, 'other.yaml'), 'something: 1\n');
    },
  });
  const hand = handIn(editor);

  it('it works as ever on other files', async () => {
    const { page } = editor();
    await hand.open('other.yaml', 1);
    await page.locator('.squiggly-error').first().waitFor();
    await hand.suggest('apiVersion');
    await page.keyboard.press('Escape');
  });

  it('a key is offered once, explained once, and what is no YAML is said once', async () => {
    const { page } = editor();
    writeFileSync(path('shop', 'deploy', 'service.yaml'), `${manifest}kind: Service\n`);
    await hand.open('shop/deploy/service.yaml', lineOf(manifest, 'timeoutSeconds'));
    const hover = await hand.hover('timeoutSeconds', 'timeoutSeconds', /Seconds that a request may take/);
    expect(await hover.innerText()).not.toContain('mapped schema');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+m');
    await hand.problems().filter({ hasText: 'Map keys must be unique' }).waitFor();
    await editor().shot('problems-once');
    expect(
      await hand
        .problems()
        .filter({ hasText: /must be unique|each key once/i })
        .count(),
    ).toBe(1);
    await hand.open('shop/deploy/service.yaml', lineOf(manifest, 'timeoutSeconds'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await hand.suggest('volumes');
    await editor().shot('popup-once');
    const labels = await hand.suggestions().locator('.label-name').allInnerTexts();
    expect(labels).not.toContain('apiVersion');
    expect(new Set(labels).size).toBe(labels.length);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+o');
    await editor().quickInput.entry('outline of the YAML extension').waitFor();
    expect(
      await editor()
        .quickInput.widget.locator('.monaco-list-row', { hasText: /^metadata/ })
        .count(),
    ).toBe(0);
    await editor().quickInput.cancel();
  });
});

describe('in Chinese', () => {
  const { editor, path } = useWorkspace({
    name: 'manifests-zh-cn',
    locale: 'zh-cn',
    fill: (folder) => {
      fill(folder);
      template[Symbol.dispose]();
    },
  });
  const hand = handIn(editor);

  it('the popup, the hover and what is wrong', async () => {
    const { page } = editor();
    const wrong = manifest.replace('timeoutSeconds: 20', 'timeoutSeconds: -20');
    writeFileSync(path('shop', 'deploy', 'service.yaml'), wrong);
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'image:'));
    await hand.hover('timeoutSeconds', 'timeoutSeconds', /一个请求总共可用的秒数/);
    await editor().shot('hover');
    await page.keyboard.press('Control+Shift+m');
    await hand.problems().filter({ hasText: '必须在 0 到 600 之间' }).waitFor();
    await hand.open('shop/deploy/service.yaml', lineOf(wrong, 'image:'));
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await hand.suggest('resources');
    await hand.suggestions().filter({ hasText: '可选' }).first().waitFor();
    await editor().shot('popup');
  });
});
