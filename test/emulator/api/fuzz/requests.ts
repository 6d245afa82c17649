/**
 * Requests for the API that are nearly right: a manifest, its path, its method, its headers, each sometimes broken. Half of
 * what is sent is meant to be taken, so that mutations meet stored objects; the other half goes wrong at one place or more.
 */
import type { TestPlatform } from '../support.ts';
import { encodeProtobuf, nestedSchemas } from './protobuf.ts';
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

export interface FuzzRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  body: Uint8Array;
}

type Json = Record<string, unknown>;

const scraps: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e21,
  9_007_199_254_740_992,
  2_147_483_648,
  '',
  'a',
  'A_B',
  '-1',
  '100m',
  '1Gi',
  '5s',
  '\u0000',
  '\ud800',
  '../..',
  '$(x)',
  '{{.Name}}',
  '%s%n',
  '😀'.repeat(70),
  'x'.repeat(300),
  'http://a b/',
  '2026-01-01T00:00:00Z',
  '292277026596-12-04T15:30:08Z',
  [],
  {},
  [[]],
  [null],
  { a: null },
  { '': '' },
  { $patch: 'delete' },
  { $patch: 'replace' },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
];

const keys =
  'metadata spec status name namespace labels annotations finalizers ownerReferences uid resourceVersion generation size parts data stringData binaryData kind apiVersion generateName managedFields deletionTimestamp deletionGracePeriodSeconds containers $patch $retainKeys $deleteFromPrimitiveList/finalizers $setElementOrder/containers replicas template selector ports traffic percent tag latestRevision revisionName subscriber delivery sink ref uri filters filter schedule timezone containerConcurrency timeoutSeconds volumes volumeMounts readinessProbe env valueFrom _example __proto__ constructor'.split(
    ' ',
  );

const queryParts: (readonly [string, readonly string[]])[] = [
  ['dryRun', ['All', 'x', '']],
  ['limit', ['1', '0', '-3', '99999999999999999999', 'x']],
  ['continue', ['e30', 'x', 'eyJ2Ijoic2xpcHdheS92MSIsInJ2IjoxLCJzdGFydCI6ImEifQ', '%']],
  [
    'labelSelector',
    ['a in (', ',', 'a=b', 'a!=b', '!a', 'a in (b,c),d notin (e)', 'a==b,', 'a>1', 'x'.repeat(400), '😀=1', '=,='],
  ],
  [
    'fieldSelector',
    ['\\', 'metadata.name=a', 'metadata.name!=a', 'status.phase!=Running', 'spec.x=1', 'metadata.name'],
  ],
  ['resourceVersion', ['0', '1', '-1', 'x', '99999999', '18446744073709551615', '']],
  ['resourceVersionMatch', ['Exact', 'NotOlderThan', 'x']],
  ['fieldManager', ['m', 'kubectl', '', 'x'.repeat(129), '😀']],
  ['force', ['true', 'false', 'x']],
  ['propagationPolicy', ['Foreground', 'Background', 'Orphan', 'x']],
  ['gracePeriodSeconds', ['0', '5', '-1', 'x', '1e99', '9223372036854775807']],
  ['fieldValidation', ['Strict', 'Warn', 'Ignore', 'x']],
  ['watch', ['1', 'true', 'x', '']],
  ['allowWatchBookmarks', ['true', 'x']],
  ['sendInitialEvents', ['true', 'false', 'x']],
  ['timeoutSeconds', ['1', '-1', 'x', '1e99']],
  ['includeObject', ['Object', 'None', 'x']],
  ['pretty', ['true']],
  ['container', ['c', 'x']],
  ['tailLines', ['1', '-1', 'x']],
  ['command', ['ls']],
];

const accepts = [
  'application/json',
  'application/json, */*',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/vnd.kubernetes.protobuf',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  '',
];

const wrongAccepts = ['application/json;as=Table;v=v9;g=x', 'application/cbor', 'text/html', '*/*;q=x', ';;;==='];

const others = [
  '/',
  '/api',
  '/apis',
  '/version',
  '/healthz',
  '/readyz?verbose',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/apis/serving.knative.dev/v1',
  '/openapi/v3/apis/%zz/v1',
  '/apis/serving.knative.dev',
  '/apis/serving.knative.dev/v1',
  '/apis/serving.knative.dev/v9/x',
  '/apis//v1/x',
  '/apis/%zz/v1/x',
  '/api/v1/watch/namespaces/default/pods',
  '/api/v1/namespaces/default/pods/a/log',
  '/api/v1/namespaces/default/pods/a/exec',
  '/api/v1/namespaces/default/pods/a/eviction',
  '/api/v1/namespaces/default/pods/a/binding',
  '/api/v1/namespaces/default/pods/a/ephemeralcontainers',
  '/api/v1/namespaces/default/services/a/proxy/x/y',
  '/api/v1/namespaces/default/serviceaccounts/default/token',
  '/api/v1/namespaces/fuzzed/finalize',
  '/apis/apps/v1/namespaces/default/deployments/a/scale',
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authentication.k8s.io/v1/tokenreviews',
  `/${'x/'.repeat(500)}`,
];

