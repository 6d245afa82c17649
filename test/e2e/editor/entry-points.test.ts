/** Deploy from everywhere a hand may be: an editor's title, a task, a link; cancelled in between. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { titleOf } from '../../support/editor/titles.ts';
import { request } from '../../support/ingress.ts';
import { kubeOf, serving } from '../../support/kube.ts';
import { temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';

const template = temporaryHome('entry-template');
await slipway(['new', 'node-web', join(template.dir, 'shop')], { env: template.env, cwd: template.dir });

let workspace = '';
const tasks = {
  version: '2.0.0',
  tasks: [
    { label: 'ship it', type: 'slipway', task: 'deploy', application: 'shop' },
    { label: 'image only', type: 'slipway', task: 'build', application: 'shop' },
    { label: 'nothing there', type: 'slipway', task: 'deploy', application: 'gone' },
  ],
};
const editor = useEditor({
  name: 'entry-points',
  // Text that can be read: the terminal paints it on a canvas otherwise.
  settings: { 'terminal.integrated.gpuAcceleration': 'off' },
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(join(workspace, '.vscode'), { recursive: true });
    writeFileSync(join(workspace, '.vscode', 'tasks.json'), JSON.stringify(tasks));
    mkdirSync(join(workspace, 'shop', 'src'), { recursive: true });
    for (const file of ['slipway.yaml', 'package.json', 'src/server.ts', 'deploy/service.yaml']) {
      mkdirSync(join(workspace, 'shop', file, '..'), { recursive: true });
      writeFileSync(join(workspace, 'shop', file), readFileSync(join(template.dir, 'shop', file)));
    }
    template[Symbol.dispose]();
    return workspace;
  },
});
const platform = () => slipwayJson<UpAnswer>(['status'], { env: editor().env, cwd: workspace });

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
    expect((await request((await platform()).ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  });

  it('shows no action in the title of a file that belongs to no application', async () => {
    await editor().openAt('.vscode/tasks.json', 1);
    const action = editor().page.locator(
      `.editor-actions .action-label[aria-label^="${titleOf('slipway.application.deploy', false)}"]`,
    );
    await action.waitFor({ state: 'detached' });
  });

  const runTask = async (label: string) => {
    await editor().run('Tasks: Run Task');
    await editor().quickInput.choose(label);
  };
  const terminal = (text: string | RegExp) => editor().page.locator('.panel .xterm-rows', { hasText: text }).first();

  it('as a task, with its steps and the verdict in the terminal', async () => {
    writeFileSync(
      join(workspace, 'shop', 'src', 'server.ts'),
      `${readFileSync(join(workspace, 'shop', 'src', 'server.ts'), 'utf8')}\n// again\n`,
    );
    await runTask('ship it');
    await terminal(/shop-00002\sserves/).waitFor({ timeout: 90_000 });
    await editor().shot('task');
    const kube = kubeOf((await platform()).kubeconfig);
    expect((await kube.get(serving('default', 'services', 'shop'))).status?.latestReadyRevisionName).toBe('shop-00002');
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

  it('refuses a hostile link and does nothing', async () => {
    await openLink('code-oss://slipway.slipway/deploy?application=%3Cimg%20src%3Dx%3E&run=rm');
    await editor()
      .notification(/does not know this link/)
      .waitFor();
    await editor().shot('link-refused');
  });

  it('says what is on the platform when it is cancelled after it was applied', async () => {
    const source = join(workspace, 'shop', 'src', 'server.ts');
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
    expect((await request((await platform()).ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  });
});
