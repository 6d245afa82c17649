/** Connections of the editor's views to platforms over real sockets: one that is dead or slow holds back no other. */
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureCerts } from '../../../emulator/api/certs.ts';
import { writeKubeconfig } from '../../../emulator/api/kubeconfig.ts';
import { connect, type PlatformClient } from '../../../src/core/client.ts';
import { kinds } from '../../../src/core/resources.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { Connection, type ConnectionPorts } from '../../../src/extension/platform/connection.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const open = new AsyncDisposableStack();
const home = open.use(temporaryHome('connection'));
afterAll(() => open.disposeAsync());

const ports: ConnectionPorts = {
  connect: ({ target }) => connect(target),
  lease: async () => undefined,
  explain: (error) => String(error),
  log: () => {},
};

function connection(context: string, kubeconfig: string, onChange = () => {}): Connection {
  const target = resolveTarget({ kubeconfig, context });
  const entry = { id: context, label: context, embedded: false, target, namespace: undefined, readOnly: false };
  return open.use(new Connection(entry, ports, onChange));
}

/** A server that takes every connection and never says a word. */
async function deadServer(): Promise<{ kubeconfig: string; accepted: Promise<void>; sockets: Set<net.Socket> }> {
  const sockets = new Set<net.Socket>();
  const first = Promise.withResolvers<void>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)));
    socket.resume();
    first.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as net.AddressInfo;
  const kubeconfig = join(home.dir, 'dead.kubeconfig');
  const certs = await ensureCerts(join(home.dir, 'pki-of-the-dead'));
  writeKubeconfig(kubeconfig, { name: 'dead', server: `https://127.0.0.1:${port}`, certs });
  return { kubeconfig, accepted: first.promise, sockets };
}

describe('a context whose server takes connections and never answers', () => {
  it('holds back no other, and is given up at once when another is chosen', async () => {
    const dead = await deadServer();
    const api = open.use(await seededApi(home.dir, { services: 20, revisions: 2 }));
    const stuck = connection('dead', dead.kubeconfig);
    const outcome = stuck.open().then(
      () => 'opened',
      () => 'given up',
    );
    await dead.accepted;

    const changed = Promise.withResolvers<void>();
    const other = connection(api.context, api.kubeconfig, () => {
      const first = other.snapshot.services.find(({ metadata }) => metadata.name === 'service-0003');
      if (JSON.stringify(first ?? {}).includes('Broken')) changed.resolve();
    });
    await other.open();
    expect(other.snapshot).toMatchObject({ state: 'ready' });
    expect(other.snapshot.services).toHaveLength(20);
    expect(other.snapshot.revisions).toHaveLength(40);
    api.fail('service-0003', 'Broken');
    await changed.promise;
    expect(stuck.snapshot.state).toBe('connecting');

    stuck[Symbol.dispose]();
    expect(await outcome).toBe('given up');
    expect(other.snapshot.state).toBe('ready');
  });
});

it('that breaks off says that it is lost, and not what the socket said', async () => {
  const api = await seededApi(home.dir, { services: 1, revisions: 1, name: 'brief' });
  const lost = Promise.withResolvers<void>();
  const brief = connection(api.context, api.kubeconfig, () => {
    if (brief.snapshot.state === 'lost') lost.resolve();
  });
  await brief.open();
  await api[Symbol.asyncDispose]();
  await lost.promise;
  expect(brief.snapshot.detail).toBeUndefined();
});

