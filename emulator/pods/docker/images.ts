/** Images of the engine: what is there, and what has to be pulled. */
import type Docker from 'dockerode';
import type { EventDraft } from '../../kernel/controller.ts';
import { type ContainerSpec, ImageUnavailable } from '../ports.ts';
import { authIn, placeOf, userAuth } from './registry-auth.ts';

/** Registries whose images are only ever built on this machine, as Knative's config-deployment has them. */
const localOnly = /^(dev|kind|ko)\.local(\/|:)/;

export interface EngineImage {
  id: string;
  /** `repository@sha256:…` where it came from a registry, else its id: a container's `imageID`. */
  reference: string;
  user: string;
  /** Bytes. */
  size: number;
}

type Wanted = Pick<ContainerSpec, 'image' | 'imagePullPolicy' | 'pullConfigs'>;

/**
 * Makes an image present as the pull policy says, and says what it does as kubelets do.
 * @throws ImageUnavailable with the words of containerd's pull.
 */
export async function ensureImage(
  docker: Docker,
  wanted: Wanted,
  event: (event: EventDraft) => void,
): Promise<EngineImage> {
  const { image, imagePullPolicy } = wanted;
  const there = await inspect(docker, image);
  if (there && (imagePullPolicy !== 'Always' || localOnly.test(image))) {
    event({ type: 'Normal', reason: 'Pulled', message: `Container image "${image}" already present on machine` });
    return there;
  }
  if (imagePullPolicy === 'Never') {
    throw new ImageUnavailable('NeverPull', `Container image "${image}" is not present with pull policy of Never`);
  }
  const began = performance.now();
  event({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` });
  try {
    if (localOnly.test(image)) throw new Error('not found');
    await pull(docker, wanted);
  } catch (error) {
    const message = messageOf(error);
    // Where its registry cannot be reached at all, the image that is there serves: one works on a train, too.
    if (there && cannotReach(message)) return there;
    throw new ImageUnavailable('PullFailed', pullFailure(image, message));
  }
  const pulled = await inspect(docker, image);
  if (!pulled) throw new ImageUnavailable('PullFailed', `image "${image}" was pulled and is not there`);
  const took = seconds(performance.now() - began);
  const message = `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.size} bytes.`;
  event({ type: 'Normal', reason: 'Pulled', message });
  return pulled;
}

async function inspect(docker: Docker, image: string): Promise<EngineImage | undefined> {
  try {
    const found = await docker.getImage(image).inspect();
    // Of ids a kubelet knows the whole one only; what may be the beginning of one is a name.
    if (!isNamed(found, image) && image !== found.Id) return undefined;
    const { Id, Config, Size } = found;
    return {
      id: Id,
      reference: digestsIn(found, image)[0] ?? found.RepoDigests?.[0] ?? Id,
      user: Config?.User ?? '',
      size: Size,
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** The engine also finds an image by the beginning of its id. */
export function isNamed({ Id, RepoTags }: { Id: string; RepoTags?: string[] }, image: string): boolean {
  const isId = /^(sha256:)?[0-9a-f]+$/.test(image) && Id.startsWith(`sha256:${image.replace(/^sha256:/, '')}`);
  return !isId || (RepoTags ?? []).includes(nameOf(image));
}

/** Those that it has in the repository of its name; one that was pushed elsewhere has more. */
export function digestsIn({ RepoDigests }: { RepoDigests?: string[] }, image: string): string[] {
  const repository = (name: string) =>
    placeOf(name)
      .replace(/:[^/:]*$/, '')
      .replace(/^docker\.io\//, 'index.docker.io/')
      .replace('index.docker.io/library/', 'index.docker.io/');
  return (RepoDigests ?? []).filter((digest) => repository(digest) === repository(image));
}

async function pull(docker: Docker, { image, pullConfigs = [] }: Wanted): Promise<void> {
  const given = pullConfigs.map((config) => authIn(config, image)).find((auth) => auth !== undefined);
  const authconfig = given ?? (await userAuth(image));
  const stream = await docker.pull(nameOf(image), authconfig ? { authconfig } : {});
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

/** With its tag: without one the engine would take all of them. */
export function nameOf(image: string): string {
  return /@|:[^/]*$/.test(image) ? image : `${image}:latest`;
}

/** The engine's words in containerd's frame. */
function pullFailure(image: string, message: string): string {
  const why = /manifest unknown|not found|no such image/i.test(message) ? 'not found' : message;
  return `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: ${why}`;
}

export function cannotReach(message: string): boolean {
  return /dial tcp|no such host|connection refused|i\/o timeout|request canceled|deadline exceeded|network is unreachable/i.test(
    message,
  );
}

/** `1.532s`, as Go writes durations that are rounded to ms. */
function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)}ms` : `${Math.round(ms) / 1_000}s`;
}

export function messageOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string }; message?: string };
  // What the client library puts before the engine's words.
  return json?.message ?? message?.replace(/^\(HTTP code \d+\) [^-]* - /, '') ?? String(error);
}
