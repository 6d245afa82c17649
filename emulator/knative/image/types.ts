/** caching.internal.knative.dev/v1alpha1 Image. */

export interface ImageSpec {
  image: string;
  serviceAccountName?: string;
  imagePullSecrets?: { name?: string }[];
}
