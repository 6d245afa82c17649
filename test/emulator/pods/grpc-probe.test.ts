/** The gRPC health check against servers of our own, in the words of a kubelet (kubernetes pkg/probe/grpc). */
import http2 from 'node:http2';
import net, { type AddressInfo, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { runProbe } from '../../../emulator/pods/probes.ts';

const servers = new Set<Server>();
const sessions = new Set<{ destroy(): void }>();
afterEach(() => {
  for (const session of sessions) session.destroy();
  for (const server of servers) server.close();
  sessions.clear();
  servers.clear();
});

async function listening(server: Server): Promise<number> {
  servers.add(server);
  server.on('connection', (socket) => sessions.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers as a health service: a state, or a status with its message; `undefined` never. */
function health(answer: (service: string) => { state: number } | { code: number; message: string } | undefined) {
  const server = http2.createServer();
  server.on('stream', (stream, headers) => {
    let body = Buffer.alloc(0);
    stream.on('data', (chunk: Buffer) => {
      body = Buffer.concat([body, chunk]);
    });
    stream.on('end', () => {
      expect(headers[':path']).toBe('/grpc.health.v1.Health/Check');
      const given = answer(body.subarray(7).toString());
      if (!given) return;
      const type = { ':status': 200, 'content-type': 'application/grpc' };
      if ('code' in given) {
        stream.respond(
          { ...type, 'grpc-status': String(given.code), 'grpc-message': given.message },
          { endStream: true },
        );
        return;
      }
      stream.respond(type, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const message = given.state === 0 ? [] : [0x08, given.state];
      stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
    });
  });
  return listening(server as unknown as Server);
}

const probe = (port: number, service?: string) =>
  runProbe(
    { grpc: { port, ...(service === undefined ? {} : { service }) } },
    { address: () => ({ host: '127.0.0.1', port }), exec: () => Promise.reject(new Error('not asked for')) },
  );

it('is well when it says SERVING, of the service that was asked for', async () => {
  const port = await health((service) => (service === 'mine' ? { state: 1 } : { state: 2 }));
  expect(await probe(port, 'mine')).toEqual({ ok: true, message: '' });
  expect(await probe(port)).toMatchObject({ ok: false, message: 'service unhealthy (responded with "NOT_SERVING")' });
});

it('names the other states', async () => {
  const port = await health((service) => ({ state: Number(service) }));
  expect((await probe(port, '0')).message).toBe('service unhealthy (responded with "UNKNOWN")');
  expect((await probe(port, '3')).message).toBe('service unhealthy (responded with "SERVICE_UNKNOWN")');
});

it('tells an error with its code and its words', async () => {
  const port = await health((service) => ({ code: Number(service), message: 'unknown%20service' }));
  expect((await probe(port, '5')).message).toBe(
    'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
  );
  expect((await probe(port, '12')).message).toBe(
    'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
  );
});

it('says whether it could not connect, or got no answer', async () => {
  const silent = await health(() => undefined);
  expect((await probe(silent)).message).toBe('timeout: health rpc did not complete within 1s');
  const noHttp = await listening(net.createServer());
  const timeout = (port: number) =>
    `timeout: failed to connect service "127.0.0.1:${port}" within 1s: context deadline exceeded`;
  expect((await probe(noHttp)).message).toBe(timeout(noHttp));
  const closed = await listening(net.createServer());
  for (const server of servers) server.close();
  expect(await probe(closed)).toEqual({ ok: false, message: timeout(closed), refused: true });
});

it('takes a server of HTTP/1.1 for one that cannot be connected to', async () => {
  const port = await listening(net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  expect((await probe(port)).message).toContain('failed to connect service');
});
