/**
 * The log view under a storm: an application that writes as fast as it can, through platform, extension host and page. Lines a second
 * until the last one is painted, the longest frame meanwhile, and whether memory stays where it is.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { type FrameTimes, frameTimes, writeApplication } from '../../support/logs-application.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { report } from '../figures.ts';

let workspace = '';
const editor = useEditor({
  name: 'bench-logs',
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    writeApplication(join(workspace, 'shop'));
    return workspace;
  },
});

const lines = 30_000;
const rounds = 8;

it('the log view', async () => {
  const { env } = editor();
  await editor().openContainer();
  const platform = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env, cwd: workspace });
  const deployed = await slipway(['deploy', 'shop'], { env, cwd: workspace });
  expect(deployed.code, deployed.stderr).toBe(0);
  await editor()
    .row('Applications', /revision/)
    .waitFor();
  await editor().act('Applications', /revision/, 'slipway.service.showLogs');
  const page = await editor().webview('logs');
  await page.locator('.row', { hasText: 'listening' }).first().waitFor();
  const heap = () =>
    page.locator('body').evaluate('globalThis.gc?.(), performance.memory.usedJSHeapSize / 1048576') as Promise<number>;
  const measured: (FrameTimes & { heap: number })[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.getByRole('button', { name: 'Clear the view' }).click();
    const frames = page.locator('body').evaluate(frameTimes, lines);
    const asked = request(platform.ingress, { host: 'shop.default.localhost', path: `/burst?lines=${lines}` });
    measured.push({ ...(await frames), heap: 0 });
    expect((await asked).status).toBe(200);
    const last = measured.at(-1);
    if (last) last.heap = await heap();
  }
  // Not cleared any more: the view is full from here on.
  for (let round = 0; round < 3; round += 1) {
    const asked = request(platform.ingress, {
      host: 'shop.default.localhost',
      path: `/burst?lines=${lines + 1 + round}`,
    });
    await page.locator('body').evaluate(frameTimes, lines + 1 + round);
    await asked;
  }
  const full = await heap();
  for (let round = 0; round < 3; round += 1) {
    const asked = request(platform.ingress, {
      host: 'shop.default.localhost',
      path: `/burst?lines=${lines + 11 + round}`,
    });
    await page.locator('body').evaluate(frameTimes, lines + 11 + round);
    await asked;
  }
  const later = await heap();
  const sorted = measured.map(({ ms }) => (lines / ms) * 1_000).sort((one, other) => one - other);
  report({
    name: `log view, from the application to the screen (median of ${rounds} bursts of ${lines} lines)`,
    value: Math.round(sorted[Math.floor(rounds / 2)] ?? 0),
    unit: 'lines/s',
    atLeast: 2_000,
  });
  report({
    name: 'log view, longest frame in the bursts (median)',
    value: Math.round(measured.map(({ longest }) => longest).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0),
    unit: 'ms',
    atMost: 200,
  });
  report({
    name: 'log view, memory of a full view after 90,000 more lines',
    value: Math.round((later / full) * 100),
    unit: '% of before',
    atMost: 130,
  });
});
