/**
 * Development mode (decision 14): the application's own directory runs in namespace `dev` under the same names, with an
 * in-place image; a save restarts it while the activator holds requests; a crash is shown and the next save mends it.
 */
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { debugAnnotations } from '../../../emulator/pods/debugging.ts';
import { type Debugging, podAnnotations } from '../../../emulator/pods/ports.ts';
import { type Application, containersOf } from '../app/model.ts';
import { isObject } from '../app/values.ts';
import type { Informer, ObjectInput, PlatformClient, WatchHandlers } from '../client.ts';
import type { SourcePlace } from '../codes.ts';
import { conditionOf } from '../conditions.ts';
import { type BuildFailure, buildApplication } from '../deploy/build.ts';
import type { CompilerProblem } from '../deploy/compiler-lines.ts';
import { deployManager, imageConfig } from '../deploy/deploy.ts';
import { type Cause, diagnose, type Scene } from '../deploy/diagnose.ts';
import { explainFailure } from '../deploy/failure.ts';
import type { Fix } from '../deploy/fix.ts';
import { ownContainer, prepareObjects } from '../deploy/objects.ts';
import { listSources } from '../deploy/snapshot.ts';
import { enrich } from '../deploy/wait.ts';
import { Fault, isFault } from '../faults.ts';
import { gatewayOf, ingressOf, publicUrl } from '../gateway.ts';
import { putInPlaceImage } from '../images.ts';
import type { ServiceStatus } from '../lookup.ts';
import { kinds, labels } from '../resources.ts';
import { kubectlOf } from '../target.ts';
import { forwardOutput } from './output.ts';
import { patienceSeconds, type RunRemains, removeRemains } from './remains.ts';

export const runNamespace = 'dev';

export interface RunOptions {
  client: PlatformClient;
  app: Application;
  /** Run under this debugger: at most one instance, which waits until somebody has attached. */
  debug?: Debugging | undefined;
  /** `dev` by default. */
  namespace?: string | undefined;
  /** Ends the build that comes first. */
  signal?: AbortSignal | undefined;
}

export type RunState = 'starting' | 'ready' | 'restarting' | 'crashed' | 'stopped';

export type RunEvent =
  | { type: 'state'; state: 'restarting' | 'stopped' }
  /** `ms` since it was started or restarted, since it crashed, or since its platform came back. */
  | { type: 'state'; state: 'ready'; ms: number }
  | { type: 'state'; state: 'crashed'; ms: number; crash?: RunCrash }
  | { type: 'log'; line: LogLine }
  /** A line of the application's own build. */
  | { type: 'build'; stream: 'stdout' | 'stderr'; text: string }
  /** The platform went away, and with it the application; both come back by themselves. */
  | { type: 'platform'; there: boolean }
  /** A new instance waits for its debugger here. Comes again after each restart. */
  | { type: 'debug'; pod: string; host: string; port: number };

/** Why it does not run, and the one thing to do about it, as of a failed deploy. */
export interface RunCrash {
  cause: Cause;
  remedy: Fix;
  place: SourcePlace | undefined;
  problems: readonly CompilerProblem[];
  /** Its last lines, oldest first. */
  logs: string[];
}

export interface RunSession {
  readonly service: string;
  readonly namespace: string;
  /** With the gateway's port. Undefined until the platform has given it one. */
  readonly url: string | undefined;
  readonly state: RunState;
  on(listener: (event: RunEvent) => void): Disposable;
  /** Resolves when a fresh instance is ready, or crashed (the events say which). Calls while one is under way are one more. */
  restart(reason?: string): Promise<void>;
  /** Of the instance that runs now; undefined before there is one. */
  debugAddress(): { pod: string; host: string; port: number } | undefined;
  /**
   * Removes everything that `run` made.
   * @param but objects of these uids, which another runs, too
   * @throws Fault where the platform is away: `remains` stay on it then
   */
  stop(but?: ReadonlySet<string>): Promise<void>;
  readonly remains: RunRemains;
  /** Resolves after stop(), or when somebody else removed it. */
  readonly ended: Promise<void>;
}

/** The build that comes before the first start failed: nothing runs. */
export class BuildFault extends Fault {
  readonly crash: RunCrash;

  constructor(crash: RunCrash) {
    super(crash.cause.code, crash.cause.args, crash.place ? { place: crash.place } : {});
    this.crash = crash;
  }
}

