/** Requests through the gateway as clients send them and applications see them. */
import http from 'node:http';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  type App,
  anInstance,
  aRevision,
  ask,
  echo,
  gate,
  type Plane,
  raw,
  readAll,
  serving,
  startApp,
  startPlane,
} from './support.ts';

const key = 'default/hello-00001';
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function served(
  handler: http.RequestListener = echo,
  ...changes: Parameters<typeof aRevision>[1][]
): Promise<{ plane: Plane; app: App }> {
  const app = await startApp(handler);
  const plane = await startPlane();
  open.push(app, plane);
  await plane.apply(
    serving(aRevision(key, { instances: [anInstance(app.port)] }, ...changes.filter((change) => change !== undefined))),
  );
  return { plane, app };
}

describe('requests', () => {
  it('reach the application with what gateway, activator and queue add', async () => {
    const { plane } = await served();
    const { status, body } = await ask(plane.port, {
      path: '/a//b?c=%26',
      headers: {
        'x-mine': 'yes',
        te: 'trailers',
        'knative-serving-revision': 'other',
        'proxy-connection': 'keep-alive',
      },
    });
    const seen = JSON.parse(body);
    expect(status).toBe(200);
    expect(seen.url).toBe('/a//b?c=%26');
    expect(seen.headers).toEqual({
      host: 'hello.test',
      'x-mine': 'yes',
      te: 'trailers',
      forwarded: 'for=127.0.0.1;proto=http',
      'x-forwarded-for': '127.0.0.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-request-id': expect.any(String),
      'k-proxy-request': 'activator',
    });
  });

  it('do not pass the activator in Serve mode', async () => {
    const { plane } = await served(echo, { mode: 'Serve' });
    const { headers } = JSON.parse((await ask(plane.port)).body);
    expect(headers['k-proxy-request']).toBeUndefined();
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers.forwarded).toBe('proto=http');
  });

  it.each([
    ['unknown host', { host: 'nobody.test' }],
    ['cluster-local name', { host: 'hello.default.svc.cluster.local' }],
    ['final dot', { host: 'hello.test.' }],
    ['OPTIONS *', { method: 'OPTIONS', path: '*' }],
  ])('to nowhere are 404 with an empty body: %s', async (_, options) => {
    const { plane } = await served();
    const { status, headers, body } = await ask(plane.port, options);
    expect([status, headers['content-length'], body]).toEqual([404, '0', '']);
  });

  it('find their host in any case and with a port', async () => {
    const { plane } = await served();
    expect((await ask(plane.port, { host: 'HELLO.Test:8080' })).status).toBe(200);
  });

  it('with an invalid escape are 400, chunked', async () => {
    const { plane } = await served();
    const { status, headers, body } = await ask(plane.port, { path: '/%zz' });
    expect([status, headers['transfer-encoding'], body]).toEqual([400, 'chunked', '400 Bad Request']);
    expect((await ask(plane.port, { path: '/?a=%zz' })).status).toBe(200);
  });

  it('of probes are answered without the application', async () => {
    const { plane, app } = await served();
    const probe = async (headers: http.OutgoingHttpHeaders) => {
      const answer = await ask(plane.port, { headers });
      return [answer.status, answer.body];
    };
    expect(await probe({ 'k-network-probe': 'activator' })).toEqual([200, 'activator']);
    expect(await probe({ 'k-network-probe': 'queue' })).toEqual([400, 'unexpected probe header value: "queue"\n']);
    expect(await probe({ 'user-agent': 'kube-probe/1.31' })).toEqual([200, '']);
    expect(app.most).toBe(0);
  });

  it('keep their bodies: with a length, chunked, and continued', async () => {
    const { plane } = await served();
    const big = Buffer.alloc(5_000_000, 'x');
    expect(JSON.parse((await ask(plane.port, { method: 'POST', body: big })).body).length).toBe(big.length);
    const chunked = await ask(plane.port, { method: 'POST', body: big, headers: { 'transfer-encoding': 'chunked' } });
    expect(JSON.parse(chunked.body)).toMatchObject({ length: big.length, headers: { 'transfer-encoding': 'chunked' } });
    const text = await raw(
      plane.port,
      [
        'POST / HTTP/1.1\r\nHost: hello.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
        { after: /100 Continue/, bytes: 'later' },
      ],
      /"length":5/,
    );
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200/);
  });

  it('follow each other on one connection, pipelined too', async () => {
    const { plane } = await served((request, response) => response.end(request.url));
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nHost: hello.test\r\n\r\n`;
    const text = await raw(plane.port, Array.from({ length: 20 }, (_, i) => one(`/n${i}.`)).join(''), /\/n19\./);
    expect(text.match(/\/n\d+\./g)).toEqual(Array.from({ length: 20 }, (_, i) => `/n${i}.`));
  });

  it('in absolute form name their host in the target', async () => {
    const { plane } = await served();
    const text = await raw(
      plane.port,
      'GET http://hello.test/x?y HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n',
    );
    expect(text).toContain('"url":"/x?y"');
    expect(text).toContain('"host":"hello.test"');
  });

  it('of HTTP/1.0 get an answer that ends with the connection', async () => {
    const { plane } = await served((_, response) => {
      response.write('a');
      response.end('b');
    });
    const text = await raw(plane.port, 'GET / HTTP/1.0\r\nHost: hello.test\r\n\r\n');
    expect(text).toMatch(/connection: close\r\n\r\nab$/);
  });
});

describe('answers', () => {
  it('come with status, reason and repeated fields, without a body where there is none', async () => {
    const { plane } = await served((request, response) => {
      const status = Number(request.url?.slice(1));
      response.writeHead(status, 'Fine', ['set-cookie', 'a=1', 'set-cookie', 'b=2']);
      response.end(status === 204 || status === 304 ? undefined : 'body');
    });
    const made = await ask(plane.port, { path: '/201' });
    expect(made.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(made.body).toBe('body');
    for (const status of [204, 304]) expect((await ask(plane.port, { path: `/${status}` })).body).toBe('');
    expect((await ask(plane.port, { path: '/404', method: 'HEAD' })).status).toBe(404);
  });

  it('stream as they come', async () => {
    const next = gate();
    const { plane } = await served(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      await next.opened;
      response.end('data: 2\n\n');
    });
    const request = http.get({ host: '127.0.0.1', port: plane.port, headers: { host: 'hello.test' }, agent: false });
    const response = await new Promise<http.IncomingMessage>((resolve) => request.on('response', resolve));
    const first = await new Promise<Buffer>((resolve) => response.once('data', resolve));
    expect(first.toString()).toBe('data: 1\n\n');
    next.open();
    expect((await readAll(response)).toString()).toBe('data: 2\n\n');
  });

  it('wait for a slow client instead of filling memory', async () => {
    let written = 0;
    const { plane } = await served((_, response) => {
      const chunk = Buffer.alloc(65_536);
      const push = () => {
        while (written < 400_000_000) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', push);
        }
        response.end();
      };
      push();
    });
    const socket = net.connect(plane.port, '127.0.0.1');
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nHost: hello.test\r\n\r\n');
    let before = -1;
    await expect
      .poll(
        () => {
          const still = written === before && written > 0;
          before = written;
          return still;
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBe(true);
    expect(written).toBeLessThan(60_000_000);
    socket.destroy();
  });

  it('break off when the application does', async () => {
    const { plane } = await served((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('part', () => response.destroy());
    });
    const { status, complete } = await ask(plane.port).catch(() => ({ status: 0, complete: false }));
    expect(complete).toBe(false);
    expect([0, 200]).toContain(status);
  });

  it('are 502 when the application resets before one', async () => {
    const { plane } = await served((request) => request.socket.destroy());
    expect((await ask(plane.port, { method: 'POST', body: 'x' })).status).toBe(502);
  });

  it('tell revision and phases when asked', async () => {
    const { plane } = await served();
    const { headers, body } = await ask(plane.port, { headers: { 'x-slipway-trace': '1' } });
    expect(headers['x-slipway-revision']).toBe(key);
    expect(headers['x-slipway-phases']).toMatch(/^held=[\d.]+, connect=[\d.]+, first-byte=[\d.]+$/);
    expect(JSON.parse(body).headers['x-slipway-trace']).toBeUndefined();
  });
});

describe('clients that go', () => {
  it('abort the application', async () => {
    const seen = gate();
    const gone = gate();
    const { plane } = await served((_, response) => {
      response.on('close', gone.open);
      seen.open();
    });
    const controller = new AbortController();
    const asked = ask(plane.port, { signal: controller.signal });
    await seen.opened;
    controller.abort();
    await expect(asked).rejects.toThrow();
    await gone.opened;
  });
});

describe('upgrades', () => {
  it('carry WebSockets both ways, big messages too, and the close code', async () => {
    const { plane, app } = await served();
    const server = new WebSocketServer({ server: app.server });
    server.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
    const client = new WebSocket(`ws://127.0.0.1:${plane.port}/ws`, { headers: { host: 'hello.test' } });
    await new Promise((resolve) => client.once('open', resolve));
    for (const message of ['hello', 'x'.repeat(2_000_000)]) {
      const answer = new Promise<string>((resolve) => client.once('message', (data) => resolve(String(data))));
      client.send(message);
      expect(await answer).toBe(message);
    }
    const code = new Promise((resolve) => client.once('close', resolve));
    client.close(1000);
    expect(await code).toBe(1000);
    server.close();
  });
});
