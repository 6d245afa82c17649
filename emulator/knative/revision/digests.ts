/** Tags to digests (knative.dev/serving pkg/reconciler/revision/resolve.go), from what the platform's images are. */
import type { PlatformConfig } from '../config/types.ts';
import type { Container } from '../pod-spec/types.ts';
import type { ContainerDigest, Revision } from './types.ts';

/** The images that pods could be made from. */
export interface Images {
  /** `repo`, `repo:tag` or `repo@sha256:…`; undefined where the store does not have it. */
  resolve(reference: string): { digest: string } | undefined;
  /**
   * What is outside of the store. `asking`: its registry is being asked, and the revision is looked at again once it has
   * answered; undefined: no container engine is there, which could run it.
   */
  remote(reference: string, logins: LoginSource, timeoutMs: number): RemoteImage | 'asking' | undefined;
}

/** `digest` is '' for an image that the engine has and no registry. */
export type RemoteImage = { digest: string } | { missing: string };

/** Where the logins for registries are named. */
export interface LoginSource {
  namespace: string;
  serviceAccountName?: string | undefined;
  imagePullSecrets?: { name?: string }[] | undefined;
}

export interface Digests {
  containerStatuses: ContainerDigest[];
  initContainerStatuses: ContainerDigest[];
}

/** Every image's digest (none where tags are not resolved), or the words why one cannot be had. */
export function resolveDigests(
  { metadata, spec }: Revision,
  images: Images,
  config: PlatformConfig,
): Digests | { missing: string } | 'asking' {
  const logins: LoginSource = {
    namespace: metadata.namespace ?? '',
    serviceAccountName: spec?.serviceAccountName,
    imagePullSecrets: spec?.imagePullSecrets,
  };
  let missing: string | undefined;
  let asking = false;
  const digestOf = ({ name = '', image = '' }: Container): ContainerDigest => {
    const found = resolveImage(image, logins, images, config);
    if (found === 'asking') asking = true;
    else if ('missing' in found) {
      missing ??= `Unable to fetch image "${image}": failed to resolve image to digest: ${found.missing}`;
    } else if (found.reference) return { name, imageDigest: found.reference };
    return { name };
  };
  const initContainerStatuses = (spec?.initContainers ?? []).map(digestOf);
  const containerStatuses = (spec?.containers ?? []).map(digestOf);
  if (missing !== undefined) return { missing };
  return asking ? 'asking' : { containerStatuses, initContainerStatuses };
}

const noEngine = { missing: "it is not in the platform's image store, and there is no container engine to pull it" };

/** A reference with a digest; '' = left as it is. */
function resolveImage(
  image: string,
  logins: LoginSource,
  images: Images,
  { deployment }: PlatformConfig,
): { reference: string } | { missing: string } | 'asking' {
  // What a kubelet makes of such an image shows at its pods.
  if (!image.includes('@') && deployment.registriesSkippingTagResolving.includes(registryOf(image))) {
    return { reference: '' };
  }
  const stored = images.resolve(image);
  if (stored) return { reference: image.includes('@') ? image : `${repositoryOf(image)}@${stored.digest}` };
  const found = images.remote(image, logins, deployment.digestResolutionTimeoutMs);
  if (found === undefined) return noEngine;
  if (found === 'asking' || 'missing' in found) return found;
  if (image.includes('@')) return { reference: image };
  return { reference: found.digest && `${repositoryOf(image)}@${found.digest}` };
}

/** `dev.local` of `dev.local/app:v1`; a name without a registry is Docker's. */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return /[.:]/.test(first) || first === 'localhost' ? first : 'index.docker.io';
}

function repositoryOf(image: string): string {
  const colon = image.indexOf(':', image.lastIndexOf('/'));
  return colon < 0 ? image : image.slice(0, colon);
}
