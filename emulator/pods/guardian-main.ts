/**
 * The guardian (decision 11): a process of its own that outlives a killed platform by a moment. It reads the process
 * groups of running instances from its standard input, which ends when the platform does, in whatever way; then it ends
 * them all, and whoever carries the platform's mark, its containers, and itself. Bundled to dist/guardian.mjs.
 *
 * Lines: `mark <platform>/`, `+<pgid>`, `-<pgid>`, `engine <GuardedEngine as JSON>`, `container+<id>`, `container-<id>`,
 * `creation+<name>`, `creation-<name>`.
 */
import { createInterface } from 'node:readline';
import { type GuardedEngine, removeAll } from './docker/remove-all.ts';
import { groupIsAlive, killProcesses, markedProcesses, signalGroup } from './process/groups.ts';

/** Time that instances get to end by themselves; with the rest well below two seconds. */
const graceMs = 800;

const groups = new Set<number>();
const containers = new Set<string>();
const creations = new Set<string>();
let mark: string | undefined;
let engine: GuardedEngine | undefined;

// Ctrl-C in the platform's terminal is the platform's affair.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('mark ')) mark = line.slice('mark '.length);
  else if (line.startsWith('engine ')) engine = JSON.parse(line.slice('engine '.length)) as GuardedEngine;
  else if (line.startsWith('container+')) containers.add(line.slice('container+'.length));
  else if (line.startsWith('container-')) containers.delete(line.slice('container-'.length));
  else if (line.startsWith('creation+')) creations.add(line.slice('creation+'.length));
  else if (line.startsWith('creation-')) creations.delete(line.slice('creation-'.length));
  else if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else if (line.startsWith('-')) groups.delete(Number(line.slice(1)));
});
lines.on('close', () => void endAll());
process.stdin.on('error', () => undefined);

async function endAll(): Promise<void> {
  const end = performance.now() + graceMs;
  const removed = engine && removeAll(engine, { containers, creations });
  for (const group of groups) signalGroup(group, 'SIGTERM');
  // A process that was being spawned when the platform died may not have been announced: its mark tells it.
  const strays = () => (mark ? markedProcesses(mark).map(({ pid }) => pid) : []);
  for (const pid of strays()) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // Gone in the meantime.
    }
  }
  while (performance.now() < end && ([...groups].some(groupIsAlive) || strays().length > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const group of groups) signalGroup(group, 'SIGKILL');
  // Twice: one that forks while it is being looked for is found the second time.
  killProcesses(strays());
  killProcesses(strays());
  // A busy engine takes its time, and may still be making what it was asked for.
  await removed;
  process.exit(0);
}
