/**
 * One pod: chooses its runtime, runs init containers in order and the others together, keeps its status, and ends it
 * gracefully. Level-based: status is computed from the facts whenever any of them changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../kernel/object.ts';
import { apiEnvironment, containerEnvironment, expand } from './container-environment.ts';
import { type ContainerRunner, createContainerRunner } from './container-runner.ts';
import { debuggingOf } from './debugging.ts';
import type { KubeletPorts } from './kubelet-ports.ts';
import { chooseRuntime, unschedulable } from './placement.ts';
import { createPodVolumes } from './pod-volumes.ts';
import { type ContainerSpec, ImageUnavailable, type PodSandbox, podAnnotations } from './ports.ts';
import { startProber } from './prober.ts';
import type { ProbeResult } from './probes.ts';
import { pullConfigs } from './pull-secrets.ts';
import { isQueueProxy, servingProbes } from './queue-proxy.ts';
import { type ContainerFacts, isComplete, podStatus } from './status.ts';
import type { Container, ContainerStatus, Pod, Probe } from './types.ts';

export interface PodRunnerPorts extends KubeletPorts {
  nodeName: string;
  /** Folders of volumes. */
  volumeDir: string;
  starting(): number;
  after(ms: number, callback: () => void): Disposable;
  onPhase(pod: KubeObject, phase: 'spawned' | 'started' | 'ready', at: number): void;
  onProbe(pod: KubeObject, ok: boolean, seconds: number): void;
}

export interface PodRunner {
  readonly pod: Pod;
  /** Not ready yet and not given up. */
  readonly isStarting: boolean;
  start(): void;
  /** The stored pod has changed. */
  update(pod: Pod): void;
  /** A ConfigMap or Secret of its namespace has changed, or an image has come. */
  retry(): void;
  /** Ends all containers; idempotent. `drain`: first let requests in flight end. */
  end(graceMs: number, options: { drain: boolean }): Promise<void>;
  hold(held: boolean): void;
  container(name: string | undefined): ContainerRunner | undefined;
  /** Of a container port. */
  address(port: number): { host: string; port: number } | undefined;
  readonly runningContainers: number;
}

const hostIP = '127.0.0.1';

