/** Snapshots from objects, whole and piece by piece. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RoutingChanges, RoutingSnapshot, ToDataPlane } from '../../../emulator/dataplane/protocol.ts';
import { chooseSplit, hostName, isValidPath } from '../../../emulator/dataplane/routing.ts';
import { buildSnapshot } from '../../../emulator/dataplane/snapshot.ts';
import { watchRouting } from '../../../emulator/dataplane/watch-routing.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';

const ingresses = 'ingresses.networking.internal.knative.dev';
const serverless = 'serverlessservices.networking.internal.knative.dev';
const revisions = 'revisions.serving.knative.dev';

function object(kind: string, name: string, rest: Record<string, unknown> & { metadata?: object } = {}): KubeObject {
  const { metadata, ...others } = rest;
  return {
    apiVersion: 'v1',
    kind,
    ...others,
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
  };
}

function anIngress(name: string, ...splits: [revision: string, percent: number][]): KubeObject {
  const paths = [
    {
      splits: splits.map(([serviceName, percent]) => ({
        serviceName,
        serviceNamespace: 'default',
        servicePort: 80,
        percent,
        appendHeaders: { 'Knative-Serving-Revision': serviceName },
      })),
    },
  ];
  return object('Ingress', name, {
    metadata: { labels: { 'serving.knative.dev/service': name } },
    spec: {
      rules: [
        { hosts: [`${name}.default.svc.cluster.local`], visibility: 'ClusterLocal', http: { paths } },
        { hosts: [`${name}.default.localhost`], visibility: 'ExternalIP', http: { paths } },
      ],
    },
  });
}

function aMapping(host: string, service: string): KubeObject {
  const rewriteHost = `${service}.default.svc.cluster.local`;
  const splits = [
    {
      serviceName: service,
      serviceNamespace: 'default',
      servicePort: 80,
      percent: 100,
      appendHeaders: { 'K-Original-Host': host },
    },
  ];
  const rules = [{ hosts: [host], visibility: 'ExternalIP', http: { paths: [{ rewriteHost, splits }] } }];
  return object('Ingress', host, { spec: { rules } });
}

function aPod(
  name: string,
  revision: string,
  { ready = true, address = '127.0.0.1:4000', deleted = false } = {},
): KubeObject {
  return object('Pod', name, {
    metadata: {
      labels: { 'serving.knative.dev/revision': revision },
      annotations: address ? { 'slipway.dev/address': address } : {},
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:01Z' } : {}),
    },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
}

function aRevisionObject(name: string): KubeObject {
  return object('Revision', name, {
    metadata: { labels: { 'serving.knative.dev/service': 'hello', 'serving.knative.dev/configuration': 'hello' } },
    spec: { containerConcurrency: 3, timeoutSeconds: 60, containers: [{ image: 'x' }] },
  });
}

const stores: Store[] = [];

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function emptyStore() {
  const store = openStore(':memory:');
  stores.push(store);
  return {
    ...store,
    get: store.get.bind(store),
    list: store.list.bind(store),
    subscribe: store.subscribe.bind(store),
    write: (resource: string, one: KubeObject) => void store.put(resource, one, undefined),
    erase: (resource: string, namespace: string, name: string) => void store.remove(resource, namespace, name),
  };
}

function filled() {
  const store = emptyStore();
  store.write(revisions, aRevisionObject('hello-00001'));
  store.write(serverless, object('ServerlessService', 'hello-00001', { spec: { mode: 'Serve', protocolType: 'h2c' } }));
  store.write(ingresses, anIngress('hello', ['hello-00001', 100]));
  store.write('pods', aPod('a', 'hello-00001'));
  return store;
}

const config = { traceHeaders: true, held: () => false };

describe('a snapshot', () => {
  it('holds hosts by where they may be asked from, and revisions with their ready instances', () => {
    const store = filled();
    store.write('pods', aPod('b', 'hello-00001', { ready: false }));
    store.write('pods', aPod('c', 'hello-00001', { address: '' }));
    store.write('pods', aPod('d', 'hello-00001', { deleted: true, address: '[::1]:5000' }));
    const snapshot = buildSnapshot(store, config, 7);
    const split = {
      revision: 'default/hello-00001',
      percent: 100,
      headers: { 'Knative-Serving-Revision': 'hello-00001' },
    };
    const route = { service: 'default/hello', paths: [{ splits: [split] }] };
    expect(snapshot).toEqual({
      version: 7,
      traceHeaders: true,
      hosts: { 'hello.default.localhost': route },
      localHosts: { 'hello.default.svc.cluster.local': route },
      revisions: {
        'default/hello-00001': {
          key: 'default/hello-00001',
          service: 'default/hello',
          configuration: 'default/hello',
          containerConcurrency: 3,
          timeoutSeconds: 60,
          responseStartTimeoutSeconds: 0,
          idleTimeoutSeconds: 0,
          protocol: 'h2c',
          mode: 'Serve',
          instances: [
            { pod: 'a', host: '127.0.0.1', port: 4000, draining: false, held: false },
            { pod: 'd', host: '::1', port: 5000, draining: true, held: false },
          ],
        },
      },
    });
  });

  it('routes a mapped domain as its target, with the host that the application is to see', () => {
    const store = filled();
    store.write(ingresses, aMapping('www.example.net', 'hello'));
    store.write(ingresses, aMapping('www.example.org', 'nobody'));
    const { hosts } = buildSnapshot(store, config, 1);
    expect(hosts['www.example.net']).toMatchObject({
      service: 'default/hello',
      rewriteHost: 'hello.default.svc.cluster.local',
      paths: [{ splits: [{ revision: 'default/hello-00001', headers: { 'K-Original-Host': 'www.example.net' } }] }],
    });
    expect(hosts['www.example.org']).toBeUndefined();
  });

  it('sends to HTTPS only where the Ingress says so and has a certificate for the host', () => {
    const store = filled();
    const mapping = (host: string, certified: string, httpOption: string) => {
      const made = aMapping(host, 'hello');
      const tls = [{ hosts: [certified], secretName: 's', secretNamespace: 'default' }];
      store.write(ingresses, { ...made, spec: { ...(made.spec as object), httpOption, tls } });
    };
    mapping('www.example.net', 'www.example.net', 'Redirected');
    mapping('www.example.org', 'other.example.org', 'Redirected');
    mapping('www.example.com', 'www.example.com', 'Enabled');
    const { hosts } = buildSnapshot(store, config, 1);
    expect(['net', 'org', 'com'].map((end) => hosts[`www.example.${end}`]?.redirect)).toEqual([
      true,
      undefined,
      undefined,
    ]);
  });
});

/** What a data plane knows after these messages. */
function replayed(messages: ToDataPlane[]): RoutingSnapshot {
  let snapshot: RoutingSnapshot | undefined;
  for (const message of messages) {
    if (message.type === 'snapshot') snapshot = structuredClone(message.snapshot);
    if (message.type === 'changes' && snapshot) merge(snapshot, message.changes);
  }
  if (!snapshot) throw new Error('no snapshot');
  return snapshot;
}

