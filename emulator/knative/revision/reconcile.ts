/** Revision → digests, Deployment, Images, PodAutoscaler; its status follows them. */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, type Conditions, conditionOf, isReady } from '../conditions.ts';
import { readConfig } from '../config/read.ts';
import type { PlatformConfig } from '../config/types.ts';
import { autoscaling, resources, serving } from '../keys.ts';
import { annotationsOf, byLabel, foreignStatus, isControlledBy, keptChild, labelsOf } from '../objects.ts';
import type { PodAutoscaler } from '../pod-autoscaler/types.ts';
import { workloads } from '../workloads/resources.ts';
import type { Deployment, Pod } from '../workloads/types.ts';
import { type Digests, type Images, resolveDigests } from './digests.ts';
import { deploymentName, podAutoscalerName } from './names.ts';
import { makeDeployment, makeImage, makePodAutoscaler } from './resources.ts';
import {
  deadlineExceeded,
  isBroken,
  markDeploying,
  markNotOwned,
  propagateAutoscaler,
  propagateDeployment,
  propagatePod,
  revisionConditions,
} from './status.ts';
import type { Revision, RevisionStatus } from './types.ts';

/** An image may come after the revision that wants it. */
const imageRetryMs = 2000;

export function revisionController(images: Images): Controller<Revision> {
  return {
    name: 'revision',
    resource: resources.revisions,
    owns: [workloads.deployments, resources.podAutoscalers, resources.images],
    watches: [
      { resource: workloads.deployments, keys: byLabel(serving.revision) },
      { resource: resources.podAutoscalers, keys: byLabel(serving.revision) },
      { resource: resources.configMaps, keys: revisionsOfConfig },
    ],
    // What Kubernetes refuses and Knative's webhooks let through (a request above its limit) comes to light here.
    refused: ({ kind, metadata }, why) => ({
      type: 'Warning',
      reason: 'InternalError',
      message: `failed to create ${kind.toLowerCase()} ${JSON.stringify(metadata.name)}: ${why}`,
    }),
    reconcile: (revision, view, now) => reconcileRevision(revision, view, now, images),
  };
}

const configs = ['config-deployment', 'config-defaults', 'config-features', 'config-observability'];

function revisionsOfConfig({ metadata }: KubeObject, view: View): string[] {
  if (metadata.namespace !== 'knative-serving' || !configs.includes(metadata.name)) return [];
  return view.list(resources.revisions).map(keyOf);
}

export function reconcileRevision(revision: Revision, view: View, now: number, images: Images): Outcome {
  if (revision.metadata.deletionTimestamp) return {};
  const config = readConfig(view);
  const conditions = beginConditions(revisionConditions, revision, now);
  const status: RevisionStatus = {
    ...revision.status,
    ...foreignStatus(revision),
  };
  delete status.observedGeneration;
  delete status.logUrl;
  const template = config.observability.revisionUrlTemplate;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder as users write it
  if (template) status.logUrl = template.replaceAll('${REVISION_UID}', revision.metadata.uid);
  const outcome = (rest: Outcome = {}): Outcome => ({ ...rest, status: { ...status, conditions: conditions.list() } });

  if (!isResolved(revision)) {
    // Resolving takes its time, and one may see it: the state is told before it is tried.
    const reason = conditionOf(revision, 'ResourcesAvailable')?.reason;
    if (reason !== 'ResolvingDigests') {
      conditions.markUnknown('ResourcesAvailable', 'ResolvingDigests');
      return outcome();
    }
    const found = resolveDigests(revision, images, config);
    if (found === 'asking') return outcome();
    if ('missing' in found) {
      conditions.markFalse('ContainerHealthy', 'ContainerMissing', found.missing);
      return outcome({ requeueAfter: imageRetryMs });
    }
    setDigests(status, found);
  }
  const resolved: Revision = { ...revision, status };
  const children: Child[] = [];

  const name = deploymentName(revision);
  const deployment = view.get<Deployment>(workloads.deployments, revision.metadata.namespace, name);
  if (deployment && !isControlledBy(deployment, revision)) {
    markNotOwned(conditions, 'Deployment', name);
    return outcome();
  }
  children.push(deploymentChild(resolved, deployment, config));
  if (deployment) followDeployment(conditions, deployment, view, config);
  else markDeploying(conditions);

  for (const { name: container = '', imageDigest = '' } of [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
  ]) {
    children.push({
      resource: resources.images,
      object: makeImage(resolved, container, imageDigest),
      update: 'create-only',
    });
  }

  const autoscalerName = podAutoscalerName(revision);
  const autoscaler = view.get<PodAutoscaler>(resources.podAutoscalers, revision.metadata.namespace, autoscalerName);
  if (autoscaler && !isControlledBy(autoscaler, revision)) {
    markNotOwned(conditions, 'PodAutoscaler', autoscalerName);
    return outcome();
  }
  followAutoscaler(status, conditions, autoscaler);
  const wanted = makePodAutoscaler(resolved, deployment, isBroken(conditions), config);
  children.push({ resource: resources.podAutoscalers, object: wanted });

  const becomesReady = !isReady(revision) && conditions.status('Ready') === 'True';
  const message = 'Revision becomes ready upon all resources being ready';
  return outcome({
    children,
    patches: autoscaler ? staleAnnotations(autoscaler, wanted.metadata.annotations ?? {}) : [],
    ...(becomesReady ? { events: [{ type: 'Normal', reason: 'RevisionReady', message }] } : {}),
  });
}

