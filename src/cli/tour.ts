/**
 * The tour (`npm start`): the whole way once, through the same core that the editor uses, on a platform and in a home of its
 * own. Every figure that it prints was measured a moment before; what cannot be seen fails the tour. It leaves nothing
 * behind, also when it is interrupted.
 */
import { mkdtempSync } from 'node:fs';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { ColdStart, Delivery } from '../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import { isAlive } from '../../emulator/platform/alive.ts';
import { loadApplication } from '../core/app/model.ts';
import { connect, type PlatformClient } from '../core/client.ts';
import { conditionOf } from '../core/conditions.ts';
import { deploy } from '../core/deploy/deploy.ts';
import type { Verdict } from '../core/deploy/verdict.ts';
import { addDomain, removeDomain } from '../core/domains.ts';
import { Fault } from '../core/faults.ts';
import { followLogs } from '../core/logs.ts';
import type { CliKey } from '../core/messages/cli.ts';
import { render } from '../core/messages/core.ts';
import { pause } from '../core/pause.ts';
import { deliveries } from '../core/ping.ts';
import { type StartedPlatform, startPlatform } from '../core/platforms.ts';
import { kinds, labels } from '../core/resources.ts';
import { scaffold } from '../core/scaffold.ts';
import { deleteService } from '../core/services.ts';
import { resolveTarget } from '../core/target.ts';
import { applyTraffic, rollback, type TrafficModel } from '../core/traffic/traffic.ts';
import { until } from '../core/until.ts';
import type { Invocation } from './invocation.ts';
import { bytes } from './text.ts';
import { removeTree, sizeOf } from './tree.ts';
import { createVisitor, type Visitor } from './visitor.ts';

const name = 'hello';
const namespace = 'default';
/** Of the autoscaler; the grace period too, for which the activator must have been in the path before an instance goes. */
const stableWindow = '6s';
const schedule = '*/2 * * * * *';
const domain = 'shop.example.com';

/** What the steps hand on to each other. */
interface Tour {
  invocation: Invocation;
  signal: AbortSignal;
  home: string;
  app: string;
  client: PlatformClient;
  visitor: Visitor;
  host: string;
  /** Text of the application by version. */
  says: { v1: string; v2: string };
  revisions: { v1: string; v2: string };
}

export async function runTour(invocation: Invocation): Promise<number> {
  const began = performance.now();
  const { signal, env } = invocation.io;
  const home = await realpath(mkdtempSync(join(tmpdir(), 'slipway-tour-')));
  let platform: StartedPlatform | undefined;
  let client: PlatformClient | undefined;
  const report = reporter(invocation);
  let cleaned = false;
  const clean = async (): Promise<void> => {
    cleaned = true;
    client?.[Symbol.dispose]();
    await platform?.stop();
    await removeTree(home);
  };
  try {
    invocation.note(invocation.say('tour.begin'));
    const tourEnv = {
      ...env,
      SLIPWAY_HOME: join(home, 'state'),
      // The template is TypeScript: it runs with the Node that this runs with, which knows it.
      PATH: [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter),
    };
    const up = performance.now();
    platform = await startPlatform({ name: 'tour', port: 0, env: tourEnv, lifetime: 'attached', signal });
    client = await connect(resolveTarget({ name: 'tour' }, undefined, tourEnv));
    const info = await client.platform();
    if (!info) throw new Error('the platform does not say what it is');
    const { pid, ingress } = platform.record;
    report('tour.up', {}, { pid, ms: since(up), memory: bytes(info.memoryBytes) });
    using visitor = createVisitor(ingress, signal);
    const tour: Tour = {
      invocation,
      signal,
      home,
      app: join(home, name),
      client,
      visitor,
      host: `${name}.${namespace}.localhost`,
      says: { v1: '', v2: '' },
      revisions: { v1: '', v2: '' },
    };
    await shortWindow(tour);
    await makeApplication(tour, report);
    await deployTwice(tour, report);
    await split(tour, report, { v1: 90, v2: 10 }, 300);
    await split(tour, report, { v1: 50, v2: 50 }, 600);
    await tagAndDomain(tour, report);
    await cronEvent(tour, report);
    await zeroAndBack(tour, report);
    await showLogs(tour, report);
    await rollBack(tour, report);
    const end = performance.now();
    const pods = await instances(client);
    await deleteService(client, namespace, name);
    const size = await sizeOf(home);
    await clean();
    requireGone(pid);
    report('tour.clean', {}, { pid, processes: pods.length, bytes: bytes(size), ms: since(end) });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    invocation.note(invocation.say('tour.done', { seconds }));
    invocation.note(`  ${invocation.say('tour.next.editor')}`);
    invocation.note(`  ${invocation.say('tour.next.up')}`);
    return 0;
  } finally {
    if (!cleaned) await clean();
  }
}

