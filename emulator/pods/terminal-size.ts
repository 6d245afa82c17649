/** The sizes that a client says its terminal has. */
import { setTimeout as after } from 'node:timers/promises';
import type { TerminalSize } from './ports.ts';

/** A client with a terminal says its size with the request; one without never does, and its command is not held for longer. */
const firstSizeMs = 250;

/** The size to begin with, if there is one, and those that come after. */
export async function sizesOf(
  sizes: AsyncIterable<TerminalSize>,
  waitMs = firstSizeMs,
): Promise<{ first: TerminalSize | undefined; later: AsyncIterable<TerminalSize> }> {
  const iterator = sizes[Symbol.asyncIterator]();
  const next = iterator.next();
  const first = await Promise.race([next, after(waitMs, undefined, { ref: false })]);
  async function* later(): AsyncGenerator<TerminalSize> {
    let step = first ? (first.done ? first : await iterator.next()) : await next;
    for (; !step.done; step = await iterator.next()) yield step.value;
  }
  return { first: first?.done ? undefined : first?.value, later: later() };
}
