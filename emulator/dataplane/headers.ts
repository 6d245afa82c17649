/** What gateway, activator and queue-proxy do to a request's fields on its way (knative.md, section 3). Pure. */
import { type HeaderList, headerOf, type RequestHead } from './types.ts';

export interface Passage {
  remoteAddress: string;
  /** The request passes the activator. */
  proxied: boolean;
  /** Of the split: what the Ingress says to append. */
  append: Record<string, string>;
  requestId: string;
  /** The host that the client asked for, where a domain mapping routes by another. */
  rewritten?: string | undefined;
}

/** Removed before the application sees the request. */
const internal = new Set([
  'knative-serving-revision',
  'knative-serving-namespace',
  'k-network-hash',
  'k-original-host',
  'k-proxy-request',
  'x-slipway-trace',
]);

/** The application's fields, and the Host that it sees when a K-Original-Host came along. */
export function applicationHeaders(
  headers: HeaderList,
  { remoteAddress, proxied, append, requestId, rewritten }: Passage,
): { headers: HeaderList; originalHost: string | undefined } {
  const result: HeaderList = [];
  let forwardedFor = '';
  let forwardedProto: string | undefined;
  let forwardedHost = '';
  let forwarded = '';
  let originalHost: string | undefined;
  let hasRequestId = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    switch (name) {
      case 'x-forwarded-for':
        forwardedFor = forwardedFor ? `${forwardedFor}, ${value}` : value;
        continue;
      case 'x-forwarded-proto':
        forwardedProto ??= value;
        continue;
      case 'forwarded':
        forwarded ||= value;
        break;
      case 'x-forwarded-host':
        forwardedHost ||= value;
        break;
      case 'k-original-host':
        originalHost ??= value;
        break;
      case 'x-request-id':
        hasRequestId = true;
        break;
      default:
    }
    if (!internal.has(name)) result.push(name, value);
  }
  // The activator appends who it got the request from; queue-proxy does so after it has built Forwarded.
  if (proxied) forwardedFor = appended(forwardedFor, remoteAddress);
  const proto = forwardedProto || 'http';
  if (!forwarded) result.push('forwarded', buildForwarded(forwardedFor, proto, forwardedHost));
  result.push('x-forwarded-for', appended(forwardedFor, remoteAddress), 'x-forwarded-proto', proto);
  if (!hasRequestId) result.push('x-request-id', requestId);
  if (proxied) result.push('k-proxy-request', 'activator');
  // Said by Envoy, the gateway of the real one, to the application.
  if (rewritten !== undefined) result.push('x-envoy-original-host', rewritten);
  for (const name in append) {
    const lower = name.toLowerCase();
    if (lower === 'k-original-host') originalHost ||= append[name];
    else if (!internal.has(lower)) result.push(lower, append[name] as string);
  }
  return { headers: result, originalHost: originalHost || undefined };
}

function appended(list: string, address: string): string {
  return list ? `${list}, ${address}` : address;
}

/** RFC 7239 from the X-Forwarded fields, as queue-proxy composes it; at least one of them is there. */
export function buildForwarded(forwardedFor: string, proto: string, host: string): string {
  const nodes = forwardedFor === '' ? [] : forwardedFor.split(',').map((node) => `for=${quoted(node.trim())}`);
  const [first, ...others] = nodes;
  const head = [first, host && `host=${host}`, proto && `proto=${proto}`].filter(Boolean).join(';');
  return [head, ...others].join(', ');
}

function quoted(node: string): string {
  return node.includes(':') ? `"[${node}]"` : node;
}

/** Go's clients, which activator and queue-proxy are, tell the length of an empty body only with these methods. */
export function tellsLength({ method, length, lengthGiven }: RequestHead): boolean {
  return length === 0 ? method === 'POST' || method === 'PUT' || method === 'PATCH' : lengthGiven;
}

/** The names that Trailer announces, spelt as Go spells them; the rest as it is. */
export function canonicalTrailer(headers: HeaderList): HeaderList {
  const at = headers.indexOf('trailer');
  if (at < 0 || at % 2 !== 0) return headers;
  const names = (headers[at + 1] ?? '').split(',').map((name) => canonical(name.trim()));
  return headers.with(at + 1, names.join(', '));
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (first) => first.toUpperCase());
}

export type Probe = { status: number; body: string; type?: string; sniff?: boolean } | undefined;

/** Kubernetes' and Knative's own requests, by what they say of themselves. */
export function isProbe(headers: HeaderList): boolean {
  const agent = headerOf(headers, 'user-agent') ?? '';
  return (
    agent.startsWith('kube-probe/') ||
    headerOf(headers, 'k-kubelet-probe') !== undefined ||
    headerOf(headers, 'k-network-probe') !== undefined
  );
}

/** The answer to a probe of Kubernetes or Knative, which never reaches the application. */
export function probeAnswer(headers: HeaderList, proxied: boolean): Probe {
  if (headerOf(headers, 'user-agent')?.startsWith('kube-probe/') || headerOf(headers, 'k-kubelet-probe')) {
    return { status: 200, body: '' };
  }
  const value = headerOf(headers, 'k-network-probe');
  if (!value) return undefined;
  const component = proxied ? 'activator' : 'queue';
  if (value === component) return { status: 200, body: component, type: 'text/plain; charset=utf-8' };
  if (proxied && value === 'probe' && !headerOf(headers, 'k-network-hash')) {
    return badRequest('a probe request must contain a non-empty "K-Network-Hash" header\n');
  }
  if (proxied && value === 'probe') return { status: 200, body: '' };
  return badRequest(`unexpected probe header value: "${escaped(value)}"\n`);
}

function badRequest(body: string): Probe {
  return { status: 400, body, type: 'text/plain; charset=utf-8', sniff: true };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');
}