type Report = (key: CliKey, labelArgs: Args, seen: Args) => void;
type Args = Record<string, string | number>;

/** One line a step: when, what, and what was seen. */
function reporter(invocation: Invocation): Report {
  const began = performance.now();
  return (key, labelArgs, seen) => {
    const at = Math.round(performance.now() - began);
    const label = invocation.say(key, labelArgs);
    const text = invocation.say(`${key}.seen` as CliKey, seen);
    const clock = `${(at / 1000).toFixed(1)} s`.padStart(7);
    invocation.item(
      { step: key.replace('tour.', ''), ...labelArgs, ...seen, atMs: at },
      `${clock}  ${label.padEnd(20)}${text}`,
    );
  };
}

function since(from: number): number {
  return Math.round(performance.now() - from);
}

/** Before the first revision, so that the step to zero is the real decision and still short. */
async function shortWindow({ client }: Tour): Promise<void> {
  const body = { data: { 'stable-window': stableWindow, 'scale-to-zero-grace-period': stableWindow } };
  await client.patch(kinds.configMap, 'knative-serving', 'config-autoscaler', { type: 'merge', body });
}

async function makeApplication(tour: Tour, report: Report): Promise<void> {
  const began = performance.now();
  const template = 'node-web';
  const { files } = await scaffold({ template, dir: tour.app, name });
  report('tour.scaffold', {}, { template, files: files.length, ms: since(began) });
}

async function deployTwice(tour: Tour, report: Report): Promise<void> {
  const deployOnce = async (version: 'v1' | 'v2'): Promise<void> => {
    const app = await loadApplication(tour.app);
    const verdict = await deploy({ client: tour.client, app }, undefined, tour.signal);
    const { revision, percent } = requireServing(verdict);
    const answer = await tour.visitor.get(tour.host);
    expectThat(answer.revision === revision, `the request was answered by ${answer.revision}, not by ${revision}`);
    tour.revisions[version] = revision;
    tour.says[version] = answer.message;
    const phases = verdict.phases.map(({ name: phase, ms }) => `${tour.invocation.say(`deploy.phase.${phase}`)} ${ms}`);
    const seen = { revision, percent, ms: verdict.totalMs, phases: phases.join(', '), says: answer.message };
    report('tour.deploy', { version }, seen);
  };
  await deployOnce('v1');
  const file = 'src/server.ts';
  const path = join(tour.app, file);
  const text = await readFile(path, 'utf8');
  const [before, after] = ['!`;', ' again!`;'] as const;
  expectThat(text.includes(before), `${file} has no line to change`);
  await writeFile(path, text.replace(before, after));
  report(
    'tour.change',
    {},
    { file, line: text.slice(0, text.indexOf(before)).split('\n').length, says: after.slice(0, -2).trim() },
  );
  await deployOnce('v2');
  expectThat(tour.says.v1 !== tour.says.v2, 'the second revision says what the first one said');
}

function requireServing(verdict: Verdict): Extract<Verdict, { outcome: 'serving' }> {
  if (verdict.outcome === 'serving') return verdict;
  if (verdict.outcome !== 'failed') throw new Error(`the deploy ended in "${verdict.outcome}"`);
  const { code, args } = verdict.cause;
  throw new Error([render('en', `problem.${code}`, args), ...verdict.evidence.logs].join('\n'));
}

