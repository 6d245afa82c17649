/** Tells how many instances of each revision of a service are ready, whenever that changes: the past that charts show. */
import type { Change, Store } from '../kernel/store.ts';
import { isInstance } from '../knative/workloads/pods.ts';

/** @param told the service as `namespace/name`; its ready instances by revision name, without revisions that have none */
export function countInstances(
  store: Pick<Store, 'subscribe' | 'list'>,
  told: (service: string, instances: Readonly<Record<string, number>>, at: number) => void,
  now: () => number,
): Disposable {
  const counts = new Map<string, Record<string, number>>();

  const add = (service: string, revision: string, by: number): void => {
    const { [revision]: before = 0, ...others } = counts.get(service) ?? {};
    const instances = before + by > 0 ? { ...others, [revision]: before + by } : others;
    if (Object.keys(instances).length > 0) counts.set(service, instances);
    else counts.delete(service);
    told(service, instances, now());
  };

  const look = ({ type, resource, object, previous }: Pick<Change, 'type' | 'resource' | 'object' | 'previous'>) => {
    if (resource !== 'pods') return;
    const { namespace = '', labels = {} } = object.metadata;
    const service = labels['serving.knative.dev/service'];
    const revision = labels['serving.knative.dev/revision'];
    if (!service || !revision) return;
    const was = type === 'DELETED' ? isInstance(previous ?? object) : previous !== undefined && isInstance(previous);
    const is = type !== 'DELETED' && isInstance(object);
    if (was !== is) add(`${namespace}/${service}`, revision, is ? 1 : -1);
  };

  for (const object of store.list('pods')) look({ type: 'ADDED', resource: 'pods', object });
  return store.subscribe(look);
}
