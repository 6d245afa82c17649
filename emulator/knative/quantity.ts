/** Kubernetes' resource.Quantity: reading, comparing and the canonical form that Go writes back. */

/** What Go says to a text that is no quantity. */
export const quantityError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

export interface ParsedQuantity {
  /** The amount as a rational: `nano` / 10^9 (Kubernetes rounds finer ones up). */
  nano: bigint;
  canonical: string;
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal: [suffix: string, exponent: number][] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];

export function parseQuantity(input: string | number): ParsedQuantity | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d+))?$/.exec(String(input));
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', binarySuffix, decimalSuffix, scientific] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const negative = sign === '-';
  let exponent = -fraction.length;
  let factor = 1n;
  if (binarySuffix) factor = 1024n ** BigInt(binary.indexOf(binarySuffix));
  else if (decimalSuffix) exponent += decimal.find(([suffix]) => suffix === decimalSuffix)?.[1] ?? 0;
  else if (scientific) exponent += Number(scientific);
  const scaled = exponent + 9;
  if (Math.abs(scaled) > 1000) return undefined;
  let nano: bigint;
  if (scaled >= 0) nano = digits * factor * 10n ** BigInt(scaled);
  else {
    const divisor = 10n ** BigInt(-scaled);
    nano = (digits * factor + divisor - 1n) / divisor;
  }
  if (negative) nano = -nano;
  const form = binarySuffix ? 'binary' : scientific === undefined ? 'decimal' : 'exponent';
  return { nano, canonical: canonical(nano, form) };
}

/** < 0, 0 or > 0; a text that is no quantity counts as 0. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = (parseQuantity(a)?.nano ?? 0n) - (parseQuantity(b)?.nano ?? 0n);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** No digit is lost, no fraction stays, and the exponent is the largest possible. */
function canonical(nano: bigint, form: 'binary' | 'decimal' | 'exponent'): string {
  if (nano === 0n) return '0';
  const absolute = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  const unit = 10n ** 9n;
  // Below 1024 or with a fraction the binary form is written as the decimal one.
  if (form === 'binary' && absolute % unit === 0n && absolute / unit >= 1024n) {
    let amount = absolute / unit;
    let power = 0;
    while (power < binary.length - 1 && amount % 1024n === 0n) {
      amount /= 1024n;
      power++;
    }
    return `${sign}${amount}${binary[power]}`;
  }
  let amount = absolute;
  let index = 0;
  while (index < decimal.length - 1 && amount % 1000n === 0n) {
    amount /= 1000n;
    index++;
  }
  const [suffix, exponent] = decimal[index] ?? ['', 0];
  if (form === 'exponent') return `${sign}${amount}${exponent === 0 ? '' : `e${exponent}`}`;
  return `${sign}${amount}${suffix}`;
}
