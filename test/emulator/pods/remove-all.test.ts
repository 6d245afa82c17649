/** What the guardian does to an engine: against one of our own behind a socket, whose containers come when the test says so. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCreations } from '../../../emulator/pods/docker/creations.ts';
import { removeAll } from '../../../emulator/pods/docker/remove-all.ts';

interface FakeContainer {
  name: string;
  /** It cannot be removed so often. */
  refusals?: number;
}

let dir: string;
let engine: Server;
let socketPath: string;
let asked: string[];
let containers: Map<string, FakeContainer>;
/** How often each cannot be removed. */
let networks: Map<string, number>;
/** Called before a list of containers is answered, with its number from 1. */
let onList: (round: number) => void;
const label = 'slipway.dev/run=1';

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-engine-'));
  socketPath = process.platform === 'win32' ? `\\\\.\\pipe\\${dir.split('\\').pop()}` : join(dir, 'engine.sock');
  asked = [];
  containers = new Map();
  networks = new Map();
  onList = () => undefined;
  let lists = 0;
  engine = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://docker');
    asked.push(`${request.method} ${pathname}`);
    const answer = (status: number, body?: unknown) => response.writeHead(status).end(body && JSON.stringify(body));
    const [, kind, id = ''] = pathname.split('/');
    if (kind === 'networks') {
      if (request.method === 'GET') {
        return answer(
          200,
          [...networks.keys()].map((Id) => ({ Id })),
        );
      }
      const refusals = networks.get(id) ?? 0;
      if (refusals > 0) {
        networks.set(id, refusals - 1);
        return answer(403, { message: 'has active endpoints' });
      }
      return answer(networks.delete(id) ? 204 : 404);
    }
    if (request.method === 'GET') {
      expect(JSON.parse(searchParams.get('filters') ?? '')).toEqual({ label: [label] });
      onList(++lists);
      return answer(
        200,
        [...containers].map(([Id, { name }]) => ({ Id, Names: [`/${name}`] })),
      );
    }
    const container = containers.get(id);
    if (!container) return answer(404, { message: `No such container: ${id}` });
    if (request.method === 'POST') return answer(409, { message: 'is not running' });
    if (container.refusals) {
      container.refusals--;
      return answer(500, { message: 'could not be killed' });
    }
    containers.delete(id);
    return answer(204);
  });
  await new Promise<void>((resolve) => engine.listen(socketPath, resolve));
});
afterEach(() => {
  engine.close();
  engine.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
});

describe('removing what a dead platform left in an engine', () => {
  it('kills what is known before it asks what there is, and takes the networks last', async () => {
    containers.set('a', { name: 'x' }).set('b', { name: 'y' });
    networks.set('n', 2);
    await removeAll({ socketPath, label }, { containers: ['a'], creations: [] });
    expect([containers.size, networks.size]).toEqual([0, 0]);
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([
      'POST /containers/a/kill',
      'POST /containers/b/kill',
    ]);
    expect(asked[0]).toBe('POST /containers/a/kill');
    const first = (start: string) => asked.findIndex((line) => line.startsWith(start));
    expect(first('DELETE /networks')).toBeGreaterThan(first('DELETE /containers/b'));
  });

  it('waits for what the engine was asked for and has not made yet', async () => {
    onList = (round) => {
      if (round === 3) containers.set('late', { name: 'second' });
      if (round === 5) containers.set('later', { name: 'first' });
    };
    await removeAll({ socketPath, label }, { containers: [], creations: ['first', 'second'] });
    expect(asked).toContain('DELETE /containers/late');
    expect(asked).toContain('DELETE /containers/later');
    expect(containers.size).toBe(0);
  });

  it('tries again what could not be removed', async () => {
    containers.set('a', { name: 'x', refusals: 2 });
    await removeAll({ socketPath, label }, { containers: ['a'], creations: [] });
    expect(containers.size).toBe(0);
  });

  it('does not wait for what an engine has given up, once it has been quiet', async () => {
    onList = (round) => {
      if (round === 2) containers.set('a', { name: 'x' });
    };
    const quiet = { quietMs: 300, quietAnswers: 3, pauseMs: 20 };
    await removeAll({ socketPath, label }, { containers: [], creations: ['x', 'never'] }, quiet);
    expect(containers.size).toBe(0);
    expect(asked.filter((line) => line === 'GET /containers/json').length).toBeGreaterThan(6);
  });

  it('ends where no engine answers any more', async () => {
    const quiet = { quietMs: 100, quietAnswers: 3, pauseMs: 20 };
    await removeAll({ socketPath: `${socketPath}.gone`, label }, { containers: ['a'], creations: ['x'] }, quiet);
  });
});

