/**
 * From "applied" to "serving" or a cause, on watch events alone. The Service's status decides which revision is ours: only
 * once it speaks of our generation and its Configuration is not OutOfDate, so that an old revision is never taken for it.
 */
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { compareQuantities } from '../../../emulator/knative/quantity.ts';
import type { Informer, PlatformClient, WatchHandlers } from '../client.ts';
import { conditionOf, isObserved, truthOf } from '../conditions.ts';
import { Fault, isFault } from '../faults.ts';
import { lastLines } from '../logs.ts';
import type { PodStatus, ServiceStatus } from '../lookup.ts';
import { kinds, labels, type ResourceKind } from '../resources.ts';
import { isRouted, wishedTargets } from '../traffic/traffic.ts';
import { type Cause, diagnose, lateCause, type PodEvent, type Scene } from './diagnose.ts';

export interface WaitOptions {
  client: PlatformClient;
  namespace: string;
  name: string;
  /** metadata.generation of the Service as it was applied. */
  generation: number;
  /** Part of the image reference of our revision (its digest), where one was put in. */
  image: string | undefined;
  /** ms until TimedOut. */
  timeoutMs: number;
  /** ms that a running container may take until it is ready. */
  listenMs: number;
  onWaiting(reason: string, message: string): void;
  /** Our revision became ready. */
  onReady(revision: string): void;
  signal?: AbortSignal | undefined;
}

export type WaitResult =
  | { done: 'routed'; service: KubeObject; revision: string }
  | { done: 'failed'; service: KubeObject | undefined; revision: KubeObject | undefined; cause: Cause; scene: Scene };

const lostMs = 10_000;
const routeMs = 30_000;
/** When a revision should have its first pod. */
const podMs = 3_000;
/** Until the platform has tried again to make a pod for which there is room now. */
const roomMs = 20_000;

