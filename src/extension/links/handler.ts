/** Links into the editor. Nothing happens without a question that says what would be deployed where. */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import { deployLinkOf } from './deploy-link.ts';

export function registerLinks(
  deps: Pick<Deps, 'applications' | 'deploys' | 'platforms' | 'problems'>,
): vscode.Disposable {
  const { say } = deps.problems.words;
  return vscode.window.registerUriHandler({
    handleUri: async (uri) => {
      const link = deployLinkOf(uri);
      if (!link) {
        void vscode.window.showWarningMessage(say('link.unknown'));
        return;
      }
      if (!vscode.workspace.isTrusted) {
        void vscode.window.showWarningMessage(say('untrusted'));
        return;
      }
      const entry = await deps.applications.find((items) => items.find(({ name }) => name === link.application));
      if (!entry) {
        void vscode.window.showWarningMessage(say('link.noApplication', { name: link.application }));
        return;
      }
      const { environment } = link;
      const target = deps.platforms.snapshot.entry.label;
      const deploy = say('action.deploy');
      const chosen = await vscode.window.showWarningMessage(
        environment === undefined
          ? say('link.confirm', { name: entry.name, target })
          : say('link.confirmEnvironment', { name: entry.name, target, environment }),
        { modal: true, detail: say('link.confirmDetail', { dir: entry.dir }) },
        deploy,
      );
      if (chosen !== deploy) return;
      await deps.deploys.deploy({ dir: entry.dir, name: entry.name, environment });
    },
  });
}
