/** Marks in a service's log where a revision was scaled: what the log view shows between the lines. */
import type { KubeObject } from '../kernel/object.ts';
import type { Store } from '../kernel/store.ts';
import type { LogStore } from '../pods/ports.ts';

export function markScaling(store: Pick<Store, 'subscribe'>, logs: Pick<LogStore, 'append'>): Disposable {
  return store.subscribe(({ type, resource, object, previous }) => {
    if (resource !== 'deployments.apps' || type !== 'MODIFIED' || !previous) return;
    const { namespace = '', labels = {}, deletionTimestamp } = object.metadata;
    const service = labels['serving.knative.dev/service'];
    const revision = labels['serving.knative.dev/revision'];
    const from = replicasOf(previous);
    const to = replicasOf(object);
    if (from === to || deletionTimestamp || !service || !revision) return;
    logs.append({
      ...{ namespace, service, revision, pod: '', container: '' },
      stream: 'stdout',
      time: Date.now(),
      text: '',
      mark: `scaled ${from} ${to}`,
    });
  });
}

function replicasOf({ spec }: KubeObject): number {
  return (spec as { replicas?: number } | undefined)?.replicas ?? 1;
}
