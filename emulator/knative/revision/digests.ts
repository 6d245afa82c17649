/** Tags to digests (knative.dev/serving pkg/reconciler/revision/resolve.go), from what the platform's images are. */
import type { PlatformConfig } from '../config/types.ts';
import type { Container } from '../pod-spec/types.ts';
import type { ContainerDigest, Revision } from './types.ts';

/** The images that pods could be made from. */
export interface Images {
  /** `repo`, `repo:tag` or `repo@sha256:…`; undefined where the store does not have it. */
  resolve(reference: string): { digest: string } | undefined;
  /** Whether a container engine is there that could pull what the store does not have. */
  canPull(): boolean;
}

export interface Digests {
  containerStatuses: ContainerDigest[];
  initContainerStatuses: ContainerDigest[];
}

/** Every image's digest (none where tags are not resolved), or the words why one cannot be had. */
export function resolveDigests(
  { spec }: Revision,
  images: Images,
  config: PlatformConfig,
): Digests | { missing: string } {
  let missing: string | undefined;
  const digestOf = ({ name = '', image = '' }: Container): ContainerDigest => {
    const found = resolveImage(image, images, config);
    if (found === undefined) {
      missing ??=
        `Unable to fetch image "${image}": failed to resolve image to digest: ` +
        `it is not in the platform's image store, and there is no container engine to pull it`;
    }
    return { name, ...(found ? { imageDigest: found } : {}) };
  };
  const initContainerStatuses = (spec?.initContainers ?? []).map(digestOf);
  const containerStatuses = (spec?.containers ?? []).map(digestOf);
  return missing === undefined ? { containerStatuses, initContainerStatuses } : { missing };
}

/** A reference with a digest; '' = left as it is; undefined = there is no such image. */
function resolveImage(image: string, images: Images, config: PlatformConfig): string | undefined {
  const stored = images.resolve(image);
  if (image.includes('@')) return stored || images.canPull() ? image : undefined;
  // What a kubelet makes of such an image shows at its pods.
  if (config.deployment.registriesSkippingTagResolving.includes(registryOf(image))) return '';
  if (stored) return `${repositoryOf(image)}@${stored.digest}`;
  return images.canPull() ? '' : undefined;
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
