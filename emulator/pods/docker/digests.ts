/** What the tag of an image means now, asked of its registry through the engine. */
import type Docker from 'dockerode';
import type { RemoteImage } from '../../knative/revision/digests.ts';
import { cannotReach, messageOf, nameOf } from './images.ts';
import { authIn, type DockerConfig, userAuth } from './registry-auth.ts';

/**
 * | the engine has it | its registry | answer |
 * | --- | --- | --- |
 * | of its own making | is not asked | '' |
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
  const there = await docker
    .getImage(image)
    .inspect()
    .catch(() => undefined);
  if (image.includes('@')) return { digest: image.slice(image.indexOf('@') + 1) };
  if (there && there.RepoDigests.length === 0) return { digest: '' };
  const authconfig = configs.map((config) => authIn(config, image)).find(Boolean) ?? (await userAuth(image));
  try {
    const asked = docker.getImage(nameOf(image)).distribution(authconfig ? { authconfig } : {});
    const { Descriptor } = await Promise.race([asked, lateAfter(timeoutMs)]);
    return { digest: Descriptor.digest };
  } catch (error) {
    const message = messageOf(error);
    if (!there || !cannotReach(message)) return { missing: message };
    return { digest: there.RepoDigests[0]?.split('@')[1] ?? '' };
  }
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
