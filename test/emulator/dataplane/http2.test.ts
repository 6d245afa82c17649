/** h2c with prior knowledge, on the same port: all four combinations of the two sides, trailers, cancels. */
import http2 from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { anInstance, aRevision, ask, echo, gate, type Plane, serving, startApp, startPlane } from './support.ts';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

type StreamHandler = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void;

async function startH2(handler: StreamHandler): Promise<{ port: number }> {
  const server = http2.createServer();
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    handler(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  });
  return { port: (server.address() as AddressInfo).port };
}

async function planeFor(port: number, protocol: 'http1' | 'h2c'): Promise<Plane> {
  const plane = await startPlane();
  open.push(plane);
  await plane.apply(serving(aRevision('default/hello-00001', { protocol, instances: [anInstance(port)] })));
  return plane;
}

interface H2Answer {
  head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  trailers: http2.IncomingHttpHeaders;
  body: string;
  code: number;
}

function client(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  open.push({ [Symbol.asyncDispose]: async () => session.destroy() });
  return session;
}

function askH2(session: http2.ClientHttp2Session, fields: http2.OutgoingHttpHeaders = {}, body?: string | Buffer) {
  const stream = session.request({ ':authority': 'hello.test', ...fields }, { endStream: body === undefined });
  const answer: H2Answer = { head: {}, trailers: {}, body: '', code: 0 };
  stream.on('response', (head) => {
    answer.head = head;
  });
  stream.on('trailers', (trailers) => {
    answer.trailers = trailers;
  });
  stream.on('data', (chunk) => {
    answer.body += chunk;
  });
  const done = new Promise<H2Answer>((resolve) => {
    stream.on('error', () => {});
    stream.on('close', () => resolve({ ...answer, code: stream.rstCode }));
  });
  if (body !== undefined) stream.end(body);
  return { stream, done };
}

