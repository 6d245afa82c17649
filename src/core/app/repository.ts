/** Names of the repositories that images are built for: such as both the image store and Knative's admission take. Pure. */
import { parseReference } from '../../../emulator/images/manifest.ts';
import { isImageReference } from '../../../emulator/knative/pod-spec/image-reference.ts';

/** Of slipway.yaml's `build.image` or a manifest's image: an image can be built and deployed under this name. */
export function isRepository(name: string): boolean {
  return parseReference(name) !== undefined && isImageReference(name);
}

/**
 * `PLACE/NAME`. Behind a registry's host Knative wants two characters or more (OCI's own grammar is content with one), so what has a name
 * of one letter lies a level deeper.
 * @param place a registry's host, with or without a path
 */
export function repositoryIn(place: string, name: string): string {
  const [plain, deeper] = [`${place}/${name}`, `${place}/app/${name}`];
  return !isImageReference(plain) && isImageReference(deeper) ? deeper : plain;
}

/** The repository of an application that names none. */
export function ownRepository(name: string): string {
  return repositoryIn('dev.local', name);
}
