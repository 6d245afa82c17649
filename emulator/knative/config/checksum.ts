/** The checksum of `_example`, by which the webhook notices that somebody edited the example instead of the settings. */

export const exampleKey = '_example';
export const exampleChecksumAnnotation = 'knative.dev/example-checksum';

/** CRC-32 (IEEE) of the trimmed text with runs of newlines collapsed to a backslash and an n, eight hex digits. */
export function exampleChecksum(text: string): string {
  const bytes = new TextEncoder().encode(text.trim().replace(/(?:\r?\n)+/g, '\\n'));
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0');
}
