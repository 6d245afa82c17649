/** Another extension and a language model in the same editor: the exported API and the tools, asked before they change anything. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { cancelled, consumerEnv, consumerExtension, consumerOf } from '../../support/editor/consumer.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { kubeOf, serving } from '../../support/kube.ts';
import { temporaryHome } from '../../support/places.ts';
import { until } from '../../support/until.ts';

const reports = temporaryHome('reports');
let workspace = '';
const editor = useEditor({
  name: 'api',
  env: consumerEnv(reports.dir),
  extensions: [consumerExtension],
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    return workspace;
  },
});

const report = <T>(name: string, timeout = 60_000) =>
  until(name, async () => JSON.parse(await readFile(join(reports.dir, name), 'utf8')) as T, { timeout });

describe('another extension', () => {
  it('deploys through the API and gets the verdict', async () => {
    await slipway(['new', 'node-web', join(workspace, 'shop')], { env: editor().env, cwd: workspace });
    await editor().run('Consumer: deploy shop');
    const { verdict, lines } = await report<{ verdict: Record<string, unknown>; lines: string[] }>(
      'deploy.json',
      90_000,
    );
    expect(verdict).toMatchObject({
      outcome: 'serving',
      revision: 'shop-00001',
      text: expect.stringContaining('serves 100 %'),
    });
    expect(lines.join('\n')).toContain('applying the manifests');
    // It is told where it began: nothing of ours pops up.
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
  });

  it('sees the platform, applications, services and tools', async () => {
    await editor().run('Consumer: report');
    const found = await report<Record<string, never>>('report.json');
    expect(found).toMatchObject({
      version: 1,
      platform: { name: 'embedded', state: 'ready' },
      applications: [{ name: 'shop', folder: join(workspace, 'shop') }],
      services: [{ name: 'shop', namespace: 'default', ready: true }],
      tools: ['slipway_list', 'slipway_deploy', 'slipway_logs', 'slipway_traffic'],
      list: { services: [{ name: 'shop', traffic: [{ revision: 'shop-00001', percent: 100 }] }] },
    });
  });
});

const consumer = consumerOf(editor, reports.dir);
const whole = { service: 'shop', percent: { 'shop-00001': 100 } };

describe('a tool that only looks', () => {
  it('answers without a question', async () => {
    await consumer.call('slipway_logs', { service: 'shop', lines: 5 });
    const { lines } = (await consumer.answer()) as { lines: string[] };
    expect(lines.join('\n')).toMatch(/listening|started/);
    expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
  });

  it('refuses what makes no sense, in words for a model', async () => {
    await consumer.call('slipway_traffic', { service: 'shop', percent: { 'shop-00001': 40 } });
    expect(await consumer.answer()).toEqual({ error: 'percent: the shares make 40, not 100' });
  });
});

describe('a tool that changes something', () => {
  it('deploys after the user has confirmed, and answers with the verdict', async () => {
    await consumer.call('slipway_deploy', { application: 'shop' });
    await consumer.question(/Deploy shop/).waitFor();
    await editor().shot('confirm-deploy');
    await consumer.say('Yes', /Deploy shop/);
    expect(await consumer.answer()).toMatchObject({ outcome: 'serving', verdict: expect.stringContaining('shop') });
  });

  it('does it after the user has confirmed', async () => {
    await consumer.call('slipway_traffic', whole);
    await consumer.question(/Move the traffic of shop/).waitFor();
    await editor().shot('confirm');
    await consumer.say('Yes', /Move the traffic of shop/);
    expect(await consumer.answer()).toMatchObject({ revisions: [{ revision: 'shop-00001', wished: 100 }] });
  });

  it('asks once for each of two calls that are the same, and does both', async () => {
    await consumer.call('slipway_traffic', whole, whole);
    await consumer.say('Yes', /Move the traffic of shop/);
    await consumer.say('Yes', /Move the traffic of shop/);
    for (const index of [0, 1])
      expect(await consumer.answer(index)).toMatchObject({ revisions: [{ revision: 'shop-00001', wished: 100 }] });
    expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
  });

  const spec = async () => {
    const { kubeconfig } = await slipwayJson<{ kubeconfig: string }>(['status'], { env: editor().env, cwd: workspace });
    return (await kubeOf(kubeconfig).get(serving('default', 'services', 'shop')))['spec'];
  };

  it('changes nothing when the user declines, and its caller gets a cancellation', async () => {
    const before = await spec();
    await consumer.call('slipway_traffic', { ...whole, percent: { 'shop-00001': 60, 'shop-00000': 40 } });
    await consumer.say('Cancel', /shop-00001 60 %/);
    expect(await consumer.answer()).toEqual(cancelled);
    expect(await spec()).toEqual(before);
  });

  it('ends when it is cancelled while it works: what was begun is given up, and the next one finds it free', async () => {
    const file = join(workspace, 'shop', 'src', 'server.ts');
    const serves = readFileSync(file, 'utf8');
    // Never opens a port: the deploy waits for it until it is cancelled.
    writeFileSync(file, 'setInterval(() => {}, 1000);\n');
    await editor().openContainer();
    await consumer.call('slipway_deploy', { application: 'shop' });
    await consumer.say('Yes', /Deploy shop/);
    const row = editor().row('Applications', /^shop/);
    await row.filter({ hasText: /starting the new revision|waiting:/ }).waitFor();
    await consumer.cancel();
    expect(await consumer.answer()).toEqual(cancelled);
    await row.filter({ hasNotText: /starting the new revision|waiting:|deploying/i }).waitFor();
    writeFileSync(file, serves);
    await consumer.call('slipway_deploy', { application: 'shop' });
    await consumer.say('Yes', /Deploy shop/);
    expect(await consumer.answer()).toMatchObject({ outcome: 'serving' });
    reports[Symbol.dispose]();
  });
});