describe('making containers', () => {
  const told: string[] = [];
  const guardian = {
    guard: () => undefined,
    addContainer: (id: string) => void told.push(`container+${id}`),
    removeContainer: (id: string) => void told.push(`container-${id}`),
    addCreation: (name: string) => void told.push(`creation+${name.replace(/_\w+$/, '')}`),
    removeCreation: (name: string) => void told.push(`creation-${name.replace(/_\w+$/, '')}`),
  };
  const fakes = () => {
    const waiting: { name: string; done: PromiseWithResolvers<Docker.Container> }[] = [];
    const removed: string[] = [];
    const docker = {
      createContainer({ name }: { name: string }) {
        const done = Promise.withResolvers<Docker.Container>();
        waiting.push({ name, done });
        return done.promise;
      },
    } as unknown as Docker;
    const container = (id: string) =>
      ({ id, remove: async () => void removed.push(id) }) as unknown as Docker.Container;
    return { docker, waiting, removed, container };
  };
  const always = () => true;
  const turns = () => new Promise((resolve) => setImmediate(resolve));
  beforeEach(() => void told.splice(0));

  it('tells the guardian of each before the engine is asked, and of its id before it is no longer awaited', async () => {
    const { docker, waiting, container } = fakes();
    const creations = createCreations(docker, { guardian: () => guardian });
    const made = creations.inTurn(always, (create) => create('web', {}));
    await turns();
    expect(told).toEqual(['creation+web']);
    expect(waiting[0]?.name).toMatch(/^web_[0-9a-f]{12}$/);
    waiting[0]?.done.resolve(container('1'));
    await creations.drop(await made);
    expect(told).toEqual(['creation+web', 'container+1', 'creation-web', 'container-1']);

    const refused = creations.inTurn(always, (create) => create('other', {}));
    await turns();
    waiting[1]?.done.reject(new Error('no space'));
    await expect(refused).rejects.toThrow('no space');
    expect(told.slice(4)).toEqual(['creation+other', 'creation-other']);
  });

  it('asks for a few at a time, and not for what is no longer wanted', async () => {
    const { docker, waiting, container } = fakes();
    const creations = createCreations(docker, { guardian: () => guardian });
    let wanted = true;
    const made = Array.from({ length: 40 }, (_, i) =>
      creations.inTurn(
        () => wanted,
        (create) => create(`c${i}`, {}),
      ),
    );
    const outcomes = Promise.allSettled(made);
    await turns();
    const before = waiting.length;
    expect(before).toBeGreaterThan(1);
    expect(before).toBeLessThan(40);
    waiting[0]?.done.resolve(container('0'));
    await turns();
    expect(waiting.length).toBe(before + 1);
    wanted = false;
    for (const [i, { done }] of waiting.entries()) done.resolve(container(String(i)));
    expect((await outcomes).filter(({ status }) => status === 'fulfilled').length).toBe(before + 1);
    expect(waiting.length).toBe(before + 1);
  });

  it('removes at its end also what was still being made, and makes no more', async () => {
    const { docker, waiting, removed, container } = fakes();
    const creations = createCreations(docker, { guardian: () => guardian });
    const started = Promise.withResolvers<void>();
    const made = creations.inTurn(always, async (create) => {
      await create('a', {});
      await started.promise;
    });
    await turns();
    const closed = creations.close();
    waiting[0]?.done.resolve(container('1'));
    await turns();
    expect(removed).toEqual([]);
    started.resolve();
    await made;
    await closed;
    expect(removed).toEqual(['1']);
    await expect(creations.inTurn(always, (create) => create('b', {}))).rejects.toThrow('given up');
  });
});
