/** serving.knative.dev/v1 Configuration. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { RevisionTemplate } from '../revision/types.ts';

export interface ConfigurationSpec {
  template: RevisionTemplate;
}

export interface ConfigurationStatusFields {
  latestCreatedRevisionName?: string;
  latestReadyRevisionName?: string;
}

export interface ConfigurationStatus extends ConfigurationStatusFields {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export type Configuration = KubeObject<ConfigurationSpec, ConfigurationStatus>;
