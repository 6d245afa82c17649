/** Where a pod goes: which runtime, and whether this machine could ever hold it. Pure but for what it is given. */
import type { KubeObject } from '../kernel/object.ts';
import type { KubeletPorts } from './kubelet-ports.ts';
import { ImageUnavailable, type PodRuntime } from './ports.ts';
import { parseQuantity } from './process/refusals.ts';
import { isQueueProxy } from './queue-proxy.ts';
import type { Container, Pod } from './types.ts';

type PlacementPorts = Pick<KubeletPorts, 'images' | 'runtimes' | 'view'> & { nodeName: string };

const kinds = ['cpu', 'memory'] as const;

/**
 * Decision 3: every image in the local store → processes; else an engine → containers; else it cannot run here.
 * @throws ImageUnavailable.
 */
export function chooseRuntime(pod: Pod, { images, runtimes }: PlacementPorts): PodRuntime {
  const image = unknownImage(pod, images);
  if (image === undefined) return runtimes.process;
  if (runtimes.docker) return runtimes.docker;
  throw new ImageUnavailable(
    'ImageNotInStore',
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ` +
      `${image}: not found in the platform's image store, and there is no Docker Engine to pull it`,
  );
}

/**
 * The scheduler's words for a pod of containers that asks for a claim that is not there, or for more than the whole machine
 * has. Requests of different pods
 * are not added up: the machine is the user's own. Processes are never refused; what they request is only recorded.
 */
export function unschedulable(pod: Pod, { images, runtimes, view, nodeName }: PlacementPorts): string | undefined {
  if (!runtimes.docker || unknownImage(pod, images) === undefined) return undefined;
  const absent = (pod.spec?.volumes ?? [])
    .map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName)
    .find((name) => name && !view.get('persistentvolumeclaims', pod.metadata.namespace, name));
  if (absent) {
    return (
      `0/1 nodes are available: persistentvolumeclaim "${absent}" not found. ` +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
    );
  }
  const node = view.get<KubeObject>('nodes', undefined, nodeName);
  const allocatable = (node?.status as { allocatable?: Record<string, string> } | undefined)?.allocatable;
  if (!allocatable) return undefined;
  const lacking = kinds.filter((kind) => {
    const there = parseQuantity(allocatable[kind] ?? '');
    return there !== undefined && requested(pod, kind) > there;
  });
  if (lacking.length === 0) return undefined;
  return (
    `0/1 nodes are available: ${lacking.map((kind) => `1 Insufficient ${kind}`).join(', ')}. ` +
    'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.'
  );
}

function unknownImage(pod: Pod, images: PlacementPorts['images']): string | undefined {
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  const real = containers.filter((container) => !isQueueProxy(pod, container));
  return [...initContainers, ...real].find(({ image }) => !images.resolve(image))?.image;
}

/** What runs together is added up; of init containers that end, the greediest counts where it asks for more. */
function requested({ spec }: Pod, kind: (typeof kinds)[number]): number {
  const of = ({ resources }: Container) =>
    parseQuantity(resources?.['requests']?.[kind] ?? resources?.['limits']?.[kind] ?? 0) ?? 0;
  const { initContainers = [], containers = [] } = spec ?? {};
  const together = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const sum = together.reduce((total, container) => total + of(container), 0);
  return Math.max(sum, ...initContainers.map(of));
}
