/**
 * Image references as Knative's admission reads them: go-containerregistry's `name` package, v0.20.3 (the one that Serving's module file
 * names), with weak validation.
 */
import { isIPv6 } from 'node:net';

const repositoryPattern = /^[a-z0-9_\-./]{2,255}$/;
const tagPattern = /^[a-zA-Z0-9_\-.]{1,128}$/;
/** What Go's parser of URLs takes in a host without brackets; a colon begins its port. */
const hostPattern = /^[a-zA-Z0-9\-._~!$&'()*+,;=<>":\]\u0080-\u{10ffff}]*$/u;
const portPattern = /^(:[0-9]*)?$/;
const digestPattern = /^sha256:[a-f0-9]{64}$/;

export function isImageReference(text: string): boolean {
  return baseOf(text) !== undefined || isDigest(text);
}

function isDigest(text: string): boolean {
  const at = text.split('@');
  const [base = '', digest = ''] = at;
  const named = at.length === 2 && digestPattern.test(digest) ? baseOf(base) : undefined;
  if (named === undefined) return false;
  // The repository is parsed once more then, by its full name.
  const [registry, repository] = splitRegistry(named);
  const isOfficial = ['', 'docker.io', 'index.docker.io'].includes(registry) && !repository.includes('/');
  return !isOfficial || repositoryPattern.test(`library/${repository}`);
}

/** @returns what stands before the tag, or all of it; undefined where it is no reference by tag */
function baseOf(text: string): string | undefined {
  const colon = text.lastIndexOf(':');
  const isTagged = colon >= 0 && !text.slice(colon).includes('/');
  const [base, tag] = isTagged ? [text.slice(0, colon), text.slice(colon + 1)] : [text, ''];
  return (tag === '' || tagPattern.test(tag)) && isRepository(base) ? base : undefined;
}

function isRepository(text: string): boolean {
  const [registry, repository] = splitRegistry(text);
  return repositoryPattern.test(repository) && isRegistry(registry);
}

/** What stands before the first slash is a registry where it has a dot or colon in it: `localhost` alone is none. */
function splitRegistry(text: string): [registry: string, repository: string] {
  const slash = text.indexOf('/');
  const head = slash < 0 ? '' : text.slice(0, slash);
  return /[.:]/.test(head) ? [head, text.slice(slash + 1)] : ['', text];
}

function isRegistry(host: string): boolean {
  const [, address, after] = /^\[(.*)\]([^\]]*)$/.exec(host) ?? [];
  if (address !== undefined) return isIPv6(address) && !address.includes('%') && portPattern.test(after ?? '');
  const colon = host.lastIndexOf(':');
  return hostPattern.test(host) && (colon < 0 || portPattern.test(host.slice(colon)));
}
