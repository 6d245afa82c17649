/** DomainMapping → an Ingress for a host of the user's, where the domain is claimed for the namespace. */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { makeCertificate } from '../certificate/resources.ts';
import { isTlsEnabled } from '../certificate/route.ts';
import type { Certificate } from '../certificate/types.ts';
import type { ClusterDomainClaim } from '../cluster-domain-claim/types.ts';
import { beginConditions, type Conditions, conditionOf, isObserved, isReady } from '../conditions.ts';
import { readConfig } from '../config/read.ts';
import type { PlatformConfig } from '../config/types.ts';
import type { Ingress, IngressTls } from '../ingress/types.ts';
import { resources, serving } from '../keys.ts';
import { childName } from '../names.ts';
import { exactChild, foreignStatus, isControlledBy, sameJson } from '../objects.ts';
import { tlsNotEnabled } from '../route/status.ts';
import { workloads } from '../workloads/resources.ts';
import { referencedResource, resolveReference } from './reference.ts';
import { makeDomainClaim, makeIngress } from './resources.ts';
import {
  domainMappingConditions,
  markDomainAlreadyClaimed,
  markIngressNotConfigured,
  markNotResolved,
} from './status.ts';
import type { DomainMapping, DomainMappingStatus } from './types.ts';

export const domainMappingFinalizer = 'domainmappings.serving.knative.dev';

export function domainMappingController(): Controller<DomainMapping> {
  return {
    name: 'domainmapping',
    resource: resources.domainMappings,
    owns: [resources.ingresses, resources.certificates],
    watches: [
      { resource: resources.clusterDomainClaims, keys: mappingsOfClaim },
      { resource: resources.services, keys: mappingsOf(resources.services) },
      { resource: resources.routes, keys: mappingsOf(resources.routes) },
      { resource: workloads.services, keys: mappingsOf(workloads.services) },
      { resource: resources.configMaps, keys: mappingsOfConfig },
    ],
    reconcile: reconcileDomainMapping,
  };
}

function mappingsOfClaim({ metadata }: KubeObject, view: View): string[] {
  return view
    .list(resources.domainMappings)
    .filter((mapping) => mapping.metadata.name === metadata.name)
    .map(keyOf);
}

function mappingsOf(resource: string) {
  return ({ metadata }: KubeObject, view: View): string[] =>
    view
      .list<DomainMapping>(resources.domainMappings, { namespace: metadata.namespace ?? '' })
      .filter((mapping) => mapping.spec?.ref.name === metadata.name && referencedResource(mapping) === resource)
      .map(keyOf);
}

function mappingsOfConfig({ metadata }: KubeObject, view: View): string[] {
  if (metadata.namespace !== 'knative-serving' || metadata.name !== 'config-network') return [];
  return view.list(resources.domainMappings).map(keyOf);
}

