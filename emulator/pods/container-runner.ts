/**
 * One container of a pod over its restarts: created, started, probed, restarted with back-off, stopped. The pod's runner
 * owns the order among containers; the runtime owns what a container is.
 */
import type { Clock } from '../kernel/clock.ts';
import type { EventDraft } from '../kernel/controller.ts';
import { ConfigError, MountFailed } from './container-environment.ts';
import type { OpenLogStore } from './kubelet-ports.ts';
import { createLineSplitter } from './logs/lines.ts';
import { withoutNotes } from './notes.ts';
import { findAddress } from './port-finder.ts';
import {
  CannotHonour,
  CannotRun,
  type ContainerSpec,
  type ExitInfo,
  ImageUnavailable,
  type OutputSink,
  type PodSandbox,
  type RunningContainer,
  runLabel,
  type SiteOf,
} from './ports.ts';
import { type ProberPorts, startProber } from './prober.ts';
import { type ProbeResult, type ProbeTarget, runProbe } from './probes.ts';
import type { ContainerFacts, Termination } from './status.ts';
import type { Container, LifecycleHandler, Pod, Probe } from './types.ts';

export interface ContainerContext {
  pod(): Pod;
  sandbox: PodSandbox;
  clock: Clock;
  logs: OpenLogStore;
  /** Everything resolved. @throws ConfigError. */
  prepare(): Promise<ContainerSpec>;
  /** The facts have changed. */
  changed(): void;
  event(event: EventDraft): void;
  probing: Omit<ProberPorts, 'run'>;
  /** The queue-proxy finds it ready. */
  isServing(): boolean;
  /** Whether it is started again after this exit. */
  restarts(exit: ExitInfo): boolean;
  /** Facts from before the platform was restarted. */
  before: { restarts: number } | undefined;
}

export interface ContainerRunner {
  readonly facts: ContainerFacts;
  readonly running: RunningContainer | undefined;
  readonly address: { host: string; port: number } | undefined;
  readonly debugAddress: { host: string; port: number } | undefined;
  start(): void;
  /** Tries again now what waits for an image or a ConfigMap. */
  retry(): void;
  stop(graceMs: number, why?: string): Promise<void>;
  /** Puts a mark into its log. */
  mark(text: string): void;
  probe(probe: Probe): Promise<ProbeResult>;
}

const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;
/** A container that ran this long begins a new series of restarts. */
const settledMs = 600_000;
const configRetryMs = 10_000;

