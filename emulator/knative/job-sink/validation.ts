/** Defaults and validation of JobSinks. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { missingOneOf, noError } from '../field-errors.ts';
import type { PodSpec } from '../pod-spec/types.ts';
import { jobSinkSpec } from './schema.ts';

export interface JobSinkSpec {
  job?: { metadata?: Record<string, unknown>; spec?: { template?: { spec?: PodSpec }; [other: string]: unknown } };
}

export type JobSink = KubeObject<JobSinkSpec>;

const executionMode = 'K_EXECUTION_MODE';

export const jobSinkRules: Rules<JobSink> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.JobSink', jobSinkSpec),
  defaults({ spec }) {
    const pod = spec?.job?.spec?.template?.spec;
    for (const container of [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])]) {
      if (container.env?.some(({ name }) => name === executionMode)) continue;
      container.env = [...(container.env ?? []), { name: executionMode, value: 'batch' }];
    }
  },
  userInfo: () => 'sinks.knative.dev',
  validate: ({ spec }) => (spec?.job ? noError : missingOneOf('job').viaField('spec')),
};
