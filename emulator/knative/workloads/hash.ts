/** Hashes as the workload controllers put them into names: short, and of letters that spell no words. */

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** FNV-1a, 32 bits. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** `pod-template-hash` of a template: the same for equal JSON, whatever the order of its keys. */
export function templateHash(template: unknown): string {
  return safeText(String(fnv32a(canonical(template))));
}

/** Five characters for a generated name, drawn from `seed`. */
export function nameSuffix(seed: string): string {
  let state = fnv32a(seed);
  let text = '';
  for (let i = 0; i < 5; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    text += alphabet[(state >>> 8) % alphabet.length];
    state = (state + 0x9e3779b9) >>> 0;
  }
  return text;
}

function safeText(text: string): string {
  return [...text].map((letter) => alphabet[letter.charCodeAt(0) % alphabet.length]).join('');
}

/** JSON with sorted keys; `undefined` and absent are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}
