/** ServerlessService and Metric of a PodAutoscaler. */
import { type DeciderSpec, resolveDecider } from '../../autoscaler/config.ts';
import type { DraftObject } from '../../kernel/object.ts';
import type { AutoscalerConfig } from '../config/types.ts';
import { autoscaling } from '../keys.ts';
import type { MetricSpec } from '../metric/types.ts';
import { annotationsOf, labelsOf, placed, without } from '../objects.ts';
import type { ServerlessServiceSpec } from '../serverless-service/types.ts';
import type { PodAutoscaler } from './types.ts';

const nsPerSecond = 1e9;
export const fewestActivators = 2;

export function makeServerlessService(
  autoscaler: PodAutoscaler,
  mode: 'Proxy' | 'Serve',
  numActivators: number,
): DraftObject<ServerlessServiceSpec> {
  return {
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'ServerlessService',
    metadata: {
      ...placed(autoscaler, autoscaler.metadata.name),
      labels: { ...labelsOf(autoscaler) },
      annotations: without(annotationsOf(autoscaler), (key) => key === autoscaling.metric),
    },
    spec: {
      mode,
      objectRef: autoscaler.spec?.scaleTargetRef ?? {},
      protocolType: autoscaler.spec?.protocolType ?? 'http1',
      // 0 = all of them.
      ...(numActivators > 0 ? { numActivators } : {}),
    },
  };
}

export function makeMetric(autoscaler: PodAutoscaler, decider: DeciderSpec, service: string): DraftObject<MetricSpec> {
  return {
    apiVersion: 'autoscaling.internal.knative.dev/v1alpha1',
    kind: 'Metric',
    metadata: {
      ...placed(autoscaler, autoscaler.metadata.name),
      labels: { ...labelsOf(autoscaler) },
      annotations: { ...annotationsOf(autoscaler) },
    },
    spec: {
      stableWindow: decider.stableWindow * nsPerSecond,
      panicWindow: decider.panicWindow * nsPerSecond,
      // With the activator always in the path nobody asks the instances.
      scrapeTarget: decider.scraped ? service : '',
    },
  };
}

export function deciderOf(autoscaler: PodAutoscaler, config: AutoscalerConfig): DeciderSpec {
  return resolveDecider(
    {
      annotations: annotationsOf(autoscaler),
      containerConcurrency: autoscaler.spec?.containerConcurrency ?? 0,
      reachable: autoscaler.spec?.reachability !== 'Unreachable',
    },
    config,
  );
}

/** How many activators the ready instances and the burst are worth. */
export function activatorsFor(ready: number, decider: DeciderSpec): number {
  if (decider.targetBurstCapacity === 0) return fewestActivators;
  const capacity = ready * decider.total + Math.max(0, decider.targetBurstCapacity);
  return Math.max(fewestActivators, Math.ceil(capacity / decider.activatorCapacity));
}