export function reconcileDomainMapping(mapping: DomainMapping, view: View, now: number): Outcome {
  const config = readConfig(view);
  const { metadata } = mapping;
  const finalizers = metadata.finalizers ?? [];
  const claim = view.get<ClusterDomainClaim>(resources.clusterDomainClaims, undefined, metadata.name);
  if (metadata.deletionTimestamp) {
    if (!finalizers.includes(domainMappingFinalizer)) return {};
    // Whoever makes claims takes them back; a claim that its user made stays.
    const ours = config.network.autocreateClusterDomainClaims && claim?.spec?.namespace === metadata.namespace;
    return {
      ...(ours ? { deletes: [{ resource: resources.clusterDomainClaims, key: metadata.name }] } : {}),
      metadata: { finalizers: finalizers.filter((name) => name !== domainMappingFinalizer) },
    };
  }

  const conditions = beginConditions(domainMappingConditions, mapping, now);
  const { observedGeneration: _o, conditions: _c, ...before } = mapping.status ?? {};
  const url = `${config.network.defaultExternalScheme}://${metadata.name}`;
  const status: DomainMappingStatus = { ...before, ...foreignStatus(mapping), url, address: { url } };
  const outcome = (rest: Outcome = {}): Outcome => ({
    ...(finalizers.includes(domainMappingFinalizer)
      ? {}
      : { metadata: { finalizers: [...finalizers, domainMappingFinalizer] } }),
    ...rest,
    status: { ...status, conditions: conditions.list() },
  });

  if (!isObserved(mapping)) markIngressNotConfigured(conditions);
  const free = !claim && config.network.autocreateClusterDomainClaims;
  const ensure = free ? [{ resource: resources.clusterDomainClaims, object: makeDomainClaim(mapping) }] : [];
  if (!free && claim?.spec?.namespace !== metadata.namespace) {
    markDomainAlreadyClaimed(conditions);
    return outcome();
  }
  conditions.markTrue('DomainClaimed');

  const secured = secure(mapping, view, config, conditions, status);
  const resolved = resolveReference(mapping, view);
  if ('fault' in resolved) {
    markNotResolved(conditions, resolved.fault);
    return outcome({ ensure });
  }
  conditions.markTrue('ReferenceResolved');

  const object = makeIngress(mapping, resolved, secured.tls, config);
  const name = String(object.metadata.name);
  const ingress = view.get<Ingress>(resources.ingresses, metadata.namespace, name);
  const { child, patches } = exactChild(resources.ingresses, object, ingress);
  const ready = conditionOf(ingress, 'Ready');
  if (ingress && ready && isObserved(ingress) && sameJson(ingress.spec, object.spec)) {
    conditions.copy('IngressReady', ready);
  } else {
    markIngressNotConfigured(conditions);
  }
  const message = `Created Ingress "${name}"`;
  return outcome({
    children: [child, ...secured.children],
    patches,
    ensure,
    ...(ingress ? {} : { events: [{ type: 'Normal', reason: 'Created', message }] }),
  });
}

/** Its certificate: brought along, asked for, or not wanted. */
function secure(
  mapping: DomainMapping,
  view: View,
  config: PlatformConfig,
  conditions: Conditions,
  status: DomainMappingStatus,
): { tls: IngressTls[]; children: Child[] } {
  const { metadata, spec } = mapping;
  const overTls = (secretName: string): IngressTls[] => {
    status.url = `https://${metadata.name}`;
    return [{ hosts: [metadata.name], secretName, secretNamespace: metadata.namespace ?? '' }];
  };
  if (spec?.tls) {
    const message = 'TLS certificate was provided externally';
    conditions.markTrue('CertificateProvisioned', 'CertificateExternallyProvided', message);
    return { tls: overTls(spec.tls.secretName), children: [] };
  }
  if (!isTlsEnabled(mapping, config)) {
    conditions.markTrue('CertificateProvisioned', 'TLSNotEnabled', tlsNotEnabled);
    return { tls: [], children: [] };
  }
  const name = childName(metadata.name, '');
  const object = makeCertificate(mapping, { name, host: metadata.name, label: serving.domainMappingUID }, config);
  const stored = view.get<Certificate>(resources.certificates, metadata.namespace, name);
  if (stored && !isControlledBy(stored, mapping)) {
    const message = `There is an existing certificate ${name} that we don't own.`;
    conditions.markFalse('CertificateProvisioned', 'CertificateNotOwned', message);
    return { tls: [], children: [] };
  }
  const children: Child[] = [{ resource: resources.certificates, object }];
  if (stored && isReady(stored)) {
    conditions.markTrue('CertificateProvisioned');
    return { tls: overTls(stored.spec?.secretName ?? name), children };
  }
  if (config.network.httpProtocol === 'enabled') {
    const message = `Certificate ${name} is not ready downgrade HTTP.`;
    conditions.markTrue('CertificateProvisioned', 'HTTPDowngrade', message);
  } else {
    conditions.markUnknown('CertificateProvisioned', 'CertificateNotReady', `Certificate ${name} is not ready.`);
  }
  return { tls: [], children };
}
