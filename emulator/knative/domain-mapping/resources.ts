/** Ingress and domain claim of a DomainMapping. */
import type { DraftObject } from '../../kernel/object.ts';
import type { ClusterDomainClaimSpec } from '../cluster-domain-claim/types.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { IngressSpec, IngressTls } from '../ingress/types.ts';
import { networking, serving } from '../keys.ts';
import { childName } from '../names.ts';
import { annotationsOf, labelsOf, placed, without } from '../objects.ts';
import { httpOption, ingressClass, isExcluded } from '../route/resources.ts';
import type { DomainMapping } from './types.ts';

export function makeIngress(
  mapping: DomainMapping,
  target: { host: string; service: string },
  tls: IngressTls[],
  config: PlatformConfig,
): DraftObject<IngressSpec> {
  const { metadata } = mapping;
  const split = {
    serviceNamespace: metadata.namespace ?? '',
    serviceName: target.service,
    servicePort: 80,
    percent: 100,
    appendHeaders: { 'K-Original-Host': metadata.name },
  };
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'Ingress',
    metadata: {
      ...placed(mapping, childName(metadata.name, '')),
      labels: {
        ...labelsOf(mapping),
        [serving.domainMappingUID]: metadata.uid,
        [serving.domainMappingNamespace]: metadata.namespace ?? '',
      },
      annotations: {
        [networking.ingressClassOld]: ingressClass(mapping, config),
        ...without(annotationsOf(mapping), isExcluded),
      },
    },
    spec: {
      httpOption: httpOption(mapping, config),
      ...(tls.length > 0 ? { tls } : {}),
      rules: [
        {
          hosts: [metadata.name],
          visibility: 'ExternalIP',
          http: { paths: [{ rewriteHost: target.host, splits: [split] }] },
        },
      ],
    },
  };
}

export function makeDomainClaim({ metadata }: DomainMapping): DraftObject<ClusterDomainClaimSpec> {
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'ClusterDomainClaim',
    metadata: { name: metadata.name },
    spec: { namespace: metadata.namespace ?? '' },
  };
}