/**
 * What the start command names is made before each start, unless a command of its own runs in development mode.
 * Resolves as soon as the objects are applied; events tell the rest.
 * @throws BuildFault, Fault NoStartCommand, CapabilityMissing, Cancelled…
 */
export async function startRun(options: RunOptions, onEvent?: (event: RunEvent) => void): Promise<RunSession> {
  const { client, app } = options;
  const namespace = options.namespace ?? runNamespace;
  const began = Date.now();
  const onLine = (stream: 'stdout' | 'stderr', text: string) => onEvent?.({ type: 'build', stream, text });
  const crash = await buildBefore({ client, app, namespace }, onLine, options.signal);
  if (crash) throw new BuildFault(crash);
  const image = await putInPlaceImage(client, `dev.local/run/${app.name}`, app.dir, imageConfig(app, true));
  const made = await applyAll(options, namespace, image.reference);
  const gateway = await gatewayOf(client);
  const session = follow({ client, app, namespace, began, gateway }, onEvent);
  const remains: RunRemains = { service: app.name, namespace, objects: made, image: image.reference };
  let stopping: Promise<void> | undefined;
  return {
    ...session.view,
    remains,
    get url() {
      return publicUrl(session.status()?.url, gateway);
    },
    get state() {
      return session.state();
    },
    stop(but) {
      stopping ??= (async () => {
        session.close();
        await removeRemains(client, remains, but);
        session.finish();
      })();
      return stopping;
    },
  };
}

async function buildBefore(
  where: CrashContext,
  onLine: (stream: 'stdout' | 'stderr', text: string) => void,
  signal: AbortSignal | undefined,
): Promise<RunCrash | undefined> {
  if (where.app.run.dev !== undefined) return undefined;
  const failure = await buildApplication(where.app, onLine, signal);
  return failure && explained(where, failure.cause, failure);
}

interface CrashContext {
  client: PlatformClient;
  app: Application;
  namespace: string;
}

async function explained(
  { client, app, namespace }: CrashContext,
  cause: Cause,
  evidence: Pick<BuildFailure, 'logs'> & Partial<BuildFailure>,
): Promise<RunCrash> {
  const sources = await listSources(app.dir);
  const failed = { app, namespace, kubectl: kubectlOf(client.target), ingress: await ingressOf(client), sources };
  return { logs: evidence.logs, ...explainFailure(cause, failed, evidence) };
}

