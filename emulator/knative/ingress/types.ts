/** networking.internal.knative.dev/v1alpha1 Ingress: Knative's own, not Kubernetes'. */
import type { Condition, KubeObject } from '../../kernel/object.ts';

export type Visibility = 'ExternalIP' | 'ClusterLocal';

export interface IngressSplit {
  serviceNamespace: string;
  serviceName: string;
  servicePort: number | string;
  percent?: number;
  appendHeaders?: Record<string, string>;
}

export interface IngressPath {
  /** A prefix; absent = all. */
  path?: string;
  rewriteHost?: string;
  headers?: Record<string, { exact: string }>;
  splits: IngressSplit[];
  appendHeaders?: Record<string, string>;
}

export interface IngressRule {
  hosts?: string[];
  visibility?: Visibility;
  http?: { paths: IngressPath[] };
}

export interface IngressTls {
  hosts?: string[];
  secretName?: string;
  secretNamespace?: string;
}

export interface IngressSpec {
  tls?: IngressTls[];
  rules?: IngressRule[];
  httpOption?: 'Enabled' | 'Redirected';
}

export interface LoadBalancerStatus {
  ingress?: { ip?: string; domain?: string; domainInternal?: string; meshOnly?: boolean }[];
}

export interface IngressStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  publicLoadBalancer?: LoadBalancerStatus;
  privateLoadBalancer?: LoadBalancerStatus;
}

export type Ingress = KubeObject<IngressSpec, IngressStatus>;
