/** Kubernetes quantities (`25m`, `1.5Gi`, `2e3`) as numbers of their base unit. */

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** NaN for what is no quantity. */
export function parseQuantity(quantity: string | number): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(
    String(quantity).trim(),
  );
  return match ? Number(match[1]) * (factors[match[2] ?? ''] ?? 1) : Number.NaN;
}

/** Memory in binary units where it comes out even, all else in thousandths where it must. */
export function formatQuantity(resource: string, value: number): string {
  if (/memory|storage/.test(resource)) {
    for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
      const factor = factors[unit] ?? 1;
      if (value >= factor && value % factor === 0) return `${value / factor}${unit}`;
    }
  }
  return Number.isInteger(value) ? String(value) : `${Math.ceil(value * 1000)}m`;
}