export function createContainerRunner(container: Container, context: ContainerContext): ContainerRunner {
  const { clock, logs } = context;
  const facts: ContainerFacts = {
    name: container.name,
    image: container.image,
    imageId: '',
    containerId: undefined,
    state: { is: 'waiting', reason: 'ContainerCreating' },
    last: undefined,
    restarts: context.before?.restarts ?? 0,
    started: false,
    ready: false,
  };
  let running: RunningContainer | undefined;
  let debuggerListens = false;
  let address: { host: string; port: number } | undefined;
  let startedAt: number | undefined;
  let backoffMs = 0;
  let pullBackoffMs = 0;
  let stopping = false;
  let starting = false;
  let retryTimer: Disposable | undefined;
  let watchers: Disposable[] = [];

  const labels = () => context.pod().metadata.labels ?? {};
  const origin = () => ({
    namespace: context.pod().metadata.namespace ?? '',
    service: labels()['serving.knative.dev/service'] ?? '',
    revision: labels()['serving.knative.dev/revision'] ?? '',
    pod: context.pod().metadata.name,
    podUid: context.pod().metadata.uid,
    container: container.name,
    restart: facts.restarts,
  });
  const mark = (text: string) => logs.append({ ...origin(), time: Date.now(), stream: 'stdout', text: '', mark: text });

  const waitFor = (reason: string, message?: string) => {
    facts.state = { is: 'waiting', reason, ...(message === undefined ? {} : { message }) };
    context.changed();
  };

  const again = (delayMs: number) => {
    retryTimer?.[Symbol.dispose]();
    retryTimer = clock.after(delayMs, () => start());
  };

  const target: ProbeTarget = {
    address(port) {
      const number = typeof port === 'number' && port > 0 ? port : portNamed(container, port);
      const own = container.ports?.[0]?.containerPort;
      // The serving port is wherever the runtime put it, and nowhere while nothing runs; other ports are the app's own.
      if (own !== undefined && (number === undefined || number === own)) return address;
      const { ip } = context.sandbox;
      return number === undefined || ip === '' ? undefined : { host: ip, port: number };
    },
    exec: (argv, io) => {
      if (!running) throw new Error('the container is not running');
      return running.exec(argv, io);
    },
  };
  const probe = (what: Probe) => runProbe(what, target);
  const probing: ProberPorts = { ...context.probing, run: probe };

  function start(): void {
    if (stopping || starting || running) return;
    starting = true;
    retryTimer?.[Symbol.dispose]();
    begin()
      .catch(failed)
      .finally(() => {
        starting = false;
      });
  }

  async function begin(): Promise<void> {
    const spec = await context.prepare();
    const own = outputOf();
    const began = await context.sandbox.start(spec, own.sink, context.event);
    pullBackoffMs = 0;
    running = began;
    debuggerListens = began.debugListens === undefined;
    void began.debugListens?.then(() => {
      if (running !== began) return;
      debuggerListens = true;
      context.changed();
    });
    startedAt = clock.now();
    address = began.address;
    Object.assign(facts, { imageId: began.imageId, containerId: began.id, started: false, ready: false });
    facts.state = { is: 'running', since: startedAt };
    context.event({ type: 'Normal', reason: 'Created', message: `Created container: ${container.name}` });
    context.event({ type: 'Normal', reason: 'Started', message: `Started container ${container.name}` });
    logs.append({
      ...origin(),
      time: Date.now(),
      stream: 'stdout',
      text: '',
      mark: 'started',
      ...(began.root === undefined ? {} : { root: began.root }),
    });
    began.exited.then(
      (exit) => ended(exit, own.end),
      (error: Error) => ended({ code: 255, reason: 'Error', message: error.message }, own.end),
    );
    if (stopping) {
      await began.stop(0);
      return;
    }
    watch(began, spec);
    context.changed();
  }

  /** Output as log entries, whole lines; what an instance wrote last is there before its end is told. */
  function outputOf(): { sink: OutputSink; end(): void } {
    const from = origin();
    const splitters = { stdout: createLineSplitter(), stderr: createLineSplitter() };
    const write = (
      stream: 'stdout' | 'stderr',
      lines: ReturnType<(typeof splitters)['stdout']['push']>,
      siteOf?: SiteOf,
    ) => {
      const time = Date.now();
      for (const { text, partial } of lines) {
        const site = partial ? undefined : siteOf?.(stream, text);
        logs.append({ ...from, time, stream, text, ...(partial ? { partial } : {}), ...(site ? { site } : {}) });
      }
    };
    return {
      sink: (stream, chunk, siteOf) => write(stream, splitters[stream].push(chunk), siteOf),
      end() {
        for (const stream of ['stdout', 'stderr'] as const) write(stream, splitters[stream].end());
      },
    };
  }

  function failed(error: unknown): void {
    if (stopping) return;
    if (error instanceof ImageUnavailable) {
      pullFailed(error);
      return;
    }
    if (error instanceof CannotRun) {
      const now = clock.now();
      startedAt = now;
      // As a kubelet with containerd tells it, whatever the engine's own code is.
      void ended({ code: 128, reason: 'StartError', message: error.message }, () => undefined);
      return;
    }
    const message = (error as Error).message;
    if (error instanceof MountFailed) {
      context.event({ type: 'Warning', reason: 'FailedMount', message });
      again(configRetryMs);
      return;
    }
    const reason = error instanceof ConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
    context.event({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` });
    waitFor(reason, message);
    // What the runtime cannot honour stays so until the manifest changes, which makes another pod.
    if (!(error instanceof CannotHonour)) again(configRetryMs);
  }

  function pullFailed(error: ImageUnavailable): void {
    const { image } = container;
    if (error.code === 'NeverPull') {
      context.event({ type: 'Warning', reason: 'ErrImageNeverPull', message: error.message });
      context.event({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImageNeverPull' });
      waitFor('ErrImageNeverPull', error.message);
      again(configRetryMs);
      return;
    }
    const first = pullBackoffMs === 0;
    pullBackoffMs = first ? firstBackoffMs : Math.min(pullBackoffMs * 2, longestBackoffMs);
    context.event({ type: 'Warning', reason: 'Failed', message: `Failed to pull image "${image}": ${error.message}` });
    context.event({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
    waitFor('ErrImagePull', error.message);
    const backOff = `Back-off pulling image "${image}"`;
    context.event({ type: 'Normal', reason: 'BackOff', message: backOff });
    context.event({ type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' });
    waitFor('ImagePullBackOff', `${backOff}: ErrImagePull: ${error.message}`);
    again(pullBackoffMs);
  }

  function watch(instance: RunningContainer, spec: ContainerSpec): void {
    const kill = (what: string) => {
      // Whoever is being stopped is asked nothing any more.
      for (const watcher of watchers.splice(0)) watcher[Symbol.dispose]();
      context.event({
        type: 'Normal',
        reason: 'Killing',
        message: `Container ${container.name} failed ${what}, will be restarted`,
      });
      void instance.stop((context.pod().spec?.terminationGracePeriodSeconds ?? 30) * 1_000);
    };
    const unhealthy = (what: string) => (message: string) =>
      context.event({ type: 'Warning', reason: 'Unhealthy', message: `${what} probe failed: ${message}` });
    const add = (watcher: Disposable) => {
      if (running === instance) watchers.push(watcher);
      else watcher[Symbol.dispose]();
    };

    const mayBuild = context.pod().metadata.labels?.[runLabel] !== undefined;
    const untilBuilt: ProberPorts = { ...probing, mayBuild };
    const afterStartup = () => {
      facts.started = true;
      const { readinessProbe, livenessProbe } = container;
      if (readinessProbe) {
        add(
          startProber(readinessProbe, probing, {
            changed: (ok) => setReady(ok),
            failed: unhealthy('Readiness'),
          }),
        );
      } else setReady(true);
      if (livenessProbe) {
        // One that waits for its debugger answers nothing before somebody has attached.
        let answered = instance.debugAddress === undefined;
        add(
          startProber(withPeriod(livenessProbe), untilBuilt, {
            changed(ok) {
              if (ok) answered = true;
              else if (answered) kill('liveness probe');
            },
            failed: unhealthy('Liveness'),
          }),
        );
      }
      context.changed();
    };

    // Without a probe it is ready as soon as it is started, which says nothing of a port.
    const hasAnswered = () => (container.readinessProbe ? facts.ready : context.isServing());
    if (spec.port !== undefined) {
      add(
        findAddress({ port: spec.port, instance, isReady: hasAnswered, after: context.probing.after }, (found) => {
          address = { host: found.host, port: found.port };
          if (found.port !== spec.port) {
            context.event({
              type: 'Warning',
              reason: 'PortIgnored',
              message:
                `container ${container.name} listens on port ${found.port} and not on the one in PORT (${spec.port}): ` +
                'requests go there, but a second instance or revision cannot listen beside it. ' +
                'Make the application listen on the port in the environment variable PORT.',
            });
          }
          context.changed();
        }),
      );
    }
    const hook = container.lifecycle?.postStart;
    const ready = hook ? runHook(hook) : Promise.resolve();
    ready.then(
      () => {
        if (running !== instance) return;
        const { startupProbe } = container;
        if (!startupProbe) return afterStartup();
        const prober = startProber(withPeriod(startupProbe), untilBuilt, {
          changed(ok) {
            // Nor has it started by then, however long that takes.
            if (!ok && instance.debugAddress) return;
            prober[Symbol.dispose]();
            if (ok) afterStartup();
            else kill('startup probe');
          },
          failed: unhealthy('Startup'),
        });
        add(prober);
      },
      (error: Error) => {
        context.event({
          type: 'Warning',
          reason: 'FailedPostStartHook',
          message: `PostStartHook failed: ${error.message}`,
        });
        void instance.stop(0);
      },
    );
  }

  async function runHook(hook: LifecycleHandler): Promise<void> {
    if (hook.sleep) {
      const { seconds } = hook.sleep;
      await new Promise<void>((resolve) => void context.probing.after(seconds * 1_000, resolve));
      return;
    }
    const result = await probe({ ...hook, timeoutSeconds: 600 });
    if (!result.ok) throw new Error(result.message);
  }

  function setReady(ready: boolean): void {
    if (facts.ready === ready) return;
    facts.ready = ready;
    context.changed();
  }

  async function ended(exit: ExitInfo, flush: () => void): Promise<void> {
    for (const watcher of watchers) watcher[Symbol.dispose]();
    watchers = [];
    // Before anything else: it gets no request any more.
    running = undefined;
    address = undefined;
    facts.ready = false;
    facts.started = false;
    context.changed();
    flush();
    mark(stopping ? 'stopped' : exit.signal ? `killed ${exit.signal}` : `exited ${exit.code}`);
    // 80 lines and 2 KiB are what kubelets take for FallbackToLogsOnError.
    const output = exit.code === 0 ? '' : withoutNotes(await logs.lastOutput(origin(), 80, 2_048));
    const fallback = container.terminationMessagePolicy === 'FallbackToLogsOnError' ? output : '';
    const message = exit.message ?? fallback;
    const finishedAt = clock.now();
    const termination: Termination = {
      exitCode: exit.code,
      reason: exit.reason,
      ...(message ? { message } : {}),
      startedAt,
      finishedAt,
      containerId: facts.containerId,
    };
    facts.state = { is: 'terminated', ...termination };
    context.changed();
    if (stopping || !context.restarts(exit)) return;
    if (/EADDRINUSE|address already in use/i.test(output)) portTaken(output);

    const ran = finishedAt - (startedAt ?? finishedAt);
    if (ran >= settledMs) backoffMs = 0;
    const delay = backoffMs;
    backoffMs = Math.min(Math.max(backoffMs * 2, firstBackoffMs), longestBackoffMs);
    facts.last = termination;
    if (delay > 0) {
      const { name, namespace, uid } = context.pod().metadata;
      const what = `restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
      context.event({
        type: 'Warning',
        reason: 'BackOff',
        message: `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`,
      });
      waitFor('CrashLoopBackOff', `back-off ${duration(delay)} ${what}`);
    }
    retryTimer?.[Symbol.dispose]();
    retryTimer = clock.after(delay, () => {
      facts.restarts++;
      facts.last = termination;
      start();
    });
  }

  function portTaken(output: string): void {
    context.event({ type: 'Warning', reason: 'PortTaken', message: portTakenMessage(container, output) });
  }

  return {
    facts,
    get running() {
      return running;
    },
    get address() {
      return address;
    },
    get debugAddress() {
      return debuggerListens ? running?.debugAddress : undefined;
    },
    start,
    retry() {
      if (facts.state.is === 'waiting' && facts.state.reason !== 'CrashLoopBackOff') start();
    },
    async stop(graceMs, why) {
      stopping = true;
      retryTimer?.[Symbol.dispose]();
      const instance = running;
      if (!instance) return;
      context.event({ type: 'Normal', reason: 'Killing', message: why ?? `Stopping container ${container.name}` });
      const begun = performance.now();
      const hook = container.lifecycle?.preStop;
      // The drain of a Knative pod is asked for by the pod's runner; its hook points to the queue-proxy.
      if (hook && hook.httpGet?.path !== '/wait-for-drain') {
        await Promise.race([
          runHook(hook).catch((error: Error) =>
            context.event({
              type: 'Warning',
              reason: 'FailedPreStopHook',
              message: `PreStopHook failed: ${error.message}`,
            }),
          ),
          new Promise<void>((resolve) => void context.probing.after(graceMs, resolve)),
        ]);
      }
      await instance.stop(Math.max(0, graceMs - (performance.now() - begun)));
    },
    probe,
    mark,
  };
}

/** Only readiness knows Knative's `periodSeconds: 0`; elsewhere absent means ten seconds. */
function withPeriod(probe: Probe): Probe {
  return { ...probe, periodSeconds: probe.periodSeconds || 10 };
}

function portNamed(container: Container, port: number | string): number | undefined {
  if (typeof port === 'number') return undefined;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) && Number(port) > 0 ? Number(port) : undefined);
}

/** `listen EADDRINUSE: address already in use :::3000` (Node), `listen tcp :3000: bind: address already in use` (Go). */
export function portTakenMessage({ name, env = [] }: Pick<Container, 'name' | 'env'>, output: string): string {
  const port =
    /(?:EADDRINUSE|address already in use)\D{0,80}?(\d{2,5})(?!\d)/i.exec(output)?.[1] ??
    /:(\d{2,5})\b[^\n]{0,40}address already in use/i.exec(output)?.[1];
  const where = port ? ` on port ${port}, which another process has` : ': another process has its port';
  // Only the container that serves is given one.
  const advice = env.some((variable) => variable.name === 'PORT')
    ? 'make the application listen on the port in the environment variable PORT'
    : 'processes share the ports of this machine: give this container another one';
  return `container ${name} could not listen${where}: ${advice}.`;
}

/** Go's time.Duration for whole seconds: `10s`, `1m20s`, `5m0s`. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
