/** Certificates of a Route and what they do to its status (knative.dev/serving route.go, externalDomainTLS). */
import type { Child } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { type Conditions, conditionOf, isReady } from '../conditions.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { IngressTls, Visibility } from '../ingress/types.ts';
import { annotation, networking, resources, serving } from '../keys.ts';
import { annotationsOf, isControlledBy } from '../objects.ts';
import { targetHosts } from '../route/domains.ts';
import { markTlsNotEnabled, tlsNotEnabled, tlsNotForClusterLocal } from '../route/status.ts';
import { defaultTarget, type Traffic } from '../route/traffic.ts';
import type { Route } from '../route/types.ts';
import { makeCertificate, routeCertificateName } from './resources.ts';
import type { Certificate } from './types.ts';

export interface Certificates {
  children: Child[];
  tls: IngressTls[];
  /** The Route's own address is served with TLS. */
  secure: boolean;
}

export function isTlsEnabled(owner: KubeObject, config: PlatformConfig): boolean {
  if (!config.network.externalDomainTls) return false;
  return !/^(?:1|t|true)$/i.test(annotation(annotationsOf(owner), networking.disableExternalDomainTls)?.value ?? '');
}

export function certificatesOf(
  route: Route,
  traffic: Traffic,
  visibility: ReadonlyMap<string, Visibility>,
  view: View,
  config: PlatformConfig,
  conditions: Conditions,
): Certificates {
  const result: Certificates = { children: [], tls: [], secure: false };
  if (!isTlsEnabled(route, config)) {
    markTlsNotEnabled(conditions, tlsNotEnabled);
    return result;
  }
  const outside = [...traffic.targets.keys()].filter((name) => visibility.get(name) !== 'ClusterLocal').sort();
  if (outside.length === 0) {
    markTlsNotEnabled(conditions, tlsNotForClusterLocal);
    return result;
  }
  for (const target of outside) {
    const { primary } = targetHosts(route, target, 'ExternalIP', config);
    const name = routeCertificateName(route, target);
    const object = makeCertificate(route, { name, host: primary, label: serving.route }, config);
    const stored = view.get<Certificate>(resources.certificates, route.metadata.namespace, name);
    if (stored && !isControlledBy(stored, route)) {
      const message = `There is an existing certificate ${name} that we don't own.`;
      conditions.markFalse('CertificateProvisioned', 'CertificateNotOwned', message);
      continue;
    }
    result.children.push({ resource: resources.certificates, object });
    if (stored && isReady(stored)) {
      conditions.markTrue('CertificateProvisioned');
      result.tls.push({
        hosts: [primary],
        secretName: stored.spec?.secretName ?? name,
        secretNamespace: keyOf(stored).split('/')[0] ?? '',
      });
      if (target === defaultTarget) result.secure = true;
    } else {
      markUnready(conditions, name, stored, config);
    }
  }
  return result;
}

/** While plain HTTP is allowed, it serves until the certificate is there. */
function markUnready(
  conditions: Conditions,
  name: string,
  certificate: Certificate | undefined,
  config: PlatformConfig,
): void {
  const ready = conditionOf(certificate, 'Ready');
  if (config.network.httpProtocol === 'enabled') {
    const message = `Certificate ${name} is not ready downgrade HTTP.`;
    conditions.markTrue('CertificateProvisioned', 'HTTPDowngrade', message);
  } else if (ready?.status === 'False') {
    const message = `Certificate ${name} fails to be provisioned: ${ready.reason ?? ''}`;
    conditions.markFalse('CertificateProvisioned', 'CertificateProvisionFailed', message);
  } else {
    const message = `Certificate ${name} is not ready: ${ready?.reason ?? ''}`;
    conditions.markUnknown('CertificateProvisioned', 'CertificateNotReady', message);
  }
}
