/** Ordinary Services: what stands behind them, and their way through the data plane. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { FromDataPlane, ServiceTarget } from '../../../emulator/dataplane/protocol.ts';
import { createClusterServices } from '../../../emulator/dataplane/services.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { watchClusterServices } from '../../../emulator/platform/cluster-services.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const object = (kind: string, name: string, rest: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp: '', resourceVersion: '' },
    ...rest,
  }) as unknown as KubeObject;
const onePort = { ports: [{ port: 80, targetPort: 8080 }], clusterIP: '10.96.0.7' };
const behind = (...pods: string[]) => ({
  subsets: [
    {
      addresses: [
        { ip: '127.0.0.1' },
        ...pods.map((name, index) => ({ ip: `172.18.0.${index}`, targetRef: { kind: 'Pod', name } })),
      ],
      ports: [{ port: 8080, protocol: 'TCP' }],
    },
  ],
});
const turn = () => new Promise((next) => setImmediate(next));

it('are told with the ready instances behind them, piece by piece; those of Knative and mere names are not', async () => {
  const store = openStore(':memory:');
  const told: Record<string, ServiceTarget | null>[] = [];
  const at: Record<string, number> = { a: 1001, b: 1002 };
  const services = watchClusterServices({
    store,
    post: (message) => told.push(message.services),
    portAddress: (_, pod) => (at[pod] ? { host: '127.0.0.1', port: at[pod] } : undefined),
  });
  closers.push(
    () => services[Symbol.dispose](),
    () => store.close(),
  );
  store.put('services', object('Service', 'web', { spec: onePort }), '');
  const knative = {
    metadata: {
      ...object('Service', 'rev', {}).metadata,
      labels: { 'networking.internal.knative.dev/serverlessservice': 'rev' },
    },
  };
  store.put('services', { ...object('Service', 'rev', { spec: onePort }), ...knative } as KubeObject, '');
  store.put('services', object('Service', 'alias', { spec: { type: 'ExternalName' } }), '');
  store.put('endpoints', object('Endpoints', 'web', behind('a', 'c')), '');
  await turn();
  expect(told.splice(0)).toEqual([{ 'web.shop': { ports: { 80: [{ host: '127.0.0.1', port: 1001 }] } } }]);

  at['a'] = 1003;
  store.put('pods', object('Pod', 'a', {}), '');
  await turn();
  expect(told.splice(0)).toEqual([{ 'web.shop': { ports: { 80: [{ host: '127.0.0.1', port: 1003 }] } } }]);

  const service = services.serviceOf('web.shop.svc.cluster.local');
  expect(service?.metadata.name).toBe('web');
  expect(services.serviceOf('alias.shop.svc')).toBeUndefined();
  if (service) {
    services.addressed(service);
    expect(services.podAddresses(service)).toEqual(['172.18.0.0', '172.18.0.1']);
  }
  await turn();
  expect(told.splice(0)).toMatchObject([{ 'web.shop': { address: '10.96.0.7' } }]);

  store.remove('services', 'shop', 'web', undefined);
  await turn();
  expect(told).toEqual([{ 'web.shop': null }]);
});

it('are served at their address while somebody stands behind them', async () => {
  const app = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await new Promise((listening) => app.once('listening', listening));
  const { port } = app.address() as AddressInfo;
  const free = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => free.once('listening', listening));
  const own = (free.address() as AddressInfo).port;
  await new Promise((closed) => free.close(closed));
  const heard = Promise.withResolvers<FromDataPlane>();
  const services = createClusterServices(heard.resolve);
  closers.push(
    () => services.close(),
    () => app.close(),
  );
  const instance = { host: '127.0.0.1', port };

  services.change({ 'web.shop': { ports: { [own]: [instance] }, address: '127.0.0.1' } });
  expect(await heard.promise).toEqual({ type: 'serviceListening', service: 'web.shop', ok: true });
  expect(await (await fetch(`http://127.0.0.1:${own}/`, { headers: { connection: 'close' } })).text()).toBe('hello');
  for (const host of ['web.shop', 'web.shop.svc', 'Web.Shop.svc.cluster.local'])
    expect(services.find(host, own)).toEqual(instance);
  expect(services.find('web.shop.svc', own + 1)).toBeUndefined();
  expect(services.find('web.other.svc', own)).toBeUndefined();

  services.change({ 'web.shop': { ports: { [own]: [] }, address: '127.0.0.1' } });
  const refused = () =>
    new Promise((resolve) => {
      const socket = connect(own, '127.0.0.1');
      socket.once('connect', () => resolve(socket.destroy() && false)).once('error', () => resolve(true));
    });
  await expect.poll(refused).toBe(true);
});
