/** DNS for containers: the platform's hosts by itself, everything else from the system's servers as it came. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode, type Packet, type RecordType } from 'dns-packet';
import { afterEach, describe, expect, it } from 'vitest';
import { listenNames } from '../../../emulator/platform/name-server.ts';

const open: (Disposable | Socket)[] = [];
afterEach(() => {
  for (const each of open.splice(0)) Symbol.dispose in each ? each[Symbol.dispose]() : (each as Socket).close();
});

/** Answers every question with 192.0.2.1, and counts. */
async function anUpstream() {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, peer) => {
    const { id = 0, questions = [] } = decode(message);
    const name = questions[0]?.name ?? '';
    asked.push(name);
    const answers = [{ type: 'A' as const, name, data: '192.0.2.1' }];
    socket.send(encode({ type: 'response', id, questions, answers }), peer.port, peer.address);
  });
  await new Promise<void>((bound) => socket.bind({ address: '127.0.0.1', port: 0 }, bound));
  open.push(socket);
  return { asked, at: `127.0.0.1:${socket.address().port}` };
}

async function aServer(upstream: string) {
  const serves = (host: string) => host === 'hello.default.svc.cluster.local' || host === 'shop.example.com';
  const server = await listenNames({ address: '127.0.0.1', port: 0, serves, upstream: [upstream] });
  open.push(server);
  return server.port;
}

async function ask(port: number, name: string, type: RecordType = 'A'): Promise<Packet & { rcode: string }> {
  const socket = createSocket('udp4');
  open.push(socket);
  const query = encode({ type: 'query', id: 4711, flags: 0x0100, questions: [{ type, name }] });
  socket.send(query, port, '127.0.0.1');
  const [message] = (await once(socket, 'message')) as [Buffer];
  return decode(message) as unknown as Packet & { rcode: string };
}

describe('names for containers', () => {
  it('are the hosts that the platform serves, whatever the case', async () => {
    const upstream = await anUpstream();
    const port = await aServer(upstream.at);
    for (const name of ['hello.default.svc.cluster.local', 'Hello.Default.svc.Cluster.local', 'shop.example.com']) {
      const answer = await ask(port, name);
      expect(answer).toMatchObject({ id: 4711, rcode: 'NOERROR', answers: [{ type: 'A', name, data: '127.0.0.1' }] });
    }
    // No address of another kind, which is not the same as no such name.
    expect(await ask(port, 'shop.example.com', 'AAAA')).toMatchObject({ rcode: 'NOERROR', answers: [] });
    expect(upstream.asked).toEqual([]);
  });

  it('end at the cluster: what nobody serves there does not exist, so that the next search domain is tried', async () => {
    const upstream = await anUpstream();
    const port = await aServer(upstream.at);
    expect(await ask(port, 'hello.default.shop.svc.cluster.local')).toMatchObject({ rcode: 'NXDOMAIN', answers: [] });
    expect(upstream.asked).toEqual([]);
  });

  it('hand on all other questions', async () => {
    const upstream = await anUpstream();
    const port = await aServer(upstream.at);
    expect(await ask(port, 'example.org')).toMatchObject({ id: 4711, answers: [{ data: '192.0.2.1' }] });
    expect(upstream.asked).toEqual(['example.org']);
  });

  it('survives what is no question', async () => {
    const port = await aServer((await anUpstream()).at);
    const socket = createSocket('udp4');
    open.push(socket);
    for (const bytes of [Buffer.alloc(0), Buffer.from('nonsense'), Buffer.alloc(600, 0xff)]) {
      socket.send(bytes, port, '127.0.0.1');
    }
    expect(await ask(port, 'shop.example.com')).toMatchObject({ rcode: 'NOERROR' });
  });
});
