/** The inside listener: cluster-local names for applications and event delivery, everything else passed on. */
import http from 'node:http';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createInThreadDataPlane } from '../../../emulator/dataplane/in-thread.ts';
import { parseAuthority } from '../../../emulator/dataplane/inside.ts';
import { anInstance, aRevision, ask, echo, plane as planeOf, raw, serving, startApp, startPlane } from './support.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function served(handler: http.RequestListener = echo) {
  const app = await startApp(handler);
  const plane = await startPlane();
  open.push(app, plane);
  await plane.apply(serving(aRevision('default/hello-00001', { instances: [anInstance(app.port)] })));
  return { plane, app };
}

describe('inside', () => {
  it('serves cluster-local names, asked as a proxy or directly', async () => {
    const { plane } = await served();
    const url = 'http://hello.default.svc.cluster.local/inner?q=1';
    const viaProxy = await ask(plane.inside, { host: 'hello.default.svc.cluster.local', path: url });
    expect(JSON.parse(viaProxy.body)).toMatchObject({
      url: '/inner?q=1',
      headers: { host: 'hello.default.svc.cluster.local' },
    });
    expect((await ask(plane.inside, { host: 'hello.default.svc.cluster.local' })).status).toBe(200);
    expect((await ask(plane.inside, { host: 'hello.test' })).status).toBe(200);
  });

  it('fails a cluster-local name that nobody has, as an unknown name would', async () => {
    const { plane } = await served();
    await expect(ask(plane.inside, { path: 'http://nobody.default.svc.cluster.local/' })).rejects.toThrow();
  });

  it('passes on what is for other hosts, bodies and streams included', async () => {
    const { plane } = await served();
    const other = await startApp(echo);
    open.push(other);
    const { status, body } = await ask(plane.inside, {
      host: `127.0.0.1:${other.port}`,
      path: `http://127.0.0.1:${other.port}/x?y`,
      method: 'POST',
      body: Buffer.alloc(500_000),
    });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      url: '/x?y',
      length: 500_000,
      headers: { host: `127.0.0.1:${other.port}` },
    });
    expect(JSON.parse(body).headers['x-forwarded-for']).toBeUndefined();
  });

  it('does not pass a request on to itself', async () => {
    const { plane } = await served();
    const itself = `127.0.0.1:${plane.inside}`;
    expect((await ask(plane.inside, { host: itself })).status).toBe(404);
    expect((await ask(plane.inside, { host: itself, path: `http://${itself}/` })).status).toBe(404);
  });

  it('is 502 where the other host refuses', async () => {
    const { plane } = await served();
    const gone = await startApp(echo);
    await gone.close();
    const answer = await ask(plane.inside, { host: `127.0.0.1:${gone.port}`, path: `http://127.0.0.1:${gone.port}/` });
    expect(answer.status).toBe(502);
  });

  it('tunnels CONNECT', async () => {
    const { plane } = await served();
    const server = net.createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ [Symbol.asyncDispose]: async () => void server.close() });
    const { port } = server.address() as net.AddressInfo;
    const text = await raw(
      plane.inside,
      [`CONNECT 127.0.0.1:${port} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`, 'through'],
      /through/,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n\r\nthrough$/);
  });

  it('serves cluster-local names through CONNECT too, one connection for many requests (Node’s fetch)', async () => {
    const { plane } = await served();
    const host = 'hello.default.svc.cluster.local';
    const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
    const text = await raw(
      plane.inside,
      [`CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}:80\r\n\r\n`, get('/one'), get('/two', 'Connection: close\r\n')],
      /"url":"\/two"/,
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    expect(text).toContain('"url":"/one"');
  });

  it('is not for those outside: CONNECT and other hosts are 404 there', async () => {
    const { plane, app } = await served();
    expect((await ask(plane.port, { path: `http://127.0.0.1:${app.port}/`, host: 'x' })).status).toBe(404);
    expect(await raw(plane.port, 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n', /404/)).toMatch(/^HTTP\/1\.1 404/);
  });

  // Any address of this machine that is not its loopback stands for the one where containers reach it.
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  it.skipIf(!own)('leads containers to the cluster and outside, and not to the loopback of the machine', async () => {
    const app = await startApp(echo);
    const dataPlane = createInThreadDataPlane();
    const plane = await planeOf(dataPlane);
    open.push(app, plane);
    await plane.apply(serving(aRevision('default/hello-00001', { instances: [anInstance(app.port)] })));
    dataPlane.post({ type: 'listenInside', host: own ?? '', port: 0 });
    const { port } = await plane.until('insideListening');
    const get = (path: string, host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = http.request({ host: own, port, path, headers: { host }, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.once('error', reject).end();
      });
    expect(await get('/', 'hello.default.svc.cluster.local')).toBe(200);
    for (const name of [
      '127.0.0.1',
      'localhost',
      'any.localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '127.1.2.3',
      '0.0.0.0',
    ]) {
      expect([name, await get(`http://${name}:${app.port}/`, `${name}:${app.port}`)]).toEqual([name, 403]);
    }
    dataPlane.post({ type: 'listenInside', host: own ?? '', port });
    expect(await plane.until('insideListening', ({ error }) => error !== undefined)).toMatchObject({ asked: port });
  });

  it.each([
    ['a:80', { host: 'a', port: 80 }],
    ['a', { host: 'a', port: 80 }],
    ['[::1]:81', { host: '::1', port: 81 }],
    ['a:99999', undefined],
    ['', undefined],
  ])('%s', (text, address) => expect(parseAuthority(text)).toEqual(address));
});
