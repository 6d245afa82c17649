/**
 * The packed extension in windows of every kind: it wakes up, is quiet, and starts nothing on its own. A folder that is on no disk comes
 * with SLIPWAY_TEST_FULL=1.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { titleOf } from '../../support/editor/titles.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { service } from '../../support/logs-application.ts';
import { root } from '../../support/places.ts';
import { processesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

/** A platform that nobody asked for would be one of these. */
const platformsOf = (dir: string) => processesOf(dir).filter(({ command }) => /platform\.mjs/.test(command));

describe('an empty window', () => {
  const editor = useEditor({ name: 'empty-window' });

  it('has our view container, which says what to do next', async () => {
    await editor().openContainer();
    await editor().view('Applications').waitFor();
    await editor().view('Platform').waitFor();
    await editor().view('Applications').locator('.welcome-view-content', { hasText: 'No folder is open' }).waitFor();
    await editor().shot('container');
  });

  it('starts no platform and opens nothing by itself', async () => {
    expect(platformsOf(editor().dir)).toEqual([]);
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
    expect(await editor().page.locator('.editor-group-container .tab').count()).toBe(0);
  });

  it('offers its commands in the palette and scaffolds nothing without an answer', async () => {
    await editor().run('slipway.application.new');
    await editor().quickInput.entry('node-web').waitFor();
    await editor().shot('new');
    await editor().quickInput.cancel();
    await editor().quickInput.widget.waitFor({ state: 'hidden' });
  });
});

