/** Holding, queueing, balancing, draining, retrying. */
import { afterEach, describe, expect, it } from 'vitest';
import type { RevisionTarget } from '../../../emulator/dataplane/protocol.ts';
import { anInstance, aRevision, ask, gate, type Plane, serving, startApp, startPlane } from './support.ts';

const key = 'default/hello-00001';
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

async function using<T extends AsyncDisposable>(made: Promise<T>): Promise<T> {
  const one = await made;
  open.push(one);
  return one;
}

function put(plane: Plane, ...changes: Partial<RevisionTarget>[]): Promise<void> {
  return plane.apply(serving(aRevision(key, ...changes)));
}

describe('a revision at zero', () => {
  it('is poked at once, and its requests are held until an instance is there, bodies too', async () => {
    const plane = await using(startPlane());
    const app = await using(startApp((request, response) => request.pipe(response)));
    await put(plane);
    const asked = Promise.all([
      ask(plane.port, { method: 'POST', body: 'held' }),
      ask(plane.port, { method: 'POST', body: Buffer.alloc(1_000_000, 'x') }),
    ]);
    const { stats } = await plane.until('stats');
    expect(stats).toEqual([
      {
        revision: key,
        pod: 'activator',
        averageConcurrency: 1,
        averageProxiedConcurrency: 0,
        requestCount: 1,
        proxiedRequestCount: 0,
      },
    ]);
    await put(plane, { instances: [anInstance(app.port)] });
    const [small, big] = await asked;
    expect([small.status, small.body]).toEqual([200, 'held']);
    expect(big.body).toHaveLength(1_000_000);
    const { trace } = await plane.until('coldStart');
    expect(trace).toMatchObject({ revision: key, service: 'default/hello', pod: `pod-${app.port}` });
    expect(trace.heldMs).toBeGreaterThan(0);
  });

  it('loses a held request whose client goes, without harm to the others', async () => {
    const plane = await using(startPlane());
    const app = await using(startApp((_, response) => response.end('ok')));
    await put(plane);
    const controller = new AbortController();
    const gone = ask(plane.port, { signal: controller.signal });
    const kept = ask(plane.port);
    await plane.until('stats');
    controller.abort();
    await expect(gone).rejects.toThrow();
    await put(plane, { instances: [anInstance(app.port)] });
    expect((await kept).status).toBe(200);
  });

  it('answers 503 when the revision is deleted meanwhile', async () => {
    const plane = await using(startPlane());
    await put(plane);
    const asked = ask(plane.port);
    await plane.until('stats');
    await plane.apply({});
    expect((await asked).status).toBe(503);
  });
});

describe('container concurrency', () => {
  it('is never exceeded; those who wait come in their order', async () => {
    const plane = await using(startPlane());
    const order: string[] = [];
    const app = await using(
      startApp((request, response) => {
        order.push(request.url ?? '');
        setImmediate(() => response.end('ok'));
      }),
    );
    await put(plane, { containerConcurrency: 1, instances: [anInstance(app.port)] });
    const answers: Promise<{ status: number }>[] = [];
    for (let i = 0; i < 30; i++) answers.push(ask(plane.port, { path: `/${i}` }));
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true);
    expect(app.most).toBe(1);
    expect(order).toHaveLength(30);
  });

  it('in Serve mode queues ten times as many, and turns the next away', async () => {
    const plane = await using(startPlane());
    const hold = gate();
    const app = await using(startApp(async (_, response) => void hold.opened.then(() => response.end('ok'))));
    await put(plane, { mode: 'Serve', containerConcurrency: 1, instances: [anInstance(app.port)] });
    const refused: string[] = [];
    const answers = Array.from({ length: 14 }, async () => {
      const answer = await ask(plane.port);
      if (answer.status === 503) refused.push(answer.body);
      return answer;
    });
    await expect.poll(() => refused).toEqual(Array(3).fill('pending request queue full\n'));
    hold.open();
    const all = await Promise.all(answers);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(11);
    expect(all.filter(({ status }) => status === 503)).toHaveLength(3);
  });

  it.each([
    [0, 'spreads over both', 2],
    [2, 'fills the first', 1],
    [10, 'goes round', 2],
  ])('%i %s', async (containerConcurrency, _, used) => {
    const plane = await using(startPlane());
    const hits = [0, 0];
    const apps = await Promise.all(
      [0, 1].map((i) =>
        using(
          startApp((_request, response) => {
            hits[i] = (hits[i] ?? 0) + 1;
            response.end();
          }),
        ),
      ),
    );
    await put(plane, {
      containerConcurrency,
      instances: apps.map(({ port }, i) => anInstance(port, { pod: `p${i}` })),
    });
    for (let i = 0; i < 40; i++) await ask(plane.port);
    expect(hits.filter((count) => count > 0)).toHaveLength(used);
  });
});

