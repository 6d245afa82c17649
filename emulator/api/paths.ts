/** From a URL path to the resource it names. */

export interface ResourcePath {
  group: string;
  version: string;
  /** '' = all namespaces, or a resource without. */
  namespace: string;
  plural: string;
  /** '' = the collection. */
  name: string;
  /** '' or `status`, `scale`, `log`… */
  subresource: string;
  /** What follows a subresource (`proxy/…`). */
  rest: string;
  /** The old `/watch/` prefix. */
  watch: boolean;
}

/** Undefined when the path is none of a resource. Segments come decoded. @throws URIError on a broken escape. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const root = segments.shift();
  let group = '';
  if (root === 'apis') group = segments.shift() ?? '';
  else if (root !== 'api') return undefined;
  const version = segments.shift() ?? '';
  const watch = segments[0] === 'watch' && segments.length > 1;
  if (watch) segments.shift();
  const parts = segments.map(decodeURIComponent);
  let namespace = '';
  // `namespaces/x/pods…` is what is in a namespace, `namespaces/x` and `namespaces/x/status` are the namespace itself.
  if (parts[0] === 'namespaces' && parts.length > 2 && !namespaceSubresources.has(parts[2] ?? '')) {
    namespace = parts[1] ?? '';
    parts.splice(0, 2);
  }
  const [plural, name = '', subresource = '', ...rest] = parts;
  if (!plural || !version || (root === 'apis' && !group)) return undefined;
  return { group, version, namespace, plural, name, subresource, rest: rest.join('/'), watch };
}

const namespaceSubresources = new Set(['status', 'finalize']);
