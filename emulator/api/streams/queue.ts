/** Pushing into an async iterable. */

export interface Queue<T> {
  items: AsyncIterable<T>;
  push(item: T): void;
  end(): void;
}

export function queueOf<T>(): Queue<T> {
  const waiting: T[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  const notify = () => {
    wake?.();
    wake = undefined;
  };
  async function* drain(): AsyncGenerator<T> {
    for (;;) {
      const item = waiting.shift();
      if (item !== undefined) yield item;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    items: drain(),
    push(item) {
      if (ended) return;
      waiting.push(item);
      notify();
    },
    end() {
      ended = true;
      notify();
    },
  };
}
