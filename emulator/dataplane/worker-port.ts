/** The data plane in a worker thread (decision 12): a storm of API writes never delays a request. */
import { Worker } from 'node:worker_threads';
import type { DataPlanePort, FromDataPlane } from './protocol.ts';

/** How long requests in flight get to end when it is closed. */
const closeTimeoutMs = 2000;
/** Nearly all that a request allocates dies young; a bigger nursery only grows the process (246 MB under load, with this 135). */
const youngMb = 24;

/** `url`: of the bundled (or, in the repository, the TypeScript) worker entry. A worker that dies is told as `failed`. */
export function createWorkerDataPlane(url: URL): DataPlanePort {
  const listeners = new Set<(message: FromDataPlane) => void>();
  const worker = new Worker(url, { name: 'dataplane', resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
  let closing = false;
  const tell = (message: FromDataPlane) => {
    for (const listener of listeners) listener(message);
  };
  worker.on('message', tell);
  worker.on('error', (error) => tell({ type: 'failed', code: 'DataPlaneCrashed', message: String(error) }));
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      if (!closing)
        tell({ type: 'failed', code: 'DataPlaneExited', message: `the data plane ended with code ${code}` });
      resolve();
    });
  });

  return {
    post: (message) => worker.postMessage(message),
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