/** What was taken off the Revision goes from its PodAutoscaler too, the two that are defaulted there aside. */
function staleAnnotations(
  autoscaler: PodAutoscaler,
  wanted: Readonly<Record<string, string>>,
): NonNullable<Outcome['patches']> {
  const defaulted: readonly string[] = [autoscaling.class, autoscaling.metric];
  const stale = Object.keys(annotationsOf(autoscaler)).filter(
    (name) => name.startsWith('autoscaling.knative.dev') && !defaulted.includes(name) && !(name in wanted),
  );
  if (stale.length === 0) return [];
  const annotations = Object.fromEntries(stale.map((name) => [name, null]));
  return [{ resource: resources.podAutoscalers, key: keyOf(autoscaler), patch: { metadata: { annotations } } }];
}

function isResolved({ spec, status }: Revision): boolean {
  const wanted = (spec?.containers.length ?? 0) + (spec?.initContainers?.length ?? 0);
  return (status?.containerStatuses?.length ?? 0) + (status?.initContainerStatuses?.length ?? 0) === wanted;
}

function setDigests(status: RevisionStatus, { containerStatuses, initContainerStatuses }: Digests): void {
  status.containerStatuses = containerStatuses;
  if (initContainerStatuses.length > 0) status.initContainerStatuses = initContainerStatuses;
}

/** The scale is the autoscaler's, and the selector cannot change. */
function deploymentChild(revision: Revision, stored: Deployment | undefined, config: PlatformConfig): Child {
  const object = makeDeployment(revision, config);
  const resource = workloads.deployments;
  if (!stored) return { resource, object };
  const hash = object.metadata.labels?.[serving.deploymentHash];
  if (labelsOf(stored)[serving.deploymentHash] === hash) return keptChild(resource, stored);
  const spec = object.spec && {
    ...object.spec,
    ...(stored.spec?.replicas === undefined ? {} : { replicas: stored.spec.replicas }),
    ...(stored.spec ? { selector: stored.spec.selector } : {}),
  };
  return { resource, object: { ...object, ...(spec ? { spec } : {}) } };
}

function followDeployment(conditions: Conditions, deployment: Deployment, view: View, config: PlatformConfig): void {
  propagateDeployment(conditions, deployment);
  const { spec, status, metadata } = deployment;
  if ((spec?.replicas ?? 1) > 0 && (status?.availableReplicas ?? 0) === 0) {
    const labels = spec?.selector.matchLabels ?? {};
    const pods = view.list<Pod>(workloads.pods, { namespace: metadata.namespace ?? '', labels });
    const first = pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
    const progressing = conditionOf(deployment, 'Progressing');
    const timedOut = progressing?.status === 'False' && progressing.reason === deadlineExceeded;
    const alwaysSchedulable = config.deployment.podIsAlwaysSchedulable;
    if (first) propagatePod(conditions, first, { timedOut, alwaysSchedulable });
  }
  if ((status?.readyReplicas ?? 0) > 0) conditions.markTrue('ContainerHealthy');
}

function followAutoscaler(status: RevisionStatus, conditions: Conditions, autoscaler: PodAutoscaler | undefined): void {
  delete status.actualReplicas;
  delete status.desiredReplicas;
  const { actualScale = -1, desiredScale = -1 } = autoscaler?.status ?? {};
  if (actualScale >= 0) status.actualReplicas = actualScale;
  if (desiredScale >= 0) status.desiredReplicas = desiredScale;
  propagateAutoscaler(conditions, autoscaler);
}
