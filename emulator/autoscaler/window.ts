/**
 * Sliding windows over one-second buckets, as Knative keeps them (pkg/autoscaler/aggregation). The running total is kept
 * by adding and subtracting, never added up anew: what rounding leaves in it is part of the behaviour to match.
 * Times are whole Unix seconds.
 */

export interface MetricWindow {
  record(second: number, value: number): void;
  average(second: number): number;
  /** Nothing was written for longer than the window. */
  isEmpty(second: number): boolean;
  /** Keeps what was written; `second` is the present. */
  resize(seconds: number, second: number): void;
}

export type Aggregation = 'linear' | 'weighted-exponential';

/** The weights of a window sum up to at least this. */
const weightPrecision = 0.9999;
const smallestCoefficient = 0.2;

export function createWindow(seconds: number, aggregation: Aggregation): MetricWindow {
  let length = Math.ceil(seconds);
  let buckets = new Float64Array(length);
  let total = 0;
  // Go's zero time: long before any write.
  let last = Number.NEGATIVE_INFINITY;
  let first: number | undefined;
  let coefficient = smoothing(length);

  const at = (second: number) => mod(second, length);
  const value = (second: number) => buckets[at(second)] ?? 0;

  function record(second: number, amount: number): void {
    if (second !== last) {
      if (second + length <= last) return;
      if (first === undefined || first > second) first = second;
      if (second > last) {
        advanceTo(second);
        last = second;
      }
    }
    buckets[at(second)] = value(second) + amount;
    total += amount;
  }

  function advanceTo(second: number): void {
    if (second - last >= length) {
      first = second;
      buckets.fill(0);
      total = 0;
      return;
    }
    for (let i = last + 1; i <= second; i++) {
      total -= value(i);
      buckets[at(i)] = 0;
    }
  }

  function linear(second: number): number {
    const silent = second - last;
    if (silent >= length) return 0;
    // Without a first write (forgotten by a resize) it counts as long ago.
    const written = last - (first ?? Number.NEGATIVE_INFINITY) + 1;
    if (silent <= 0) return round6(total / Math.min(written, length));
    let sum = total;
    for (let i = last + 1; i <= second; i++) sum -= value(i);
    return round6(sum / Math.min(written, length - silent));
  }

  function weighted(second: number): number {
    if (isEmpty(second)) return 0;
    const silent = Math.max(0, second - last);
    let weight = silent > 0 ? coefficient * (1 - coefficient) ** silent : coefficient;
    let sum = 0;
    for (let i = 0; i < length - silent; i++) {
      sum += value(last - i) * weight;
      weight *= 1 - coefficient;
    }
    return sum;
  }

  function isEmpty(second: number): boolean {
    return second - last > length;
  }

  function resize(next: number, second: number): void {
    const size = Math.ceil(next);
    if (size === length) return;
    const copy = new Float64Array(size);
    let sum = 0;
    if (second - last <= length) {
      for (let i = 0; i < Math.min(size, length); i++) {
        const kept = value(last - i);
        copy[mod(last - i, size)] = kept;
        sum += kept;
      }
      // The first write is put where the old window began, even where nothing had been written by then.
      first = last - (length - 1);
    } else {
      first = undefined;
    }
    length = size;
    buckets = copy;
    total = sum;
    coefficient = smoothing(size);
  }

  return { record, average: aggregation === 'linear' ? linear : weighted, isEmpty, resize };
}

/** The largest value of the last slots, for scale-down-delay. Slots are whole seconds of Unix time divided by two. */
export interface MaximumWindow {
  record(second: number, value: number): void;
  current(): number;
}

export function createMaximumWindow(seconds: number, slotSeconds = 2): MaximumWindow {
  const slots = Math.ceil(seconds / slotSeconds);
  // Falling values at rising slots: whatever is smaller and older than a newcomer never counts again.
  let maxima: { slot: number; value: number }[] = [];
  return {
    record(second, value) {
      const slot = Math.floor(second / slotSeconds);
      maxima = maxima.filter((entry) => entry.value > value && slot - entry.slot < slots);
      // A larger one of the same slot stands for this one too.
      if (maxima.at(-1)?.slot !== slot) maxima.push({ slot, value });
    },
    current() {
      return maxima[0]?.value ?? 0;
    },
  };
}

function smoothing(buckets: number): number {
  return Math.max(1 - (1 - weightPrecision) ** (1 / buckets), smallestCoefficient);
}

/** Six digits, half away from zero. */
function round6(value: number): number {
  const scaled = Math.abs(value * 1e6);
  // From 2^52 on there is no fraction left to round, and adding a half would lose digits.
  const rounded = scaled >= 2 ** 52 ? scaled : scaled % 1 >= 0.5 ? Math.ceil(scaled) : Math.floor(scaled);
  return (Math.sign(value) * rounded) / 1e6;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
