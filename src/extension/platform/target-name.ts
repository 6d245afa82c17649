/** What a platform is called in the editor. Pure leaf. */
import type { Target } from '../../core/target.ts';
import type { Say } from '../messages.ts';
import { plain } from '../plain.ts';

export function targetName(say: Say, target: Target): string {
  if (target.type === 'context') return plain(target.context ?? target.kubeconfig);
  return target.name === 'default' ? say('platform.embedded') : plain(target.name);
}