export function createPodRunner(initial: Pod, ports: PodRunnerPorts): PodRunner {
  const { clock, writer, view } = ports;
  let pod = initial;
  let sandbox: PodSandbox | undefined;
  let runtime: PodRunnerPorts['runtimes']['process'] | undefined;
  let held = false;
  let ending: Promise<void> | undefined;
  let over = false;
  let writing = false;
  let wasReady = false;
  let failure: { reason: string; message: string } | undefined;
  let unscheduled: string | undefined;
  const startedAt = clock.now();
  const timers: Disposable[] = [];
  const spec = initial.spec ?? { containers: [] };
  const isProxy = (container: Container) => isQueueProxy(initial, container);
  const real = spec.containers.filter((container) => !isProxy(container));
  const serving = real.find(({ ports: list }) => (list?.length ?? 0) > 0) ?? (real.length === 1 ? real[0] : undefined);
  const init = new Map<string, ContainerRunner>();
  const runners = new Map<string, ContainerRunner>();
  const proxies = new Map<string, ContainerFacts>();

  const volumes = createPodVolumes(
    ports,
    () => pod,
    () => ({ podIP: sandbox?.ip ?? '', hostIP, nodeName: ports.nodeName }),
  );

  const eventAbout = (event: { type: 'Normal' | 'Warning'; reason: string; message: string }) =>
    writer.event(pod, event);

  /** Facts of a container that has no runner yet. */
  const waitingFacts = (container: Container, reason = 'ContainerCreating', message?: string): ContainerFacts => {
    const before = beforeOf(container);
    return {
      name: container.name,
      image: container.image,
      imageId: '',
      containerId: undefined,
      state: { is: 'waiting', reason, ...(message ? { message } : {}) },
      last: undefined,
      restarts: before?.restarts ?? 0,
      started: false,
      ready: false,
    };
  };
  let trouble: { reason: string; message: string } | undefined;

  const factsOf = (container: Container): ContainerFacts => {
    const own = runners.get(container.name)?.facts ?? proxies.get(container.name);
    if (own) return own;
    const initLeft = (spec.initContainers ?? []).length > 0 && sandbox !== undefined;
    return waitingFacts(container, trouble?.reason ?? (initLeft ? 'PodInitializing' : undefined), trouble?.message);
  };

  function changed(): void {
    if (writing) return;
    writing = true;
    queueMicrotask(() => {
      writing = false;
      report();
    });
  }

  function report(): void {
    if (over) return;
    const status = podStatus(
      pod,
      {
        ip: sandbox?.ip || undefined,
        hostIP,
        startedAt,
        init: (spec.initContainers ?? []).map(
          (container) => init.get(container.name)?.facts ?? waitingFacts(container, 'PodInitializing'),
        ),
        containers: spec.containers.map(factsOf),
        ...(failure ? { failure } : {}),
        unscheduled,
      },
      clock.now(),
    );
    const annotations = annotationsNow();
    if (Object.keys(annotations).length > 0) writer.annotate(pod, annotations);
    if (!isDeepStrictEqual(status, pod.status)) {
      pod = { ...pod, status };
      writer.updateStatus(pod, status);
    }
    const ready = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
    if (ready && !wasReady) {
      ports.onPhase(pod, 'ready', Date.now());
      (serving && runners.get(serving.name))?.mark('ready');
    }
    wasReady = ready;
  }

  function annotationsNow(): Record<string, string | null> {
    const runner = serving && runners.get(serving.name);
    const text = (address: { host: string; port: number } | undefined) =>
      address ? `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}` : null;
    const wanted: Record<string, string | null> = {
      [podAnnotations.address]: text(runner?.address),
      [podAnnotations.debugAddress]: text(runner?.debugAddress),
      [podAnnotations.runtime]: runtime?.name ?? null,
    };
    const now = pod.metadata.annotations ?? {};
    return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => (now[name] ?? null) !== value));
  }

  function beforeOf(container: Container): { restarts: number } | undefined {
    const statuses: ContainerStatus[] = [
      ...(initial.status?.containerStatuses ?? []),
      ...(initial.status?.initContainerStatuses ?? []),
    ];
    const status = statuses.find(({ name }) => name === container.name);
    if (!status) return undefined;
    // One that ran when the platform ended has ended with it. That is no failure of its own, so none is reported.
    return { restarts: status.restartCount + (status.state.running ? 1 : 0) };
  }

  let pullBackoffMs = 0;
  let pullTimer: Disposable | undefined;
  let setup: Promise<void> | undefined;

  function start(): void {
    if (setup || sandbox || ending) return;
    setup = begin()
      .catch((error: unknown) => {
        if (ending) return;
        if (error instanceof ImageUnavailable) return imageMissing(error);
        trouble = { reason: 'ContainerCreating', message: '' };
        eventAbout({ type: 'Warning', reason: 'FailedCreatePodSandBox', message: (error as Error).message });
        ports.log('warn', `pod ${pod.metadata.namespace}/${pod.metadata.name}: ${(error as Error).message}`);
        pullTimer = clock.after(10_000, start);
        changed();
      })
      .finally(() => {
        setup = undefined;
      });
  }

  function imageMissing(error: ImageUnavailable): void {
    const missing = real.find(({ image }) => !ports.images.resolve(image)) ?? real[0];
    const backOff = `Back-off pulling image "${missing?.image}"`;
    const first = pullBackoffMs === 0;
    pullBackoffMs = first ? 10_000 : Math.min(pullBackoffMs * 2, 300_000);
    if (first) {
      eventAbout({
        type: 'Warning',
        reason: 'Failed',
        message: `Failed to pull image "${missing?.image}": ${error.message}`,
      });
      trouble = { reason: 'ErrImagePull', message: error.message };
      report();
    }
    eventAbout({ type: 'Normal', reason: 'BackOff', message: backOff });
    trouble = { reason: 'ImagePullBackOff', message: `${backOff}: ErrImagePull: ${error.message}` };
    pullTimer = clock.after(pullBackoffMs, start);
    changed();
  }

  async function begin(): Promise<void> {
    if (!pod.spec?.nodeName) {
      unscheduled = unschedulable(pod, ports);
      if (unscheduled !== undefined) {
        eventAbout({ type: 'Warning', reason: 'FailedScheduling', message: unscheduled });
        changed();
        return;
      }
      writer.bind(pod, ports.nodeName);
      const { name, namespace } = pod.metadata;
      eventAbout({
        type: 'Normal',
        reason: 'Scheduled',
        message: `Successfully assigned ${namespace}/${name} to ${ports.nodeName}`,
      });
    }
    changed();
    runtime = chooseRuntime(pod, ports);
    trouble = undefined;
    const made = await runtime.createPod(pod, () => !ending);
    if (ending) return made.remove();
    sandbox = made;
    deadline();
    ports.onPhase(pod, 'spawned', Date.now());
    changed();
    void runInit([...(spec.initContainers ?? [])], made);
  }

  function deadline(): void {
    const seconds = spec.activeDeadlineSeconds;
    if (seconds === undefined) return;
    timers.push(
      clock.after(seconds * 1_000, () => {
        failure = {
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        };
        void Promise.all([...init.values(), ...runners.values()].map((runner) => runner.stop(graceOf(pod)))).then(
          changed,
        );
      }),
    );
  }

  /** One after the other; one with `restartPolicy: Always` is a sidecar, which the next does not wait for. */
  async function runInit(left: Container[], box: PodSandbox): Promise<void> {
    const [next, ...rest] = left;
    if (ending || failure) return;
    if (!next) return runMain(box);
    const sidecar = next.restartPolicy === 'Always';
    let advanced = false;
    const runner = runnerOf(next, box, () => {
      const go = sidecar ? runner.facts.started : isComplete(runner.facts);
      if (go && !advanced) {
        advanced = true;
        void runInit(rest, box);
      }
    });
    init.set(next.name, runner);
    runner.start();
  }

  function runMain(box: PodSandbox): void {
    for (const container of real) {
      const runner = runnerOf(container, box, container === serving ? servingChanged : () => undefined);
      runners.set(container.name, runner);
      runner.start();
    }
    for (const container of spec.containers.filter(isProxy)) {
      proxies.set(container.name, {
        ...waitingFacts(container),
        imageId: container.image,
        containerId: undefined,
        state: { is: 'running', since: clock.now() },
        started: true,
      });
    }
    changed();
  }

  let probed: ContainerRunner['running'];
  let proxyProbers: Disposable[] = [];

  /** A new instance of the serving container: what the queue-proxy would find of it is found anew. */
  function servingChanged(): void {
    const runner = serving && runners.get(serving.name);
    if (proxies.size === 0 && !spec.containers.some(isProxy)) return;
    if (runner?.running === probed) return;
    probed = runner?.running;
    for (const prober of proxyProbers) prober[Symbol.dispose]();
    proxyProbers = [];
    setProxiesReady(false);
    if (!runner || !probed || !serving) return;
    ports.onPhase(pod, 'started', Date.now());
    const proxy = spec.containers.find(isProxy);
    const given = proxy ? servingProbes(proxy) : [];
    const probes: Probe[] = given.length > 0 ? given : [{ tcpSocket: { port: 0 } }];
    const ok = probes.map(() => false);
    const prefix = 'Readiness probe failed: ';
    proxyProbers = probes.map((probe, index) =>
      startProber(
        // The queue-proxy asks the user's port whatever number stands there, 0 too.
        probe,
        {
          run: (what): Promise<ProbeResult> => runner.probe(what),
          held: () => held,
          starting: ports.starting,
          after: ports.after,
        },
        {
          changed(good) {
            ok[index] = good;
            setProxiesReady(ok.every(Boolean));
          },
          failed: (message) => eventAbout({ type: 'Warning', reason: 'Unhealthy', message: prefix + message }),
          probed: (good, seconds) => ports.onProbe(pod, good, seconds),
        },
      ),
    );
  }

  function setProxiesReady(ready: boolean): void {
    for (const facts of proxies.values()) facts.ready = ready;
    changed();
  }

  function runnerOf(container: Container, box: PodSandbox, onChange: () => void): ContainerRunner {
    const runner: ContainerRunner = createContainerRunner(container, {
      pod: () => pod,
      sandbox: box,
      clock,
      logs: ports.logs,
      prepare: () => prepare(container, box),
      changed() {
        onChange();
        changed();
      },
      event: eventAbout,
      probing: { held: () => held, starting: ports.starting, after: ports.after },
      isServing: () => container === serving && [...proxies.values()].some(({ ready }) => ready),
      restarts(exit) {
        if (ending || failure) return false;
        if (container.restartPolicy === 'Always') return true;
        const policy = spec.restartPolicy ?? 'Always';
        const isInit = init.has(container.name);
        if (isInit) return exit.code !== 0 && policy !== 'Never';
        return policy === 'Always' || (policy === 'OnFailure' && exit.code !== 0);
      },
      before: beforeOf(container),
    });
    return runner;
  }

  /** Everything about a container that the runtime needs, resolved. @throws ConfigError. */
  async function prepare(container: Container, box: PodSandbox): Promise<ContainerSpec> {
    const containerPort = container.ports?.[0]?.containerPort;
    const port = containerPort === undefined ? undefined : ((await box.reservePort?.(containerPort)) ?? containerPort);
    const where = { podIP: box.ip, hostIP, nodeName: ports.nodeName };
    const fixed: Record<string, string> = port === undefined || !box.reservePort ? {} : { PORT: String(port) };
    const own = box.api ? apiEnvironment(box.api) : kubeconfigEnvironment();
    const env = containerEnvironment(pod, container, view, { ...where, fixed, own });
    const image =
      runtime?.name === 'docker'
        ? container.image
        : (ports.images.resolve(container.image)?.reference ?? container.image);
    return {
      name: container.name,
      image,
      command: container.command?.map((word) => expand(word, env)),
      args: container.args?.map((word) => expand(word, env)),
      workingDir: container.workingDir,
      env,
      mounts: volumes.mounts(container, env, { account: runtime?.name === 'docker' }),
      port,
      imagePullPolicy: container.imagePullPolicy ?? 'IfNotPresent',
      pullConfigs: runtime?.name === 'docker' ? pullConfigs(pod.metadata.namespace ?? '', spec, view) : [],
      securityContext: { ...spec.securityContext, ...container.securityContext },
      resources: container.resources,
      debug: container === serving ? debuggingOf(pod) : undefined,
      tty: container.tty === true,
      stdin: container.stdin !== true ? 'closed' : container.stdinOnce === true ? 'once' : 'open',
    };
  }

  /** A process has no path of its own where client libraries look for a service account; they look here first. */
  function kubeconfigEnvironment(): Record<string, string> {
    const file = runtime?.name === 'process' ? volumes.kubeconfig() : undefined;
    return file ? { KUBECONFIG: file } : {};
  }

  /** When what ends now has to be gone at the latest (monotonic ms); a later, less patient call brings it forward. */
  let deadlineAt = Number.POSITIVE_INFINITY;
  const hurried = Promise.withResolvers<void>();

  function hurry(graceMs: number): void {
    const at = performance.now() + graceMs;
    if (at >= deadlineAt) return;
    deadlineAt = at;
    hurried.resolve();
    for (const runner of [...runners.values(), ...init.values()]) void runner.running?.stop(graceMs);
  }

  async function finish(graceMs: number, drain: boolean): Promise<void> {
    deadlineAt = performance.now() + graceMs;
    for (const timer of timers) timer[Symbol.dispose]();
    pullTimer?.[Symbol.dispose]();
    const someRun = [...runners.values()].some(({ running }) => running);
    if (drain && someRun && graceMs > 0 && ports.drain) {
      let timer: Disposable | undefined;
      await Promise.race([
        ports.drain(pod).catch(() => undefined),
        hurried.promise,
        new Promise<void>((resolve) => {
          timer = ports.after(graceMs, resolve);
        }),
      ]);
      timer?.[Symbol.dispose]();
    }
    for (const prober of proxyProbers) prober[Symbol.dispose]();
    const left = Math.max(0, deadlineAt - performance.now());
    await Promise.all([...runners.values(), ...init.values()].map((runner) => runner.stop(left)));
    await setup?.catch(() => undefined);
    for (const facts of proxies.values()) {
      facts.state = {
        is: 'terminated',
        exitCode: 0,
        reason: 'Completed',
        startedAt,
        finishedAt: clock.now(),
        containerId: undefined,
      };
      facts.ready = false;
    }
    report();
    over = true;
    await sandbox?.remove();
    volumes.remove();
  }

  return {
    get pod() {
      return pod;
    },
    get isStarting() {
      return !wasReady && !ending && sandbox !== undefined;
    },
    start,
    update(stored) {
      pod = stored;
    },
    retry() {
      if (over || ending) return;
      if (!sandbox) {
        pullTimer?.[Symbol.dispose]();
        start();
      }
      for (const runner of [...init.values(), ...runners.values()]) runner.retry();
      volumes.refresh();
    },
    end(graceMs, { drain }) {
      if (ending) hurry(graceMs);
      ending ??= finish(graceMs, drain);
      return ending;
    },
    hold(value) {
      held = value;
    },
    container(name) {
      if (name !== undefined) return runners.get(name) ?? init.get(name);
      return (serving && runners.get(serving.name)) ?? runners.values().next().value;
    },
    address(port) {
      // What Services of a revision lead to is the queue-proxy's port; the application's stands for it.
      const queue = spec.containers.find(isProxy)?.ports?.find(({ name }) => name === 'queue-port');
      const owner =
        queue?.containerPort === port ? serving : real.find(({ ports: list }) => list?.[0]?.containerPort === port);
      const own = owner && runners.get(owner.name)?.address;
      if (own) return own;
      const listening = [...runners.values()].some(({ running }) => running);
      return listening && sandbox ? { host: sandbox.ip, port } : undefined;
    },
    get runningContainers() {
      return [...runners.values()].filter(({ running }) => running).length;
    },
  };
}

function graceOf(pod: Pod): number {
  return (pod.spec?.terminationGracePeriodSeconds ?? 30) * 1_000;
}
