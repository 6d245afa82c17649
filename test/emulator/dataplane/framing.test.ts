/** HTTP/1.1 framing: hostile input is refused, and whatever is let through is what llhttp (node:http) reads as well. */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createChunkedDecoder } from '../../../emulator/dataplane/http1/chunked.ts';
import { Http1Connection } from '../../../emulator/dataplane/http1/front.ts';
import { ProtocolError, parseRequestHead, parseResponseHead } from '../../../emulator/dataplane/http1/head.ts';
import { anInstance, aRevision, ask, echo, raw, serving, startApp, startPlane } from './support.ts';

/** The gate's share; `npm run test:full` asks for more. */
const cases = Number(process.env['SLIPWAY_FUZZ_CASES'] ?? 4000);

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function served() {
  const app = await startApp(echo);
  const plane = await startPlane();
  open.push(app, plane);
  await plane.apply(serving(aRevision('default/hello-00001', { instances: [anInstance(app.port)] })));
  return { plane, app };
}

const start = 'POST / HTTP/1.1\r\nHost: hello.test\r\n';

describe('hostile requests', () => {
  it.each([
    ['both lengths', `${start}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['two lengths', `${start}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`, 400],
    ['a list of lengths', `${start}Content-Length: 3, 3\r\n\r\nabc`, 400],
    ['a signed length', `${start}Content-Length: +3\r\n\r\nabc`, 400],
    ['bare LF', 'GET / HTTP/1.1\nHost: hello.test\n\n', 400],
    ['one bare LF', 'GET / HTTP/1.1\r\nHost: hello.test\nX: y\r\n\r\n', 400],
    ['bare CR', 'GET / HTTP/1.1\r\nHost: hello.test\r\nX: a\rb\r\n\r\n', 400],
    ['folded line', `${start}X: a\r\n b\r\n\r\n`, 400],
    ['blank before the colon', `${start}Content-Length : 3\r\n\r\nabc`, 400],
    ['NUL', `${start}X: a\0b\r\n\r\n`, 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', `${start}Host: other\r\n\r\n`, 400],
    ['unknown coding', `${start}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 501],
    ['obscured coding', `${start}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`, 400],
    ['chunked in HTTP/1.0', 'POST / HTTP/1.0\r\nHost: hello.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['chunk size with a sign', `${start}Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n`, 400],
    ['chunk longer than its size', `${start}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n`, 400],
    ['chunk line with bare LF', `${start}Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n`, 400],
    ['unknown version', 'GET / HTTP/3.0\r\nHost: hello.test\r\n\r\n', 505],
    ['no version', 'GET /\r\n\r\n', 400],
    ['nonsense', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
    ['huge head', `${start}X: ${'a'.repeat(70_000)}\r\n\r\n`, 431],
    ['many fields', `${start}${'X: y\r\n'.repeat(150)}\r\n`, 431],
    ['unknown expectation', `${start}Expect: more\r\n\r\n`, 417],
  ])('%s', async (_, bytes, status) => {
    const { plane, app } = await served();
    const text = await raw(plane.port, bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toMatch(/connection: close/);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    // What came before the fault of a body may have been seen; a whole request never.
    expect(app.running).toBe(0);
    expect((await ask(plane.port)).status).toBe(200);
  });

  it('a smuggled second request is never one of the application', async () => {
    const seen: string[] = [];
    const app = await startApp((request, response) => {
      seen.push(request.url ?? '');
      request.resume().on('end', () => response.end());
    });
    const plane = await startPlane();
    open.push(app, plane);
    await plane.apply(serving(aRevision('default/hello-00001', { instances: [anInstance(app.port)] })));
    const inner = 'GET /smuggled HTTP/1.1\r\nHost: hello.test\r\n\r\n';
    for (const bytes of [
      `${start}Content-Length: ${inner.length}\r\n\r\n${inner}`,
      `${start}Transfer-Encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`,
    ]) {
      await raw(plane.port, bytes, /\r\n\r\n/);
    }
    expect(seen).toEqual(['/', '/']);
  });

  it('a head that comes byte by byte is one request', async () => {
    const { plane } = await served();
    const bytes = 'POST /x HTTP/1.1\r\nHost: hello.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    const pieces = bytes.match(/[\s\S]{1,9}/g) ?? [];
    expect(await raw(plane.port, pieces, /"length":3/)).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('hostile answers', () => {
  it.each([
    ['both lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['bare LF', 'HTTP/1.1 200 OK\r\nX: y\nZ: a\r\n\r\n'],
    ['nonsense', 'hello\r\n\r\n'],
  ])('%s are 502', async (_, bytes) => {
    const { plane, app } = await served();
    app.server.removeAllListeners('request');
    app.server.on('request', (request) => request.socket.end(bytes));
    expect((await ask(plane.port)).status).toBe(502);
  });
});

describe('heads', () => {
  it('lose what is for one hop, and what Connection names', () => {
    const { headers, upgrade, close } = parseRequestHead(
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-Mine\r\nKeep-Alive: timeout=5\r\nX-Mine: 1\r\nTE: trailers\r\nUpgrade: websocket\r\nX-Empty:\r\nX-Tab:\t v \t',
    );
    expect(headers).toEqual(['te', 'trailers', 'x-empty', '', 'x-tab', 'v']);
    expect([upgrade, close]).toEqual([undefined, true]);
  });

  it('of answers may lack a reason', () => {
    expect(parseResponseHead('HTTP/1.1 299')).toMatchObject({ status: 299, reason: '' });
    expect(parseResponseHead('HTTP/1.0 200 Very Fine\r\nConnection: keep-alive')).toMatchObject({
      minor: 0,
      keepAlive: true,
    });
  });
});

describe('the chunked coding', () => {
  const coded = '4;name="v"\r\nWiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nX-Trailer: 1\r\n\r\nrest';

  it('is the same wherever the pieces end', () => {
    const input = Buffer.from(coded);
    for (let size = 1; size <= input.length; size++) {
      const decoder = createChunkedDecoder(400);
      let text = '';
      let at = 0;
      while (!decoder.done) {
        at += decoder.decode(input.subarray(at, at + size), (data) => {
          text += data;
        });
      }
      expect(text).toBe('Wikipedia in \r\n\r\nchunks.');
      expect(input.subarray(at).toString()).toBe('rest');
    }
  });
});

interface Seen {
  method: string;
  path: string;
  host: string;
  body: string;
}

/** What a connection's bytes mean to our reader: every request that came to its end. */
async function ours(bytes: Buffer[]): Promise<Seen[]> {
  const seen: Seen[] = [];
  const socket = memorySocket();
  const connection = new Http1Connection(socket, (downstream, head) => {
    let body = '';
    downstream.resume();
    return {
      requestData(chunk) {
        body += chunk.toString('latin1');
      },
      requestEnd() {
        seen.push({ method: head.method, path: head.path, host: head.authority, body });
        downstream.head({ status: 200, reason: '', headers: [], length: 0, bodyless: false });
        downstream.end(undefined);
      },
      clientDrained() {},
      clientGone() {},
    };
  });
  for (const chunk of bytes) connection.feed(chunk);
  // Pipelined requests are taken up a turn later, each.
  for (let i = 0; i < 40; i++) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  return seen;
}

function memorySocket(): Socket {
  const duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  return Object.assign(duplex, { setTimeout() {}, setNoDelay() {}, remoteAddress: '127.0.0.1' }) as unknown as Socket;
}

/** The part of Node's internal parser (llhttp) that is used here; nothing public gives its events as they happen. */
interface Llhttp {
  initialize(type: number, resource: object): void;
  execute(bytes: Buffer): number | Error;
  [event: number]: (...given: never[]) => unknown;
}

interface LlhttpConstructor {
  new (): Llhttp;
  readonly REQUEST: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

const { HTTPParser, methods } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: LlhttpConstructor;
  methods: string[];
};

/** The same to llhttp. */
function theirs(bytes: Buffer[]): Seen[] {
  const seen: Seen[] = [];
  const parser = new HTTPParser();
  let current: Seen | undefined;
  parser.initialize(HTTPParser.REQUEST, {});
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    raw: string[],
    method: number,
    path: string,
  ) => {
    const at = raw.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
    current = { method: methods[method] ?? '', path, host: at < 0 ? '' : (raw[at + 1] ?? ''), body: '' };
    return 0;
  };
  parser[HTTPParser.kOnBody] = (chunk: Buffer) => {
    if (current) current.body += chunk.toString('latin1');
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    if (current) seen.push(current);
    current = undefined;
  };
  for (const chunk of bytes) if (parser.execute(chunk) instanceof Error) break;
  return seen;
}

/** A small generator (mulberry32): the same cases each time. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const whole = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /p?q HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n',
  'PUT /t HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n1\r\nz\r\n0\r\nX: y\r\n\r\n',
  'HEAD /h HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n',
];
const words = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ':',
  ' ',
  '\t',
  '\0',
  '\x0b',
  ';',
  ',',
  '0',
  '5',
  'a',
  '%',
  '\xff',
  '"',
  'Content-Length: 3\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'transfer-encoding:chunked\r\n',
  'Transfer-Encoding: identity\r\n',
  'Transfer-Encoding:\tchunked , chunked\r\n',
  ' folded\r\n',
  'Connection: close\r\n',
  'Connection: Content-Length\r\n',
  'Host: b\r\n',
  'HTTP/1.1',
  'HTTP/1.0',
  '0\r\n\r\n',
  '-1',
  '+',
  '0x',
  '00005',
  '\r\n0\r\n',
];

function mutated(random: (below: number) => number): Buffer[] {
  let text = '';
  for (let i = 1 + random(3); i > 0; i--) text += whole[random(whole.length)];
  for (let i = random(4); i > 0; i--) {
    const at = random(text.length + 1);
    const word = words[random(words.length)] ?? '';
    const cut = random(3) === 0 ? random(6) : 0;
    text = text.slice(0, at) + (random(4) === 0 ? '' : word) + text.slice(at + cut);
  }
  const bytes = Buffer.from(text, 'latin1');
  if (random(2) === 0) return [bytes];
  const at = random(bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)].filter((piece) => piece.length > 0);
}

describe('beside llhttp', () => {
  it('lets nothing through that it reads otherwise', { timeout: 60_000 + cases * 20 }, async () => {
    const random = randomFrom(20_260_823);
    let agreed = 0;
    for (let i = 0; i < cases; i += 50) {
      const batch = Array.from({ length: 50 }, () => mutated(random));
      const results = await Promise.all(batch.map((bytes) => Promise.all([ours(bytes), theirs(bytes)])));
      for (const [j, [all, reference]] of results.entries()) {
        // llhttp knows a list of methods, where HTTP has any token.
        const unknown = all.findIndex(({ method }) => !methods.includes(method));
        const mine = unknown < 0 ? all : all.slice(0, unknown);
        const text = JSON.stringify(Buffer.concat(batch[j] ?? []).toString('latin1'));
        expect(mine, text).toEqual(reference.slice(0, mine.length));
        if (mine.length > 0 && mine.length === reference.length) agreed++;
      }
    }
    // Most mutations leave at least one good request: the reader is not merely refusing everything.
    expect(agreed).toBeGreaterThan(cases / 3);
  });

  it('reads whole requests just as it does', async () => {
    const bytes = [Buffer.from(whole.join(''))];
    const [mine, reference] = [await ours(bytes), await theirs(bytes)];
    expect(mine).toEqual(reference);
    expect(mine).toHaveLength(whole.length);
  });

  it('refuses by throwing ProtocolError and nothing else', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 2000; i++) {
      const text = Buffer.concat(mutated(random)).toString('latin1').split('\r\n\r\n')[0] ?? '';
      for (const parse of [parseRequestHead, parseResponseHead]) {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }
    }
  });
});
