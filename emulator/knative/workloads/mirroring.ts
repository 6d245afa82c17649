/**
 * EndpointSlices of Endpoints that somebody made by hand for a Service without a selector (kubernetes
 * pkg/controller/endpointslicemirroring): clients look at slices only.
 */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { annotationsOf, labelsOf, without } from '../objects.ts';
import { hasSelector } from './endpoints.ts';
import { nameSuffix } from './hash.ts';
import { workloads } from './resources.ts';
import type { CoreService, EndpointAddress, EndpointSubset, Endpoints } from './types.ts';

const skip = 'endpointslice.kubernetes.io/skip-mirror';

export function mirroringController(): Controller<Endpoints> {
  return {
    name: 'endpointslicemirroring',
    resource: workloads.endpoints,
    owns: [workloads.endpointSlices],
    watches: [{ resource: workloads.services, keys: (service) => [keyOf(service)] }],
    reconcile: reconcileMirror,
  };
}

export function reconcileMirror(endpoints: Endpoints, view: View): Outcome {
  const { metadata, subsets = [] } = endpoints;
  const service = view.get<CoreService>(workloads.services, metadata.namespace, metadata.name);
  const mirrored = service && !hasSelector(service.spec?.selector) && labelsOf(endpoints)[skip] !== 'true';
  if (metadata.deletionTimestamp || !mirrored) return {};
  return { children: subsets.map((subset) => sliceOf(endpoints, subset)) };
}

function sliceOf(endpoints: Endpoints, { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset): Child {
  const { name, namespace, uid } = endpoints.metadata;
  const endpoint = ({ ip, nodeName, targetRef }: EndpointAddress, ready: boolean) => ({
    addresses: [ip],
    conditions: { ready },
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  });
  const object = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...(namespace ? { namespace } : {}),
      // One a subset, and subsets differ in their ports.
      name: `${name}-${nameSuffix(uid + JSON.stringify(ports))}`,
      generateName: `${name}-`,
      labels: {
        ...labelsOf(endpoints),
        'kubernetes.io/service-name': name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      },
      annotations: without(
        annotationsOf(endpoints),
        (key) => key === 'kubectl.kubernetes.io/last-applied-configuration',
      ),
    },
    addressType: 'IPv4',
    endpoints: [
      ...addresses.map((address) => endpoint(address, true)),
      ...notReadyAddresses.map((address) => endpoint(address, false)),
    ],
    ports,
  };
  return { resource: workloads.endpointSlices, object };
}
