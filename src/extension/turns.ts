/** What begins and ends the same thing goes one after the other, in the order in which it was asked for. Pure leaf. */

export interface Turns {
  /** When all before it under this key have ended, in whatever way. */
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Those under which something goes on or waits. */
  readonly keys: readonly string[];
}

export function turns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    take(key, work) {
      const mine = (last.get(key) ?? Promise.resolve()).then(work);
      const ended = mine.then(
        () => {},
        () => {},
      );
      last.set(key, ended);
      void ended.then(() => {
        if (last.get(key) === ended) last.delete(key);
      });
      return mine;
    },
    get keys() {
      return [...last.keys()];
    },
  };
}