/** The Service with the in-place image, then the rest, but for domains: those belong to what is deployed. */
async function applyAll(options: RunOptions, namespace: string, image: string): Promise<RunRemains['objects']> {
  const { client, app } = options;
  if (!(await client.find(kinds.namespace, undefined, namespace))) {
    await client.create(kinds.namespace, undefined, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
  }
  const prepared = prepareObjects(app, { namespace });
  const objects = [
    developmentService(app, prepared.service, image, options.debug),
    ...prepared.others.map(({ object }) => object),
  ];
  const made: RunRemains['objects'][number][] = [];
  for (const object of objects) {
    if (object.kind === kinds.domainMapping.kind || object.kind === kinds.clusterDomainClaim.kind) continue;
    const kind = await client.kindOf(object.apiVersion, object.kind);
    const where = kind.namespaced ? namespace : undefined;
    const name = object.metadata.name ?? '';
    const marked = {
      ...object,
      metadata: { ...object.metadata, labels: { ...object.metadata.labels, [labels.run]: app.name } },
    };
    const { metadata } = await client.patch<KubeObject>(
      kind,
      where,
      name,
      { type: 'apply', body: marked, force: true },
      { fieldManager: deployManager },
    );
    made.push({ kind, ...(where === undefined ? {} : { namespace: where }), name, uid: metadata.uid });
  }
  return made;
}

/** Pure: always one instance there, at most one under the debugger, all traffic to the newest. */
function developmentService(
  app: Application,
  service: ObjectInput,
  image: string,
  debug: Debugging | undefined,
): ObjectInput {
  const copy = structuredClone(service) as ObjectInput & { spec: { template: Template; traffic?: unknown } };
  const { template } = copy.spec;
  const containers = containersOf(copy);
  const own = ownContainer(app, containers) ?? containers[0];
  if (own) own.image = image;
  const { name: _, ...metadata } = isObject(template.metadata) ? template.metadata : {};
  template.metadata = {
    ...metadata,
    labels: { ...asMap(metadata['labels']), [labels.run]: app.name },
    annotations: {
      ...asMap(metadata['annotations']),
      'autoscaling.knative.dev/min-scale': '1',
      'autoscaling.knative.dev/initial-scale': '1',
      ...(debug ? { 'autoscaling.knative.dev/max-scale': '1', ...debugAnnotations(debug) } : {}),
    },
  };
  copy.spec.traffic = [{ latestRevision: true, percent: 100 }];
  return copy;
}

interface Template {
  metadata?: Record<string, unknown>;
}

function asMap(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

interface PodStatus {
  containerStatuses?: { restartCount?: number; state?: ContainerState; lastState?: ContainerState }[];
}

interface ContainerState {
  terminated?: { containerID?: string };
}

interface FollowContext extends CrashContext {
  began: number;
  gateway: { port: number | undefined };
}

function follow(context: FollowContext, onEvent?: (event: RunEvent) => void) {
  const { client, app, namespace } = context;
  const listeners = new Set<(event: RunEvent) => void>(onEvent ? [onEvent] : []);
  const tell = (event: RunEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const abort = new AbortController();
  let finish: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let state: RunState = 'starting';
  let since = context.began;
  let status: ServiceStatus | undefined;
  let debug: { pod: string; host: string; port: number } | undefined;
  /** Instances that a restart took down: what they still say of themselves is past. */
  const past = new Set<string>();
  const waiters = new Set<() => void>();
  /** Watches that the platform's absence broke off. */
  const away = new Set<string>();
  let told = '';

  const settle = (
    event: { state: 'ready' } | { state: 'crashed'; crash?: RunCrash },
    ms: number = Date.now() - since,
  ): void => {
    state = event.state;
    tell({ type: 'state', ms, ...event });
    for (const done of [...waiters]) done();
  };

  const labelSelector = `${labels.service}=${app.name}`;
  const services: Informer<KubeObject> = client.watch<KubeObject>(
    kinds.service,
    namespace,
    {
      onSync: () => look(),
      ...loss('services'),
      onEvent: (event) => {
        if (event === 'deleted' && !abort.signal.aborted) close();
        else look();
      },
    },
    { fieldSelector: `metadata.name=${app.name}`, signal: abort.signal },
  );
  const pods: Informer<KubeObject> = client.watch<KubeObject>(
    kinds.pod,
    namespace,
    { onSync: () => look(), ...loss('pods'), onEvent: () => look() },
    { labelSelector, signal: abort.signal },
  );
  const where = { namespace, service: app.name, since: context.began };
  const output = forwardOutput(client, where, (line) => tell({ type: 'log', line }), abort.signal);

  /** Of an outage both watches tell; what one of them still has is past until the other is back, too. */
  function loss(watch: string): Pick<WatchHandlers<KubeObject>, 'onLost' | 'onBack'> {
    return {
      onLost: () => {
        if (away.size === 0) tell({ type: 'platform', there: false });
        away.add(watch);
        // The instance may come back as the same one: that it is ready is told anew.
        told = '';
      },
      onBack: () => {
        away.delete(watch);
        if (away.size > 0) return;
        since = Date.now();
        tell({ type: 'platform', there: true });
        look();
      },
    };
  }

  function look(): void {
    if (abort.signal.aborted || away.size > 0) return;
    const service = services.get(app.name, namespace);
    status = (service?.status ?? status) as ServiceStatus | undefined;
    const living = pods.items.filter(({ metadata }) => !metadata.deletionTimestamp && !past.has(metadata.uid));
    const [pod] = living.sort((a, b) => Number(newer(b, a)) - Number(newer(a, b)));
    if (!service || !pod) return;
    announceDebugger(pod);
    if (conditionOf(pod, 'Ready')?.status === 'True') {
      const id = `ready ${pod.metadata.uid}`;
      // Serving, not only started: the URL answers.
      if (told !== id && conditionOf(service, 'Ready')?.status === 'True') {
        told = id;
        settle({ state: 'ready' });
      }
      return;
    }
    const scene: Scene = { service, revision: undefined, pods: [pod], events: [], logs: [] };
    if (diagnose(scene)) crashed(scene, pod);
  }

  /** Once for each end of each instance. */
  function crashed(scene: Scene, pod: KubeObject): void {
    // By what ended: the count of restarts is the same before and after an end that is followed by a back-off.
    const ends = (pod.status as PodStatus).containerStatuses?.map(
      ({ state, lastState, restartCount }) => (state?.terminated ?? lastState?.terminated)?.containerID ?? restartCount,
    );
    const id = `crashed ${pod.metadata.uid} ${ends?.join()}`;
    if (told === id) return;
    told = id;
    const now = Date.now();
    const ms = now - since;
    // The platform starts it again by itself.
    since = now;
    const revision = pod.metadata.labels?.[labels.revision];
    enrich(client, namespace, app.name, { ...scene, revision: revision ? named(revision) : undefined })
      .then((closer) => {
        const cause = diagnose(closer);
        return cause && explained(context, cause, { logs: closer.logs.slice(-20) });
      })
      // Why it ended is a help: that it did is told without it.
      .catch(() => undefined)
      .then(async (crash) => {
        await output.caughtUp();
        // Stopped meanwhile it has nothing to tell any more, and another may run in its place.
        if (told === id && !abort.signal.aborted) settle({ state: 'crashed', ...(crash ? { crash } : {}) }, ms);
      });
  }

  function announceDebugger(pod: KubeObject): void {
    const address = pod.metadata.annotations?.[podAnnotations.debugAddress];
    const [, host, port] = /^(.*):(\d+)$/.exec(address ?? '') ?? [];
    if (!host || !port) return;
    if (debug?.pod === pod.metadata.name && debug.port === Number(port)) return;
    debug = { pod: pod.metadata.name, host, port: Number(port) };
    tell({ type: 'debug', ...debug });
  }

  async function restartNow(): Promise<void> {
    since = Date.now();
    state = 'restarting';
    tell({ type: 'state', state });
    const onLine = (stream: 'stdout' | 'stderr', text: string) => tell({ type: 'build', stream, text });
    const crash = await buildBefore(context, onLine, abort.signal).catch((error: unknown) => {
      if (!isFault(error, 'Cancelled')) throw error;
    });
    if (abort.signal.aborted) return;
    // What runs goes on as it was: there is nothing newer.
    if (crash) return settle({ state: 'crashed', crash });
    told = '';
    debug = undefined;
    const fresh = new Promise<void>((resolve) => {
      const done = (): void => {
        waiters.delete(done);
        resolve();
      };
      waiters.add(done);
    });
    const old = pods.items.filter(({ metadata }) => !metadata.deletionTimestamp);
    for (const { metadata } of old) past.add(metadata.uid);
    for (const { metadata } of old) {
      await client.delete(kinds.pod, namespace, metadata.name, { gracePeriodSeconds: patienceSeconds });
    }
    look();
    await fresh;
  }

  let restarting: Promise<void> | undefined;
  let again: Promise<void> | undefined;
  function restart(): Promise<void> {
    if (abort.signal.aborted) return Promise.resolve();
    if (!restarting) {
      restarting = restartNow().finally(() => {
        restarting = undefined;
      });
      return restarting;
    }
    // A save during a restart: the files that were read may be the old ones, so once more; any number of saves is one.
    again ??= restarting
      .catch(() => {})
      .then(() => {
        again = undefined;
        return restart();
      });
    return again;
  }

  function close(): void {
    if (abort.signal.aborted) return;
    state = 'stopped';
    abort.abort();
    services[Symbol.dispose]();
    pods[Symbol.dispose]();
    for (const done of [...waiters]) done();
    tell({ type: 'state', state });
    finish();
  }

  return {
    state: () => state,
    status: () => status,
    close,
    finish: () => finish(),
    view: {
      service: app.name,
      namespace,
      on(listener: (event: RunEvent) => void): Disposable {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
      restart,
      debugAddress: () => debug,
      ended,
    },
  };
}

function newer(a: KubeObject, b: KubeObject): boolean {
  const order = a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp);
  return order > 0 || (order === 0 && Number(a.metadata.resourceVersion) > Number(b.metadata.resourceVersion));
}

/** Enough of a revision to ask for its logs by. */
function named(name: string): KubeObject {
  return {
    apiVersion: kinds.revision.apiVersion,
    kind: 'Revision',
    metadata: { name, uid: '', resourceVersion: '', creationTimestamp: '' },
  };
}
