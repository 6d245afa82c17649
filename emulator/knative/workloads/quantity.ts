/** Kubernetes quantities (`25m`, `1.5Gi`, `2e3`) as numbers to reckon with. */
import { parseQuantity } from '../quantity.ts';

const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** In the base unit; NaN for what is no quantity. */
export function amountOf(quantity: string | number): number {
  const parsed = parseQuantity(quantity);
  return parsed ? Number(parsed.nano) / 1e9 : Number.NaN;
}

/** Memory in binary units where it comes out even, all else in thousandths where it must. */
export function formatAmount(resource: string, value: number): string {
  if (/memory|storage/.test(resource)) {
    for (let power = binary.length; power > 0; power--) {
      const factor = 1024 ** power;
      if (value >= factor && value % factor === 0) return `${value / factor}${binary[power - 1]}`;
    }
  }
  return Number.isInteger(value) ? String(value) : `${Math.ceil(value * 1000)}m`;
}
