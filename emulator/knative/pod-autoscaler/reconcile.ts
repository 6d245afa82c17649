/**
 * PodAutoscaler of Knative's own class (knative.dev/serving kpa/kpa.go): brings the Deployment to what the autoscaler wants
 * within the bounds, keeps the ServerlessService's mode, and tells whether the target is active.
 */
import type { Child, Controller, Outcome } from '../../kernel/controller.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, conditionOf, isReady } from '../conditions.ts';
import { readConfig } from '../config/read.ts';
import { annotation, autoscaling, hpaClass, kpaClass, resources, serving } from '../keys.ts';
import {
  annotationsOf,
  byLabel,
  foreignStatus,
  isControlledBy,
  keptChild,
  notOwnedMessage,
  sameJson,
} from '../objects.ts';
import type { ServerlessService } from '../serverless-service/types.ts';
import { isReadyPod } from '../workloads/pods.ts';
import { workloads } from '../workloads/resources.ts';
import type { Deployment, Pod } from '../workloads/types.ts';
import { reconcileHpaClass } from './hpa.ts';
import { activatorsFor, deciderOf, fewestActivators, makeMetric, makeServerlessService } from './resources.ts';
import { activeThreshold, decideScale } from './scale.ts';
import { computeActive, markServerlessServiceNotReady, podAutoscalerConditions } from './status.ts';
import type { PodAutoscaler, PodAutoscalerStatus } from './types.ts';

/** What the autoscaler decided for a PodAutoscaler; `want` −1 or no answer = nothing yet. */
export interface Decisions {
  desired(key: ObjectKey): { want: number; excessBurstCapacity: number } | undefined;
}

export interface PodAutoscalerPorts {
  autoscaler: Decisions;
  /** Whether requests to a revision pass the activator now; absent = as its ServerlessService says. */
  activatorProbe?(key: ObjectKey): boolean;
}

export function podAutoscalerController(ports: PodAutoscalerPorts): Controller<PodAutoscaler> {
  return {
    name: 'podautoscaler',
    resource: resources.podAutoscalers,
    owns: [resources.serverlessServices, resources.metrics],
    watches: [
      { resource: workloads.pods, keys: byLabel(serving.revision) },
      { resource: resources.serverlessServices, keys: (object) => [keyOf(object)] },
      { resource: resources.metrics, keys: (object) => [keyOf(object)] },
      { resource: resources.configMaps, keys: autoscalersOfConfig },
    ],
    reconcile: (autoscaler, view, now) => reconcilePodAutoscaler(autoscaler, view, now, ports),
  };
}

function autoscalersOfConfig({ metadata }: KubeObject, view: View): string[] {
  const concerns = metadata.name === 'config-autoscaler' || metadata.name === 'config-deployment';
  if (metadata.namespace !== 'knative-serving' || !concerns) return [];
  return view.list(resources.podAutoscalers).map(keyOf);
}

