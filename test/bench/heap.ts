/** What the editor's two sides hold after a collection, MiB. */
import { readFileSync } from 'node:fs';
import type { CDPSession, Frame, Page } from 'playwright-core';

/** Of the process that the page's frame is drawn in. Where the editor draws it with its own, both are told together. */
export async function pageHeap(page: Page, script: string): Promise<() => Promise<{ heap: number; nodes: number }>> {
  const session = await sessionOf(page, script);
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const { nodes } = await session.send('Memory.getDOMCounters');
    return { heap: usedSize / 2 ** 20, nodes };
  };
}

async function sessionOf(page: Page, script: string): Promise<CDPSession> {
  const context = page.context();
  for (const frame of page.frames()) {
    if (!(await hasScript(frame, script))) continue;
    // A frame without a process of its own has no session of its own.
    const own = await context.newCDPSession(frame).catch(() => undefined);
    if (own) return own;
  }
  return context.newCDPSession(page);
}

const hasScript = (frame: Frame, script: string): Promise<boolean> =>
  frame
    .locator(`script[src*="${script}"]`)
    .count()
    .then(
      (count) => count > 0,
      () => false,
    );

/** Of the extension host, by the extension in test/support/heap-extension, which wrote its port to this file. */
export async function hostHeap(file: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${readFileSync(file, 'utf8')}/`);
  return Number(await answer.text()) / 2 ** 20;
}
