/** Images of the engine: what is there, and what has to be pulled. */
import type Docker from 'dockerode';
import { type ContainerSpec, ImageUnavailable } from '../ports.ts';

/** Registries whose images are only ever built on this machine, as Knative's config-deployment has them. */
const localOnly = /^(dev|kind|ko)\.local(\/|:)/;

export interface EngineImage {
  id: string;
  /** `repository@sha256:…` where it came from a registry, else its id: a container's `imageID`. */
  reference: string;
  user: string;
}

/** Makes an image present as the pull policy says. @throws ImageUnavailable with the words of containerd's pull. */
export async function ensureImage(
  docker: Docker,
  { image, imagePullPolicy }: Pick<ContainerSpec, 'image' | 'imagePullPolicy'>,
): Promise<EngineImage> {
  const there = await inspect(docker, image);
  if (there && (imagePullPolicy !== 'Always' || localOnly.test(image))) return there;
  if (imagePullPolicy === 'Never') {
    throw new ImageUnavailable('PullFailed', `Container image "${image}" is not present with pull policy of Never`);
  }
  try {
    if (localOnly.test(image)) throw new Error('not found');
    await pull(docker, image);
  } catch (error) {
    // An image that is there serves where its registry cannot be reached.
    if (there) return there;
    throw new ImageUnavailable(
      'PullFailed',
      `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: ${messageOf(error)}`,
    );
  }
  const pulled = await inspect(docker, image);
  if (pulled) return pulled;
  throw new ImageUnavailable('PullFailed', `image "${image}" was pulled and is not there`);
}

async function inspect(docker: Docker, image: string): Promise<EngineImage | undefined> {
  try {
    const { Id, Config, RepoDigests } = await docker.getImage(image).inspect();
    return { id: Id, reference: RepoDigests?.[0] ?? Id, user: Config?.User ?? '' };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

async function pull(docker: Docker, image: string): Promise<void> {
  const stream = await docker.pull(image);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

export function messageOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string }; message?: string };
  return json?.message ?? message ?? String(error);
}
