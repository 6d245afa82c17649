/** caching.internal.knative.dev/v1alpha1 Image. */
import type { Condition, KubeObject } from '../../kernel/object.ts';

export interface ImageSpec {
  image: string;
  serviceAccountName?: string;
  imagePullSecrets?: { name?: string }[];
}

export interface ImageStatus {
  observedGeneration?: number;
  annotations?: Record<string, string>;
  conditions?: Condition[];
}

export type Image = KubeObject<ImageSpec, ImageStatus>;
