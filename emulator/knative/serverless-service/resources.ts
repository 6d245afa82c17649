/** The two Services of a ServerlessService: the public one points at activator or instances, the private one at instances. */
import type { DraftObject } from '../../kernel/object.ts';
import { networking } from '../keys.ts';
import { annotationsOf, labelsOf, placed } from '../objects.ts';
import { queuePorts } from '../revision/queue.ts';
import type { CoreServiceSpec, EndpointSubset, ServicePort } from '../workloads/types.ts';
import { privateServiceName } from './names.ts';
import type { ServerlessService } from './types.ts';

/** The Service it was made for; knative.dev/networking SKSLabelKey. */
export const serverlessServiceLabel = 'networking.internal.knative.dev/serverlessservice';

export function makePublicService(service: ServerlessService): DraftObject<CoreServiceSpec> {
  return makeService(service, service.metadata.name, 'Public', { ports: servingPorts(service) });
}

export function makePrivateService(
  service: ServerlessService,
  selector: Record<string, string>,
): DraftObject<CoreServiceSpec> {
  const target = targetPort(service);
  const [serving] = servingPorts(service);
  const ports: ServicePort[] = [
    { ...serving, port: 80, targetPort: target },
    ...servingPorts(service).slice(1),
    { name: 'http-autometric', protocol: 'TCP', port: queuePorts.metrics, targetPort: 'http-autometric' },
    { name: 'http-usermetric', protocol: 'TCP', port: queuePorts.userMetrics, targetPort: 'http-usermetric' },
    { name: `${portName(service)}-istio`, protocol: 'TCP', port: target, targetPort: target },
  ];
  return makeService(service, privateServiceName(service.metadata.name), 'Private', { ports, selector });
}

export function makePublicEndpoints(
  service: ServerlessService,
  subsets: EndpointSubset[],
): DraftObject & { subsets: EndpointSubset[] } {
  const kept = [targetPort(service), queuePorts.https];
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...placed(service, service.metadata.name), ...described(service, 'Public') },
    subsets: subsets.map((subset) => ({
      ...subset,
      ports: (subset.ports ?? []).filter(({ port }) => kept.includes(port)),
    })),
  };
}

function makeService(
  service: ServerlessService,
  name: string,
  type: 'Public' | 'Private',
  spec: CoreServiceSpec,
): DraftObject<CoreServiceSpec> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...placed(service, name), ...described(service, type) },
    spec,
  };
}

function described(service: ServerlessService, type: 'Public' | 'Private') {
  return {
    labels: {
      ...labelsOf(service),
      [serverlessServiceLabel]: service.metadata.name,
      [networking.serviceType]: type,
    },
    annotations: { ...annotationsOf(service) },
  };
}

function portName({ spec }: ServerlessService): string {
  return spec?.protocolType === 'h2c' ? 'http2' : 'http';
}

function targetPort({ spec }: ServerlessService): number {
  return spec?.protocolType === 'h2c' ? queuePorts.h2c : queuePorts.http;
}

function servingPorts(service: ServerlessService): ServicePort[] {
  const h2c = service.spec?.protocolType === 'h2c';
  return [
    {
      name: portName(service),
      protocol: 'TCP',
      ...(h2c ? { appProtocol: 'kubernetes.io/h2c' } : {}),
      port: h2c ? 81 : 80,
      targetPort: targetPort(service),
    },
    { name: 'https', protocol: 'TCP', port: 443, targetPort: queuePorts.https },
  ];
}