async function split(tour: Tour, report: Report, wish: { v1: number; v2: number }, count: number): Promise<void> {
  const { v1, v2 } = tour.revisions;
  const { client, signal } = tour;
  const model = await applyTraffic(client, namespace, name, { percent: { [v1]: wish.v1, [v2]: wish.v2 } }, { signal });
  expectThat(model.settled, 'the split was not routed');
  const began = performance.now();
  const counts = await tour.visitor.count(tour.host, count);
  const ms = since(began);
  const percent = (revision: string) => Math.round(((counts.get(revision) ?? 0) * 1000) / count) / 10;
  const off = Math.abs(percent(v1) - wish.v1);
  expectThat(off <= 12, `${v1} was to get ${wish.v1} % and got ${percent(v1)} %`);
  const measured = `${v1} ${percent(v1)} %, ${v2} ${percent(v2)} %`;
  report('tour.split', { wish: `${wish.v1}/${wish.v2}` }, { count, ms, measured });
}

async function tagAndDomain(tour: Tour, report: Report): Promise<void> {
  const { client, signal, visitor } = tour;
  const { v2 } = tour.revisions;
  const model = await applyTraffic(client, namespace, name, { tags: { next: v2 } }, { signal });
  const host = `next-${tour.host}`;
  const answers = await visitor.count(host, 20);
  expectThat(answers.get(v2) === 20, `the tag's host was answered by ${[...answers.keys()].join(', ')}`);
  report('tour.tag', {}, { host, revision: v2, percent: percentOf(model, v2) });
  const began = performance.now();
  const mapped = await addDomain(client, namespace, domain, name);
  expectThat(mapped.ready === 'True', `the domain is not ready: ${mapped.reason}`);
  const { status } = await visitor.get(domain);
  expectThat(status === 200, `${domain} answers ${status}`);
  report('tour.domain', {}, { host: domain, service: name, status, ms: since(began) });
}

async function cronEvent(tour: Tour, report: Report): Promise<void> {
  const { client, signal } = tour;
  const source = 'every-two-seconds';
  const { apiVersion, kind } = kinds.pingSource;
  const ref = { apiVersion: kinds.service.apiVersion, kind: 'Service', name };
  const spec = { schedule, contentType: 'application/json', data: '{"from":"the tour"}', sink: { ref } };
  await client.create(kinds.pingSource, namespace, { apiVersion, kind, metadata: { name: source, namespace }, spec });
  const delivery = await firstDelivery(tour, source);
  await client.delete(kinds.pingSource, namespace, source);
  expectThat(delivery.status >= 200 && delivery.status < 300, `the event was answered with ${delivery.status}`);
  const logged = await eventInLogs(client, signal);
  const { type, status, ms, attempts } = delivery;
  report('tour.ping', {}, { schedule, type, status, ms: Math.round(ms), attempts, ...logged });
}

async function firstDelivery({ client, signal }: Tour, source: string): Promise<Delivery> {
  // Deliveries are no objects, so there is nothing to watch.
  for (const end = performance.now() + 15_000; performance.now() < end; await pause(100, signal)) {
    if (signal.aborted) throw new Fault('Cancelled');
    const [delivery] = await deliveries(client, namespace, source, 1);
    if (delivery) return delivery;
  }
  throw new Error(`the PingSource "${schedule}" delivered nothing within 15 s`);
}

/** What the application itself wrote when the event came. */
async function eventInLogs(client: PlatformClient, signal: AbortSignal): Promise<{ method: string; path: string }> {
  let found: { method: string; path: string } | undefined;
  for await (const line of followLogs(client, { namespace, service: name, tail: 50 }, signal)) {
    const entry = parse<{ method?: string; path?: string }>(line.text);
    if (entry?.method === 'POST') found = { method: 'POST', path: entry.path ?? '/' };
  }
  if (!found) throw new Error('the application did not log the event');
  return found;
}

