/** Seeded randomness, so that what a run found can be run again. */

export interface Random {
  /** 0 ≤ x < 1. */
  (): number;
  pick<T>(list: readonly T[]): T;
  /** 0 ≤ n < limit. */
  below(limit: number): number;
  chance(probability: number): boolean;
}

/** mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return Object.assign(next, {
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    below,
    chance: (probability: number) => next() < probability,
  });
}
