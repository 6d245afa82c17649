/** Entry of the data plane's worker thread (bundled by itself). */
import { parentPort } from 'node:worker_threads';
import { createDataPlane } from './dataplane.ts';
import type { ToDataPlane } from './protocol.ts';

const port = parentPort;
if (!port) throw new Error('the data plane runs as a worker thread');

const plane = createDataPlane((message) => port.postMessage(message));
// A fault in one exchange must not take the others' connections along; it is told, and stays visible.
process.on('uncaughtException', (error) => {
  port.postMessage({ type: 'failed', code: 'Bug', message: error.stack ?? String(error) });
});
port.on('message', (message: ToDataPlane) => {
  if (message.type !== 'close') plane.receive(message);
  else void plane.close().then(() => port.close());
});
