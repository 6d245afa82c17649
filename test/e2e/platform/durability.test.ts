/**
 * What a platform's process holds when it, its parts or its disk fail under load: nothing that was acknowledged is lost,
 * resourceVersions never go back, and every watch goes on where it was.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { core, type Kube, type KubeAny, type KubeWatch, kubeOf, serving } from '../../support/kube.ts';
import { root, type TemporaryHome, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { childrenOf, isAlive, processesOf } from '../../support/processes.ts';
import { canMount, smallDisk } from '../../support/small-disk.ts';
import { until } from '../../support/until.ts';

/** `npm run test:full` plays 100. */
const rounds = Number(process.env['SLIPWAY_PLATFORM_KILLS'] ?? 5);
const writers = 4;

let home: TemporaryHome | undefined;
const platforms = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of platforms) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  platforms.clear();
  if (!home) return;
  const { dir } = home;
  await until('no process left', () => processesOf(dir).length === 0, { timeout: 10_000 });
  home[Symbol.dispose]();
  home = undefined;
});

interface Running {
  child: ChildProcess;
  up: UpAnswer;
  kube: Kube;
  /** What it logged. */
  log(): string;
}

/** The platform's own process, as `up --detach` starts it, without the command around it: it can be killed and seen to end. */
async function start(data: string): Promise<Running> {
  home ??= temporaryHome('durability');
  const script = join(root, 'dist', 'platform.mjs');
  const child = spawn(process.execPath, [script, '--name', 'durable', '--data', data, '--port', '0'], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  platforms.add(child);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), 'line'),
    once(child, 'exit').then(() => ['{"error":{"message":"ended"}}']),
  ])) as [string];
  const up = JSON.parse(line) as UpAnswer & { error?: { message: string } };
  if (up.error) throw new Error(`the platform did not start: ${line}\n${log}`);
  return { child, up, kube: kubeOf(up.kubeconfig, { connections: writers + 2 }), log: () => log };
}

async function kill({ child }: Running): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  platforms.delete(child);
}

/** What a client knows of an object: what the last acknowledged write left, and what one that was cut off may have left. */
interface Known {
  acknowledged: string | undefined;
  revision: number;
  pending?: { value: string | undefined };
}

const configMap = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { kill: 'yes' } },
  data: { value },
});

const service = (name: string, value: string) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    template: {
      metadata: { annotations: { 'autoscaling.knative.dev/initial-scale': '1' } },
      spec: { containers: [{ image: 'dev.local/none:v1', env: [{ name: 'VALUE', value }] }] },
    },
  },
});

const path = core('default', 'configmaps');

/** Creates, changes and deletes objects of its own until the connection breaks, remembering each acknowledgement. */
async function write(kube: Kube, writer: number, round: number, known: Map<string, Known>): Promise<void> {
  try {
    for (let count = 0; ; count++) {
      const name = `kill-${writer}-${count % 12}`;
      const state = known.get(name) ?? { acknowledged: undefined, revision: 0 };
      known.set(name, state);
      const value = state.acknowledged !== undefined && count % 7 === 6 ? undefined : `${round}.${count}`;
      state.pending = { value };
      const answer = await change(kube, name, state.acknowledged, value);
      state.acknowledged = value;
      state.revision = Math.max(state.revision, Number(answer.metadata?.resourceVersion ?? 0));
      delete state.pending;
      // The controllers write too.
      if (count % 25 === 3) await apply(kube, `load-${writer}`, `${round}.${count}`);
    }
  } catch (error) {
    // A refusal would be a bug; a broken connection is the kill.
    if (/: \d{3} /.test((error as Error).message)) throw error;
  }
}

function change(kube: Kube, name: string, from: string | undefined, to: string | undefined): Promise<KubeAny> {
  if (to === undefined) return kube.call('DELETE', `${path}/${name}`);
  return from === undefined
    ? kube.call('POST', path, configMap(name, to))
    : kube.call('PUT', `${path}/${name}`, configMap(name, to));
}

async function apply(kube: Kube, name: string, value: string): Promise<void> {
  const object = service(name, value);
  const at = serving('default', 'services', name);
  await kube.call('PATCH', `${at}?fieldManager=load`, object, 'application/apply-patch+yaml');
}

/** Follows the ConfigMaps as an informer does: from where it is, never listing again. */
class Follower {
  readonly state = new Map<string, string>();
  revision = 0;
  watch: KubeWatch | undefined;
  errors: string[] = [];

  async follow(kube: Kube): Promise<void> {
    this.watch = kube.watch(
      `${path}?watch=1&labelSelector=kill%3Dyes&allowWatchBookmarks=true&resourceVersion=${this.revision}`,
      ({ type, object }) => {
        const revision = Number(object.metadata.resourceVersion);
        if (type === 'ERROR') this.errors.push(JSON.stringify(object));
        else if (!(revision > this.revision)) this.errors.push(`${type} ${revision} after ${this.revision}`);
        this.revision = Math.max(this.revision, revision || 0);
        if (type === 'DELETED') this.state.delete(object.metadata.name);
        else if (type !== 'BOOKMARK') this.state.set(object.metadata.name, object.data?.['value'] ?? '');
      },
    );
    expect(await this.watch.opened).toBe(200);
  }
}

