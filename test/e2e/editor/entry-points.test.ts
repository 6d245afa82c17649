/**
 * Deploy, run and build from everywhere a hand may be: an editor's title, tasks, a key, the status bar, a link; cancelled in between; and
 * what is wrong before anything begins, with the one thing to do about it.
 */
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { serviceRow } from '../../support/editor/editor.ts';
import { noticesOf } from '../../support/editor/notices.ts';
import { titleOf } from '../../support/editor/titles.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { serving } from '../../support/kube.ts';
import { root, temporaryHome } from '../../support/places.ts';
import { until } from '../../support/until.ts';

const template = temporaryHome('entry-template');
await slipway(['new', 'node-web', join(template.dir, 'shop')], { env: template.env, cwd: template.dir });

const tasks = {
  version: '2.0.0',
  tasks: [
    { label: 'ship it', type: 'slipway', task: 'deploy', application: 'shop' },
    { label: 'image only', type: 'slipway', task: 'build', application: 'shop' },
    { label: 'run it', type: 'slipway', task: 'run', application: 'shop', isBackground: true },
    { label: 'to production', type: 'slipway', task: 'deploy', application: 'shop', environment: 'production' },
    { label: 'by pipeline', type: 'slipway', task: 'deploy', application: 'shop', environment: 'elsewhere' },
    { label: 'nothing there', type: 'slipway', task: 'deploy', application: 'gone' },
  ],
};
const { editor, path, platform, kube, find } = useWorkspace({
  name: 'entry-points',
  // Text that can be read: the terminal paints it on a canvas otherwise. In a browser files save themselves by default.
  settings: { 'terminal.integrated.gpuAcceleration': 'off', 'files.autoSave': 'off' },
  fill: (workspace) => {
    mkdirSync(join(workspace, '.vscode'));
    writeFileSync(join(workspace, '.vscode', 'tasks.json'), JSON.stringify(tasks));
    // Without its tsconfig.json: what the editor itself thinks of the sources stays out of the list of problems.
    for (const file of ['slipway.yaml', 'package.json', 'src/server.ts', 'deploy/service.yaml']) {
      mkdirSync(dirname(join(workspace, 'shop', file)), { recursive: true });
      cpSync(join(template.dir, 'shop', file), join(workspace, 'shop', file));
    }
    template[Symbol.dispose]();
  },
});
/** An application that serves, in a few lines. */
const serves =
  "import { createServer } from 'node:http';\ncreateServer((_, answer) => answer.end('one')).listen(Number(process.env.PORT));\n";
const shop = (...parts: string[]) => path('shop', ...parts);
const ask = (host: string) => request(platform().ingress, { host });
const runTask = async (label: string) => {
  await editor().run('Tasks: Run Task');
  await editor().quickInput.choose(label);
};
const terminal = (text: string | RegExp) => editor().page.locator('.panel .xterm-rows', { hasText: text }).first();
const { toast, press, quiet, problem } = noticesOf(editor);

