/** Lines of several instances in order of time, though each has a way of its own to the reader. Pure leaf. */

/** What is looked at of a line; as capabilities/protocol.ts LogLine. */
export interface TimedLine {
  /** ms since the epoch. */
  time: number;
  pod: string;
  text: string;
  mark?: string | undefined;
}

export interface OrderOptions<Line> {
  /** When it was written, as its reader shows it; ms since the epoch. */
  timeOf(line: Line): number;
  /** ms that a line is held for those that were written before it and come after it. */
  windowMs?: number;
}

interface Held<Line> {
  line: Line;
  at: number;
  /** ms of the monotonic clock. */
  due: number;
}

/** Less than a person sees; more than an instance's pipe and a busy machine's turn take. */
const usualWindowMs = 50;
/** Of a storm so many are held at most; the older half goes on then, as taking one by one from the front is work for each line. */
const mostHeld = 1_000;

/**
 * The same lines, those of different instances that came within the window in order of `timeOf`. Lines of one instance keep their
 * order, whatever times they say; nothing passes a mark, nor a line that came longer ago than the window. What ends or fails is told
 * at once, after what was held.
 */
export async function* inOrder<Line extends TimedLine>(
  source: AsyncIterable<Line>,
  { timeOf, windowMs = usualWindowMs }: OrderOptions<Line>,
): AsyncIterable<Line> {
  const held: Held<Line>[] = [];
  const lines = source[Symbol.asyncIterator]();
  const ask = () =>
    lines.next().then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
  let next: ReturnType<typeof ask> | undefined;
  const tick = ticker();
  try {
    for (;;) {
      next ??= ask();
      // The time first: who always has another line must not keep those before it.
      const came = await (held.length === 0 ? next : Promise.race([tick.at(() => earliest(held)), next]));
      if (came === undefined) {
        yield* takeDue(held, performance.now());
        continue;
      }
      next = undefined;
      if ('error' in came) {
        yield* all(held);
        throw came.error;
      }
      if (came.result.done) {
        yield* all(held);
        return;
      }
      place(held, came.result.value, timeOf, windowMs);
      if (held.length > mostHeld) yield* all(held.splice(0, mostHeld / 2));
    }
  } finally {
    tick[Symbol.dispose]();
    // Not waited for: while it is asked for its next line it ends only with its signal.
    lines.return?.().catch(() => undefined);
  }
}

/** Behind the last line that it must not pass. */
function place<Line extends TimedLine>(
  held: Held<Line>[],
  line: Line,
  timeOf: (line: Line) => number,
  windowMs: number,
): void {
  const isMark = line.mark !== undefined;
  // An indented line goes on with the one before it of its instance, and stays with it.
  const previous = /^\s+\S/.test(line.text) ? held.findLast((each) => each.line.pod === line.pod) : undefined;
  const at = previous?.at ?? timeOf(line);
  let index = held.length;
  while (index > 0 && !isMark) {
    const other = held[index - 1];
    if (!other || other.line.mark !== undefined || other.line.pod === line.pod) break;
    if (other.at <= at || line.time - other.line.time > windowMs) break;
    index -= 1;
  }
  held.splice(index, 0, { line, at, due: performance.now() + windowMs });
}

const earliest = (held: readonly Held<unknown>[]): number => Math.min(...held.map(({ due }) => due));

function* all<Line>(held: Held<Line>[]): Iterable<Line> {
  for (const { line } of held.splice(0)) yield line;
}

/** Those whose time is over, and what stands before them. */
function* takeDue<Line>(held: Held<Line>[], now: number): Iterable<Line> {
  yield* all(held.splice(0, held.findLastIndex(({ due }) => due <= now) + 1));
}

/** One timer at a time, however many lines come before it fires. */
function ticker(): Disposable & { at(due: () => number): Promise<undefined> } {
  let timer: NodeJS.Timeout | undefined;
  let ticking: Promise<undefined> | undefined;
  return {
    at(due) {
      ticking ??= new Promise((resolve) => {
        timer = setTimeout(
          () => {
            ticking = undefined;
            resolve(undefined);
          },
          Math.max(0, due() - performance.now()),
        );
      });
      return ticking;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
