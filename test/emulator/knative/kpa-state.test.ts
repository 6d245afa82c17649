/**
 * The PodAutoscaler's reconciler against the `state-*` traces of the parity corpus: from stats to replicas, second by
 * second, as Knative's own code did it. Real here: decider, reconcilers, runner, store. Played: instances, and the probe
 * of the activator with its lag.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { resolveDecider } from '../../../emulator/autoscaler/config.ts';
import { createDecider, type Decider } from '../../../emulator/autoscaler/decider.ts';
import type { TraceHead, TraceLine } from '../../../emulator/autoscaler/trace.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import type { Controller } from '../../../emulator/kernel/controller.ts';
import { createObjects } from '../../../emulator/kernel/objects.ts';
import { createRegistry } from '../../../emulator/kernel/registry.ts';
import { runControllers } from '../../../emulator/kernel/runner.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { conditionOf } from '../../../emulator/knative/conditions.ts';
import { parseAutoscaler } from '../../../emulator/knative/config/serving.ts';
import { podAutoscalerController } from '../../../emulator/knative/pod-autoscaler/reconcile.ts';
import type { PodAutoscaler } from '../../../emulator/knative/pod-autoscaler/types.ts';
import { serverlessServiceController } from '../../../emulator/knative/serverless-service/reconcile.ts';
import type { ServerlessService } from '../../../emulator/knative/serverless-service/types.ts';
import { endpointsController } from '../../../emulator/knative/workloads/endpoints.ts';
import type { Deployment, Pod } from '../../../emulator/knative/workloads/types.ts';
import { definitions } from './support/definitions.ts';

const folder = fileURLToPath(new URL('../../conformance/parity/kpa/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.startsWith('state-') && name.endsWith('.jsonl'));

interface StateHead extends TraceHead {
  probeLag: number;
}

interface State {
  replicas: number;
  mode: string;
  activators: number;
  active: string;
  reason: string;
  initialized: string;
  sksReady: string;
  paReady: string;
  desiredScale: number;
  actualScale: number;
}

type StateLine = TraceLine & { state?: State; actives?: string[] };

const pas = 'podautoscalers.autoscaling.internal.knative.dev';
const skss = 'serverlessservices.networking.internal.knative.dev';
const deployments = 'deployments.apps';
const user = { user: { username: 'test', groups: ['system:masters'] } };
const key = 'default/rev';
const labels = { 'serving.knative.dev/revision': 'rev', 'serving.knative.dev/revisionUID': 'uid' };
/** How long an asynchronous probe goes on, and how long after its end the PodAutoscaler is looked at. */
const probeSeconds = 45;

function load(name: string): { head: StateHead; lines: StateLine[] } {
  const [head, ...lines] = readFileSync(`${folder}${name}`, 'utf8').trim().split('\n');
  return { head: JSON.parse(head ?? ''), lines: lines.map((line) => JSON.parse(line)) };
}

