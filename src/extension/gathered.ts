/** Many changes at once lead to one look. Pure leaf. */

export interface Gathered {
  /** Something changed. */
  tell(): void;
  [Symbol.dispose](): void;
}

/**
 * @param look called once it has been quiet
 * @param quietMs ms without a change
 * @param mostMs ms after the first change; where changes never end it is looked all the same
 */
export function gathered(look: () => void, quietMs: number, mostMs: number): Gathered {
  let timer: NodeJS.Timeout | undefined;
  let begun: number | undefined;
  return {
    tell() {
      const now = performance.now();
      begun ??= now;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          begun = undefined;
          look();
        },
        Math.max(0, Math.min(quietMs, begun + mostMs - now)),
      );
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
