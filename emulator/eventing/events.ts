/** CloudEvents 1.0 over HTTP in binary mode: attributes as `ce-` headers (HTTP protocol binding 1.0.2, section 3.1). Pure. */

export interface CloudEvent {
  id: string;
  source: string;
  type: string;
  specversion: string;
  datacontenttype?: string;
  /** RFC 3339. */
  time?: string;
  subject?: string;
  dataschema?: string;
  /** Lower-case names. */
  extensions: Record<string, string>;
  data: Uint8Array;
}

export function binaryHeaders(event: CloudEvent): Record<string, string> {
  const headers: Record<string, string> = {
    'ce-specversion': event.specversion,
    'ce-id': event.id,
    'ce-source': event.source,
    'ce-type': event.type,
  };
  for (const name of ['time', 'subject', 'dataschema'] as const) {
    const value = event[name];
    if (value !== undefined) headers[`ce-${name}`] = value;
  }
  for (const [name, value] of Object.entries(event.extensions)) headers[`ce-${name}`] = value;
  for (const name of Object.keys(headers)) headers[name] = encodeHeader(headers[name] ?? '');
  if (event.datacontenttype !== undefined) headers['content-type'] = event.datacontenttype;
  return headers;
}

/** Section 3.1.3.2: what is not printable ASCII, and space, `"` and `%`, percent-encoded as UTF-8. */
export function encodeHeader(value: string): string {
  return value
    .toWellFormed()
    .replace(/[^\x21-\x7e]|["%]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    );
}

export function decodeHeader(value: string): string {
  if (!value.includes('%')) return value;
  const bytes: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const hex = value[i] === '%' ? /^[0-9a-fA-F]{2}/.exec(value.slice(i + 1)) : null;
    if (hex) {
      bytes.push(Number.parseInt(hex[0], 16));
      i += 2;
    } else bytes.push(...Buffer.from(value[i] ?? ''));
  }
  return Buffer.from(bytes).toString('utf8');
}
