/** Which revisions are not to be deleted: one rule for tree, tab and palette. Pure leaf. */

/**
 * - `traffic`, `tag`: Knative deletes it all the same, and its Route then fails with RevisionMissing: the service takes no new split until it
 *   is led elsewhere.
 * - `latest`: what a deploy goes back to, and what a share that follows the latest ready one means. Its Configuration makes the newest
 *   anew at once; of an older one it says RevisionDeleted and the service is not ready.
 */
export type KeptFor = 'traffic' | 'tag' | 'latest';

/** Why it is kept, the first thing to do about it first; undefined: it may go. */
export function keptFor(revision: {
  /** What the spec asks for. */
  percent: number;
  tags: readonly unknown[];
  latestReady: boolean;
}): KeptFor | undefined {
  if (revision.percent > 0) return 'traffic';
  if (revision.tags.length > 0) return 'tag';
  return revision.latestReady ? 'latest' : undefined;
}
