/** serving.knative.dev/v1beta1 DomainMapping. */
import type { Condition, KubeObject } from '../../kernel/object.ts';
import type { Addressable } from '../route/types.ts';

/** duck/v1 KReference. */
export interface KReference {
  kind: string;
  namespace?: string;
  name: string;
  apiVersion?: string;
  group?: string;
  address?: string;
}

export interface DomainMappingSpec {
  ref: KReference;
  tls?: { secretName: string };
}

export interface DomainMappingStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  url?: string;
  address?: Addressable;
}

export type DomainMapping = KubeObject<DomainMappingSpec, DomainMappingStatus>;
