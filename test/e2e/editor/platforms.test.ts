/** Several platforms, several windows, several folders: a dead context blocks nothing, hostile names are names, windows agree. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDoor } from '../../support/api-door.ts';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { cancelled, consumerEnv, consumerExtension, consumerOf } from '../../support/editor/consumer.ts';
import { openContainer, useEditor } from '../../support/editor/editor.ts';
import { kubeOf, serving } from '../../support/kube.ts';
import { temporaryHome } from '../../support/places.ts';
import { processesOf } from '../../support/processes.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const hostile = `<img src=x onerror="window.hacked=1"> $(zap) [x](command:workbench.action.quit) \u202egnp.exe 😀 ${'long'.repeat(50)}`;
const home = temporaryHome('platforms');
const api = await seededApi(home.dir, { services: 3, revisions: 2, name: 'sls-stable' });
/** The same platform, as one that says whatever it likes. */
const door = await openDoor(api.kubeconfig, home.dir);

/** Accepts connections, reads what comes, and never answers: a VPN that is gone, a cluster that hangs. */
const sockets = new Set<Socket>();
const silent = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => {}).resume();
});
await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
const silentPort = (silent.address() as { port: number }).port;
const dead = join(home.dir, 'dead.kubeconfig');
writeFileSync(
  dead,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'dead', cluster: { server: `https://127.0.0.1:${silentPort}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'dead', user: { token: 'x' } }],
    contexts: [{ name: 'dead', context: { cluster: 'dead', user: 'dead' } }],
  }),
);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  door.close();
  await api[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

let workspace = '';
const editor = useEditor({
  name: 'platforms',
  env: consumerEnv(home.dir),
  extensions: [consumerExtension],
  settings: {
    'slipway.contexts': [
      { context: 'dead', kubeconfig: dead },
      { name: hostile, context: api.context, kubeconfig: api.kubeconfig },
      { name: 'wild', context: 'door', kubeconfig: door.kubeconfig },
      { name: 'only looked at', context: api.context, kubeconfig: api.kubeconfig, readOnly: true },
    ],
  },
  workspace: (dir) => {
    workspace = join(dir, 'shops.code-workspace');
    for (const name of ['one', 'two']) mkdirSync(join(dir, name), { recursive: true });
    writeFileSync(workspace, JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }));
    return workspace;
  },
});

async function use(text: string | RegExp): Promise<void> {
  await editor().run('slipway.platform.use');
  await editor().quickInput.choose(text);
}
const inTree = (text: string | RegExp) => editor().row('Applications', text);
/** Entries of the palette's list as it is now. */
const offered = (text: string | RegExp) =>
  editor().quickInput.widget.locator('.quick-input-list .monaco-list-row', { hasText: text }).count();

/** As somebody takes `wild` out of the settings while a question stands; resolves with what puts it back. */
async function withoutWild(): Promise<() => void> {
  const files = ['User', 'Machine'].map((of) => join(editor().dir, 'editor', 'user-data', of, 'settings.json'));
  const settings = files.map((file) => readFileSync(file, 'utf8'));
  for (const [index, file] of files.entries())
    writeFileSync(file, (settings[index] ?? '').replace(/"name": ?"wild"/, '"name":"tame"'));
  await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'embedded' }).waitFor();
  return () => {
    for (const [index, file] of files.entries()) writeFileSync(file, settings[index] ?? '');
  };
}

describe('a context that accepts and never answers', () => {
  it('is connecting, and the next one is there at once', async () => {
    await editor().openContainer();
    await use(/^dead/);
    await editor().row('Platform', /dead/).filter({ hasText: 'connecting' }).waitFor();
    const began = Date.now();
    await use('only looked at');
    await inTree('service-0000').waitFor();
    // Not a limit of speed: the dead one would hold it for its whole timeout.
    expect(Date.now() - began).toBeLessThan(20_000);
    await editor().shot('after-dead');
  });

  it('does not stand in the way of an embedded platform either', async () => {
    await use(/^dead/);
    await use(/^embedded/);
    await editor().run('slipway.platform.start');
    await editor()
      .page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'embedded' })
      .waitFor({ timeout: 60_000 });
    await editor()
      .row('Platform', /embedded/)
      .filter({ hasText: 'ready' })
      .waitFor({ timeout: 60_000 });
  });
});

describe('a platform that is read only', () => {
  it('offers nothing that changes it', async () => {
    await use('only looked at');
    const row = inTree('service-0000');
    await row.waitFor();
    await row.click({ button: 'right' });
    const menu = editor().page.locator('.context-view .monaco-menu, .monaco-menu-container').first();
    await menu.waitFor();
    await editor().shot('read-only');
    expect(await menu.getByText('Delete service').count()).toBe(0);
    expect(await menu.getByText('Move traffic').count()).toBe(0);
    await editor().page.keyboard.press('Escape');
    const traffic = await editor().webview('traffic');
    await traffic.getByText('read only').waitFor();
    expect(await traffic.getByRole('slider').first().isDisabled()).toBe(true);
    await inTree('service-0000').click();
    await editor().run('slipway.service.openRevisions');
    const revisions = await editor().webview('revisions');
    await revisions.getByText('read only').waitFor();
    await revisions.locator('tbody tr').first().hover();
    await editor().shot('read-only-revisions');
    expect(await revisions.locator('tbody tr').first().getByRole('button').allTextContents()).toHaveLength(1);
    await revisions.getByRole('button', { name: 'Show Logs' }).first().waitFor();
    await editor().run('View: Close All Editors');
    await editor().page.keyboard.press('F1');
    // What is always there is in the list: so is all else that there would be.
    await editor().quickInput.type('>Slipway: Show');
    await editor().quickInput.entry('Slipway: Show Output').waitFor();
    expect(await offered(/Show Logs|Show as YAML/)).toBe(2);
    expect(await offered('Show Next Fires')).toBe(0);
    await editor().quickInput.type('>Slipway: R');
    await editor().quickInput.entry('Slipway: Refresh').waitFor();
    expect(await offered(/Roll Back|Remove Domain|Reset Platform/)).toBe(0);
    await editor().quickInput.cancel();
  });
});

describe('a change that admission refuses', () => {
  it('is said in place in the webhook’s own words, and the wish is kept', async () => {
    await editor().openContainer();
    await use('wild');
    await inTree('service-0000').click();
    const traffic = await editor().webview('traffic');
    await traffic.getByText('Add Revision').click();
    const field = traffic.locator('.rev[data-revision="service-0000-00002"] .pct');
    await traffic.locator('.rev[data-revision="service-0000-00001"]').waitFor();
    await field.fill('60');
    await field.press('Enter');
    const message = 'admission webhook "guard.example.com" denied the request: at most 50 % on Fridays';
    const rule = { method: 'PATCH', path: /\/services\/service-0000/, status: 403, message };
    await door.with(rule, async () => {
      await traffic.locator('#apply').click();
      const note = traffic.locator('.note.bad', { hasText: `The platform refused: ${message}` });
      await note.waitFor();
      // Where a person looks, however low the view is.
      await until('it in sight', () => note.evaluate(isInSight));
    });
    expect(await field.inputValue()).toBe('60 %');
    expect(await traffic.locator('#apply').isEnabled()).toBe(true);
    await editor().shot('refused');
    const kube = kubeOf(api.kubeconfig);
    const spec = async () => JSON.stringify((await kube.get(serving('default', 'services', 'service-0000'))).spec);
    expect(await spec()).not.toContain('60');
    // It is asked again as it is, and this time nobody minds.
    await traffic.locator('#apply').click();
    await until('the split', async () => /"percent":60/.test(await spec()));
  });
});

describe('a platform that is not of this machine', () => {
  it('is taken nothing from before its name is typed, nor the one that is in use by then', async () => {
    await editor().openContainer();
    await use('wild');
    await editor().menu('Applications', 'service-0002', 'slipway.service.delete');
    await editor().quickInput.expect(/Type service-0002 to confirm/);
    await editor().quickInput.type('service-000');
    await editor().shot('typed-name');
    await editor().quickInput.accept();
    await editor().quickInput.expect(/Type service-0002/);
    const putBack = await withoutWild();
    await editor().quickInput.type('service-0002');
    await editor().quickInput.accept();
    await editor()
      .notification(/begun for wild, and another platform/)
      .waitFor();
    await editor().shot('typed-for-another');
    expect(await kubeOf(api.kubeconfig).find(serving('default', 'services', 'service-0002'))).toBeDefined();
    putBack();
    await use('wild');
    await editor().menu('Applications', 'service-0002', 'slipway.service.delete');
    await editor().quickInput.expect(/Type service-0002/);
    await editor().quickInput.type('service-0002');
    await editor().quickInput.accept();
    await inTree('service-0002').waitFor({ state: 'detached' });
    expect(await kubeOf(api.kubeconfig).find(serving('default', 'services', 'service-0002'))).toBeUndefined();
  });
});

describe('a tool that a model calls', () => {
  const consumer = consumerOf(editor, home.dir);
  const input = { service: 'service-0000', percent: { 'service-0000-00001': 30, 'service-0000-00002': 70 } };
  const about = (platform: string) => new RegExp(`On the platform ${platform}, requests to service-0000`);
  const spec = async () =>
    JSON.stringify((await kubeOf(api.kubeconfig).get(serving('default', 'services', 'service-0000')))['spec']);

  it('moves nothing on another platform than the one that the user said yes for', async () => {
    await editor().openContainer();
    await use('wild');
    await inTree('service-0000').waitFor();
    await consumer.call('slipway_traffic', input);
    await consumer.question(about('wild')).waitFor();
    const putBack = await withoutWild();
    await consumer.say('Yes', about('wild'));
    expect(await consumer.answer()).toMatchObject({ code: 'PlatformChanged', error: expect.stringContaining('wild') });
    expect(await spec()).not.toContain('"percent":70');
    putBack();
  });

  it('asks once more where it is not known which of two questions was meant', async () => {
    await use('wild');
    await inTree('service-0000').waitFor();
    await consumer.call('slipway_traffic', input);
    await consumer.say('Cancel', about('wild'));
    expect(await consumer.answer()).toEqual(cancelled);
    await use('gnp.exe');
    await inTree('service-0000').waitFor();
    const hostileOne = /On the platform <img src=x/;
    await consumer.call('slipway_traffic', input);
    await consumer.say('Yes', hostileOne);
    await editor().shot('asked-once-more');
    await consumer.say('Yes', hostileOne);
    // Nothing here routes it, which the tool would wait for.
    await until('the split', async () => (await spec()).includes('"percent":70'));
  });
});

describe('a revision that something leads to', () => {
  it('is not deleted by the palette either, which says what to do first', async () => {
    const asked = async (revision: string) => {
      await editor().run('slipway.revision.delete');
      await editor().quickInput.choose('service-0000');
      await editor().quickInput.choose(revision);
    };
    const moved = (latest: object) => {
      const traffic = [
        { revisionName: 'service-0000-00001', percent: 100 },
        { percent: 0, ...latest },
      ];
      const path = serving('default', 'services', 'service-0000');
      return kubeOf(api.kubeconfig).call('PATCH', path, { spec: { traffic } }, 'application/merge-patch+json');
    };
    // The window hears of the new split by itself, a moment later; before that it says what was so.
    const told = (revision: string, text: RegExp) =>
      until('what it says', async () => {
        await asked(revision);
        await editor().notification(text).waitFor({ timeout: 2_000 });
        return true;
      });
    await told('00001', /service-0000-00001 takes 30 % of the traffic\. Move it first/);
    await moved({ revisionName: 'service-0000-00002' });
    await told('00002', /is the latest ready revision\. Deploy another one first/);
    await editor().shot('kept');
    await moved({ revisionName: 'service-0000-00002', tag: 'next' });
    await told('00002', /has the tag next\. Remove the tag first/);
    for (const revision of ['service-0000-00001', 'service-0000-00002'])
      expect(await kubeOf(api.kubeconfig).find(serving('default', 'revisions', revision))).toBeDefined();
  });
});

describe('a hostile name', () => {
  it('is text everywhere', async () => {
    await editor().openContainer();
    await use('gnp.exe');
    await inTree('service-0000').waitFor();
    await editor()
      .row('Platform', /img src=x/)
      .waitFor();
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'img src=x' }).waitFor();
    await editor()
      .row('Platform', /img src=x/)
      .hover();
    await editor().shot('hostile');
    await isText();
  });

  it('of a service is text in lists, tabs, the status bar and the title of a difference', async () => {
    api.fail('service-0001', 'service-0001');
    await door.rewriting('service-0001', JSON.stringify(hostile).slice(1, -1), async () => {
      await use('wild');
      await inTree('gnp.exe').waitFor();
      await editor().run('slipway.service.select');
      await editor().quickInput.entry('gnp.exe').waitFor();
      await isText();
      await editor().shot('hostile-list');
      await editor().quickInput.choose('gnp.exe');
      const item = editor().page.locator('.statusbar-item[id*="slipway.service"]', { hasText: 'img src=x' });
      await item.waitFor();
      expect((await item.boundingBox())?.width).toBeLessThan(1_440 / 2);
      const traffic = await editor().webview('traffic');
      await traffic.getByText('00002').first().waitFor();
      // Of the service that is selected.
      await editor().run('slipway.service.openRevisions');
      const tab = editor().page.locator('.tab', { hasText: 'img src=x' });
      await tab.first().waitFor();
      const revisions = await editor().webview('revisions');
      await revisions.getByText('00002').first().waitFor();
      await isText();
      expect(await editor().page.title()).not.toContain('\u202e');
      expect(await tab.first().textContent()).not.toContain('\u202e');
      await editor().shot('hostile-tabs');
      await inTree('gnp.exe').click();
      // A notification makes links of what looks like one.
      await editor().menu('Applications', '00002', 'slipway.revision.delete');
      const told = editor().notification(/img src=x.* takes 100 %/);
      await told.waitFor();
      await editor().shot('hostile-notification');
      expect(await told.locator('.notification-list-item-message a').count()).toBe(0);
      await editor().menu('Applications', '00002', 'slipway.revision.compare');
      await editor().quickInput.choose('00001');
      await tab.filter({ hasText: '↔' }).waitFor();
      await editor().page.locator('.diff-editor, .monaco-diff-editor').first().waitFor();
      await isText();
      await editor().shot('hostile-difference');
      await editor().run('View: Close All Editors');
    });
  });
});

/** In the page: the whole of it. */
const isInSight = new Function(
  'node',
  'return node.getBoundingClientRect().top >= 0 && node.getBoundingClientRect().bottom <= innerHeight + 1',
) as (node: unknown) => boolean;

/** No element was made of the name, no icon, and nothing of it has run. */
async function isText(): Promise<void> {
  const { page } = editor();
  for (const frame of page.frames()) {
    expect(await frame.evaluate('window.hacked').catch(() => undefined)).toBeUndefined();
    expect(
      await frame
        .locator('img[src="x"], a[href^="command:workbench.action.quit"]')
        .count()
        .catch(() => 0),
    ).toBe(0);
  }
  expect(await page.locator('.codicon-zap').count()).toBe(0);
}

describe('a workspace of several folders', () => {
  it('shows the applications of each', async () => {
    await use(/^embedded/);
    for (const name of ['one', 'two']) {
      const dir = join(editor().dir, name, `${name}-shop`);
      await slipway(['new', 'node-web', dir], { env: editor().env, cwd: editor().dir });
    }
    await inTree('one-shop').waitFor({ timeout: 60_000 });
    await inTree('two-shop').waitFor();
    await editor().shot('two-folders');
  });

  it('deploys none to another platform than the one that it was begun for', async () => {
    await use(/^dead/);
    await editor().row('Platform', /dead/).filter({ hasText: 'connecting' }).waitFor();
    await editor().act('Applications', /^one-shop/, 'slipway.application.deploy');
    await editor()
      .notification(/one-shop.*dead/)
      .waitFor();
    await use(/^embedded/);
    await editor()
      .notification(/begun for dead, and another platform/)
      .waitFor();
    await editor().shot('other-platform');
    const there = await slipwayJson<unknown>(['ls'], { env: editor().env, cwd: editor().dir });
    expect(JSON.stringify(there)).not.toContain('one-shop');
  });
});

describe('a second window', () => {
  it('is on the same platform and sees what the first one does', async () => {
    await editor().act('Applications', /^one-shop/, 'slipway.application.deploy');
    const other = await editor().page.context().newPage();
    await other.goto(editor().page.url());
    await openContainer(other);
    const row = other.locator('.pane', { has: other.locator('.pane-header', { hasText: 'Applications' }) });
    await row.locator('.monaco-list-row', { hasText: '00001' }).first().waitFor({ timeout: 90_000 });
    expect(processesOf(editor().dir).filter(({ command }) => /platform\.mjs/.test(command))).toHaveLength(1);
    await other.close();
  });
});
