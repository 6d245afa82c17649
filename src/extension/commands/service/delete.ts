/** Delete a service, after asking. */
import type { Deps } from '../../deps.ts';
import { confirmDestruction, serviceOf } from '../argument.ts';

export function deleteServiceCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const key = await serviceOf(deps, argument);
    if (!key) return;
    const target = entry.label;
    const sure = await confirmDestruction(deps, entry, {
      text: say('service.deleteConfirm', { name: key.name, target }),
      detail: say('service.deleteDetail'),
      action: say('action.delete'),
      typed: key.name,
    });
    if (!sure) return;
    try {
      const [client, { deleteService }] = await Promise.all([
        deps.platforms.needOf(entry),
        import('../../../core/services.ts'),
      ]);
      await deleteService(client, key.namespace, key.name);
      deps.log.info(`deleted service ${key.namespace}/${key.name} from ${target}`);
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}
