/** Validation of IntegrationSources. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { SourceSpec } from '../duck.ts';
import { type Aws, validateIntegration } from '../integration-validation.ts';
import { integrationSourceSpec } from './schema.ts';

export type IntegrationSource = KubeObject<SourceSpec & { aws?: Aws; timer?: Record<string, unknown> }>;

export const integrationSourceRules: Rules<IntegrationSource> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.IntegrationSource', integrationSourceSpec),
  userInfo: () => 'sources.knative.dev',
  validate: ({ spec }) => validateIntegration('source', spec?.timer, spec?.aws).viaField('spec'),
};