async function listed(kube: Kube): Promise<{ revision: number; items: Map<string, KubeAny> }> {
  const list = await kube.get(`${path}?labelSelector=kill%3Dyes`);
  return {
    revision: Number(list.metadata.resourceVersion),
    items: new Map(list.items?.map((item) => [item.metadata.name, item])),
  };
}

/** Every acknowledged write is there, or what a write that nobody answered has made of it. */
function expectKept(known: Map<string, Known>, items: Map<string, KubeAny>): void {
  for (const [name, state] of known) {
    const item = items.get(name);
    const value = item?.data?.['value'];
    const possible = [state.acknowledged, ...(state.pending ? [state.pending.value] : [])];
    expect(possible, `${name}: ${JSON.stringify(state)}`).toContainEqual(value);
    if (item) expect(Number(item.metadata.resourceVersion)).toBeGreaterThanOrEqual(state.revision);
    state.acknowledged = value;
    delete state.pending;
  }
}

describe('kill -9 at any moment of a write load', () => {
  it(`loses nothing in ${rounds} rounds, over HTTPS`, { timeout: 60_000 + rounds * 30_000 }, async () => {
    home = temporaryHome('durability');
    const data = join(home.dir, 'data');
    const known = new Map<string, Known>();
    const followers = [new Follower(), new Follower(), new Follower()];
    let highest = 0;
    let writes = 0;
    for (let round = 0; round < rounds; round++) {
      const platform = await start(data);
      const { revision, items } = await listed(platform.kube);
      expect(revision).toBeGreaterThanOrEqual(highest);
      for (const follower of followers) {
        // The first list, once; from then on only what the watch says.
        if (follower.revision === 0) follower.revision = revision;
        await follower.follow(platform.kube);
      }
      expectKept(known, items);
      for (const follower of followers) {
        await until('the watch to have caught up', () => sameState(follower.state, items));
        expect(follower.errors).toEqual([]);
      }
      const load = Array.from({ length: writers }, (_, writer) => write(platform.kube, writer, round, known));
      // From the middle of the first write to a second into the load.
      await pause((round * 137) % 1_000);
      await kill(platform);
      await Promise.all(load);
      await Promise.all(followers.map(({ watch }) => watch?.ended));
      for (const state of known.values()) {
        highest = Math.max(highest, state.revision);
        if (state.acknowledged !== undefined) writes++;
      }
      for (const follower of followers) highest = Math.max(highest, follower.revision);
    }
    expect(writes).toBeGreaterThan(rounds);
  });
});

function sameState(state: Map<string, string>, items: Map<string, KubeAny>): boolean {
  return state.size === items.size && [...items].every(([name, { data }]) => state.get(name) === data?.['value']);
}

describe('a part that dies', () => {
  it.skipIf(process.platform !== 'linux')(
    'the guardian: another one takes its place, and still leaves no orphan [needs Linux]',
    async () => {
      home = temporaryHome('durability');
      const platform = await start(join(home.dir, 'data'));
      const guardianOf = () =>
        processesOf(platform.up.data.slice(0, -'/data'.length)).find(({ command }) => command.includes('guardian.mjs'))
          ?.pid ?? childrenOf(platform.up.pid).find(isAlive);
      const first = await until('the guardian', guardianOf);
      process.kill(first, 'SIGKILL');
      const second = await until('another guardian', () => {
        const now = guardianOf();
        return now !== undefined && now !== first && isAlive(now) ? now : undefined;
      });
      expect((await platform.kube.get(core('default', 'configmaps'))).items).toBeDefined();
      await kill(platform);
      await until('its end with the platform', () => !isAlive(second), { timeout: 4_000 });
    },
  );
});

describe.skipIf(!canMount)('a full disk [needs root and tmpfs]', () => {
  it('refuses writes and says why, goes on serving what is there, and recovers with the room', async () => {
    home = temporaryHome('durability');
    using disk = smallDisk(24);
    const data = join(disk.dir, 'data');
    const platform = await start(data);
    const { kube } = platform;
    const name = (index: number) => `kill-0-${index}`;
    await kube.call('POST', path, configMap(name(0), 'before'));
    disk.fill();
    const kept = new Set([name(0)]);
    let refusal = '';
    for (let index = 1; index < 5_000 && !refusal; index++) {
      await kube.call('POST', path, configMap(name(index), 'x'.repeat(10_000))).then(
        () => kept.add(name(index)),
        (error: Error) => {
          refusal = error.message;
        },
      );
    }
    expect(refusal).toMatch(/: 507 .*no space left/);
    const now = await listed(kube);
    expect(new Set(now.items.keys())).toEqual(kept);
    expect((await kube.get('/readyz?verbose').catch((error: Error) => error.message)) || 'ok').toBeTruthy();

    // Killed while it is full: it starts again as soon as there is room.
    await kill(platform);
    disk.free();
    const again = await start(data);
    expect(new Set((await listed(again.kube)).items.keys())).toEqual(kept);
    await again.kube.call('POST', path, configMap('kill-0-after', 'after'));
    expect(again.log()).not.toMatch(/ error (?!.*no space left)/);
    await kill(again);
  });
});
