/** For the guardian, which loads no client library: removes what carries a label from an engine, over its socket. */
import { request } from 'node:http';

export interface GuardedEngine {
  /** Unix socket or named pipe. */
  socketPath: string;
  /** `key=value`, of one run of a platform: what has it is nobody else's. */
  label: string;
}

export interface LeftBehind {
  /** Ids of containers. */
  containers: Iterable<string>;
  /** Names of containers that the engine may have been asked for without having answered. */
  creations: Iterable<string>;
}

/**
 * What was asked for and has not appeared is waited for until nothing has come or gone for this long, in this many answers: some
 * engines give up a creation that nobody waits for any more, others never do.
 */
const untilQuiet = { quietMs: 30_000, quietAnswers: 10, pauseMs: 200 };
/** An engine that still answers nothing then is given up. */
const longestMs = 600_000;

/**
 * Kills and removes the containers, then their networks; looks again until there is none, and none to come. Says nothing of what
 * cannot be done: the next start reaps again.
 * All are told to end before the first is removed, those that are known at once, before the engine has answered which there
 * are: it takes down their networks one after another, and whoever waited for that would run on meanwhile.
 */
export async function removeAll(
  { socketPath, label }: GuardedEngine,
  { containers, creations }: LeftBehind,
  { quietMs, quietAnswers, pauseMs } = untilQuiet,
): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const call = (method: string, path: string) => ask(socketPath, method, path);
  const ending = new Set<string>();
  const end = async (id: string) => {
    if (ending.has(id)) return;
    ending.add(id);
    await call('POST', `/containers/${id}/kill`);
    await call('DELETE', `/containers/${id}?force=1&v=1`);
    // One that was just being started may still be there: it is found again.
    ending.delete(id);
  };
  for (const id of containers) void end(id);

  const awaited = new Set(creations);
  const begun = performance.now();
  let [before, changed, unchanged] = ['', begun, 0];
  while (performance.now() - begun < longestMs) {
    const asked = performance.now();
    const found = await call('GET', `/containers/json?all=1&filters=${filters}`);
    for (const { Id, Names = [] } of found ?? []) {
      for (const name of Names) awaited.delete(name.slice(1));
      void end(Id);
    }
    if (found?.length === 0 && ending.size === 0 && awaited.size === 0) break;
    const now = performance.now();
    const ids = found?.map(({ Id }) => Id).join() ?? before;
    if (ids !== before || ending.size > 0) [before, changed, unchanged] = [ids, now, 0];
    else if (++unchanged >= quietAnswers && now - changed > quietMs) break;
    // A busy engine is not asked all the time.
    await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, now - asked)));
  }
  // An engine lets go of a container's place in its network a moment after the container.
  const until = performance.now() + quietMs;
  for (;;) {
    const networks = (await call('GET', `/networks?filters=${filters}`)) ?? [];
    if (networks.length === 0 || performance.now() > until) return;
    await Promise.all(networks.map(({ Id }) => call('DELETE', `/networks/${Id}`)));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

interface Found {
  Id: string;
  /** Of containers; each begins with `/`. */
  Names?: string[];
}

/** @returns undefined where the answer is no list, or there is none. */
function ask(socketPath: string, method: string, path: string): Promise<Found[] | undefined> {
  return new Promise((resolve) => {
    const sent = request({ socketPath, method, path, headers: { host: 'docker' }, timeout: longestMs }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('close', () => {
        try {
          const found = JSON.parse(body) as Found[];
          resolve(Array.isArray(found) ? found : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}