describe('h2c', () => {
  it('to an HTTP/1.1 application', async () => {
    const app = await startApp(echo);
    open.push(app);
    const plane = await planeFor(app.port, 'http1');
    const { head, body } = await askH2(client(plane.port), { ':method': 'POST', ':path': '/x?y', cookie: 'a=1' }, 'abc')
      .done;
    expect(head[':status']).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      method: 'POST',
      url: '/x?y',
      length: 3,
      headers: { host: 'hello.test', cookie: 'a=1', 'k-proxy-request': 'activator' },
    });
  });

  it('to an h2c application, and HTTP/1.1 to it', async () => {
    const app = await startH2((stream, headers) => {
      let length = 0;
      stream.on('data', (chunk: Buffer) => {
        length += chunk.length;
      });
      stream.on('end', () => {
        stream.respond({ ':status': 201, 'x-authority': headers[':authority'] });
        stream.end(`${headers[':method']} ${headers[':path']} ${length}`);
      });
      stream.resume();
    });
    const plane = await planeFor(app.port, 'h2c');
    const two = await askH2(client(plane.port), { ':method': 'PUT', ':path': '/a' }, Buffer.alloc(300_000)).done;
    expect([two.head[':status'], two.head['x-authority'], two.body]).toEqual([201, 'hello.test', 'PUT /a 300000']);
    const one = await ask(plane.port, { method: 'POST', path: '/b', body: Buffer.alloc(300_000) });
    expect([one.status, one.body]).toEqual([201, 'POST /b 300000']);
  });

  it('carries gRPC: messages both ways while they come, trailers, and an answer of trailers only', async () => {
    const app = await startH2((stream, headers) => {
      if (headers[':path'] === '/fails') {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' }, { endStream: true });
        return;
      }
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-last': 'yes' }));
      stream.on('data', (chunk: Buffer) => stream.write(`got ${chunk};`));
      stream.on('end', () => stream.end());
    });
    const plane = await planeFor(app.port, 'h2c');
    const session = client(plane.port);
    const stream = session.request({ ':authority': 'hello.test', ':method': 'POST', ':path': '/chat', te: 'trailers' });
    const next = () => new Promise<string>((resolve) => stream.once('data', (chunk) => resolve(String(chunk))));
    for (const word of ['one', 'two']) {
      const answer = next();
      stream.write(word);
      expect(await answer).toBe(`got ${word};`);
    }
    const trailers = new Promise<http2.IncomingHttpHeaders>((resolve) => stream.once('trailers', resolve));
    stream.end();
    expect(await trailers).toMatchObject({ 'grpc-status': '0', 'x-last': 'yes' });
    const failed = await askH2(session, { ':method': 'POST', ':path': '/fails' }, 'x').done;
    expect([failed.head[':status'], failed.head['grpc-status'], failed.body]).toEqual([200, '5', '']);
  });

  it('tells a cancel to the application', async () => {
    const seen = gate();
    const cancelled = gate();
    const app = await startH2((stream) => {
      stream.on('close', cancelled.open);
      seen.open();
    });
    const plane = await planeFor(app.port, 'h2c');
    const { stream } = askH2(client(plane.port), { ':method': 'POST' }, 'x');
    await seen.opened;
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await cancelled.opened;
  });

  it('is 404 without any field for an unknown host', async () => {
    const plane = await planeFor(1, 'http1');
    const { head, body } = await askH2(client(plane.port), { ':authority': 'nobody.test' }).done;
    expect(Object.keys(head).filter((name) => name !== 'date')).toEqual([':status']);
    expect([head[':status'], body]).toEqual([404, '']);
  });

  it('is 502 when the application resets', async () => {
    const app = await startH2((stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
    const plane = await planeFor(app.port, 'h2c');
    expect((await askH2(client(plane.port), {}).done).head[':status']).toBe(502);
    expect((await ask(plane.port)).status).toBe(502);
  });

  it.each([
    [{ ':path': '/a HTTP/1.1\r\nx: y' }],
    [{ ':path': '/a b' }],
    [{ ':method': 'GET /smuggled' }],
    [{ ':authority': 'hello.test x' }],
    [{ 'x-mine': 'a\r\nb: c' }],
  ])('never turns into another request of HTTP/1.1: %j', async (fields) => {
    const seen: unknown[] = [];
    const app = await startApp((request, response) => {
      seen.push([request.method, request.url, request.headers['x'], request.headers['b']]);
      response.end();
    });
    open.push(app);
    const plane = await planeFor(app.port, 'http1');
    const answered = (async () => askH2(client(plane.port), fields).done)();
    await answered.catch(() => undefined);
    expect((await askH2(client(plane.port), { ':path': '/after' }).done).head[':status']).toBe(200);
    // A field that is no field may be dropped and the rest go on; nothing of it becomes a line of its own.
    expect(seen.at(-1)).toEqual(['GET', '/after', undefined, undefined]);
    expect(seen.slice(0, -1)).toEqual('x-mine' in fields ? [['GET', '/', undefined, undefined]] : []);
  });

  it('is held from zero', async () => {
    const plane = await startPlane();
    open.push(plane);
    await plane.apply(serving(aRevision('default/hello-00001', { protocol: 'h2c' })));
    const asked = askH2(client(plane.port), { ':method': 'POST' }, 'held').done;
    await plane.until('stats');
    const app = await startH2((stream) => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    });
    await plane.apply(
      serving(aRevision('default/hello-00001', { protocol: 'h2c', instances: [anInstance(app.port)] })),
    );
    expect((await asked).body).toBe('held');
  });

  it('is recognised when its preface comes in pieces', async () => {
    const plane = await planeFor(1, 'http1');
    const socket = net.connect(plane.port, '127.0.0.1');
    const settings = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write('PRI * HT');
    setTimeout(
      () =>
        socket.write(
          Buffer.concat([Buffer.from('TP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]),
        ),
      20,
    );
    // The first frame of a server is SETTINGS.
    expect((await settings)[3]).toBe(4);
    socket.destroy();
  });
});
