/** What the tag of an image means now, asked of its registry through the engine. */
import type Docker from 'dockerode';
import type { RemoteImage } from '../../knative/revision/digests.ts';
import { cannotReach, digestsIn, isNamed, messageOf, nameOf } from './images.ts';
import { authIn, type DockerConfig, placeOf, userAuth } from './registry-auth.ts';

/**
 * | the engine has it | its registry | answer |
 * | --- | --- | --- |
 * | of its own making, by name | is not asked | '' |
 * | from a registry | answers | that digest |
 * | from a registry | cannot be reached | the digest it came with |
 * | no | answers | that digest |
 * | either | refuses, or does not have it | missing |
 */
export async function digestOf(
  docker: Docker,
  image: string,
  { configs, timeoutMs }: { configs: readonly DockerConfig[]; timeoutMs: number },
): Promise<RemoteImage> {
  const found = await docker
    .getImage(image)
    .inspect()
    .catch(() => undefined);
  // Knative reads what may be an id as the name of a repository.
  const there = found && isNamed(found, image) ? found : undefined;
  if (image.includes('@')) return { digest: image.slice(image.indexOf('@') + 1) };
  const own = there && digestsIn(there, image);
  if (own?.length === 0) return { digest: '' };
  const authconfig = configs.map((config) => authIn(config, image)).find(Boolean) ?? (await userAuth(image));
  try {
    const asked = docker.getImage(nameOf(image)).distribution(authconfig ? { authconfig } : {});
    const { Descriptor } = await Promise.race([asked, lateAfter(timeoutMs)]);
    return { digest: Descriptor.digest };
  } catch (error) {
    const message = messageOf(error);
    if (!own || !cannotReach(message)) return { missing: resolutionFailure(image, message) };
    return { digest: own[0]?.split('@')[1] ?? '' };
  }
}

/** The engine's words as Knative's resolver (go-containerregistry) has them, which asks by HEAD. Pure. */
export function resolutionFailure(image: string, message: string): string {
  const place = placeOf(image);
  const slash = place.indexOf('/');
  const host = place.slice(0, slash);
  const repository = place.slice(slash + 1);
  const isHub = host === 'index.docker.io' && !repository.includes('/');
  const colon = repository.lastIndexOf(':');
  const [name, tag] = colon < 0 ? [repository, 'latest'] : [repository.slice(0, colon), repository.slice(colon + 1)];
  // Whom it asks without TLS.
  const scheme = /^(localhost|127\.0\.0\.1|\[?::1\]?|.+\.local(host)?)(:\d+)?$/.test(host) ? 'http' : 'https';
  const head = (status: string) =>
    `HEAD ${scheme}://${host}/v2/${isHub ? 'library/' : ''}${name}/manifests/${tag}: unexpected status code ${status} ` +
    '(HEAD responses have no body, use GET for details)';
  if (/unauthorized|authentication required|no basic auth|access.* denied/i.test(message))
    return head('401 Unauthorized');
  if (/manifest unknown|name unknown|not found|no manifest found/i.test(message)) return head('404 Not Found');
  const told = message.replaceAll('https://registry-1.docker.io/', 'https://index.docker.io/');
  // It tries both.
  const plain = /^Get "http:(\/\/[^"]*)": (dial tcp .*)$/.exec(told);
  return plain && scheme === 'http' ? `Get "https:${plain[1]}": ${plain[2]}; ${told}` : told;
}

function lateAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('context deadline exceeded')), ms).unref();
  });
}

const kept = { ms: 10_000, most: 1_000 };

/**
 * Answers that controllers can use, which do not wait: `asking` now, `answered` when it has come, then the answer for a
 * while (tags move).
 * @param now ms, monotonic.
 */
export function rememberAnswers<T extends object>(
  answered: () => void,
  now: () => number,
): (key: string, ask: () => Promise<T>) => T | 'asking' {
  const answers = new Map<string, { answer: T | 'asking'; until: number }>();
  return (key, ask) => {
    const known = answers.get(key);
    if (known && now() < known.until) return known.answer;
    if (answers.size >= kept.most) answers.clear();
    answers.set(key, { answer: 'asking', until: Number.POSITIVE_INFINITY });
    ask().then(
      (answer) => {
        answers.set(key, { answer, until: now() + kept.ms });
        answered();
      },
      () => answers.delete(key),
    );
    return 'asking';
  };
}
