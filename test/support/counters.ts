/** ConfigMaps that count up, for watchers to see every step of: `data.n` of each is written 1, 2, 3… */
import { core, kubeOf } from './kube.ts';

export interface Counters {
  /** Writes n = from … to of every object, each object's in order, all objects at a time. */
  count(from: number, to: number): Promise<void>;
}

/** Makes `objects` ConfigMaps c0, c1… with n = 0. */
export async function countersOf(kubeconfig: string, namespace: string, objects: number): Promise<Counters> {
  const kube = kubeOf(kubeconfig, { connections: objects });
  const map = (name: string, n: number) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { n: `${n}` },
  });
  const names = Array.from({ length: objects }, (_, index) => `c${index}`);
  for (const name of names) await kube.call('POST', core(namespace, 'configmaps'), map(name, 0));
  return {
    async count(from, to) {
      await Promise.all(
        names.map(async (name) => {
          for (let n = from; n <= to; n++) await kube.call('PUT', core(namespace, 'configmaps', name), map(name, n));
        }),
      );
    },
  };
}