describe('deploy', () => {
  it('from the title of any file of the application', async () => {
    await editor().openContainer();
    await editor().row('Applications', /^shop/).waitFor();
    await editor().openAt('shop/src/server.ts', 1);
    const action = editor().page.locator(
      `.editor-actions .action-label[aria-label^="${titleOf('slipway.application.deploy', false)}"]`,
    );
    await action.waitFor();
    await editor().shot('title');
    await action.click();
    await editor()
      .notification(/shop-00001 serves 100 %/)
      .waitFor({ timeout: 90_000 });
    await find();
    expect((await ask('shop.default.localhost')).status).toBe(200);
  });

  it('shows no action in the title of a file that belongs to no application', async () => {
    await editor().openAt('.vscode/tasks.json', 1);
    const action = editor().page.locator(
      `.editor-actions .action-label[aria-label^="${titleOf('slipway.application.deploy', false)}"]`,
    );
    await action.waitFor({ state: 'detached' });
  });

  it('as a task, with its steps and the verdict in the terminal', async () => {
    const source = shop('src', 'server.ts');
    writeFileSync(source, `${readFileSync(source, 'utf8')}\n// again\n`);
    await runTask('ship it');
    await terminal(/shop-00002\sserves/).waitFor({ timeout: 90_000 });
    await editor().shot('task');
    expect((await kube().get(serving('default', 'services', 'shop'))).status?.latestReadyRevisionName).toBe(
      'shop-00002',
    );
  });

  it('as a task that names no application ends with an error', async () => {
    await runTask('nothing there');
    await terminal(/no\sapplication\sgone/).waitFor();
    await editor().shot('task-unknown');
  });

  const openLink = async (link: string) => {
    await editor().run('Developer: Open URL');
    await editor().quickInput.type(link);
    await editor().quickInput.accept();
    // The editor's own question whether the extension may be given the link.
    const allow = editor().page.locator('.monaco-dialog-box .monaco-button', { hasText: /^Open$|^Yes$|^Allow$/ });
    await allow.first().click();
  };

  it('by a link, after a question that says what and where', async () => {
    await openLink('code-oss://slipway.slipway/deploy?application=shop');
    const dialog = editor().page.locator('.monaco-dialog-box', { hasText: /asks to deploy shop to embedded/ });
    await dialog.waitFor();
    await editor().shot('link');
    await dialog.locator('.monaco-button', { hasText: 'Deploy' }).click();
    await editor()
      .notification(/shop is up to date/)
      .waitFor({ timeout: 90_000 });
  });

  it('by a link that names an environment, which the question says', async () => {
    await openLink('code-oss://slipway.slipway/deploy?application=shop&environment=production');
    const dialog = editor().page.locator('.monaco-dialog-box', { hasText: /with the environment production/ });
    await dialog.waitFor();
    await editor().shot('link-environment');
    await dialog.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
  });

  it('refuses a hostile link and does nothing', async () => {
    await openLink('code-oss://slipway.slipway/deploy?application=%3Cimg%20src%3Dx%3E&run=rm');
    await editor()
      .notification(/does not know this link/)
      .waitFor();
    await editor().shot('link-refused');
  });

  it('says what is on the platform when it is cancelled after it was applied', async () => {
    const source = shop('src', 'server.ts');
    // Never opens a port: the deploy waits in its start phase until it is cancelled.
    writeFileSync(source, 'setInterval(() => {}, 1000);\n');
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    const progress = editor().notification(/Deploying shop/);
    await progress.filter({ hasText: /waiting|starting the new revision/ }).waitFor({ timeout: 60_000 });
    await editor().shot('progress');
    await progress.hover();
    await progress.locator('.monaco-button', { hasText: 'Cancel' }).click();
    await editor()
      .notification(/cancelled after its manifests were applied/)
      .waitFor();
    await editor().shot('cancelled');
    expect(existsSync(source)).toBe(true);
    expect((await ask('shop.default.localhost')).status).toBe(200);
  });
});