describe('a connection that is closed', () => {
  /** Clients of a real API that tell when they end. */
  async function counted(name: string, change: (client: PlatformClient) => Partial<PlatformClient> = () => ({})) {
    const api = open.use(await seededApi(home.dir, { services: 2, revisions: 1, name }));
    const target = resolveTarget({ kubeconfig: api.kubeconfig, context: api.context });
    const entry = { id: name, label: name, embedded: false, target, namespace: undefined, readOnly: false };
    const ended: PlatformClient[] = [];
    const gates: Promise<void>[] = [];
    /** Of the platform's life, by the client that holds it. */
    const leases = new Set<PlatformClient>();
    const given: PlatformClient[] = [];
    const slow: Promise<void>[] = [];
    const made = new Connection(
      entry,
      {
        ...ports,
        connect: async () => {
          await gates.shift();
          const client = await connect(target);
          const wrapped: PlatformClient = Object.assign(Object.create(client) as PlatformClient, change(client), {
            [Symbol.dispose]() {
              ended.push(wrapped);
              client[Symbol.dispose]();
            },
          });
          return wrapped;
        },
        lease: async (client) => {
          await slow.shift();
          leases.add(client);
          given.push(client);
          return { [Symbol.dispose]: () => void leases.delete(client) };
        },
      },
      () => {},
    );
    return { connection: open.use(made), ended, gates, leases, given, slow };
  }

  it('while it is opened, and is opened anew, leaves nothing of the first time', async () => {
    const { connection: again, ended, gates } = await counted('again');
    const gate = Promise.withResolvers<void>();
    gates.push(gate.promise);
    const first = again.open().catch(String);
    again.close('stopped');
    const second = again.open();
    await second;
    gate.resolve();
    expect(await first).toContain('Cancelled');
    await until('the end of what came too late', () => ended.length === 1);
    expect(ended).not.toContain(again.client);
    expect(again.client).toBe(await second);
    expect(again.snapshot).toMatchObject({ state: 'ready', services: [{}, {}] });
  });

  it('does not let those wait who wait for its lists', async () => {
    const never = { items: [], get: () => undefined, synced: new Promise<void>(() => {}), [Symbol.dispose]: () => {} };
    const { connection: stuck } = await counted('stuck', () => ({ watch: () => never as never }));
    const waiting = stuck.open().catch(String);
    await until('its client', () => stuck.client !== undefined);
    stuck.close('stopped');
    expect(await waiting).toContain('Cancelled');
    expect(stuck.snapshot.state).toBe('stopped');
  });

  it('leaves its client to what is under way, until the last of that has ended', async () => {
    const { connection: left, ended } = await counted('left');
    const client = await left.open();
    const [deploy, run] = [left.hold(client), left.hold(client)];
    left[Symbol.dispose]();
    expect(left.client).toBeUndefined();
    expect((await client.list(kinds.service, undefined)).items).toHaveLength(2);
    deploy[Symbol.dispose]();
    deploy[Symbol.dispose]();
    expect(ended).toEqual([]);
    run[Symbol.dispose]();
    expect(ended).toEqual([client]);
  });

  it('keeps its platform alive as long as something goes on there, and no longer', async () => {
    const { connection: left, leases, ended } = await counted('leased');
    const client = await left.open();
    await until('its lease', () => leases.size === 1);
    const run = left.hold(client);
    left[Symbol.dispose]();
    expect([...leases]).toEqual([client]);
    run[Symbol.dispose]();
    expect(leases.size).toBe(0);
    expect(ended).toEqual([client]);
  });

  it('has a lease again for each time that it is opened, and none that comes too late', async () => {
    const { connection: again, leases, given, slow } = await counted('leased-anew');
    const first = await again.open();
    await until('its lease', () => leases.size === 1);
    const run = again.hold(first);
    again.close('stopped');
    const second = await again.open();
    await until('a second lease', () => leases.size === 2);
    run[Symbol.dispose]();
    expect([...leases]).toEqual([second]);
    const gate = Promise.withResolvers<void>();
    again.close('stopped');
    expect(leases.size).toBe(0);
    slow.push(gate.promise);
    await again.open();
    again.close('stopped');
    gate.resolve();
    await until('it given back', () => given.length === 3 && leases.size === 0);
  });
});

it('to a platform that is being stopped is not made again while that is there for a while, and is once it is back', async () => {
  const api = open.use(await seededApi(home.dir, { services: 1, revisions: 1, name: 'stopping' }));
  const made = connection(api.context, api.kubeconfig);
  let isThere = true;
  const look = () =>
    made.look(
      async () => isThere,
      () => {},
    );
  await look();
  expect(made.snapshot.state).toBe('ready');
  const ending = Promise.withResolvers<void>();
  const stopped = made.during('stopped', () => ending.promise);
  await look();
  expect([made.snapshot.state, made.client]).toEqual(['stopped', undefined]);
  isThere = false;
  ending.resolve();
  await stopped;
  await look();
  expect(made.snapshot.state).toBe('stopped');
  isThere = true;
  await look();
  expect(made.snapshot.state).toBe('ready');
  isThere = false;
  await look();
  expect(made.snapshot.state).toBe('stopped');
});

it('that was looked at before its platform was stopped is not made for what was seen then', async () => {
  const api = open.use(await seededApi(home.dir, { services: 1, revisions: 1, name: 'looked' }));
  const made = connection(api.context, api.kubeconfig);
  const seen = Promise.withResolvers<boolean>();
  const look = made.look(
    () => seen.promise,
    () => {},
  );
  const ending = Promise.withResolvers<void>();
  const stopped = made.during('stopped', () => ending.promise);
  seen.resolve(true);
  await look;
  expect(made.snapshot.state).toBe('stopped');
  ending.resolve();
  await stopped;
});
