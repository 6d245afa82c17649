/** A client that stops reading its watch, on a real socket: bounded, cut off, and nobody else's affair. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Certificates, ensureCerts } from '../../../emulator/api/certs.ts';
import type { ApiRequest, ApiResponse } from '../../../emulator/api/http.ts';
import { type ApiListener, listenApi } from '../../../emulator/api/listen.ts';
import { admin, type TestPlatform, testPlatform } from './support.ts';

const mebibyte = 1024 * 1024;
let dir: string;
let certs: Certificates;
let listener: ApiListener;
let platform: TestPlatform;
/** Of the requests that come: how long a full socket is borne. */
let stallMs: number | undefined;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-slow-'));
  certs = await ensureCerts(join(dir, 'pki'));
  platform = testPlatform();
  const handle = async (request: ApiRequest): Promise<ApiResponse> => {
    const answer = await platform.api.handle(request);
    return stallMs === undefined ? answer : { ...answer, stallMs };
  };
  listener = await listenApi({ ...platform.api, handle }, { port: 0, certs, authenticate: () => undefined });
});
afterAll(async () => {
  await listener.close();
  platform.api.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A watch of ConfigMaps from now on, written into the socket by hand; resolves when the server has begun to answer. */
async function watch(): Promise<TLSSocket> {
  const { host, port } = listener;
  const socket = connect({ host, port, ca: certs.ca.cert, cert: certs.client.cert, key: certs.client.key });
  const path = `/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=${platform.store.revision}`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  const [head] = await once(socket, 'data');
  expect(String(head)).toMatch(/^HTTP\/1\.1 200 /);
  return socket.pause();
}

/** The revisions of what comes; `over` when the stream or the connection has ended. */
function readAll(socket: TLSSocket): { revisions: number[]; over: Promise<void> } {
  const revisions: number[] = [];
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    // Between them stand the sizes of HTTP's chunks.
    for (const line of lines) {
      if (line.startsWith('{')) revisions.push(Number(JSON.parse(line).object.metadata.resourceVersion));
    }
  });
  socket.resume();
  const over = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) socket.once(event, () => resolve());
  });
  return { revisions, over };
}

let number = 0;
/** Writes an object of a mebibyte. */
function write(): number {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `large-${number++ % 4}`, namespace: 'default' },
    data: { large: String(number).padEnd(mebibyte, 'x') },
  };
  const standing = platform.store.get('configmaps', 'default', object.metadata.name);
  const written = standing
    ? platform.objects.update('configmaps', { ...standing, data: object.data } as never, { user: admin })
    : platform.objects.create('configmaps', object, { user: admin });
  return Number(written.metadata.resourceVersion);
}

const options = { timeout: 120_000 };

test(
  'is cut off before its first gap, holds no more than its bound, and others get every change meanwhile',
  options,
  async () => {
    const slow = await watch();
    const quick = await watch();
    const read = readAll(quick);
    const written: number[] = [];
    global.gc?.();
    const before = process.memoryUsage();
    for (let index = 0; index < 48; index++) {
      written.push(write());
      while (read.revisions.at(-1) !== written.at(-1)) await once(quick, 'data');
    }
    const after = process.memoryUsage();
    // What the slow one may hold: 32 MiB of changes, and what its socket took.
    expect(after.external - before.external).toBeLessThan(100 * mebibyte);
    expect(read.revisions.filter((revision) => written.includes(revision))).toEqual(written);
    expect(slow.destroyed).toBe(false);

    const late = readAll(slow);
    await late.over;
    const seen = written.filter((revision) => late.revisions.includes(revision));
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.length).toBeLessThan(written.length);
    expect(seen).toEqual(written.slice(0, seen.length));
    for (const socket of [slow, quick]) socket.destroy();
  },
);

test('loses its connection when it goes on not reading', options, async () => {
  stallMs = 50;
  const slow = await watch();
  stallMs = undefined;
  const quick = await watch();
  const read = readAll(quick);
  const closed = once(slow, 'close');
  slow.on('error', () => undefined);
  for (let index = 0; index < 20; index++) {
    const revision = write();
    while (read.revisions.at(-1) !== revision) await once(quick, 'data');
  }
  slow.resume();
  await closed;
  expect(quick.destroyed).toBe(false);
  const last = write();
  while (read.revisions.at(-1) !== last) await once(quick, 'data');
  quick.destroy();
});
