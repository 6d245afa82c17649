/** The three timers, on a clock that the test moves: the sweep of the data plane is called by hand. */
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RevisionTarget } from '../../../emulator/dataplane/protocol.ts';
import {
  type App,
  anInstance,
  aRevision,
  ask,
  gate,
  type Plane,
  raw,
  serving,
  startApp,
  startPlane,
} from './support.ts';

const key = 'default/hello-00001';
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** Time runs a hundredfold; the sweep, every 50 ms, takes at most a second of it: a second of a revision passes in 50 ms. */
const factor = 100;

async function served(
  handler: Parameters<typeof startApp>[0],
  change: Partial<RevisionTarget>,
  held = false,
): Promise<{ plane: Plane; app: App; hold(held: boolean): Promise<void> }> {
  const app = await startApp(handler);
  const plane = await startPlane({ now: () => performance.now() * factor });
  open.push(app, plane);
  const hold = (value: boolean) =>
    plane.apply(serving(aRevision(key, { instances: [anInstance(app.port, { held: value })] }, change)));
  await hold(held);
  return { plane, app, hold };
}

describe('timers', () => {
  it("timeoutSeconds: 504 in the activator's words, and the application hears of it", async () => {
    const gone = gate();
    const { plane } = await served((_, response) => void response.on('close', gone.open), { timeoutSeconds: 5 });
    const { status, body, headers } = await ask(plane.port);
    expect([status, body]).toEqual([504, 'activator request timeout']);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers['content-length']).toBe('25');
    await gone.opened;
  });

  it("timeoutSeconds in Serve mode: the queue's words", async () => {
    const { plane } = await served(() => {}, { timeoutSeconds: 5, mode: 'Serve' });
    expect(await ask(plane.port)).toMatchObject({ status: 504, body: 'request timeout' });
  });

  it('timeoutSeconds over a begun answer: its status stays, the words follow the body', async () => {
    const { plane } = await served((_, response) => void response.write('begun '), { timeoutSeconds: 15 });
    expect(await ask(plane.port)).toMatchObject({
      status: 200,
      body: 'begun activator request timeout',
      complete: true,
    });
  });

  it('timeoutSeconds over an answer with a length breaks it off', async () => {
    const { plane } = await served(
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('begun ');
      },
      { timeoutSeconds: 15 },
    );
    const text = await raw(plane.port, 'GET / HTTP/1.1\r\nHost: hello.test\r\n\r\n');
    expect(text).toMatch(/content-length: 100\r\n[\s\S]*begun $/);
  });

  it('responseStartTimeoutSeconds: over once the answer has begun', async () => {
    const begun = gate();
    const { plane } = await served(
      (request, response) => {
        if (request.url === '/late') return;
        response.write('begun ');
        void begun.opened.then(() => response.end('ended'));
      },
      { timeoutSeconds: 600, responseStartTimeoutSeconds: 15 },
    );
    const started = ask(plane.port);
    expect((await ask(plane.port, { path: '/late' })).status).toBe(504);
    begun.open();
    expect((await started).body).toBe('begun ended');
  });

  it('idleTimeoutSeconds: between writes', async () => {
    let writes = 0;
    const { plane } = await served(
      (_, response) => {
        const timer = setInterval(() => {
          response.write('.');
          if (++writes === 4) clearInterval(timer);
        }, 60);
      },
      { timeoutSeconds: 6000, idleTimeoutSeconds: 20 },
    );
    const { status, body } = await ask(plane.port);
    expect([status, body]).toEqual([200, '....activator request timeout']);
  });

  it('stand still while a debugger holds the instance', async () => {
    const { plane, hold } = await served(() => {}, { timeoutSeconds: 5 }, true);
    let answered = false;
    const asked = ask(plane.port).then((answer) => {
      answered = true;
      return answer;
    });
    await plane.until('stats', ({ stats }) => stats.some(({ pod }) => pod !== 'activator'));
    expect(answered).toBe(false);
    await hold(false);
    expect((await asked).status).toBe(504);
  });

  it('let an instance go that only a WebSocket keeps, after a minute', async () => {
    const { plane, app } = await served(() => {}, { timeoutSeconds: 600 });
    app.server.on('upgrade', (_, socket) => {
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n');
    });
    const socket = net.connect(plane.port, '127.0.0.1');
    const upgraded = once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\nHost: hello.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    await upgraded;
    const began = performance.now();
    await plane.apply(serving(aRevision(key, { instances: [anInstance(app.port, { draining: true })] })));
    await plane.until('drained');
    expect((performance.now() - began) * factor).toBeGreaterThan(60_000);
    socket.destroy();
  });

  // Knative's timer sees none of its bytes: it never begins, and is idle however much it says.
  it.each([
    { timeoutSeconds: 5 },
    { timeoutSeconds: 600, responseStartTimeoutSeconds: 5 },
    { timeoutSeconds: 600, idleTimeoutSeconds: 5 },
  ])('end a WebSocket too: %o', async (change) => {
    const { plane, app } = await served(() => {}, change);
    app.server.on('upgrade', (_, socket) => {
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      const talk = setInterval(() => socket.write('.'), 20);
      socket.on('close', () => clearInterval(talk));
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n');
    });
    const text = await raw(
      plane.port,
      'GET / HTTP/1.1\r\nHost: hello.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1.1 101 /);
  });
});
