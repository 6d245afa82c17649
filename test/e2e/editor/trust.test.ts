/** A workspace that is not trusted: everything can be looked at, nothing of it is started. */
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { consumerEnv, consumerExtension, consumerOf } from '../../support/editor/consumer.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { temporaryHome } from '../../support/places.ts';
import { processesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

/** Scaffolded beforehand, as a repository that somebody cloned. */
const template = temporaryHome('trust-template');
await slipway(['new', 'node-web', join(template.dir, 'shop')], { env: template.env, cwd: template.dir });

/** An environment whose credentials come from a program: whoever connects to it starts that. */
function hostile(dir: string): void {
  const kubeconfig = join(dir, 'cluster.kubeconfig');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [join(dir, 'started')] };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { exec: { ...exec, interactiveMode: 'Never' } } }],
      contexts: [{ name: 'evil', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const environment = `  evil:\n    context: evil\n    kubeconfig: ${kubeconfig}\n`;
  appendFileSync(join(dir, 'slipway.yaml'), `\nenvironments:\n${environment}`);
}

describe('an untrusted workspace', () => {
  afterAll(() => template[Symbol.dispose]());
  const editor = useEditor({
    name: 'untrusted',
    workspaceTrust: true,
    env: consumerEnv(template.dir),
    extensions: [consumerExtension],
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    workspace: (dir) => {
      const folder = join(dir, 'workspace');
      mkdirSync(folder);
      cpSync(join(template.dir, 'shop'), join(folder, 'shop'), { recursive: true });
      hostile(join(folder, 'shop'));
      return folder;
    },
  });

  it('shows the application', async () => {
    await editor().openContainer();
    await editor().row('Applications', /shop/).waitFor({ timeout: 60_000 });
    await editor().shot('restricted');
  });

  it('offers no deploy and no run, and starts no process of the workspace', async () => {
    const page = editor().page;
    await page.keyboard.press('F1');
    await editor().quickInput.type('>Slipway: Deploy');
    await editor().quickInput.widget.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const offered = await editor().quickInput.entry('Slipway: Deploy').count();
    await editor().shot('palette');
    if (offered > 0) {
      await editor().quickInput.entry('Slipway: Deploy').click();
      await editor().notification(/trust/i).waitFor();
    } else await editor().quickInput.cancel();
    expect(processesOf(editor().dir).filter(({ command }) => command.includes(join('workspace', 'shop')))).toEqual([]);
  });

  it('deploys nothing for another extension either, which is told why', async () => {
    await editor().run('Consumer: deploy shop');
    const report = join(template.dir, 'deploy.json');
    const answer = await until('its answer', () => JSON.parse(readFileSync(report, 'utf8')) as unknown);
    expect(answer).toEqual({
      error: 'Error: Trust this workspace first: running and deploying start programs from it.',
    });
    // Its caller was told; nothing of ours pops up beside that.
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
    expect(processesOf(editor().dir).filter(({ command }) => command.includes(join('workspace', 'shop')))).toEqual([]);
  });

  it('refuses a model what changes something, without a question, and answers it what only looks', async () => {
    const consumer = consumerOf(editor, template.dir);
    const untrusted = { error: 'Trust this workspace first: running and deploying start programs from it.' };
    await consumer.call('slipway_deploy', { application: 'shop' });
    expect(await consumer.answer()).toEqual(untrusted);
    await consumer.call('slipway_traffic', { service: 'shop', percent: { 'shop-00001': 100 } });
    expect(await consumer.answer()).toEqual(untrusted);
    await consumer.call('slipway_list', {});
    expect(await consumer.answer()).toMatchObject({ applications: [{ name: 'shop' }] });
    expect(processesOf(editor().dir).filter(({ command }) => command.includes(join('workspace', 'shop')))).toEqual([]);
  });

  it('asks no environment of it which URL a service would have there: its kubeconfig may name a program', async () => {
    await editor().run('slipway.domain.preview');
    const entries = editor().quickInput.widget.locator('.quick-input-list .monaco-list-row');
    await entries.filter({ hasText: 'shop.default.localhost' }).waitFor({ timeout: 60_000 });
    await editor().shot('urls');
    expect(await entries.filter({ hasText: 'evil' }).count()).toBe(0);
    expect(existsSync(join(editor().dir, 'workspace', 'shop', 'started'))).toBe(false);
    await editor().quickInput.cancel();
  });
});
