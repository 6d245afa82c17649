/** Validation of IntegrationSinks. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { type Aws, validateIntegration } from '../integration-validation.ts';
import { integrationSinkSpec } from './schema.ts';

export type IntegrationSink = KubeObject<{ aws?: Aws; log?: Record<string, unknown> }>;

export const integrationSinkRules: Rules<IntegrationSink> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.IntegrationSink', integrationSinkSpec),
  userInfo: () => 'sinks.knative.dev',
  validate: ({ spec }) => validateIntegration('sink', spec?.log, spec?.aws).viaField('spec'),
};
