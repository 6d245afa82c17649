/**
 * CloudEvents 1.0 over HTTP: in binary mode attributes are `ce-` headers, in structured mode all is one JSON document (HTTP
 * protocol binding 1.0.2, sections 3.1 and 3.2). Pure.
 */

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

/** The body of structured mode; its content type is `structuredType`. */
export function structuredBody({ data, extensions, ...attributes }: CloudEvent): Uint8Array {
  const text = Buffer.from(data).toString();
  const isJson = isJsonType(attributes.datacontenttype);
  // What claims to be JSON goes in as it is, text as a string.
  const document = { ...attributes, ...extensions, ...(data.byteLength === 0 || isJson ? {} : { data: text }) };
  const written = JSON.stringify(document);
  return Buffer.from(data.byteLength > 0 && isJson ? `${written.slice(0, -1)},"data":${text}}` : written);
}

export const structuredType = 'application/cloudevents+json';

function isJsonType(type: string | undefined): boolean {
  return type === undefined || /[/+]json\b/i.test(type);
}

/** Section 3.1.3.2: what is not printable ASCII, and space, `"` and `%`, percent-encoded as UTF-8. */
export function encodeHeader(value: string): string {
  return value
    .toWellFormed()
    .replace(/[^\x21-\x7e]|["%]/gu, (character) =>
      [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    );
}

/** An event of a request or an answer. @throws EventError when it is none, or breaks the specification. */
export function readEvent(headers: Readonly<Record<string, string | undefined>>, body: Uint8Array): CloudEvent {
  const contentType = headers['content-type'] ?? '';
  const event = /^application\/cloudevents\+json/i.test(contentType)
    ? structuredEvent(Buffer.from(body).toString())
    : binaryEvent(headers, body);
  validate(event);
  return event;
}

/** Whether this claims to be an event at all: an answer that does not is no reply. */
export function isEvent(headers: Readonly<Record<string, string | undefined>>): boolean {
  return headers['ce-specversion'] !== undefined || /^application\/cloudevents/i.test(headers['content-type'] ?? '');
}

export class EventError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventError';
  }
}

const optional = ['time', 'subject', 'dataschema'] as const;

function binaryEvent(headers: Readonly<Record<string, string | undefined>>, data: Uint8Array): CloudEvent {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && value !== undefined) attributes[name.slice(3)] = decodeHeader(value);
  }
  const datacontenttype = headers['content-type'];
  return eventOf({ ...attributes, ...(datacontenttype ? { datacontenttype } : {}) }, data);
}

function structuredEvent(text: string): CloudEvent {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new EventError('the body is no JSON');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw new EventError('no object');
  const { data, data_base64: base64, ...attributes } = document as Record<string, unknown>;
  let bytes = Buffer.alloc(0);
  if (typeof base64 === 'string') bytes = Buffer.from(base64, 'base64');
  else if (data !== undefined) {
    const type = attributes['datacontenttype'];
    const isText = typeof data === 'string' && !isJsonType(type === undefined ? undefined : String(type));
    bytes = Buffer.from(isText ? data : JSON.stringify(data));
  }
  return eventOf(attributes, bytes);
}

function eventOf(attributes: Record<string, unknown>, data: Uint8Array): CloudEvent {
  const { id, source, type, specversion, datacontenttype, time, subject, dataschema, schemaurl, ...rest } = attributes;
  const textOf = (value: unknown) => (value === undefined || value === null ? '' : String(value));
  const given = { time, subject, dataschema: dataschema ?? schemaurl };
  const event: CloudEvent = {
    id: textOf(id),
    source: textOf(source),
    type: textOf(type),
    specversion: textOf(specversion),
    extensions: {},
    data,
  };
  if (datacontenttype) event.datacontenttype = textOf(datacontenttype);
  for (const name of optional) if (given[name] !== undefined) event[name] = textOf(given[name]);
  for (const [name, value] of Object.entries(rest)) {
    if (value !== null && value !== undefined) event.extensions[name.toLowerCase()] = textOf(value);
  }
  return event;
}

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function validate({ id, source, type, specversion, time, subject, dataschema, extensions }: CloudEvent): void {
  if (specversion !== '1.0' && specversion !== '0.3')
    throw new EventError(`specversion ${specversion || 'is missing'}`);
  for (const [name, value] of Object.entries({ id, source, type })) {
    if (value.trim() === '') throw new EventError(`${name}: must be a non-empty string`);
  }
  if (time !== undefined && !(rfc3339.test(time) && !Number.isNaN(Date.parse(time))))
    throw new EventError(`time: ${time}`);
  if (subject !== undefined && subject.trim() === '') throw new EventError('subject: must be a non-empty string');
  if (dataschema !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(dataschema))
    throw new EventError('dataschema: no absolute URI');
  for (const name of Object.keys(extensions)) {
    if (!/^[a-z0-9]+$/.test(name)) throw new EventError(`extension ${name}: only lower-case letters and digits`);
  }
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
