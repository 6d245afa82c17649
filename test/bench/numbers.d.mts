/** Types of numbers.mjs, for the suites that are compiled. */
export function round(value: number, digits?: number): number;
export function median(values: readonly number[]): number;
