/** Stop an application that runs in development mode. */
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { plainItem } from '../../plain.ts';
import { subjectOf } from '../../trees/rows.ts';

export function stopApplication(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const pointed = subjectOf(argument);
    const { items } = deps.runs;
    const inUse = deps.platforms.snapshot.entry.id;
    const byPointing = items.find(({ application, session, platform }) => {
      if (pointed?.type === 'application') return application.dir === pointed.dir;
      // A service of the same name on another platform is another's.
      if (pointed?.type === 'service' && platform.id === inUse)
        return session.service === pointed.key.name && session.namespace === pointed.key.namespace;
      return false;
    });
    // What was pointed at and is not this window's is none of those that it runs.
    let running = byPointing ?? (!pointed && items.length === 1 ? items[0] : undefined);
    if (!pointed && items.length > 1) {
      const picks = items.map((item) =>
        plainItem({
          label: item.application.name,
          description: [item.session.url, item.platform.id !== inUse && item.platform.label]
            .filter(Boolean)
            .join(' · '),
          item,
        }),
      );
      const chosen = await vscode.window.showQuickPick(picks, { placeHolder: say('run.pick') });
      running = chosen?.item;
    }
    if (running) {
      await deps.runs.stop(running.application.dir).catch((error: unknown) => deps.problems.report(error));
      return;
    }
    // One that another window or the command line runs: its service is what can be removed from here.
    if (pointed?.type === 'service') await vscode.commands.executeCommand('slipway.service.delete', argument);
  };
}
