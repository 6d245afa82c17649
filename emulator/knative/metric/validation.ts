/** Validation of Metrics. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { missingField, noError } from '../field-errors.ts';
import { validateMetadata } from '../metadata-validation.ts';
import { metricSpec } from './schema.ts';
import type { Metric } from './types.ts';

export const metricRules: Rules<Metric> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1alpha1.Metric', metricSpec),
  validate(metric, { config }) {
    const { stableWindow = 0, panicWindow = 0, scrapeTarget = '' } = metric.spec ?? {};
    const empty = stableWindow === 0 && panicWindow === 0 && scrapeTarget === '';
    const errors = validateMetadata(metric, config.autoscaler).viaField('metadata');
    return errors.also(empty ? missingField('spec') : noError);
  },
};
