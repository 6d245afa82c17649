/** Another extension and a language model in the same editor: the exported API and the tools, asked before they change anything. */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { root, temporaryHome } from '../../support/places.ts';
import { until } from '../../support/until.ts';

const reports = temporaryHome('reports');
let workspace = '';
const editor = useEditor({
  name: 'api',
  env: { SLIPWAY_TEST_REPORTS: reports.dir },
  extensions: [join(root, 'test', 'support', 'consumer-extension')],
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

describe('a tool that only looks', () => {
  it('answers without a question', async () => {
    await editor().run('Consumer: read logs by tool');
    const answer = JSON.parse(await report<string>('read.json')) as { lines: string[] };
    expect(answer.lines.join('\n')).toMatch(/listening|started/);
    expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
  });

  it('refuses what makes no sense, in words for a model', async () => {
    await editor().run('Consumer: move traffic wrongly by tool');
    expect(JSON.parse(await report<string>('wrong.json'))).toEqual({ error: 'percent: the shares make 40, not 100' });
  });
});

describe('a tool that changes something', () => {
  it('deploys after the user has confirmed, and answers with the verdict', async () => {
    await editor().run('Consumer: deploy by tool');
    const dialog = editor().page.locator('.monaco-dialog-box', { hasText: /Deploy shop/ });
    await dialog.waitFor();
    await dialog.locator('.monaco-button', { hasText: 'Yes' }).click();
    const answer = JSON.parse(await report<string>('ship.json', 90_000)) as Record<string, unknown>;
    expect(answer).toMatchObject({ outcome: 'serving', verdict: expect.stringContaining('shop') });
  });

  it('does it after the user has confirmed', async () => {
    await editor().run('Consumer: move traffic by tool');
    const dialog = editor().page.locator('.monaco-dialog-box', { hasText: /Move the traffic of shop/ });
    await dialog.waitFor();
    await editor().shot('confirm');
    await dialog.locator('.monaco-button', { hasText: 'Yes' }).click();
    const answer = await report<string>('move.json');
    expect(JSON.parse(answer)).toMatchObject({
      revisions: [{ revision: 'shop-00001', wished: 100 }],
    });
    reports[Symbol.dispose]();
  });
});
