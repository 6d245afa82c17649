/** For the guardian, which loads no client library: removes what carries a label from an engine, over its socket. */
import { request } from 'node:http';

export interface GuardedEngine {
  /** Unix socket or named pipe. */
  socketPath: string;
  /** `key=value`. */
  label: string;
}

/**
 * Kills and removes the containers, then their networks. Says nothing of what cannot be done: the next start reaps again.
 * All are told to end before the first is removed, those that are known at once, before the engine has answered which there
 * are: it takes down their networks one after another, and whoever waited for that would run on meanwhile.
 * @param known ids.
 */
export async function removeAll({ socketPath, label }: GuardedEngine, known: Iterable<string>): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const call = (method: string, path: string) => ask(socketPath, method, path);
  const ended = new Map<string, Promise<unknown>>();
  const end = async (id: string) => {
    await call('POST', `/containers/${id}/kill`);
    await call('DELETE', `/containers/${id}?force=1&v=1`);
  };
  for (const id of known) ended.set(id, end(id));
  const containers = await call('GET', `/containers/json?all=1&filters=${filters}`);
  for (const { Id } of containers) if (!ended.has(Id)) ended.set(Id, end(Id));
  await Promise.all(ended.values());
  const networks = await call('GET', `/networks?filters=${filters}`);
  await Promise.all(networks.map(({ Id }) => call('DELETE', `/networks/${Id}`)));
}

function ask(socketPath: string, method: string, path: string): Promise<{ Id: string }[]> {
  return new Promise((resolve) => {
    const sent = request({ socketPath, method, path, headers: { host: 'docker' } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      answer.on('end', () => {
        try {
          const found = JSON.parse(body) as { Id: string }[];
          resolve(Array.isArray(found) ? found : []);
        } catch {
          resolve([]);
        }
      });
    });
    sent.on('error', () => resolve([]));
    sent.end();
  });
}