export function reconcilePodAutoscaler(
  autoscaler: PodAutoscaler,
  view: View,
  now: number,
  ports: PodAutoscalerPorts,
): Outcome {
  const { metadata, spec } = autoscaler;
  if (metadata.deletionTimestamp) return {};
  const config = readConfig(view);
  const kind = annotation(annotationsOf(autoscaler), autoscaling.class)?.value;
  if (kind === hpaClass) return reconcileHpaClass(autoscaler, view, now, config, readyPods(view, autoscaler));
  // Of another class: somebody else's.
  if (kind !== kpaClass) return {};
  const conditions = beginConditions(podAutoscalerConditions, autoscaler, now);
  const { observedGeneration: _o, conditions: _c, ...before } = autoscaler.status ?? {};
  const status: PodAutoscalerStatus = {
    serviceName: '',
    metricsServiceName: '',
    ...before,
    ...foreignStatus(autoscaler),
  };
  const outcome = (rest: Outcome = {}): Outcome => ({
    ...rest,
    status: { ...status, conditions: conditions.list() },
  });

  const stored = view.get<ServerlessService>(resources.serverlessServices, metadata.namespace, metadata.name);
  if (stored && !isControlledBy(stored, autoscaler)) {
    conditions.markFalse('Active', 'NotOwned', notOwnedMessage('ServerlessService', metadata.name));
    return outcome();
  }
  if (!stored?.status?.privateServiceName) {
    const object = makeServerlessService(autoscaler, 'Proxy', fewestActivators);
    markServerlessServiceNotReady(conditions, 'No Private Service Name');
    settle(-1, 0);
    return outcome({ children: [{ resource: resources.serverlessServices, object }] });
  }

  status.metricsServiceName = stored.status.privateServiceName;
  const decider = deciderOf(autoscaler, config.autoscaler);
  const key = keyOf(autoscaler);
  const decision = ports.autoscaler.desired(key) ?? { want: -1, excessBurstCapacity: -1 };
  const scale = decideScale({
    autoscaler,
    conditions,
    serverlessService: stored,
    desired: decision.want,
    config,
    now,
    activatorProbe: () => ports.activatorProbe?.(key) ?? isProxied(stored),
  });
  const serve = scale.want > 0 && decision.excessBurstCapacity >= 0;
  const ready = readyPods(view, autoscaler);

  // Its activators are counted anew once it has backends: before that the count is still rising.
  const recount = isReady(stored) || (stored.spec?.numActivators ?? 0) === fewestActivators || ready === 0;
  const activators = recount ? activatorsFor(ready, decider) : (stored.spec?.numActivators ?? fewestActivators);
  const wanted = makeServerlessService(autoscaler, serve ? 'Serve' : 'Proxy', activators);
  const children: Child[] = [];
  const changes = !sameJson(wanted.spec, stored.spec);
  if (changes) children.push({ resource: resources.serverlessServices, object: wanted });
  else children.push(keptChild(resources.serverlessServices, stored));
  children.push({ resource: resources.metrics, object: makeMetric(autoscaler, decider, status.metricsServiceName) });

  status.serviceName = stored.status.serviceName ?? '';
  if (!changes && isReady(stored)) conditions.markTrue('SKSReady');
  else markServerlessServiceNotReady(conditions, conditionOf(stored, 'Ready')?.message);
  settle(scale.want, ready);

  const target = view.get<Deployment>(workloads.deployments, metadata.namespace, spec?.scaleTargetRef.name ?? '');
  const scales = scale.apply && target !== undefined && (target.spec?.replicas ?? 1) !== scale.want;
  return outcome({
    children,
    ...(scales
      ? {
          patches: [{ resource: workloads.deployments, key: keyOf(target), patch: { spec: { replicas: scale.want } } }],
        }
      : {}),
    ...(scale.requeueAfter === undefined ? {} : { requeueAfter: Math.max(0, scale.requeueAfter) }),
  });

  function settle(want: number, readyNow: number): void {
    status.actualScale = readyNow;
    // After a restart nothing is decided yet; what was wanted before stands until then.
    if (want !== -1 || (status.desiredScale ?? -1) < 0) status.desiredScale = want;
    const min = activeThreshold(autoscaler, conditions, config.autoscaler);
    if (readyNow >= min && status.serviceName) conditions.markTrue('ScaleTargetInitialized');
    computeActive(conditions, { want, ready: readyNow, min });
  }
}

function readyPods(view: View, { metadata }: PodAutoscaler): number {
  const revision = metadata.labels?.[serving.revision];
  if (!revision) return 0;
  return view
    .list<Pod>(workloads.pods, { namespace: metadata.namespace ?? '', labels: { [serving.revision]: revision } })
    .filter((pod) => !pod.metadata.deletionTimestamp && pod.status?.phase === 'Running' && isReadyPod(pod)).length;
}

function isProxied(serverlessService: ServerlessService): boolean {
  return conditionOf(serverlessService, 'ActivatorEndpointsPopulated')?.status === 'True';
}