async function zeroAndBack(tour: Tour, report: Report): Promise<void> {
  const { client, signal, visitor } = tour;
  // The mapping and the tag stay: neither keeps an instance alive.
  const lastRequest = performance.now();
  const labelSelector = `${labels.service}=${name}`;
  const options = { labelSelector, timeoutMs: 30_000, signal };
  const isZero = (items: readonly KubeObject[], zero: (item: KubeObject) => boolean) =>
    items.length > 0 && items.every(zero) ? true : undefined;
  const desired = await until(client, kinds.podAutoscaler, namespace, options, (items) =>
    isZero(items, ({ status }) => (status as { desiredScale?: number } | undefined)?.desiredScale === 0),
  );
  expectThat(desired === true, 'the autoscaler did not decide 0 within 30 s');
  const empty = await until(client, kinds.serverlessService, namespace, options, (items) =>
    isZero(items, (item) => conditionOf(item, 'EndpointsPopulated')?.status !== 'True'),
  );
  expectThat(empty === true, 'there is still a ready endpoint');
  const seconds = (since(lastRequest) / 1000).toFixed(1);
  const draining = (await instances(client)).length;
  report('tour.zero', {}, { seconds, window: stableWindow, draining });

  // An instance that drains still answers while there is no other: then nothing would be woken.
  await until(client, kinds.pod, namespace, options, (pods) => (pods.length === 0 ? true : undefined));
  const wall = Date.now();
  const began = performance.now();
  const { status } = await visitor.get(tour.host);
  const ms = since(began);
  expectThat(status === 200, `the request that woke it got ${status}`);
  const latest = await coldStartSince(tour, wall);
  const phases = latest.phases.map((phase) => `${phase.name} ${Math.round(phase.ms)}`).join(' + ');
  report('tour.wake', {}, { status, ms, phases: `${phases} = ${Math.round(latest.totalMs)} ms` });
}

/** The data plane tells of it a moment after the answer has gone. */
async function coldStartSince({ client, signal }: Tour, wall: number): Promise<ColdStart> {
  const path = `/namespaces/${namespace}/services/${name}/coldstarts`;
  for (const end = performance.now() + 5_000; performance.now() < end; await pause(100, signal)) {
    const { items } = await client.capability<{ items: ColdStart[] }>('GET', path);
    const latest = items.find(({ at }) => at >= wall - 100);
    if (latest) return latest;
  }
  throw new Error('the platform has no trace of the cold start');
}

async function showLogs(tour: Tour, report: Report): Promise<void> {
  const pods = new Set<string>();
  const revisions = new Set<string>();
  let lines = 0;
  for await (const line of followLogs(tour.client, { namespace, service: name }, tour.signal)) {
    if (line.mark !== undefined) continue;
    lines++;
    pods.add(line.pod);
    revisions.add(line.revision);
  }
  expectThat(pods.size >= 3, `the log has ${pods.size} instances: the ones before zero or the one after are missing`);
  report('tour.logs', {}, { lines, instances: pods.size, revisions: revisions.size });
}

async function rollBack(tour: Tour, report: Report): Promise<void> {
  const { client, signal } = tour;
  const { v1, v2 } = tour.revisions;
  // All to v2 first, as after a release; then back, in one step.
  await applyTraffic(client, namespace, name, { percent: { [v1]: 100 } }, { signal });
  const full = await applyTraffic(client, namespace, name, { percent: { [v2]: 100 } }, { signal });
  const back = await rollback(client, namespace, name, { signal });
  const answer = await tour.visitor.get(tour.host);
  expectThat(answer.message === tour.says.v1, `after the rollback it says "${answer.message}"`);
  await removeDomain(client, namespace, domain);
  report('tour.rollback', {}, { from: splitText(full), to: splitText(back), says: answer.message });
}

function splitText(model: TrafficModel): string {
  return model.rows
    .filter(({ percent }) => percent > 0)
    .map(({ revision, percent }) => `${revision} ${percent} %`)
    .join(', ');
}

function percentOf(model: TrafficModel, revision: string): number {
  return model.rows.find((row) => row.revision === revision)?.percent ?? 0;
}

async function instances(client: PlatformClient): Promise<KubeObject[]> {
  const { items } = await client.list(kinds.pod, namespace, { labelSelector: `${labels.service}=${name}` });
  return items;
}

function requireGone(pid: number): void {
  if (isAlive(pid)) throw new Error(`the platform's process ${pid} is still there`);
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
