/** The little arithmetic of figures. */
export const round = (value, digits = 0) => Number(value.toFixed(digits));

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
