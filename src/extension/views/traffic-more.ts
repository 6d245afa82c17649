/** What the traffic view and the revisions panel are told besides the objects: canaries and alerts of this window. */
import type { Deps } from '../deps.ts';
import type { LoadedReaders } from '../readers.ts';
import type { TrafficMore } from './traffic-state.ts';

export function moreOf({ canaries, alerts }: Pick<Deps, 'canaries' | 'alerts'>, readers: LoadedReaders): TrafficMore {
  return {
    canary: (key, state) => canaries.view(key, state, readers.canary),
    alerts: (key) => alerts.textsOf(key),
  };
}