function world(head: StateHead) {
  const clock = new VirtualClock(head.epoch * 1000);
  const store = openStore(':memory:');
  const objects = createObjects({ store, registry: createRegistry(definitions()), clock });
  const logged: string[] = [];
  let decider: Decider | undefined;
  let lastReady = 0;
  let { config, reachable } = head;
  let probing: { until: number; offered: number } | undefined;
  const seconds = () => Math.floor(clock.now() / 1000);

  for (const name of ['default', 'knative-serving']) {
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, user);
  }
  const settings = () => parseAutoscaler(config);
  const spec = () => resolveDecider({ ...head, reachable }, settings());
  setConfig();

  const controllers = [
    podAutoscalerController({ autoscaler: { desired: () => decider?.decision }, activatorProbe }),
    serverlessServiceController(),
    endpointsController(),
  ] as unknown as Controller[];
  const runner = runControllers(controllers, {
    objects,
    store,
    clock,
    log: (level, message) => void (level === 'error' && logged.push(message)),
  });

  function setConfig(): void {
    const standing = store.get('configmaps', 'knative-serving', 'config-autoscaler');
    const draft = { apiVersion: 'v1', kind: 'ConfigMap', data: config };
    if (standing) objects.update('configmaps', { ...draft, metadata: standing.metadata }, user);
    else {
      const metadata = { name: 'config-autoscaler', namespace: 'knative-serving' };
      objects.create('configmaps', { ...draft, metadata }, user);
    }
  }

  /**
   * Knative's two probes: one at once; where that fails, one beside it that polls each second and has the PodAutoscaler
   * looked at a second after it ended. What asks in between is told no.
   */
  function activatorProbe(): boolean {
    const proxied = conditionOf(store.get(skss, 'default', 'rev'), 'ActivatorEndpointsPopulated');
    const since = proxied?.status === 'True' ? Date.parse(proxied.lastTransitionTime ?? '') / 1000 : undefined;
    const succeedsAt = since === undefined ? Infinity : since + head.probeLag;
    const now = seconds();
    if (succeedsAt <= now && !probing) return true;
    probing ??= { offered: now, until: now + probeSeconds };
    const ended = Math.min(Math.max(succeedsAt, probing.offered), probing.until);
    if (now < ended + 1) return false;
    probing = undefined;
    return succeedsAt <= now;
  }

  function start(): void {
    const metadata = { name: 'rev', namespace: 'default', labels };
    const annotations = { ...head.annotations, 'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev' };
    const replicas = spec().initialScale;
    const selector = { matchLabels: { 'serving.knative.dev/revisionUID': 'uid' } };
    objects.create(
      deployments,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { ...metadata, name: 'rev-deployment' },
        spec: { replicas, selector },
      },
      user,
    );
    objects.create(
      pas,
      {
        apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
        kind: 'PodAutoscaler',
        metadata: { ...metadata, annotations },
        spec: {
          ...(head.containerConcurrency ? { containerConcurrency: head.containerConcurrency } : {}),
          protocolType: 'http1',
          reachability: reachable ? 'Reachable' : 'Unreachable',
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'rev-deployment' },
        },
      },
      user,
    );
  }

  function instances(): Pod[] {
    return [...store.list<Pod>('pods')];
  }

  function setReady(count: number): void {
    lastReady = count;
    const present = instances();
    for (const pod of present.slice(count)) {
      objects.delete('pods', 'default', pod.metadata.name, { ...user, gracePeriodSeconds: 0 });
    }
    for (let i = present.length; i < count; i++) {
      const name = `p-${clock.now()}-${i}`;
      const pod = objects.create<Pod>(
        'pods',
        { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec: { containers: [] } },
        user,
      );
      const conditions = [{ type: 'Ready', status: 'True' as const }];
      const status = { phase: 'Running' as const, podIP: '10.0.0.1', conditions };
      objects.update('pods', { ...pod, status }, { ...user, subresource: 'status' });
    }
  }

  async function settle(): Promise<void> {
    for (;;) {
      await runner.idle();
      const replicas = store.get<Deployment>(deployments, 'default', 'rev-deployment')?.spec?.replicas ?? 0;
      if (instances().length <= replicas) return;
      setReady(replicas);
    }
  }

  function tick(ready: number): void {
    if (decider?.tick(ready, clock.now() / 1000).changed) runner.enqueue('podautoscaler', key);
  }

  return {
    clock,
    store,
    logged,
    async second(line: StateLine): Promise<void> {
      const until = (head.epoch + line.t) * 1000;
      clock.advance(Math.max(0, until - clock.now()));
      if (!decider) {
        start();
        decider = createDecider(spec(), line.ready, until / 1000);
        await settle();
      }
      if (line.config || line.reachable !== undefined) {
        config = line.config ?? config;
        reachable = line.reachable ?? reachable;
        if (line.config) setConfig();
        const patch = { spec: { reachability: reachable ? 'Reachable' : 'Unreachable' } };
        objects.patch(pas, 'default', 'rev', { type: 'merge', patch }, user);
      }
      if (line.ready !== lastReady) setReady(line.ready);
      for (const stat of line.stats ?? []) {
        decider.record(stat.at === undefined ? until / 1000 : head.epoch + stat.at, {
          averageConcurrency: stat.concurrency ?? 0,
          averageProxiedConcurrency: stat.proxiedConcurrency ?? 0,
          requestCount: stat.rps ?? 0,
          proxiedRequestCount: stat.proxiedRps ?? 0,
        });
        if (stat.pod.startsWith('activator') && stat.concurrency && decider.decision.want === 0) tick(line.ready);
      }
      if (line.t > 0 && line.t % 2 === 0) tick(line.ready);
      clock.advance(10);
      // The decider gets its new spec from the reconciler, so after the tick of this second.
      if (line.config || line.reachable !== undefined) decider.configure(spec(), until / 1000);
      await settle();
    },
    state(): State {
      const autoscaler = store.get<PodAutoscaler>(pas, 'default', 'rev');
      const service = store.get<ServerlessService>(skss, 'default', 'rev');
      const status = (type: string) => conditionOf(autoscaler, type)?.status ?? '';
      return {
        replicas: store.get<Deployment>(deployments, 'default', 'rev-deployment')?.spec?.replicas ?? -1,
        mode: service?.spec?.mode ?? '',
        activators: service?.spec?.numActivators ?? 0,
        active: status('Active'),
        reason: conditionOf(autoscaler, 'Active')?.reason ?? '',
        initialized: status('ScaleTargetInitialized'),
        sksReady: status('SKSReady'),
        paReady: status('Ready'),
        desiredScale: autoscaler?.status?.desiredScale ?? -2,
        actualScale: autoscaler?.status?.actualScale ?? -2,
      };
    },
    async close() {
      await runner[Symbol.asyncDispose]();
      store.close();
    },
  };
}

describe('kpa state traces', () => {
  it('are all there', () => expect(names).toHaveLength(13));

  it.each(names)('%s', async (name) => {
    const { head, lines } = load(name);
    const here = world(head);
    let expected: State | undefined;
    const differences: string[] = [];
    for (const line of lines) {
      const revision = here.store.revision;
      await here.second(line);
      expected = line.state ?? expected;
      const actual = here.state();
      if (JSON.stringify(actual) !== JSON.stringify(expected)) {
        differences.push(`t=${line.t}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
      }
      if (line.actives) {
        const passed = here.store
          .changesSince(revision, pas)
          .flatMap(({ object, previous }) => [previous, object])
          .map((object) => conditionOf(object, 'Active'))
          .map((active) => `${active?.status}${active?.reason ? ` ${active.reason}` : ''}`);
        const distinct = passed.filter((state, index) => state !== passed[index - 1]);
        if (JSON.stringify(distinct) !== JSON.stringify(line.actives)) {
          differences.push(`t=${line.t}: passed ${distinct.join(', ')} instead of ${line.actives.join(', ')}`);
        }
      }
    }
    await here.close();
    expect(here.logged).toEqual([]);
    expect(differences.slice(0, 5)).toEqual([]);
  });
});
