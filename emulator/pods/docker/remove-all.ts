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
 * All are killed before the first is removed: the engine takes down their networks one after another, and whoever waited for
 * that would run on meanwhile.
 */
export async function removeAll({ socketPath, label }: GuardedEngine): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const call = (method: string, path: string) => ask(socketPath, method, path);
  const containers = await call('GET', `/containers/json?all=1&filters=${filters}`);
  await Promise.all(containers.map(({ Id }) => call('POST', `/containers/${Id}/kill`)));
  await Promise.all(containers.map(({ Id }) => call('DELETE', `/containers/${Id}?force=1&v=1`)));
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
