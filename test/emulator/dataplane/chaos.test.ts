/**
 * Everything at once: clients that leave, pipeline and stall, applications that reset, stall and stream, instances that come
 * and go. Afterwards nothing may be counted as running, and whoever asked properly must have got a proper answer.
 */
import type { RequestListener } from 'node:http';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { InstanceStat } from '../../../emulator/dataplane/protocol.ts';
import { type App, anInstance, aRevision, ask, type Plane, serving, startApp, startPlane } from './support.ts';

const key = 'default/hello-00001';
const rounds = Number(process.env['SLIPWAY_CHAOS_ROUNDS'] ?? 1500);

const misbehaving: RequestListener = (request, response) => {
  switch (request.url) {
    case '/reset':
      request.socket.destroy();
      break;
    case '/half':
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
      break;
    case '/drip': {
      let left = 5;
      const timer = setInterval(() => {
        response.write('drip ');
        if (--left > 0) return;
        clearInterval(timer);
        response.end();
      }, 2);
      response.on('close', () => clearInterval(timer));
      break;
    }
    case '/early':
      response.end('early');
      break;
    default:
      request.resume().on('end', () => response.end('ok'));
  }
};

/** One client of a kind; gives what went wrong, if anything that should not. */
const clients: ((port: number) => Promise<string | undefined>)[] = [
  async (port) => expectStatus(port, '/plain', 200),
  async (port) => expectStatus(port, '/drip', 200, 'drip drip drip drip drip '),
  async (port) => expectStatus(port, '/reset', 502),
  async (port) => {
    const answer = await ask(port, { path: '/half' }).catch(() => undefined);
    return answer?.complete ? 'half an answer was complete' : undefined;
  },
  async (port) => {
    const { status, body } = await ask(port, { method: 'POST', path: '/plain', body: Buffer.alloc(200_000) });
    return status === 200 && body === 'ok' ? undefined : `a big body got ${status}`;
  },
  async (port) => {
    const answer = await ask(port, { method: 'POST', path: '/early', body: Buffer.alloc(300_000) }).catch(
      () => undefined,
    );
    return answer && answer.status !== 200 ? `an early answer was ${answer.status}` : undefined;
  },
  async (port) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), Math.random() * 6);
    await ask(port, { path: '/drip', signal: controller.signal }).catch(() => undefined);
    return undefined;
  },
  (port) =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.write('POST /plain HTTP/1.1\r\nHost: hello.test\r\nContent-Length: 100\r\n\r\npart of it');
        setTimeout(() => socket.destroy(), Math.random() * 5);
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(undefined));
    }),
  (port) =>
    new Promise((resolve) => {
      const one = 'GET /plain HTTP/1.1\r\nHost: hello.test\r\n\r\n';
      const socket = net.connect(port, '127.0.0.1', () => socket.write(one.repeat(5)));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
        if ((text.match(/\r\n\r\nok/g) ?? []).length === 5) socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve(/HTTP\/1\.1 (?!200)/.test(text) ? `pipelined: ${text}` : undefined));
    }),
];

async function expectStatus(port: number, path: string, wanted: number, body?: string): Promise<string | undefined> {
  const answer = await ask(port, { path });
  if (answer.status === wanted && (body === undefined || answer.body === body)) return undefined;
  return `${path} got ${answer.status} ${answer.body}`;
}

interface Pod {
  /** Not told by the port: the system may give that again. */
  name: string;
  app: App;
}

let pods = 0;

async function startPod(): Promise<Pod> {
  return { name: `pod-${++pods}`, app: await startApp(misbehaving) };
}

function instanceOf({ name, app }: Pod, draining = false) {
  return anInstance(app.port, { pod: name, draining });
}

async function replaceInstances(plane: Plane, apps: Pod[]): Promise<void> {
  const fresh = await startPod();
  const old = apps.shift();
  apps.push(fresh);
  const staying = apps.map((pod) => instanceOf(pod));
  const draining = old ? [instanceOf(old, true)] : [];
  await plane.apply(serving(aRevision(key, { containerConcurrency: 8, instances: [...staying, ...draining] })));
  if (!old) return;
  await plane.until('drained', ({ pod }) => pod === old.name);
  await plane.apply(serving(aRevision(key, { containerConcurrency: 8, instances: staying })));
  await old.app.close();
}

function lastOf(plane: Plane, pod: string): InstanceStat | undefined {
  const all = plane.messages.flatMap((message) => (message.type === 'stats' ? message.stats : []));
  return all.findLast((stat) => stat.pod === pod);
}

describe('chaos', () => {
  it('leaves nothing behind and loses nothing', { timeout: 120_000 }, async () => {
    await using plane = await startPlane();
    const apps = [await startPod(), await startPod()];
    const instances = apps.map((pod) => instanceOf(pod));
    await plane.apply(serving(aRevision(key, { containerConcurrency: 8, instances })));

    const faults: string[] = [];
    let left = rounds;
    const work = async () => {
      while (left-- > 0) {
        const client = clients[Math.floor(Math.random() * clients.length)];
        const fault = await client?.(plane.port);
        if (fault) faults.push(fault);
      }
    };
    let working = true;
    const replacing = (async () => {
      while (working) await replaceInstances(plane, apps);
    })();
    await Promise.all(Array.from({ length: 40 }, work));
    working = false;
    await replacing;
    expect(faults).toEqual([]);

    // A report with no concurrency at all is only made when nothing is counted any more.
    await plane.until('stats', ({ stats }) => stats.length > 0);
    await expect.poll(() => lastOf(plane, 'activator')?.averageConcurrency, { timeout: 5000 }).toBe(0);
    expect(apps.every(({ app }) => app.running === 0)).toBe(true);
    // All slots are free again: as many requests as there are run at once.
    const many = await Promise.all(Array.from({ length: 16 }, () => ask(plane.port)));
    expect(many.every(({ status }) => status === 200)).toBe(true);
    for (const { app } of apps) await app.close();
  });
});
