/** Defaults and validation of PodAutoscalers. */
import type { Rules, ValidationContext } from '../admission.ts';
import { rootType } from '../definition.ts';
import { type FieldError, missingField } from '../field-errors.ts';
import { autoscaling, hpaClass, kpaClass } from '../keys.ts';
import { validateMetadata } from '../metadata-validation.ts';
import { validateObjectReference, validateProtocol } from '../object-reference-validation.ts';
import { validateContainerConcurrency } from '../revision/validation.ts';
import { podAutoscalerSpec } from './schema.ts';
import type { PodAutoscaler } from './types.ts';

const metrics: Record<string, string> = { [kpaClass]: 'concurrency', [hpaClass]: 'cpu' };

export const podAutoscalerRules: Rules<PodAutoscaler> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1alpha1.PodAutoscaler', podAutoscalerSpec),
  defaults(scaler, { config }) {
    const annotations = { ...scaler.metadata.annotations };
    const scalerClass = annotations[autoscaling.class] ?? config.autoscaler.podAutoscalerClass;
    annotations[autoscaling.class] = scalerClass;
    annotations[autoscaling.metric] ??= metrics[scalerClass] ?? '';
    scaler.metadata.annotations = annotations;
  },
  validate: validatePodAutoscaler,
};

function validatePodAutoscaler(scaler: PodAutoscaler, { config }: ValidationContext<PodAutoscaler>): FieldError {
  const errors = validateMetadata(scaler, config.autoscaler).viaField('metadata');
  const { spec } = scaler;
  if (!spec) return errors.also(missingField('spec'));
  return errors.also(
    validateObjectReference(spec.scaleTargetRef).viaField('spec.scaleTargetRef'),
    validateContainerConcurrency(spec.containerConcurrency ?? 0, config).viaField('spec.containerConcurrency'),
    validateProtocol(spec.protocolType).viaField('spec.protocolType'),
  );
}