describe('build and run', () => {
  let source = '';
  let settings = '';
  beforeAll(async () => {
    // The last deploy left an application that never opens a port.
    source = serves;
    writeFileSync(shop('src', 'server.ts'), source);
    settings = readFileSync(shop('slipway.yaml'), 'utf8');
    await quiet();
  });

  it('build as a task: the image in the store; what a compiler says stands at its place', async () => {
    await runTask('image only');
    await terminal(/built\sdev\.local\/shop@sha256/).waitFor({ timeout: 60_000 });
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const command = `node ${tsc} --noEmit --pretty false --ignoreConfig src/wrong.ts`;
    writeFileSync(shop('slipway.yaml'), settings.replace(/^build:\n/m, `build:\n  command: ${command}\n`));
    writeFileSync(shop('src', 'wrong.ts'), "export const n: number = 'text';\n");
    await runTask('image only');
    await terminal(/error:\sThe\sbuild\scommand/).waitFor({ timeout: 60_000 });
    await editor().shot('task-build-fails');
    await editor().page.keyboard.press('Control+Shift+m');
    await problem(/Type 'string' is not assignable to type 'number'/).waitFor();
    await editor().shot('task-build-problem');
    writeFileSync(shop('slipway.yaml'), settings);
    rmSync(shop('src', 'wrong.ts'));
  });

  it('run as a task: up, down with its reason at the line, up again with the next save, and gone with Ctrl-C', async () => {
    const host = 'shop.dev.localhost';
    await runTask('run it');
    await terminal(/\[slipway\]\sready/).waitFor({ timeout: 60_000 });
    expect((await ask(host)).body).toContain('one');
    await editor().shot('task-run');
    writeFileSync(shop('src', 'server.ts'), `const moon = undefined as any;\nmoon.rise();\n${source}`);
    await terminal(/\[slipway\]\scrashed/).waitFor({ timeout: 60_000 });
    await editor().page.keyboard.press('Control+Shift+m');
    await problem(/ended with code 1/).waitFor();
    await editor().shot('task-run-crashed');
    writeFileSync(shop('src', 'server.ts'), source.replace('one', 'two'));
    await problem(/ended with code 1/).waitFor({ state: 'detached' });
    await until('the next save', async () => (await ask(host)).body.includes('two'));
    await editor().run('Terminal: Focus Terminal');
    await editor().page.keyboard.press('Control+c');
    await until('it gone', async () => (await kube().find(serving('dev', 'services', 'shop'))) === undefined);
    writeFileSync(shop('src', 'server.ts'), source);
  });
});