describe('instances that come and go', () => {
  it('a refused connection is tried again until an instance is there', async () => {
    const plane = await using(startPlane());
    const gone = await startApp((_, response) => response.end('old'));
    await gone.close();
    await put(plane, { instances: [anInstance(gone.port, { pod: 'old' })] });
    const asked = ask(plane.port);
    await plane.until('stats');
    const app = await using(startApp((_, response) => response.end('new')));
    await put(plane, { instances: [anInstance(app.port, { pod: 'new' })] });
    expect((await asked).body).toBe('new');
  });

  it('one that goes on refusing ends as 502', async () => {
    const plane = await using(startPlane());
    const gone = await startApp((_, response) => response.end());
    await gone.close();
    await put(plane, { instances: [anInstance(gone.port)] });
    const { status, body } = await ask(plane.port);
    expect([status, body]).toEqual([502, 'ECONNREFUSED\n']);
  });

  it('no request is lost while instances are replaced under load', async () => {
    const plane = await using(startPlane());
    let app = await startApp((_, response) => response.end('ok'));
    await put(plane, { instances: [anInstance(app.port)] });
    let running = true;
    const statuses = new Map<number, number>();
    const client = async () => {
      while (running) {
        const { status } = await ask(plane.port);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (let i = 0; i < 10; i++) {
      const next = await startApp((_, response) => response.end('ok'));
      await put(plane, { instances: [anInstance(app.port, { draining: true }), anInstance(next.port)] });
      await plane.until('drained', ({ pod }) => pod === `pod-${app.port}`);
      await put(plane, { instances: [anInstance(next.port)] });
      await app.close();
      app = next;
    }
    running = false;
    await Promise.all(clients);
    await app.close();
    expect([...statuses.keys()]).toEqual([200]);
  });

  it('one that is being stopped ends what it began, gets nothing new, and is told drained', async () => {
    const plane = await using(startPlane());
    const hold = gate();
    const began = gate();
    const old = await using(
      startApp(async (_, response) => {
        began.open();
        await hold.opened;
        response.end('old');
      }),
    );
    const fresh = await using(startApp((_, response) => response.end('new')));
    await put(plane, { instances: [anInstance(old.port)] });
    const first = ask(plane.port);
    await began.opened;
    await put(plane, { instances: [anInstance(old.port, { draining: true }), anInstance(fresh.port)] });
    expect((await ask(plane.port)).body).toBe('new');
    expect(plane.messages.some(({ type }) => type === 'drained')).toBe(false);
    hold.open();
    expect((await first).body).toBe('old');
    expect(await plane.until('drained')).toEqual({ type: 'drained', revision: key, pod: `pod-${old.port}` });
  });

  it('the last one that is being stopped gets nothing new: the request wakes another, as from zero', async () => {
    const plane = await using(startPlane());
    const old = await using(startApp((_, response) => response.end('old')));
    const fresh = await using(startApp((_, response) => response.end('fresh')));
    const leaving = anInstance(old.port, { draining: true });
    await put(plane, { instances: [leaving] });
    const answer = ask(plane.port);
    await plane.until('stats');
    await put(plane, { instances: [leaving, anInstance(fresh.port)] });
    expect((await answer).body).toBe('fresh');
    expect(await plane.until('coldStart')).toMatchObject({ trace: { pod: `pod-${fresh.port}` } });
  });
});

describe('splits', () => {
  it('share requests by their weights, and tags by header', async () => {
    const plane = await using(startPlane());
    const apps = await Promise.all(['a', 'b'].map((name) => using(startApp((_, response) => response.end(name)))));
    const [a, b] = apps.map(({ port }, i) => aRevision(`default/${'ab'[i]}`, { instances: [anInstance(port)] }));
    if (!a || !b) throw new Error('two revisions');
    const split = (revision: string, percent: number) => ({ revision, percent, headers: {} });
    await plane.apply({
      hosts: {
        'hello.test': {
          service: 'default/hello',
          paths: [
            { headers: { 'Knative-Serving-Tag': 'next' }, splits: [split('default/b', 100)] },
            { splits: [split('default/a', 70), split('default/b', 30)] },
          ],
        },
      },
      revisions: { 'default/a': a, 'default/b': b },
    });
    let count = 0;
    for (let i = 0; i < 600; i++) if ((await ask(plane.port)).body === 'b') count++;
    // Five standard deviations of a binomial around 180.
    expect(Math.abs(count - 180)).toBeLessThan(57);
    for (let i = 0; i < 10; i++) {
      expect((await ask(plane.port, { headers: { 'knative-serving-tag': 'next' } })).body).toBe('b');
    }
  });
});

describe('instances that are gone', () => {
  it('are told drained: at once when idle, else after their last request', async () => {
    const plane = await using(startPlane());
    const hold = gate();
    const began = gate();
    const app = await using(
      startApp(async (_, response) => {
        began.open();
        await hold.opened;
        response.end('ended');
      }),
    );
    await put(plane, {
      instances: [anInstance(app.port, { pod: 'busy' }), anInstance(1, { pod: 'idle', draining: true })],
    });
    const asked = ask(plane.port);
    await began.opened;
    await plane.apply({});
    await plane.until('drained', ({ pod }) => pod === 'idle');
    expect(plane.messages.some((message) => message.type === 'drained' && message.pod === 'busy')).toBe(false);
    hold.open();
    expect((await asked).body).toBe('ended');
    await plane.until('drained', ({ pod }) => pod === 'busy');
  });
});
