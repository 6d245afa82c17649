/** CEL as Kubernetes extends it for validation rules: its libraries of URLs, lists, regular expressions and addresses. */
import { isIP } from 'node:net';
import { Environment } from '@marcbachmann/cel-js';

class Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  constructor([, scheme = '', host = '', path = '', query = '']: RegExpExecArray) {
    this.scheme = scheme;
    this.host = host;
    this.path = path;
    this.query = query;
  }
}

/** As Go's ParseRequestURI: absolute, or a path from the root. */
const absolute = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?(.*))?$/;
const rooted = /^()()(\/[^?#]*)(?:\?(.*))?$/;

function parseUrl(text: string): Url | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\s\u0000-\u001f]/.test(text)) return undefined;
  const parts = absolute.exec(text) ?? rooted.exec(text);
  return parts ? new Url(parts) : undefined;
}

const portOf = ({ host }: Url) => /:(\d*)$/.exec(host)?.[1] ?? '';
const hostnameOf = ({ host }: Url) =>
  host
    .replace(/^[^@]*@/, '')
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '');

type Ordered = bigint | number | string | boolean | Date;

function extreme(list: readonly Ordered[], isBetter: (a: Ordered, b: Ordered) => boolean): Ordered {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error('min/max called on empty list');
  return rest.reduce((best, one) => (isBetter(one, best) ? one : best), first);
}

function isCidr(text: string): boolean {
  const [, address = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits) <= (family === 4 ? 32 : 128);
}

function replace(text: string, from: string, to: string, count: number): string {
  const parts = text.split(from);
  if (count < 0 || parts.length - 1 <= count) return parts.join(to);
  return [...parts.slice(0, count + 1).join(to), from, parts.slice(count + 1).join(from)].join('');
}

function findAll(text: string, pattern: string, limit: bigint): string[] {
  const found = [...text.matchAll(new RegExp(pattern, 'gu'))].map(([whole]) => whole);
  return limit < 0n ? found : found.slice(0, Number(limit));
}

const functions: Record<string, (...values: never[]) => unknown> = {
  'isURL(string): bool': (text: string) => parseUrl(text) !== undefined,
  'url(string): kubernetes.URL': (text: string) => {
    const url = parseUrl(text);
    if (!url)
      throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
    return url;
  },
  'kubernetes.URL.getScheme(): string': ({ scheme }: Url) => scheme.toLowerCase(),
  'kubernetes.URL.getHost(): string': ({ host }: Url) => host.replace(/^[^@]*@/, ''),
  'kubernetes.URL.getHostname(): string': hostnameOf,
  'kubernetes.URL.getPort(): string': portOf,
  'kubernetes.URL.getEscapedPath(): string': ({ path }: Url) => path,
  'isIP(string): bool': (text: string) => isIP(text) !== 0,
  'isCIDR(string): bool': isCidr,
  'string.find(string): string': (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
  'string.findAll(string): list<string>': (text: string, pattern: string) => findAll(text, pattern, -1n),
  'string.findAll(string, int): list<string>': findAll,
  'string.charAt(int): string': (text: string, at: bigint) => [...text][Number(at)] ?? '',
  'string.replace(string, string): string': (text: string, from: string, to: string) => replace(text, from, to, -1),
  'string.replace(string, string, int): string': (text: string, from: string, to: string, count: bigint) =>
    replace(text, from, to, Number(count)),
  'list.isSorted(): bool': (list: Ordered[]) => list.every((one, i) => i === 0 || (list[i - 1] as Ordered) <= one),
  'list.sum(): dyn': (list: (bigint | number)[]) =>
    list.length === 0 ? 0n : list.reduce((sum, one) => ((sum as bigint) + (one as bigint)) as never),
  'list.min(): dyn': (list: Ordered[]) => extreme(list, (a, b) => a < b),
  'list.max(): dyn': (list: Ordered[]) => extreme(list, (a, b) => a > b),
  'list.indexOf(dyn): int': (list: unknown[], value: unknown) => BigInt(list.indexOf(value)),
  'list.lastIndexOf(dyn): int': (list: unknown[], value: unknown) => BigInt(list.lastIndexOf(value)),
};

/** `self` and `oldSelf` are of no fixed type: the schema has been held by then. */
export function kubernetesEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  environment.registerType('kubernetes.URL', Url);
  for (const [signature, handler] of Object.entries(functions)) {
    environment.registerFunction(signature, handler as (...values: unknown[]) => unknown);
  }
  return environment;
}