describe('a window with a folder that has no application', () => {
  const settings = { 'slipway.platform.name': 'my shop' };
  const { editor, path, find, platform } = useWorkspace({ name: 'plain-folder', settings });

  it('wakes up for the manifest of one that came later, and starts nothing for it', async () => {
    mkdirSync(path('later', 'deploy'), { recursive: true });
    writeFileSync(path('later', 'slipway.yaml'), 'name: later\nbuild:\n  image: dev.local/later\n');
    writeFileSync(path('later', 'Procfile'), 'web: ./server\n');
    writeFileSync(path('later', 'deploy', 'service.yaml'), service('later'));
    await editor().openAt('later/slipway.yaml', 1);
    const told = /"my shop" cannot be the name of a platform.* known platforms: embedded\./;
    editor().complaints.provoked(told);
    await editor().notification(told).waitFor();
    await editor().shot('wrong-platform');
    await editor().notification(told).getByRole('button', { name: 'Choose Platform' }).click();
    await editor().quickInput.entry('embedded').waitFor();
    await editor().quickInput.cancel();
    const lenses = editor().page.locator('.codelens-decoration', { hasText: 'Deploy' }).first();
    await lenses.waitFor();
    await editor().shot('later');
    expect(await lenses.textContent()).not.toContain('Debug');
    // How it is started is known from a file that nobody has open.
    writeFileSync(path('later', 'Procfile'), 'web: node a.js\n');
    await lenses.filter({ hasText: 'Debug' }).waitFor();
    expect(platformsOf(editor().dir)).toEqual([]);
    rmSync(path('later'), { recursive: true });
  });

  it('starts the platform on request and shows it in the status bar', async () => {
    await editor().run('slipway.platform.start');
    await editor()
      .page.locator('.statusbar-item[id*="slipway"]', { hasText: /embedded/ })
      .waitFor();
    await editor().openContainer();
    await editor()
      .row('Platform', /embedded/)
      .waitFor();
    await editor().shot('platform');
    expect(platformsOf(editor().dir)).toHaveLength(1);
  });

  it('adopts the Service of several that is chosen, or that the lens is above, and forgets an application that is deleted', async () => {
    const { page, quickInput } = editor();
    for (const folder of ['pair', 'twins']) {
      mkdirSync(path(folder));
      writeFileSync(path(folder, 'service.yaml'), `${service('first')}---\n${service('second')}`);
    }
    await editor().view('Applications').getByRole('button', { name: 'Adopt Application' }).click();
    await quickInput.choose(/^twins/);
    await quickInput.expect(/Which Knative Service is the application/);
    await editor().shot('which');
    await quickInput.choose(/^second/);
    await editor().row('Applications', 'second').waitFor();
    // It takes the focus last, also from what is opened before that.
    await editor().view('Applications').locator('.monaco-list:focus').waitFor();
    expect(readFileSync(path('twins', 'slipway.yaml'), 'utf8')).toMatch(/^name: second\n/);
    await editor().openAt('pair/service.yaml', 1);
    const lenses = page.locator('.codelens-decoration a', { hasText: 'Adopt Application' });
    await until('a lens above each', async () => (await lenses.count()) === 2);
    await editor().shot('several');
    const heights = await Promise.all((await lenses.all()).map(async (lens) => (await lens.boundingBox())?.y ?? 0));
    await lenses.nth(heights.indexOf(Math.min(...heights))).click();
    await editor().row('Applications', 'first').waitFor();
    await editor().view('Applications').locator('.monaco-list:focus').waitFor();
    expect(readFileSync(path('pair', 'slipway.yaml'), 'utf8')).toMatch(/^name: first\n/);
    for (const folder of ['pair', 'twins']) rmSync(path(folder), { recursive: true });
    await editor().view('Applications').locator('.welcome-view-content').first().waitFor();
  });

  it('adopts what lies in the folder, as its manifest offers and the empty view: it runs from its own files, unchanged', async () => {
    const legacy = {
      'service.yaml': service('legacy').replace('dev.local/legacy', 'docker.io/{username}/legacy'),
      'package.json': '{"scripts": {"start": "node server.js"}}\n',
      'server.js':
        "require('node:http').createServer((_, answer) => answer.end('as ever')).listen(process.env.PORT, '127.0.0.1');\n",
    };
    mkdirSync(path('legacy'));
    for (const [name, text] of Object.entries(legacy)) writeFileSync(path('legacy', name), text);
    await editor().openAt('legacy/service.yaml', 1);
    const lens = (text: string) => editor().page.locator('.codelens-decoration a', { hasText: text }).first();
    await lens('Adopt Application').waitFor();
    await editor().shot('not-adopted');
    await editor().view('Applications').getByRole('button', { name: 'Adopt Application' }).click();
    await editor().quickInput.expect(/nothing else is changed/);
    await editor().shot('adopt');
    await editor().quickInput.choose('Knative Service in service.yaml · starts with node server.js');
    await editor().page.locator('.tab.active', { hasText: 'slipway.yaml' }).waitFor();
    await editor().row('Applications', 'legacy').waitFor();
    // The last thing that it does: what is opened before that loses the focus to it.
    await editor().view('Applications').locator('.monaco-list:focus').waitFor();
    await editor().shot('adopted');
    for (const [name, text] of Object.entries(legacy)) expect(readFileSync(path('legacy', name), 'utf8')).toBe(text);
    // Its manifest lies in no folder named deploy.
    await editor().openAt('legacy/service.yaml', 1);
    // Of what only its author can name the deploy makes a name of its own: that is no mistake any more.
    await editor()
      .page.locator('[id="status.problems"]', { hasText: /^\D*0\D+0\D*$/ })
      .waitFor();
    await lens('Deploy').click();
    await lens('100').waitFor({ timeout: 90_000 });
    await editor().shot('adopted-serves');
    await find();
    const { body } = await request(platform().ingress, { host: 'legacy.default.localhost' });
    expect(body).toBe('as ever');
  });
});