describe('before anything begins', () => {
  const settings = () => readFileSync(shop('slipway.yaml'), 'utf8');

  it('a mistake in slipway.yaml: the key deploys nothing, one button mends it, and then it goes well', async () => {
    writeFileSync(shop('slipway.yaml'), settings().replace('start:', 'strat:'));
    await editor().openAt('shop/src/server.ts', 1);
    await editor().page.keyboard.press('Control+Alt+Shift+d');
    await toast(/run\.strat is not a field/).waitFor();
    await editor().shot('mistake');
    await press(/run\.strat/, 'Fix in slipway.yaml');
    await editor().page.locator('.tab.active', { hasText: 'slipway.yaml' }).waitFor();
    await editor().page.locator('.view-line', { hasText: 'start:' }).first().waitFor();
    await editor().page.keyboard.press('Control+Alt+Shift+d');
    await toast(/serves 100 %|is up to date/).waitFor({ timeout: 90_000 });
    expect(settings()).toContain('start:');
    await quiet();
  });

  it('the key at once after a fix was typed: what is deployed is what stands in the editor, and that is saved', async () => {
    const { page } = editor();
    const before = readFileSync(shop('src', 'server.ts'), 'utf8');
    await editor().openAt('shop/src/server.ts', 2);
    const word = page.locator('.editor-instance .view-line span', { hasText: /^'one'$/ }).first();
    await word.dblclick();
    await page.keyboard.type('typed');
    await page.keyboard.press('Control+Alt+Shift+d');
    await toast(/serves 100 %/).waitFor({ timeout: 90_000 });
    expect((await ask('shop.default.localhost')).body).toBe('typed');
    expect(readFileSync(shop('src', 'server.ts'), 'utf8')).toBe(before.replace('one', 'typed'));
    await editor().shot('typed');
    writeFileSync(shop('src', 'server.ts'), before);
    await quiet();
  });

  it('the same for a run: no box about launch.json, but the line to mend', async () => {
    writeFileSync(shop('slipway.yaml'), settings().replace('start:', 'strat:'));
    await editor().run('slipway.application.run');
    await toast(/run\.strat is not a field/).waitFor();
    expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
    await editor().shot('mistake-run');
    writeFileSync(shop('slipway.yaml'), settings().replace('strat:', 'start:'));
    await quiet();
  });

  it('a tool that is not there: a run that cannot start says which, and where it is named', async () => {
    const before = settings();
    writeFileSync(shop('slipway.yaml'), before.replace(/start: .*/, 'start: no-such-runtime src/server.ts'));
    await editor().run('slipway.application.run');
    const failure = /shop crashed: The start command was not found/;
    await toast(failure).waitFor({ timeout: 60_000 });
    editor().complaints.provoked(failure);
    await editor().shot('tool-missing');
    await press(failure, 'Open slipway.yaml, line');
    await editor().page.locator('.tab.active', { hasText: 'slipway.yaml' }).waitFor();
    await editor().page.keyboard.press('Shift+F5');
    await editor().page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    writeFileSync(shop('slipway.yaml'), before);
    await quiet();
  });

  it('a protected environment asks for the name; one that goes by a pipeline is refused', async () => {
    const text = settings();
    writeFileSync(
      shop('slipway.yaml'),
      `${text}\nenvironments:\n  production:\n    platform: default\n    protected: true\n  elsewhere:\n    deploy: pipeline\n`,
    );
    await runTask('by pipeline');
    await terminal(/deploys\sby\spipeline/).waitFor();
    await runTask('to production');
    await editor().quickInput.expect(/production is protected/);
    await editor().quickInput.type('shop');
    await editor().shot('protected');
    await editor().quickInput.accept();
    await terminal(/is\sup\sto\sdate|serves/).waitFor({ timeout: 60_000 });
    writeFileSync(shop('slipway.yaml'), text);
  });

  it('a port that is taken: one button takes a free one, and the deploy goes on', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await slipway(['down'], { env: editor().env, cwd: path() });
    const file = join(editor().dir, 'editor', 'user-data', 'Machine', 'settings.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), 'slipway.platform.port': port }));
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'stopped' }).waitFor();
    await editor().openAt('shop/slipway.yaml', 1);
    await editor().openContainer();
    await editor().act('Applications', /^shop/, 'slipway.application.deploy');
    const failure = new RegExp(`Port ${port} is taken`);
    const lens = (text: RegExp) => editor().page.locator('.codelens-decoration', { hasText: text }).first();
    await toast(failure).waitFor({ timeout: 60_000 });
    editor().complaints.provoked(failure);
    await lens(/Deploy/).waitFor();
    await editor().shot('port-taken');
    await press(failure, 'Take a Free Port');
    await toast(/is up to date|serves 100 %/).waitFor({ timeout: 90_000 });
    expect(readFileSync(file, 'utf8')).not.toContain('platform.port');
    await lens(/Ready/).waitFor();
    taken.close();
    await quiet();
  });
});

describe('what is there', () => {
  it('the status bar deploys', async () => {
    await quiet();
    writeFileSync(shop('src', 'server.ts'), `${serves}// from the bar\n`);
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]').click();
    await editor().quickInput.choose('Deploy');
    await toast(/serves 100 %/).waitFor({ timeout: 90_000 });
    await quiet();
  });

  it('opens a service in the browser through a port that stands for its host', async () => {
    await editor().openContainer();
    const opened = editor().page.context().waitForEvent('page');
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.openUrl');
    const page = await opened;
    await page.getByText('one').first().waitFor();
    // The name itself would lead a browser elsewhere than to the machine of the extension.
    expect(new URL(page.url()).hostname).not.toContain('shop');
    await page.close();
  });

  it('Doctor tells it, and copies it without the names of the machine', async () => {
    await editor().run('slipway.doctor');
    await editor().page.locator('.tab.active', { hasText: 'doctor.md' }).waitFor();
    await press(/Doctor: \d+ errors/, 'Copy Report');
    const report = await until('the report', async () => {
      const text = String(await editor().page.evaluate('navigator.clipboard.readText()'));
      return text.includes('Slipway Doctor') ? text : undefined;
    });
    expect(report).toMatch(/embedded; ready; .*protocol \d+/);
    expect(report).toContain('- shop (manifests: 1)');
    expect(report).not.toContain(editor().env['HOME'] ?? 'HOME');
    await editor().shot('doctor');
  });
});
