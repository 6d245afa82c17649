/** What the editor tells in notifications and among its problems, and the buttons beside it. */
import type { Locator } from 'playwright-core';
import { until } from '../until.ts';
import type { useEditor } from './editor.ts';

export interface Notices {
  toast(text: string | RegExp): Locator;
  /** A button of the notification with this text. */
  press(text: string | RegExp, button: string | RegExp): Promise<void>;
  /** Away with what earlier steps said. */
  quiet(): Promise<void>;
  problem(text: string | RegExp): Locator;
}

export function noticesOf(editor: ReturnType<typeof useEditor>): Notices {
  const toast = (text: string | RegExp) => editor().notification(text);
  return {
    toast,
    press: (text, button) => toast(text).locator('.monaco-button', { hasText: button }).first().click(),
    quiet: async () => {
      await editor().run('Notifications: Clear All Notifications');
      await until('no notification', async () => (await editor().page.locator('.notification-toast').count()) === 0);
    },
    problem: (text) => editor().page.locator('.markers-panel .monaco-list-row', { hasText: text }).first(),
  };
}
