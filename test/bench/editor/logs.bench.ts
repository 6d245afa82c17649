/**
 * The log view under a storm: an application that writes as fast as it can, through platform, extension host and page; a steady
 * stream; and the lines of an hour, after which neither side may hold more than before.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { type FrameTimes, frameTimes, outputFrameTimes, writeApplication } from '../../support/logs-application.ts';
import { root, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';
import { report } from '../figures.ts';
import { hostHeap, pageHeap } from '../heap.ts';
import { median } from '../numbers.mjs';

/** Of the steady stream, lines a second and seconds. */
const steady = { rate: 3_000, seconds: 10 };

const home = temporaryHome('bench-heap');
const heapFile = join(home.dir, 'port');
let workspace = '';
const editor = useEditor({
  name: 'bench-logs',
  env: { SLIPWAY_BENCH_HEAP: heapFile, SLIPWAY_BENCH_STEADY: `${steady.rate},${steady.seconds}` },
  extensions: ['heap-extension', 'peer-extension'].map((name) => join(root, 'test', 'support', name)),
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    writeApplication(join(workspace, 'shop'));
    return workspace;
  },
});

const burst = 30_000;
const bursts = 5;
/** An hour at 100 lines a second. */
const hour = 3_600 * 100;

it('the log view', async () => {
  const { env, page: window } = editor();
  const options = { env, cwd: workspace };
  await editor().openContainer();
  // What the editor's own output does with the same lines, without a platform and an application of its own process.
  await editor().run('Peer: write lines');
  const own: FrameTimes = await window.locator('body').evaluate(outputFrameTimes, steady.rate * steady.seconds);
  report({
    name: `editor alone: 99 of 100 frames of an output channel at ${steady.rate} lines/s for ${steady.seconds} s`,
    value: Math.round(own.p99),
    unit: 'ms',
    note: `longest ${Math.round(own.longest)} ms`,
  });
  await editor().shot('output');

  const platform = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], options);
  const deployed = await slipway(['deploy', 'shop'], options);
  expect(deployed.code, deployed.stderr).toBe(0);
  await editor()
    .row('Applications', /revision/)
    .waitFor({ timeout: 60_000 });
  await editor().act('Applications', /revision/, 'slipway.service.showLogs');
  const page = await editor().webview('logs');
  await page.locator('.row', { hasText: 'listening' }).first().waitFor();
  const body = page.locator('body');
  const ask = async (path: string) => {
    const { status } = await request(platform.ingress, { host: 'shop.default.localhost', path });
    expect(status).toBe(200);
    return Date.now();
  };
  /** Until the last of so many lines is painted. The view is cleared before, so that an earlier one is not taken for it. */
  const watch = async (path: string, lines: number): Promise<FrameTimes & { written: number }> => {
    await page.getByRole('button', { name: 'Clear the view' }).click();
    const painted = body.evaluate(frameTimes, lines);
    const [frames, written] = await Promise.all([painted, ask(path)]);
    return { ...frames, written };
  };

  const stormy: FrameTimes[] = [];
  for (let round = 0; round < bursts; round += 1) stormy.push(await watch(`/burst?lines=${burst}`, burst));
  report({
    name: `log view: from the application to the screen (median of ${bursts} bursts of ${burst} lines)`,
    value: Math.round(median(stormy.map(({ ms }) => (burst / ms) * 1_000))),
    unit: 'lines/s',
    atLeast: 3_000,
  });
  report({
    name: 'log view: longest frame in a burst (median)',
    value: Math.round(median(stormy.map(({ longest }) => longest))),
    unit: 'ms',
    atMost: 200,
    note: `99 of 100 frames: ${Math.round(median(stormy.map(({ p99 }) => p99)))} ms`,
  });

  const { rate, seconds } = steady;
  const even = await watch(`/steady?rate=${rate}&seconds=${seconds}`, rate * seconds);
  const shown = Math.round(((rate * seconds) / even.ms) * 1_000);
  const note = `${shown} lines/s shown; longest ${Math.round(even.longest)} ms`;
  report({
    name: `log view: 99 of 100 frames at ${rate} lines/s for ${seconds} s`,
    value: Math.round(even.p99),
    unit: 'ms',
    atMost: 50,
    note,
  });
  report({
    name: `log view: last line of ${rate} lines/s painted after it was written`,
    // The application answers when it has written it; on a busy machine that is later than it should be.
    value: Math.max(0, even.at - even.written),
    unit: 'ms',
    atMost: 1_000,
    note: `${Math.round(even.ms - seconds * 1_000)} ms after it should have been written`,
  });
  await editor().shot('steady');

  await until('the port of the heap extension', () => existsSync(heapFile), { timeout: 60_000 });
  const inPage = await pageHeap(window, '/logs.js');
  const samples: { page: number; nodes: number; host: number }[] = [];
  // Full first: the view keeps 50,000 lines.
  const step = hour / 12;
  for (let index = 0; index < 14; index += 1) {
    await watchMore(index);
    if (index < 2) continue;
    const { heap, nodes } = await inPage();
    samples.push({ page: heap, nodes, host: await hostHeap(heapFile) });
  }
  async function watchMore(index: number): Promise<void> {
    // Another number of lines each time, since the view is not cleared.
    const lines = step + index;
    await Promise.all([body.evaluate(frameTimes, lines), ask(`/burst?lines=${lines}`)]);
  }
  const flat = (key: 'page' | 'host' | 'nodes') => {
    const values = samples.map((sample) => sample[key]);
    const growth = Math.max(...values.slice(-3)) / Math.max(...values.slice(0, 3));
    return {
      value: Math.round(growth * 100),
      unit: '% of before',
      atMost: 115,
      note: values.map(Math.round).join(' '),
    };
  };
  const lines = `the lines of an hour (${hour} after the view was full)`;
  report({ name: `log view: page's heap after ${lines}`, ...flat('page') });
  report({ name: `log view: page's nodes after ${lines}`, ...flat('nodes') });
  report({ name: `log view: extension host's heap after ${lines}`, ...flat('host') });
  home[Symbol.dispose]();
}, 600_000);
