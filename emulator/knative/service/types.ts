/** serving.knative.dev/v1 Service: a Configuration and a Route in one. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { ConfigurationSpec, ConfigurationStatusFields } from '../configuration/types.ts';
import type { RouteSpec, RouteStatusFields } from '../route/types.ts';

export interface ServiceSpec extends ConfigurationSpec, RouteSpec {}

export interface ServiceStatus extends ConfigurationStatusFields, RouteStatusFields {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export type Service = KubeObject<ServiceSpec, ServiceStatus>;
