/** networking.internal.knative.dev/v1alpha1 Certificate. */
import type { Condition, KubeObject } from '../../kernel/object.ts';

export interface CertificateSpec {
  dnsNames: string[];
  domain?: string;
  secretName: string;
}

export interface CertificateStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
  notAfter?: string;
  http01Challenges?: {
    url?: string;
    serviceName?: string;
    serviceNamespace?: string;
    servicePort?: number | string;
  }[];
}

export type Certificate = KubeObject<CertificateSpec, CertificateStatus>;
