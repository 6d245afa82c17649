/**
 * Heads of HTTP/1.1 messages (RFC 9112), strictly: whatever two parsers could read differently is refused, since the
 * application behind would be the second one. Pure: text in, head or error out.
 */
import { type HeaderList, headerOf } from '../types.ts';

/** Envoy's limits: 60 KiB of head, a hundred fields. */
export const maxHeadBytes = 60 * 1024;
const maxFields = 100;

export class ProtocolError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.status = status;
  }
}

export interface Fields {
  /** Without framing, Host and hop-by-hop fields. */
  headers: HeaderList;
  host: string | undefined;
  length: number | undefined;
  chunked: boolean;
  close: boolean;
  keepAlive: boolean;
  upgrade: string | undefined;
  expectsContinue: boolean;
}

export interface ParsedRequest extends Fields {
  method: string;
  target: string;
  /** HTTP/1.x minor version. */
  minor: 0 | 1;
}

export interface ParsedResponse extends Fields {
  status: number;
  reason: string;
  minor: 0 | 1;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;
/** A path, `*`, or a whole URL; CONNECT has `host:port`. */
const target = /^(?:\/[\x21-\x7e]*|\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/[\x21-\x7e]+)$/;
const authority = /^[A-Za-z0-9._~[\]:-]+:\d{1,5}$/;

/** A LF without its CR in what has come so far of a head: it will never end, so it is refused at once. */
export function hasBareLineFeed(text: string): boolean {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== 13) return true;
  }
  return false;
}

/** `text`: the head without its empty line. @throws ProtocolError */
export function parseRequestHead(text: string): ParsedRequest {
  if (forbidden.test(text)) throw new ProtocolError(400, 'control character in the head');
  const lineEnd = text.indexOf('\r\n');
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd);
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const version = line.slice(last + 1);
  if (first <= 0 || last <= first) throw new ProtocolError(400, 'malformed request line');
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    throw new ProtocolError(/^HTTP\/\d\.\d$/.test(version) ? 505 : 400, 'unsupported version');
  }
  const method = line.slice(0, first);
  const uri = line.slice(first + 1, last);
  if (!token.test(method) || !(method === 'CONNECT' ? authority : target).test(uri))
    throw new ProtocolError(400, 'malformed request line');
  const minor = version === 'HTTP/1.1' ? 1 : 0;
  const fields = parseFields(text, lineEnd, true);
  if (minor === 1 && fields.host === undefined) throw new ProtocolError(400, 'no Host');
  if (fields.chunked && minor === 0) throw new ProtocolError(400, 'Transfer-Encoding in HTTP/1.0');
  return { method, target: uri, minor, ...fields };
}

/** `text`: the head without its empty line. @throws ProtocolError */
export function parseResponseHead(text: string): ParsedResponse {
  if (forbidden.test(text)) throw new ProtocolError(502, 'control character in the head');
  const lineEnd = text.indexOf('\r\n');
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd);
  const match = /^HTTP\/1\.([01]) (\d{3})(?: (.*))?$/.exec(line);
  if (!match) throw new ProtocolError(502, 'malformed status line');
  const status = Number(match[2]);
  if (status < 100) throw new ProtocolError(502, 'malformed status line');
  return { status, reason: match[3] ?? '', minor: match[1] === '1' ? 1 : 0, ...parseFields(text, lineEnd, false) };
}

/** The fields after the first line; `lineEnd` −1 = there are none. */
function parseFields(text: string, lineEnd: number, isRequest: boolean): Fields {
  const fields: Fields = {
    headers: [],
    host: undefined,
    length: undefined,
    chunked: false,
    close: false,
    keepAlive: false,
    upgrade: undefined,
    expectsContinue: false,
  };
  const bad = isRequest ? 400 : 502;
  let connection = '';
  let codings: string | undefined;
  let count = 0;
  for (let at = lineEnd < 0 ? text.length : lineEnd + 2; at < text.length; ) {
    let end = text.indexOf('\r\n', at);
    if (end < 0) end = text.length;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon >= end) throw new ProtocolError(bad, 'a field without a colon');
    const name = text.slice(at, colon).toLowerCase();
    // Folded lines begin with a blank, which is no token either.
    if (!token.test(name)) throw new ProtocolError(bad, 'malformed field name');
    const value = trimBlanks(text, colon + 1, end);
    at = end + 2;
    if (++count > maxFields) throw new ProtocolError(isRequest ? 431 : 502, 'too many fields');
    switch (name) {
      case 'host':
        if (fields.host !== undefined && isRequest) throw new ProtocolError(bad, 'two Hosts');
        fields.host = value;
        continue;
      case 'content-length':
        fields.length = parseLength(value, fields.length, bad);
        continue;
      case 'transfer-encoding':
        // Servers differ in whether they still see "chunked" beside a tab.
        if (text.slice(colon, end).includes('\t')) throw new ProtocolError(bad, 'a tab in Transfer-Encoding');
        codings = codings === undefined ? value : `${codings},${value}`;
        continue;
      case 'connection':
        connection = connection ? `${connection},${value}` : value;
        continue;
      case 'upgrade':
        fields.upgrade = value.toLowerCase();
        continue;
      case 'expect':
        if (!isRequest) break;
        if (value.toLowerCase() !== '100-continue') throw new ProtocolError(417, 'unknown expectation');
        fields.expectsContinue = true;
        continue;
      case 'keep-alive':
      case 'http2-settings':
      case 'proxy-connection':
      case 'proxy-authenticate':
      case 'proxy-authorization':
        continue;
      default:
    }
    fields.headers.push(name, value);
  }
  applyCodings(fields, codings, bad);
  applyConnection(fields, connection);
  return fields;
}

function applyCodings(fields: Fields, codings: string | undefined, bad: number): void {
  if (codings === undefined) return;
  if (fields.length !== undefined) throw new ProtocolError(bad, 'both Content-Length and Transfer-Encoding');
  if (codings.toLowerCase() !== 'chunked') throw new ProtocolError(bad === 400 ? 501 : bad, 'unknown transfer coding');
  fields.chunked = true;
}

/** Drops the fields that Connection names, and Upgrade where Connection does not name it. */
function applyConnection(fields: Fields, connection: string): void {
  let upgrade = false;
  if (connection !== '') {
    for (const part of connection.toLowerCase().split(',')) {
      const option = part.trim();
      if (option === 'close') fields.close = true;
      else if (option === 'keep-alive') fields.keepAlive = true;
      else if (option === 'upgrade') upgrade = true;
      // TE is spoken on by Envoy as "trailers"; everything else that is named ends here.
      else if (option !== '' && option !== 'te') removeField(fields.headers, option);
    }
  }
  if (!upgrade) fields.upgrade = undefined;
  const te = headerOf(fields.headers, 'te');
  if (te !== undefined && te.toLowerCase() !== 'trailers') removeField(fields.headers, 'te');
}

export function removeField(headers: HeaderList, name: string): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) if (headers[i] === name) headers.splice(i, 2);
}

function parseLength(value: string, before: number | undefined, bad: number): number {
  if (!/^\d{1,15}$/.test(value)) throw new ProtocolError(bad, 'malformed Content-Length');
  if (before !== undefined) throw new ProtocolError(bad, 'two Content-Lengths');
  return Number(value);
}

function trimBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