const deep = nestedSchemas(20_000);

export type Generator = () => FuzzRequest;

export function requestsOf(platform: TestPlatform, random: Random, seeds: readonly Seed[]): Generator {
  const { pick, below, chance } = random;

  function mutate(value: unknown, intensity: number, depth = 0): unknown {
    if (depth > 0 && chance(intensity)) return pick(scraps);
    if (Array.isArray(value)) {
      const items = value.map((item) => mutate(item, intensity, depth + 1));
      if (items.length > 0 && chance(intensity)) items.push(structuredClone(pick(items)));
      return items;
    }
    if (value === null || typeof value !== 'object') return value;
    const copy: Json = {};
    for (const [key, inner] of Object.entries(value)) {
      if (chance(intensity / 2)) continue;
      put(copy, chance(intensity / 4) ? pick(keys) : key, mutate(inner, intensity, depth + 1));
    }
    if (chance(intensity)) put(copy, pick(keys), chance(0.7) ? pick(scraps) : structuredClone(pick(seeds)));
    return copy;
  }

  /** An object as a client would send it: one from a manifest, or one that is stored. */
  function start(): { object: Json; path: string; core: boolean; isStored: boolean } {
    const seed = structuredClone(pick(seeds)) as Seed;
    const match = platform.registry.byKind(seed.apiVersion, seed.kind);
    const definition = match?.definition;
    const namespace = definition?.namespaced === false ? '' : (seed.metadata.namespace ?? 'default');
    const [group = '', version] = seed.apiVersion.includes('/') ? seed.apiVersion.split('/') : ['', seed.apiVersion];
    const path = `${group ? `/apis/${group}` : '/api'}/${version}${namespace ? `/namespaces/${namespace}` : ''}/${definition?.plural ?? `${seed.kind.toLowerCase()}s`}`;
    const resource = group ? `${definition?.plural}.${group}` : (definition?.plural ?? '');
    const stored = platform.store.get(resource, namespace || undefined, seed.metadata.name);
    const object = (stored && chance(0.5) ? structuredClone(stored) : seed) as unknown as Json;
    return { object, path, core: !definition?.crd, isStored: stored !== undefined };
  }

  function jsonPatch(object: unknown): unknown {
    const operations = Array.from({ length: 1 + below(3) }, () => {
      const path = chance(0.8)
        ? pointerInto(object)
        : pick(['', '/', 'x', '/~2', '/metadata/labels/-', '/a/9999999999']);
      const operation: Json = { op: pick(['add', 'replace', 'remove', 'test', 'move', 'copy', 'x']), path };
      if (chance(0.8)) operation['value'] = pick(scraps);
      if (chance(0.3)) operation['from'] = pointerInto(object);
      return operation;
    });
    return chance(0.05) ? mutate(operations, 0.2) : operations;
  }

  function pointerInto(value: unknown): string {
    let pointer = '';
    let at = value;
    while (at !== null && typeof at === 'object' && !chance(0.15)) {
      const names = Object.keys(at);
      if (names.length === 0) break;
      const name = pick(names);
      pointer += `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      at = (at as Json)[name];
    }
    return pointer;
  }

  /** A piece of the object, for merge patches. */
  function piece(object: Json): unknown {
    const copy: Json = {};
    for (const [key, inner] of Object.entries(object)) if (chance(0.5)) copy[key] = inner;
    return mutate(copy, 0.15);
  }

  function encode(value: unknown, headers: Record<string, string>): Uint8Array {
    let bytes: Uint8Array;
    const protobuf = chance(0.2) && value && typeof value === 'object' ? encodeProtobuf(value as Json) : undefined;
    if (protobuf) {
      headers['content-type'] = 'application/vnd.kubernetes.protobuf';
      bytes = protobuf;
    } else bytes = Buffer.from(JSON.stringify(value) ?? '');
    if (chance(0.04)) return bytes.subarray(0, below(bytes.byteLength));
    if (chance(0.06)) return flipped(bytes);
    if (chance(0.01)) return Buffer.from(`k8s\0${Buffer.from(bytes).toString()}`);
    if (chance(0.01)) return Buffer.from(`${'['.repeat(5000)}`);
    if (chance(0.002)) return deep;
    if (chance(0.01)) return Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap","data":${'{"a":'.repeat(2000)}1`);
    if (chance(0.01)) return Buffer.from('a: &a [1]\nb: *a\n<<: *a\n? [x]\n: y\n');
    return bytes;
  }

  function flipped(bytes: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(bytes);
    for (let count = 1 + below(4); count > 0 && copy.byteLength > 0; count--) {
      const at = below(copy.byteLength);
      copy[at] = chance(0.5) ? below(256) : (copy[at] ?? 0) ^ (1 << below(8));
    }
    return copy;
  }

  function queryOf(): URLSearchParams {
    const query = new URLSearchParams();
    while (chance(0.3)) {
      const [name, values] = pick(queryParts);
      query.append(name, pick(values));
    }
    return query;
  }

  function pathOf(path: string): string {
    if (chance(0.94)) return path;
    const at = below(path.length);
    return pick([
      path.replace('/default/', '/missing/'),
      `${path}/`,
      `${path}//`,
      `/${path}`,
      path.slice(0, at),
      `${path.slice(0, at)}${pick(['%', '%00', '%2F', '..', '😀', '%E0%A4%A', '?', '#', ';', ' '])}${path.slice(at)}`,
      `${path}/status/x/y`,
      path.toUpperCase(),
    ]);
  }

  return () => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (chance(0.3)) headers['accept'] = pick(chance(0.9) ? accepts : wrongAccepts);
    if (chance(0.1)) headers['user-agent'] = pick(['kubectl/v1.36', '', 'x'.repeat(500), '\u00e9/1', '/']);
    const query = queryOf();
    if (chance(0.05)) {
      const [path = '', extra] = pick(others).split('?');
      for (const [name, value] of new URLSearchParams(extra)) query.append(name, value);
      const method = pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'X']);
      const body = method === 'GET' ? new Uint8Array() : encode(mutate(pick(seeds), 0.1), headers);
      return { method, path: pathOf(path), query, headers, body };
    }
    const { object, path, core, isStored } = start();
    const name = ((object['metadata'] as Json | undefined)?.['name'] as string | undefined) ?? 'a';
    const on = `${path}/${encodeURIComponent(name)}`;
    const part = chance(0.15) ? pick(['/status', '/status', '/scale', '/x']) : '';
    const intensity = chance(0.45) ? 0 : pick([0.01, 0.03, 0.1]);
    // What is not there is mostly created first.
    const roll = isStored || chance(0.4) ? random() : 0;
    if (roll < 0.3)
      return { method: 'POST', path: pathOf(path), query, headers, body: encode(mutate(object, intensity), headers) };
    if (roll < 0.48) {
      return {
        method: 'PUT',
        path: pathOf(on + part),
        query,
        headers,
        body: encode(mutate(object, intensity), headers),
      };
    }
    if (roll < 0.74) {
      const kind = pick([
        'json-patch+json',
        'merge-patch+json',
        core ? 'strategic-merge-patch+json' : 'merge-patch+json',
        'apply-patch+yaml',
      ]);
      if (kind === 'apply-patch+yaml') {
        if (chance(0.9)) query.set('fieldManager', pick(['m', 'n']));
        const metadata = object['metadata'] as Json | undefined;
        for (const field of ['managedFields', 'resourceVersion', 'uid', 'creationTimestamp']) delete metadata?.[field];
        delete object['status'];
      }
      const value =
        kind === 'json-patch+json'
          ? jsonPatch(object)
          : kind === 'apply-patch+yaml'
            ? mutate(object, intensity)
            : piece(object);
      headers['content-type'] =
        `application/${chance(0.97) ? kind : pick(['json', 'x', 'json-patch+json', 'apply-patch+yaml', ''])}`;
      const body = chance(0.05) ? encode(value, headers) : Buffer.from(JSON.stringify(value) ?? '');
      return { method: 'PATCH', path: pathOf(on + part), query, headers, body };
    }
    if (roll < 0.86)
      return {
        method: pick(['GET', 'GET', 'HEAD']),
        path: pathOf(chance(0.5) ? path : on + part),
        query,
        headers,
        body: new Uint8Array(),
      };
    if (roll < 0.97 || chance(0.8)) {
      const options = chance(0.4)
        ? {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            ...(mutate(
              {
                gracePeriodSeconds: 0,
                propagationPolicy: pick(['Foreground', 'Background', 'Orphan']),
                preconditions: { uid: 'x' },
              },
              0.2,
            ) as Json),
          }
        : undefined;
      return {
        method: 'DELETE',
        path: pathOf(on),
        query,
        headers,
        body: options ? encode(options, headers) : new Uint8Array(),
      };
    }
    return { method: 'DELETE', path, query, headers, body: new Uint8Array() };
  };
}

/** `__proto__` as a member of its own, as JSON.parse makes it. */
function put(object: Json, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
