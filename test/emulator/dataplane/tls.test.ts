/** HTTPS at the gateway. */
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import tls from 'node:tls';
import { generate } from 'selfsigned';
import { expect, test } from 'vitest';
import { createInThreadDataPlane } from '../../../emulator/dataplane/in-thread.ts';
import { anInstance, aRevision, ask, echo, plane, readAll, serving, startApp } from './support.ts';

async function certificate(name: string) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { cert, key };
}

async function setUp(certificates: Record<string, { cert: string; key: string }>, redirect = false) {
  const app = await startApp(echo);
  const dataPlane = createInThreadDataPlane();
  const gateway = await plane(dataPlane);
  const snapshot = serving(aRevision('ns/rev', { instances: [anInstance(app.port)] }));
  const route = snapshot.hosts?.['hello.test'];
  await gateway.apply(
    redirect && route ? { ...snapshot, hosts: { 'hello.test': { ...route, redirect: true } } } : snapshot,
  );
  dataPlane.post({ type: 'certificates', certificates });
  dataPlane.post({ type: 'listenTls', host: '127.0.0.1', port: 0, fallback: false });
  const { port } = await gateway.until('tlsListening');
  const close = async () => {
    await gateway[Symbol.asyncDispose]();
    await app.close();
  };
  return { port, http: gateway.port, [Symbol.asyncDispose]: close };
}

test('a host is served with its own certificate, and the application hears of https', async () => {
  const own = await certificate('hello.test');
  await using gateway = await setUp({ 'other.test': await certificate('other.test'), 'hello.test': own });
  const request = https.get({
    host: '127.0.0.1',
    port: gateway.port,
    servername: 'hello.test',
    headers: { host: 'hello.test' },
    ca: own.cert,
    agent: false,
  });
  const [response] = await once(request, 'response');
  const seen = JSON.parse((await readAll(response)).toString());
  expect([response.statusCode, seen.headers['x-forwarded-proto'], seen.headers.forwarded]).toEqual([
    200,
    'https',
    expect.stringContaining('proto=https'),
  ]);
});

test('over HTTP/2, by a wildcard', async () => {
  const wildcard = await certificate('*.test');
  await using gateway = await setUp({ '*.test': wildcard });
  const session = http2.connect('https://hello.test', {
    createConnection: () =>
      tls.connect({
        host: '127.0.0.1',
        port: gateway.port,
        servername: 'hello.test',
        ca: wildcard.cert,
        ALPNProtocols: ['h2'],
        // Clients take no wildcard right below a top-level domain; the gateway's choice is what counts here.
        checkServerIdentity: () => undefined,
      }),
  });
  const stream = session.request({ ':path': '/over-h2' });
  expect(JSON.parse((await readAll(stream)).toString()).url).toBe('/over-h2');
  session.destroy();
});

test('a name without a certificate ends in the handshake, and the next client is served', async () => {
  const own = await certificate('hello.test');
  await using gateway = await setUp({ 'hello.test': own, 'broken.test': { cert: 'no', key: 'pem' } });
  const connect = (servername: string): TLSSocket =>
    tls.connect({ host: '127.0.0.1', port: gateway.port, servername, ca: own.cert });
  for (const name of ['nobody.test', 'broken.test']) {
    const [error] = await once(connect(name), 'error').catch((thrown) => [thrown]);
    expect(error).toBeInstanceOf(Error);
  }
  const good = connect('hello.test');
  await once(good, 'secureConnect');
  good.destroy();
});

test('HTTP is sent to HTTPS where the Ingress says so, at the port that serves it', async () => {
  const own = await certificate('hello.test');
  await using gateway = await setUp({ 'hello.test': own }, true);
  const plain = await ask(gateway.http, { path: '/a?b' });
  expect([plain.status, plain.headers.location]).toEqual([301, 'https://hello.test/a?b']);
  const ported = await ask(gateway.http, { host: `hello.test:${gateway.http}` });
  expect(ported.headers.location).toBe(`https://hello.test:${gateway.port}/`);
  const secure = https.get({
    host: '127.0.0.1',
    port: gateway.port,
    servername: 'hello.test',
    headers: { host: 'hello.test' },
    ca: own.cert,
    agent: false,
  });
  const [response] = await once(secure, 'response');
  response.resume();
  expect(response.statusCode).toBe(200);
});
