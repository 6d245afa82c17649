/** The extension of somebody else that calls our tools, as a suite drives it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../places.ts';
import { until } from '../until.ts';
import type { Editor } from './editor.ts';

/** To be installed beside ours; the environment names the folder of its reports. */
export const consumerExtension = join(root, 'test', 'support', 'consumer-extension');
export const consumerEnv = (reports: string): NodeJS.ProcessEnv => ({ SLIPWAY_TEST_REPORTS: reports });

export interface Consumer {
  /** Calls a tool, once with each input, without waiting for any. */
  call(tool: string, ...inputs: object[]): Promise<void>;
  /** What the call with the input at this place was answered: what the tool told the model, or `{error}` where it was rejected. */
  answer(index?: number): Promise<Record<string, unknown>>;
  cancel(): Promise<void>;
  /** The editor's question before a tool that changes something. */
  question(text: RegExp): Locator;
  /** Answers it. */
  say(answer: 'Yes' | 'Cancel', text: RegExp): Promise<void>;
}

/** What a call that was declined or cancelled is rejected with. */
export const cancelled = { error: 'Canceled: Canceled' };

export function consumerOf(editor: () => Editor, reports: string): Consumer {
  const file = (index: number) => join(reports, `call-${index}.json`);
  const question = (text: RegExp) => editor().page.locator('.monaco-dialog-box', { hasText: text });
  return {
    call: async (tool, ...inputs) => {
      for (const index of inputs.keys()) rmSync(file(index), { force: true });
      writeFileSync(join(reports, 'call.json'), JSON.stringify({ tool, inputs }));
      await editor().run('Consumer: call a tool');
    },
    answer: (index = 0) =>
      until(`the answer of call ${index}`, () => JSON.parse(readFileSync(file(index), 'utf8')), { timeout: 90_000 }),
    cancel: () => editor().run('Consumer: cancel the calls'),
    question,
    say: async (answer, text) => {
      await question(text).waitFor();
      // The next one may look the same.
      const asked = await question(text).elementHandle();
      await question(text).locator('.monaco-button', { hasText: answer }).click();
      await asked?.waitForElementState('hidden');
    },
  };
}
