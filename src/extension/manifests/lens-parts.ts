/** What of a platform the lenses show. Pure leaf. */
import type { Snapshot } from '../platform/snapshot.ts';

/**
 * Calls `then` only for a snapshot that shows another thing in a lens than the one before. The editor asks for lenses in a pause of their
 * events, and the slower they came the longer that has to be: on a busy machine one event each two seconds leaves them as they are.
 */
export function onLensChange(then: () => void): (snapshot: Snapshot) => void {
  let shown: readonly unknown[] = [];
  return ({ state, entry, gateway, services, revisions, domains, pings }) => {
    const now = [state, entry, gateway, services, revisions, domains, pings];
    if (now.every((part, index) => part === shown[index])) return;
    shown = now;
    then();
  };
}
