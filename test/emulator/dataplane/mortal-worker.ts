/** The data plane's worker, which also dies when it is told to. */
import { parentPort } from 'node:worker_threads';
import '../../../emulator/dataplane/worker.ts';

parentPort?.on('message', ({ type }: { type: string }) => {
  if (type === 'die') process.exit(3);
});
