/** What a hand does to stop an application that runs on the window's platform: at a line, and for good. */
import { readFileSync } from 'node:fs';
import { slipway, slipwayJson } from '../cli.ts';
import { type Kube, serving } from '../kube.ts';
import type { UpAnswer } from '../platform.ts';
import { until } from '../until.ts';
import type { Editor } from './editor.ts';

/** The platform of the window; undefined while there is none. */
export async function runningPlatform(editor: Editor): Promise<UpAnswer | undefined> {
  const { code } = await slipway(['status'], { env: editor.env, cwd: editor.dir });
  return code === 0 ? slipwayJson<UpAnswer>(['status'], { env: editor.env, cwd: editor.dir }) : undefined;
}

/**
 * Opens the file and sets a breakpoint with F9.
 * @param path of the file; its first line with this text is the one
 * @param file as Quick Open finds it
 */
export async function setBreakpoint(editor: Editor, path: string, file: string, text: string): Promise<void> {
  const { page } = editor;
  const lines = readFileSync(path, 'utf8').split('\n');
  const line = lines.findIndex((each) => each.includes(text)) + 1;
  await editor.openAt(file, line);
  // In a window that has just opened F9 does nothing until the editor knows what debuggers there are; then it shows where a breakpoint
  // would go, in the margin under the pointer. The second press of a key that was only slow would take the breakpoint away.
  const margin = page.locator('.editor-group-container.active .monaco-editor .margin').first();
  const number = margin.locator('.line-numbers', { hasText: new RegExp(`^${line}$`) }).first();
  const hint = page.locator('.monaco-editor .codicon-debug-hint').first();
  let nudge = 0;
  await until(
    'the place of a breakpoint',
    async () => {
      const box = await number.boundingBox();
      const left = await margin.boundingBox();
      if (!box || !left) return false;
      nudge = 1 - nudge;
      await page.mouse.move(left.x + 8 + nudge, box.y + box.height / 2);
      return await hint.isVisible();
    },
    { timeout: 60_000 },
  );
  await page.keyboard.press('F9');
  await page.locator('.monaco-editor [class*="codicon-debug-breakpoint"]').first().waitFor();
}

/** Shift+F5 in front of what runs: the run ends on the platform, and the editor's debugging with it, without a question. */
export async function stopByKey({ page }: Editor, kube: Kube, name: string): Promise<void> {
  await page.keyboard.press('Shift+F5');
  await until('it gone', async () => (await kube.find(serving('dev', 'services', name))) === undefined);
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
}
