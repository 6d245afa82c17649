/** Connections of the editor's views to platforms over real sockets: one that is dead or slow holds back no other. */
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ensureCerts } from '../../../emulator/api/certs.ts';
import { writeKubeconfig } from '../../../emulator/api/kubeconfig.ts';
import { connect } from '../../../src/core/client.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { Connection, type ConnectionPorts } from '../../../src/extension/platform/connection.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';

const open = new AsyncDisposableStack();
const home = open.use(temporaryHome('connection'));
afterEach(() => open.disposeAsync());

const ports: ConnectionPorts = {
  connect: ({ target }) => connect(target),
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
