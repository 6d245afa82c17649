/**
 * PodAutoscaler of class `hpa.autoscaling.knative.dev` (knative.dev/serving hpa/hpa.go). Nothing here measures cpu or
 * memory, so the target stays at its lower bound, and an event says so; all else is as Knative's.
 */
import type { Outcome } from '../../kernel/controller.ts';
import { keyOf } from '../../kernel/object.ts';
import type { View } from '../../kernel/resource.ts';
import { beginConditions, isReady } from '../conditions.ts';
import type { PlatformConfig } from '../config/types.ts';
import { resources } from '../keys.ts';
import { foreignStatus, isControlledBy, notOwnedMessage, sameJson } from '../objects.ts';
import type { ServerlessService } from '../serverless-service/types.ts';
import { workloads } from '../workloads/resources.ts';
import type { Deployment } from '../workloads/types.ts';
import { makeServerlessService } from './resources.ts';
import { activeThreshold, scaleBounds } from './scale.ts';
import { markServerlessServiceNotReady, podAutoscalerConditions } from './status.ts';
import type { PodAutoscaler, PodAutoscalerStatus } from './types.ts';

export function reconcileHpaClass(
  autoscaler: PodAutoscaler,
  view: View,
  now: number,
  config: PlatformConfig,
  ready: number,
): Outcome {
  const { metadata, spec } = autoscaler;
  const conditions = beginConditions(podAutoscalerConditions, autoscaler, now);
  const { observedGeneration: _o, conditions: _c, ...before } = autoscaler.status ?? {};
  const status: PodAutoscalerStatus = {
    serviceName: '',
    metricsServiceName: '',
    ...before,
    ...foreignStatus(autoscaler),
  };

  const stored = view.get<ServerlessService>(resources.serverlessServices, metadata.namespace, metadata.name);
  if (stored && !isControlledBy(stored, autoscaler)) {
    conditions.markFalse('Active', 'NotOwned', notOwnedMessage('ServerlessService', metadata.name));
    return { status: { ...status, conditions: conditions.list() } };
  }
  const object = makeServerlessService(autoscaler, 'Serve', 0);
  status.metricsServiceName = stored?.status?.privateServiceName ?? '';
  status.serviceName = stored?.status?.serviceName ?? '';
  const threshold = activeThreshold(autoscaler, conditions, config.autoscaler);
  if (stored && isReady(stored) && sameJson(stored.spec, object.spec)) {
    conditions.markTrue('SKSReady');
    if (ready >= threshold) conditions.markTrue('ScaleTargetInitialized');
  } else {
    markServerlessServiceNotReady(conditions, 'SKS Services are not ready yet');
  }
  conditions.markTrue('Active');

  const { max } = scaleBounds(autoscaler, config.autoscaler);
  const wanted = Math.max(1, max > 0 ? Math.min(threshold, max) : threshold);
  status.desiredScale = wanted;
  status.actualScale = ready;
  const target = view.get<Deployment>(workloads.deployments, metadata.namespace, spec?.scaleTargetRef.name ?? '');
  const message = `The metric of this class is not measured here: it stays at ${wanted}`;
  return {
    children: [{ resource: resources.serverlessServices, object }],
    status: { ...status, conditions: conditions.list() },
    ...(target && target.spec?.replicas !== wanted
      ? { patches: [{ resource: workloads.deployments, key: keyOf(target), patch: { spec: { replicas: wanted } } }] }
      : {}),
    ...(autoscaler.status?.conditions ? {} : { events: [{ type: 'Warning', reason: 'NotScaling', message }] }),
  };
}
