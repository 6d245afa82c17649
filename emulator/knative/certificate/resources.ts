/** Certificates that are asked for; whoever issues them writes their status. Nobody does on the embedded platform. */
import type { DraftObject, KubeObject } from '../../kernel/object.ts';
import { domainFor } from '../config/domains.ts';
import type { PlatformConfig } from '../config/types.ts';
import { annotation, networking } from '../keys.ts';
import { annotationsOf, placed, without } from '../objects.ts';
import { isExcluded } from '../route/resources.ts';
import type { CertificateSpec } from './types.ts';

/** `label`: the label that names the owner. */
export function makeCertificate(
  owner: KubeObject,
  { name, host, label }: { name: string; host: string; label: string },
  config: PlatformConfig,
): DraftObject<CertificateSpec> {
  const own = annotation(annotationsOf(owner), networking.certificateClass)?.value;
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'Certificate',
    metadata: {
      ...placed(owner, name),
      labels: { [label]: owner.metadata.name, [networking.certificateType]: 'external-domain' },
      annotations: {
        'networking.knative.dev/certificate.class': own || config.network.defaultCertificateClass,
        ...without(annotationsOf(owner), isExcluded),
      },
    },
    spec: { dnsNames: [host], domain: domainFor(config.domain, owner.metadata.labels), secretName: name },
  };
}

/** `route-<uid>`, with a tag's checksum. */
export function routeCertificateName(route: KubeObject, tag: string): string {
  return `route-${route.metadata.uid}${tag ? `-${adler32(tag)}` : ''}`;
}

function adler32(text: string): number {
  let a = 1;
  let b = 0;
  for (const byte of new TextEncoder().encode(text)) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}
