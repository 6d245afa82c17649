/** The traffic slider: what a move costs until it is laid out, and how soon the platform's answer to an applied split shows. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'vitest';
import { slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { report } from '../figures.ts';
import { median } from '../numbers.mjs';

let workspace = '';
const editor = useEditor({
  name: 'bench-slider',
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    return workspace;
  },
});

/** The little of a page that is used inside of it; these suites are not compiled with a browser's types. */
interface PageNode {
  value: string;
  textContent: string | null;
  dispatchEvent(event: unknown): void;
  getBoundingClientRect(): unknown;
  querySelector(selector: string): PageNode | null;
  click(): void;
}
interface InPage {
  document: { body: PageNode; getElementById(id: string): PageNode | null };
  Event: new (type: string, options: object) => unknown;
  MutationObserver: new (callback: () => void) => { observe(node: unknown, options: object): void; disconnect(): void };
  requestAnimationFrame(callback: () => void): void;
}

/** Each of a hundred moves until everything it led to has its place, ms. */
function moveTimes(element: unknown): number[] {
  const slider = element as PageNode;
  const { document, Event } = globalThis as unknown as InPage;
  return Array.from({ length: 100 }, (_, index) => {
    const began = performance.now();
    slider.value = String(index);
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    document.body.getBoundingClientRect();
    return performance.now() - began;
  });
}

/** From the click on Apply until the frame in which the row says that the platform routes so much, ms. */
function answerTime(element: unknown, percent: number): Promise<number> {
  const row = element as PageNode;
  const { document, MutationObserver, requestAnimationFrame } = globalThis as unknown as InPage;
  return new Promise((resolve) => {
    const began = performance.now();
    const watching = new MutationObserver(() => {
      if (!row.querySelector('.now')?.textContent?.includes(` ${percent} %`)) return;
      watching.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - began));
    });
    watching.observe(row, { subtree: true, childList: true, characterData: true });
    document.getElementById('apply')?.click();
  });
}

it('the slider', async () => {
  const options = { env: editor().env, cwd: workspace };
  await slipwayJson(['up', '--detach', '--port', '0'], options);
  await slipwayJson(['new', 'node-web', 'shop'], options);
  await slipwayJson(['deploy', 'shop'], options);
  writeFileSync(join(workspace, 'shop', 'VERSION'), 'two\n');
  await slipwayJson(['deploy', '--no-traffic', 'shop'], options);
  await editor().openContainer();
  const page = await editor().webview('traffic');
  const row = page.locator('.rev[data-revision="shop-00002"]');
  await row.waitFor({ timeout: 60_000 });

  const times = await row.locator('input[type="range"]').evaluate(moveTimes);
  const worst = [...times].sort((one, other) => one - other)[94] ?? Number.NaN;
  const unit = 'ms';
  report({
    name: 'slider, a move until it is laid out (median of 100)',
    value: Number(median(times).toFixed(1)),
    unit,
    atMost: 16,
  });
  report({ name: 'slider, a move until it is laid out (95 of 100)', value: Number(worst.toFixed(1)), unit });

  const answers: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const percent = 20 + round * 5;
    const field = row.locator('.pct');
    await field.fill(String(percent));
    await field.press('Enter');
    await page.locator('#apply').waitFor();
    answers.push(await row.evaluate(answerTime, percent));
    await page.locator('#rollback').waitFor();
  }
  report({
    name: "slider, Apply until the platform's answer shows (median of 9)",
    value: Math.round(median(answers)),
    unit: 'ms',
    atMost: 150,
  });
});
