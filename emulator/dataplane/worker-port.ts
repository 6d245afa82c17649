/**
 * The data plane in a worker thread (decision 12): a storm of API writes never delays a request. A worker that dies is
 * replaced: the next one gets the same ports and what the last one knew, so that applications and their names live on.
 */
import { Worker } from 'node:worker_threads';
import type {
  DataPlanePort,
  FromDataPlane,
  RoutingChanges,
  RoutingSnapshot,
  ServiceTarget,
  ToDataPlane,
} from './protocol.ts';

/** How long requests in flight get to end when it is closed. */
const closeTimeoutMs = 2000;
/** Nearly all that a request allocates dies young; a bigger nursery only grows the process (246 MB under load, with this 135). */
const youngMb = 24;
/** A worker that dies more often than this within a minute is told as `failed`: something is broken for good. */
const restartsPerMinute = 3;

/**
 * `url`: of the bundled (or, in the repository, the TypeScript) worker entry. A worker that was replaced is told as `failed`
 * with code Restarted, one that is gone for good with DataPlaneCrashed or DataPlaneExited.
 */
export function createWorkerDataPlane(url: URL): DataPlanePort {
  const listeners = new Set<(message: FromDataPlane) => void>();
  const restarts: number[] = [];
  let snapshot: RoutingSnapshot | undefined;
  let requestLogs: (ToDataPlane & { type: 'logRequests' }) | undefined;
  let receivers: (ToDataPlane & { type: 'receivers' }) | undefined;
  let certificates: (ToDataPlane & { type: 'certificates' }) | undefined;
  const services: Record<string, ServiceTarget | null> = {};
  let tls: { host: string; port: number } | undefined;
  /** Port at each address where it listens for requests from inside. */
  const insideAt = new Map<string, number>();
  let bound: (FromDataPlane & { type: 'listening' }) | undefined;
  let closing = false;
  let exited = Promise.resolve();
  let worker = start();

  function tell(message: FromDataPlane): void {
    if (message.type === 'listening') bound = message;
    else if (message.type === 'tlsListening' && tls && !message.error) tls = { ...tls, port: message.port };
    else if (message.type === 'insideListening' && !message.error) insideAt.set(message.host, message.port);
    for (const listener of listeners) listener(message);
  }

  function start(): Worker {
    const next = new Worker(url, { name: 'dataplane', resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
    let why: string | undefined;
    next.on('message', tell);
    next.on('error', (error) => {
      why = String(error);
    });
    exited = new Promise((resolve) => {
      next.once('exit', (code) => {
        resolve();
        if (!closing) ended(code, why);
      });
    });
    return next;
  }

  function ended(exitCode: number, error: string | undefined): void {
    const message = error ?? `the data plane ended with code ${exitCode}`;
    const now = performance.now();
    while (restarts[0] !== undefined && now - restarts[0] > 60_000) restarts.shift();
    if (!bound || restarts.length >= restartsPerMinute) {
      tell({ type: 'failed', code: error ? 'DataPlaneCrashed' : 'DataPlaneExited', message });
      return;
    }
    restarts.push(now);
    const { host, port, inside } = bound;
    worker = start();
    if (snapshot) worker.postMessage({ type: 'snapshot', snapshot } satisfies ToDataPlane);
    for (const message of [requestLogs, receivers, certificates]) if (message) worker.postMessage(message);
    if (Object.keys(services).length > 0) worker.postMessage({ type: 'services', services } satisfies ToDataPlane);
    for (const [at, port] of insideAt) {
      worker.postMessage({ type: 'listenInside', host: at, port } satisfies ToDataPlane);
    }
    if (tls) {
      worker.postMessage({ type: 'listenTls', host: tls.host, port: tls.port, fallback: false } satisfies ToDataPlane);
    }
    worker.postMessage({ type: 'listen', host, port, fallback: false, insidePort: inside.port } satisfies ToDataPlane);
    tell({ type: 'failed', code: 'Restarted', message: `${message}; started again` });
  }

  return {
    post(message) {
      if (message.type === 'snapshot') snapshot = message.snapshot;
      else if (message.type === 'changes' && snapshot) snapshot = withChanges(snapshot, message.changes);
      else if (message.type === 'logRequests') requestLogs = message;
      else if (message.type === 'services') merge(services, message.services);
      else if (message.type === 'receivers') receivers = message;
      else if (message.type === 'certificates') certificates = message;
      else if (message.type === 'listenTls') tls = { host: message.host, port: message.port };
      worker.postMessage(message);
    },
    onMessage(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async close() {
      closing = true;
      worker.postMessage({ type: 'close' });
      const timer = setTimeout(() => void worker.terminate(), closeTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Changes in place: this copy is nobody else's, and a change costs what it changes. */
function withChanges(snapshot: RoutingSnapshot, { version, hosts, localHosts, revisions }: RoutingChanges) {
  merge(snapshot.hosts, hosts);
  merge(snapshot.localHosts, localHosts);
  merge(snapshot.revisions, revisions);
  return { ...snapshot, version };
}

function merge<T>(target: Record<string, T>, changes: Record<string, T | null>): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete target[key];
    else target[key] = value;
  }
}
