/** Which container of a pod a request means, in the API server's words. */
import { ApiError } from '../kernel/errors.ts';
import { at } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';

/** @throws ApiError BadRequest when the pod has no such container, or several and none is named. */
export function containerOf(pod: KubeObject, wanted: string | null | undefined): string {
  const named = (list: string) => ((at(pod, 'spec', list) ?? []) as { name: string }[]).map(({ name }) => name);
  const containers = named('containers');
  const inits = named('initContainers');
  if (wanted) {
    if ([...containers, ...inits].includes(wanted)) return wanted;
    throw new ApiError('BadRequest', `container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  const [only, ...others] = containers;
  if (only !== undefined && others.length === 0) return only;
  const choice = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  throw new ApiError(
    'BadRequest',
    `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${containers.join(' ')}]${choice}`,
  );
}
