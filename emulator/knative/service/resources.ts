/** Configuration and Route of a Service. */
import type { DraftObject, KubeObject } from '../../kernel/object.ts';
import type { ConfigurationSpec } from '../configuration/types.ts';
import { annotation, serving, spellings } from '../keys.ts';
import { annotationsOf, labelsOf, placed, without } from '../objects.ts';
import type { RouteSpec } from '../route/types.ts';
import { configurationName, routeName } from './names.ts';
import type { Service } from './types.ts';

export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** `existing`: routes that others have put on the Configuration stay on it. */
export function makeConfiguration(service: Service, existing?: KubeObject): DraftObject<ConfigurationSpec> {
  const rolloutKeys = spellings(serving.rolloutDuration);
  const routes = new Set(listed(annotation(existing?.metadata.annotations, serving.routes)?.value));
  routes.add(routeName(service));
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Configuration',
    metadata: {
      ...placed(service, configurationName(service)),
      labels: {
        ...labelsOf(service),
        [serving.service]: service.metadata.name,
        [serving.serviceUID]: service.metadata.uid,
      },
      annotations: {
        ...without(annotationsOf(service), (key) => key === lastApplied || rolloutKeys.includes(key)),
        [serving.routes]: [...routes].sort().join(','),
      },
    },
    ...(service.spec ? { spec: { template: service.spec.template } } : {}),
  };
}

export function makeRoute(service: Service): DraftObject<RouteSpec> {
  const configuration = configurationName(service);
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Route',
    metadata: {
      ...placed(service, routeName(service)),
      labels: { ...labelsOf(service), [serving.service]: service.metadata.name },
      annotations: without(annotationsOf(service), (key) => key === lastApplied),
    },
    spec: {
      ...(service.spec?.traffic
        ? {
            traffic: service.spec.traffic.map((target) =>
              target.revisionName ? target : { ...target, configurationName: configuration },
            ),
          }
        : {}),
    },
  };
}

/** A comma-separated annotation. */
export function listed(value: string | undefined): string[] {
  return value ? value.split(',') : [];
}