describe('a window with functions of the func CLI', () => {
  const greet = {
    'func.yaml': 'name: greet\nruntime: node\nrun:\n  envs:\n    - {name: KEY, value: "{{ env:MY_KEY }}"}\n',
    'package.json': '{"scripts": {"start": "FUNC_LOG_LEVEL=info faas-js-runtime ./index.js"}}\n',
  };
  const price = { 'func.yaml': 'name: price\nruntime: go\n', 'go.mod': 'module function\n' };
  const { editor, path } = useWorkspace({
    name: 'functions',
    fill: (workspace) => {
      for (const [folder, files] of Object.entries({ greet, price })) {
        mkdirSync(join(workspace, folder));
        for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, folder, name), text);
      }
    },
  });
  const lens = () => editor().page.locator('.codelens-decoration a', { hasText: 'Adopt Application' }).first();

  it('adopts one by the lens of its func.yaml, which stays as it is, and tells what no manifest can say', async () => {
    await editor().openAt('greet/func.yaml', 1);
    await lens().waitFor();
    await editor().shot('function');
    const told = /func\.yaml says more than deploy\/service\.yaml can: run\.envs KEY \({{ env:MY_KEY }}\)/;
    editor().complaints.provoked(told);
    await lens().click();
    await editor().notification(told).waitFor();
    await editor().page.locator('.tab.active', { hasText: 'slipway.yaml' }).waitFor();
    await editor().row('Applications', 'greet').waitFor();
    await editor().shot('function-adopted');
    for (const [name, text] of Object.entries(greet)) expect(readFileSync(path('greet', name), 'utf8')).toBe(text);
    expect(readFileSync(path('greet', 'deploy', 'service.yaml'), 'utf8')).toContain('FUNC_LOG_LEVEL');
  });

  it('says of one in Go that it has no program, and what to do', async () => {
    await editor().run('slipway.application.adopt');
    await editor().quickInput.expect(/nothing else is changed/);
    await editor().shot('function-chosen');
    const told = /price is a function in Go without a program of its own/;
    editor().complaints.provoked(told);
    await editor().quickInput.choose('Function in func.yaml (go)');
    await editor().notification(told).waitFor();
    await editor().shot('function-without-program');
    expect(existsSync(path('price', 'slipway.yaml'))).toBe(false);
  });
});

describe.runIf(process.env['SLIPWAY_TEST_FULL'] === '1')('a window whose folder is on no disk', () => {
  let workspace = '';
  const editor = useEditor({
    name: 'virtual-workspace',
    extensions: [join(root, 'test', 'support', 'editor', 'virtual-extension')],
    workspace: (dir) => {
      workspace = join(dir, 'nowhere.code-workspace');
      writeFileSync(workspace, JSON.stringify({ folders: [{ uri: 'nowhere:/shop', name: 'shop' }] }));
      return workspace;
    },
  });

  it('says what works there: platforms can be looked at, running and deploying need a copy', async () => {
    const { env, dir } = editor();
    await editor().openContainer();
    await editor().view('Applications').locator('.welcome-view-content', { hasText: 'is not on a disk' }).waitFor();
    await editor().shot('welcome');
    for (const args of [
      ['up', '--detach', '--port', '0'],
      ['new', 'node-web', 'elsewhere'],
      ['deploy', 'elsewhere'],
    ]) {
      const { code, stderr } = await slipway(args, { env, cwd: dir });
      expect(code, stderr).toBe(0);
    }
    await editor()
      .row('Applications', /elsewhere/)
      .waitFor({ timeout: 60_000 });
    await (await editor().webview('traffic')).locator('.rev[data-revision="elsewhere-00001"]').waitFor();
    await editor().shot('platform');
  });

  it('offers neither deploy nor run, and judges no file that it cannot deploy', async () => {
    const { page, quickInput } = editor();
    await page.keyboard.press('F1');
    const command = (id: string) => {
      const title = titleOf(id);
      return quickInput.widget.locator(
        `.monaco-list-row[aria-label="${title}"], .monaco-list-row[aria-label^="${title},"]`,
      );
    };
    await quickInput.type(`>${titleOf('slipway.doctor')}`);
    await command('slipway.doctor').first().waitFor();
    for (const id of ['slipway.application.deploy', 'slipway.application.run', 'slipway.application.debug']) {
      await quickInput.type(`>${titleOf(id)}`);
      // What is similar is listed last, and then the list is whole.
      await quickInput.entry('similar commands').waitFor();
      expect(await command(id).count()).toBe(0);
    }
    await quickInput.cancel();
    // Quick Open does not look into such a folder.
    await page.keyboard.press('Control+Shift+e');
    const inExplorer = (name: string) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await inExplorer('deploy').click();
    await inExplorer('service.yaml').dblclick();
    await page.locator('.tab.active', { hasText: 'service.yaml' }).waitFor();
    await page.locator('.statusbar-item', { hasText: /YAML/ }).first().waitFor();
    expect(await page.locator('.squiggly-error').count()).toBe(0);
    await editor().shot('manifest');
  });
});
