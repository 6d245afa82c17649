/** Deploy an application to the current platform. */
import type { Deps } from '../../deps.ts';
import { trustedApplicationOf } from '../argument.ts';

export function deployApplication(deps: Deps) {
  return async (argument?: unknown): Promise<unknown> => {
    const entry = await trustedApplicationOf(deps, argument);
    if (!entry) return undefined;
    return deps.deploys.deploy({ dir: entry.dir, name: entry.name });
  };
}