function merge(snapshot: RoutingSnapshot, changes: RoutingChanges): void {
  snapshot.version = changes.version;
  for (const part of ['hosts', 'localHosts', 'revisions'] as const) {
    const into: Record<string, unknown> = snapshot[part];
    for (const [name, value] of Object.entries(changes[part])) {
      if (value) into[name] = value;
      else delete into[name];
    }
  }
}

describe('watching', () => {
  it('sends what a new snapshot would hold, after every kind of change', () => {
    const store = filled();
    const messages: ToDataPlane[] = [];
    const watch = watchRouting({ store, post: (message) => messages.push(structuredClone(message)) });
    const steps: (() => void)[] = [
      () => store.write('pods', aPod('b', 'hello-00001', { address: '127.0.0.1:4001' })),
      () => store.write(revisions, aRevisionObject('hello-00002')),
      () => store.write(ingresses, anIngress('hello', ['hello-00001', 30], ['hello-00002', 70])),
      () => store.write(ingresses, aMapping('www.example.net', 'hello')),
      () => store.write(ingresses, aMapping('later.example.net', 'other')),
      () => store.write(ingresses, anIngress('other', ['hello-00002', 100])),
      () =>
        store.write(
          serverless,
          object('ServerlessService', 'hello-00001', { spec: { mode: 'Proxy', protocolType: 'http1' } }),
        ),
      () => store.erase('pods', 'default', 'a'),
      () => store.erase(ingresses, 'default', 'other'),
      () => store.erase(ingresses, 'default', 'www.example.net'),
      () => store.erase(revisions, 'default', 'hello-00001'),
    ];
    for (const step of steps) {
      step();
      watch.flush();
      expect(replayed(messages)).toEqual(buildSnapshot(store, config, watch.version));
    }
    expect(messages).toHaveLength(steps.length + 1);
    watch[Symbol.dispose]();
  });

  it('puts the changes of one turn into one message, and is silent about others', async () => {
    const store = filled();
    const messages: ToDataPlane[] = [];
    using _ = watchRouting({ store, post: (message) => messages.push(message) });
    store.write('pods', aPod('b', 'hello-00001'));
    store.write('pods', aPod('c', 'hello-00001'));
    store.write('configmaps', object('ConfigMap', 'x'));
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(messages).toHaveLength(2);
  });

  it('among a thousand services reads and sends only what one change touches', () => {
    const store = emptyStore();
    for (let i = 0; i < 1000; i++) {
      store.write(revisions, aRevisionObject(`s${i}-00001`));
      store.write(ingresses, anIngress(`s${i}`, [`s${i}-00001`, 100]));
      store.write('pods', aPod(`p${i}`, `s${i}-00001`));
    }
    const messages: ToDataPlane[] = [];
    let read = 0;
    const counting: typeof store = {
      ...store,
      list: ((...of: Parameters<typeof store.list>) => {
        const found = store.list(...of);
        read += found.length;
        return found;
      }) as typeof store.list,
      get: ((...of: Parameters<typeof store.get>) => {
        read++;
        return store.get(...of);
      }) as typeof store.get,
    };
    using watch = watchRouting({ store: counting, post: (message) => messages.push(message) });
    // All of them at the start, and then of each change its revision and that one's service.
    read = 0;
    for (let i = 0; i < 100; i++) {
      store.write('pods', aPod(`p${i}`, `s${i}-00001`, { address: `127.0.0.1:${5000 + i}` }));
      watch.flush();
    }
    expect(read).toBeLessThanOrEqual(100 * 4);
    expect(messages.filter(({ type }) => type === 'changes')).toHaveLength(100);
    const last = messages.at(-1);
    expect(last?.type === 'changes' && [Object.keys(last.changes.revisions), Object.keys(last.changes.hosts)]).toEqual([
      ['default/s99-00001'],
      [],
    ]);
  });

  it('looks at a pod again when a debugger holds it', () => {
    const store = filled();
    const messages: ToDataPlane[] = [];
    const held = new Set<string>();
    using watch = watchRouting({ store, post: (message) => messages.push(message), held: (pod) => held.has(pod) });
    held.add('default/a');
    watch.refresh('default/a');
    watch.flush();
    expect(replayed(messages).revisions['default/hello-00001']?.instances[0]?.held).toBe(true);
  });
});

describe('choosing', () => {
  const split = (revision: string, percent: number) => ({ revision, percent, headers: {} });

  it('takes a revision by its weight, never one at 0', () => {
    const row = { splits: [split('zero', 0), split('a', 25), split('b', 75), split('none', 0)] };
    const at = (random: number) => chooseSplit(row, () => random)?.revision;
    expect([at(0), at(0.2499), at(0.25), at(0.999999)]).toEqual(['a', 'a', 'b', 'b']);
  });

  it.each([
    ['Hello.Test:8080', 'hello.test'],
    ['[::1]:80', '[::1]'],
    ['plain', 'plain'],
    ['dotted.', 'dotted.'],
  ])('%s is %s', (authority, name) => expect(hostName(authority)).toBe(name));

  it.each([
    ['/a%2Fb', true],
    ['/%zz', false],
    ['/%2', false],
    ['/?%zz', true],
    ['/a\u0001', false],
  ])('%s valid: %s', (path, valid) => expect(isValidPath(path)).toBe(valid));
});