/** @throws Fault Cancelled */
export function waitForService(options: WaitOptions): Promise<WaitResult> {
  const { client, namespace, name } = options;
  const labelSelector = `${labels.service}=${name}`;
  const timers = new Set<NodeJS.Timeout>();
  const informers: Informer<KubeObject>[] = [];
  const readyAt = { revision: '', told: '' };

  return new Promise<WaitResult>((resolve, reject) => {
    let over = false;
    let outage: NodeJS.Timeout | undefined;
    const timer = (ms: number, run: () => void): NodeJS.Timeout => {
      const handle = setTimeout(run, ms);
      timers.add(handle);
      return handle;
    };
    const finish = (result: WaitResult | Error): void => {
      if (over) return;
      over = true;
      options.signal?.removeEventListener('abort', onAbort);
      for (const handle of timers) clearTimeout(handle);
      for (const informer of informers) informer[Symbol.dispose]();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const onAbort = (): void => finish(new Fault('Cancelled'));
    if (options.signal?.aborted) {
      finish(new Fault('Cancelled'));
      return;
    }
    options.signal?.addEventListener('abort', onAbort);

    const lost = (problem: Error): void => {
      if (outage) return;
      const fail = (error: Error) => fails({ code: 'PlatformLost', args: { detail: error.message } });
      outage = timer(lostMs, () => fail(problem));
      // A connection that breaks says little; whether the platform's process has gone is known at once.
      client.platform({ timeoutMs: 2_000 }).catch((error: Error) => {
        if (isFault(error, 'PlatformStopped') || isFault(error, 'PlatformNotRunning')) fail(error);
      });
    };
    const back = (): void => {
      clearTimeout(outage);
      outage = undefined;
    };
    const handlers: WatchHandlers<KubeObject> = {
      onSync: () => look(),
      onEvent: () => look(),
      onLost: lost,
      onBack: back,
    };
    const watch = (kind: ResourceKind, selector: object): Informer<KubeObject> => {
      const informer = client.watch<KubeObject>(kind, namespace, handlers, selector);
      informer.synced.catch((error: Error) => finish(error));
      informers.push(informer);
      return informer;
    };
    const services = watch(kinds.service, { fieldSelector: `metadata.name=${name}` });
    const revisions = watch(kinds.revision, { labelSelector });
    const pods = watch(kinds.pod, { labelSelector });

    const sceneOf = (revision: KubeObject | undefined): Scene => ({
      service: services.get(name, namespace) ?? {
        apiVersion: '',
        kind: 'Service',
        metadata: emptyMeta(name, namespace),
      },
      revision,
      pods: pods.items.filter(
        ({ metadata }) => metadata.labels?.[labels.revision] === (revision?.metadata.name ?? readyAt.revision),
      ),
      events: [],
      logs: [],
    });
    const fails = (cause: Cause, scene: Scene = sceneOf(undefined)): void =>
      finish({
        done: 'failed',
        service: services.get(name, namespace),
        revision: scene.revision,
        cause,
        scene,
      });

    const isUp = (revision: KubeObject | undefined): boolean =>
      revision !== undefined && truthOf(revision).status === 'True';

    /**
     * With events and output, which only a closer look needs. Looks that come while one is under way are left out, unless this one `must`
     * be; `otherwise`: the cause where none is found.
     */
    let looks = 0;
    /** Nothing is hoped for any more. */
    let isLate = false;
    const examine = (
      revision: KubeObject | undefined,
      judge: (scene: Scene) => Cause | undefined,
      { must = false, otherwise }: { must?: boolean; otherwise?: Cause } = {},
    ): void => {
      if (looks > 0 && !must) return;
      looks++;
      enrich(client, namespace, name, sceneOf(revision))
        .then(async (closer) => {
          const now = (revision && revisions.get(revision.metadata.name, namespace)) ?? revision;
          const scene = { ...closer, revision: now };
          // Between the two looks it may have come up: then the first one says nothing any more.
          const cause = (isUp(now) && !isUp(revision) ? undefined : judge(scene)) ?? otherwise;
          if (cause && (isLate || !(awaitsRoom(cause) || (await isMended(client, namespace, cause)))))
            fails(cause, scene);
        })
        .catch((error: unknown) => finish(error as Error))
        .finally(() => {
          looks--;
        });
    };

    /** What an older revision that serves nothing still holds of a quota comes free: the platform takes its pods down. */
    let held = false;
    let trying: NodeJS.Timeout | undefined;
    function awaitsRoom({ code, args }: Cause): boolean {
      if (code !== 'QuotaExceeded' || compareQuantities(args['requested'] ?? 0, args['limited'] ?? 0) > 0) return false;
      const { traffic = [] } = (services.get(name, namespace)?.status ?? {}) as ServiceStatus;
      const ours = [readyAt.revision, ...traffic.map(({ revisionName }) => revisionName)];
      if (pods.items.some(({ metadata }) => !ours.includes(metadata.labels?.[labels.revision] ?? ''))) {
        held = true;
        return true;
      }
      if (!held) return false;
      if (trying) return true;
      trying = timer(roomMs, () => {
        trying = undefined;
        held = false;
        look();
      });
      return true;
    }

    let seen = false;
    let last: string | undefined;
    let listening: NodeJS.Timeout | undefined;
    let awaitsPod = false;
    const tell = (reason: string, message: string): void => {
      const text = `${reason} ${message}`;
      if (text !== last) options.onWaiting(reason, message);
      last = text;
    };

    function look(): void {
      if (over) return;
      const service = services.get(name, namespace);
      if (!service) {
        if (seen) fails({ code: 'ServiceDeleted', args: { service: name } });
        return;
      }
      seen = true;
      const status = (service.status ?? {}) as ServiceStatus;
      const configured = conditionOf(service, 'ConfigurationsReady');
      const current = isObserved(service) && (service.metadata.generation ?? 0) >= options.generation;
      if (!current || configured?.reason === 'OutOfDate') {
        tell('Reconciling', '');
        return;
      }
      if (configured?.reason === 'RevisionNameTaken' || conditionOf(service, 'Ready')?.reason === 'RevisionNameTaken') {
        const template = (service.spec as { template?: { metadata?: { name?: string } } } | undefined)?.template;
        fails({ code: 'RevisionNameTaken', args: { revision: template?.metadata?.name ?? '' } });
        return;
      }
      const created = status.latestCreatedRevisionName;
      const revision = created === undefined ? undefined : revisions.get(created, namespace);
      if (!created || !revision) {
        tell('Reconciling', '');
        return;
      }
      if (options.image !== undefined && !imagesOf(revision).some((image) => image.includes(options.image ?? ''))) {
        // Somebody's newer template; ours was never the latest, or is not any more.
        fails({ code: 'Superseded', args: { other: created, revision: readyAt.revision || '?', service: name } });
        return;
      }
      readyAt.revision = created;
      const { status: ready, reason, message } = truthOf(revision);
      if (ready !== 'True') starting(revision, ready === 'False', reason, message);
      else routing(service, created);
    }

    function starting(revision: KubeObject, failed: boolean, reason: string, message: string): void {
      const scene = sceneOf(revision);
      if (failed || diagnose(scene)) {
        examine(revision, diagnose);
        return;
      }
      // That no pod can be made of it, or that a pod waits for its volumes, is told by an event alone.
      if (!isStarted(scene)) {
        if (!awaitsPod) timer(podMs, () => awaitPod(revision));
        awaitsPod = true;
      } else if (!listening) {
        listening = timer(options.listenMs, () => examine(revision, lateCause, { must: true }));
      }
      tell(reason || 'Deploying', message);
    }

    function awaitPod(revision: KubeObject): void {
      const now = revisions.get(revision.metadata.name, namespace);
      if (!now || isUp(now) || isStarted(sceneOf(now))) {
        awaitsPod = false;
        return;
      }
      examine(now, diagnose, { must: true });
      timer(podMs, () => awaitPod(now));
    }

    function routing(service: KubeObject, revision: string): void {
      clearTimeout(listening);
      if (readyAt.told !== revision) {
        readyAt.told = revision;
        options.onReady(revision);
        timer(routeMs, () => {
          const { reason, message } = truthOf(services.get(name, namespace) ?? service, 'RoutesReady');
          const detail = [reason, message].filter(Boolean).join(': ') || 'it does not say why';
          fails({ code: 'RouteNotReady', args: { revision, detail, service: name } });
        });
      }
      const { latestReadyRevisionName } = (service.status ?? {}) as ServiceStatus;
      const routes = truthOf(service, 'RoutesReady');
      // Where none is named the route follows, a moment later, what has just become ready.
      const isNamed = wishedTargets(service).some(({ revisionName }) => revisionName !== undefined);
      if (isNamed && routes.status === 'False' && /^(RevisionMissing|ConfigurationMissing)$/.test(routes.reason)) {
        fails({ code: 'TrafficRefused', args: { detail: routes.message, service: name } });
      } else if (latestReadyRevisionName === revision && truthOf(service).status === 'True' && isRouted(service)) {
        finish({ done: 'routed', service, revision });
      } else tell(routes.reason || 'Routing', routes.message);
    }

    timer(options.timeoutMs, () => {
      const revision = revisions.get(readyAt.revision, namespace);
      const waiting = last?.trim() || 'the platform to begin';
      const args = { seconds: Math.round(options.timeoutMs / 1000), waiting, service: name };
      isLate = true;
      examine(revision, lateCause, { must: true, otherwise: { code: 'TimedOut', args } });
    });
  });
}

/**
 * What a pod lacked when it was last tried is there by now, from this very deploy perhaps: the kubelet tries again, and the
 * pod's next change tells how that went.
 */
async function isMended(client: PlatformClient, namespace: string, { code, args }: Cause): Promise<boolean> {
  if (code !== 'ConfigMapMissing' && code !== 'SecretMissing' && code !== 'ConfigKeyMissing') return false;
  const kind = code === 'SecretMissing' || args['kind'] === 'Secret' ? kinds.secret : kinds.configMap;
  try {
    const there = await client.find<KubeObject & ConfigFields>(kind, namespace, String(args['name']), {
      timeoutMs: 5_000,
    });
    if (code !== 'ConfigKeyMissing' || !there) return there !== undefined;
    return String(args['key']) in { ...there.data, ...there.binaryData };
  } catch {
    // Not everybody may read Secrets: then what the pod says stands.
    return false;
  }
}

interface ConfigFields {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/** Events and last output of the scene's pods; what cannot be read is left out. */
export async function enrich(client: PlatformClient, namespace: string, service: string, scene: Scene): Promise<Scene> {
  const revision = scene.revision?.metadata.name;
  const names = new Set(scene.pods.map(({ metadata }) => metadata.name));
  const [events, logs] = await Promise.all([
    eventsOf(client, namespace, names, revision),
    lastLines(client, namespace, { service, ...(revision ? { revision } : {}) }, 40, names),
  ]);
  return { ...scene, events, logs };
}

async function eventsOf(
  client: PlatformClient,
  namespace: string,
  pods: ReadonlySet<string>,
  revision: string | undefined,
): Promise<PodEvent[]> {
  const concerns = ({ involvedObject, reason }: EventFields) =>
    involvedObject?.kind === 'Pod'
      ? pods.has(involvedObject.name ?? '')
      : involvedObject?.kind === 'Revision' && involvedObject.name === revision && reason === 'InternalError';
  try {
    const { items } = await client.list<KubeObject & EventFields>(kinds.event, namespace, { timeoutMs: 5_000 });
    return items
      .filter(concerns)
      .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''))
      .map(({ reason = '', message = '' }) => ({ reason, message }));
  } catch {
    return [];
  }
}

interface EventFields {
  reason?: string;
  message?: string;
  lastTimestamp?: string;
  involvedObject?: { kind?: string; name?: string };
}

function isStarted({ pods }: Scene): boolean {
  return pods.some((pod) =>
    ((pod.status ?? {}) as PodStatus).containerStatuses?.some(
      ({ name, state }) => name !== 'queue-proxy' && state?.running !== undefined,
    ),
  );
}

function imagesOf(revision: KubeObject): string[] {
  const { containers = [] } = (revision.spec ?? {}) as { containers?: { image?: string }[] };
  return containers.map(({ image }) => image ?? '');
}

function emptyMeta(name: string, namespace: string): KubeObject['metadata'] {
  return { name, namespace, uid: '', resourceVersion: '', creationTimestamp: '' };
}
