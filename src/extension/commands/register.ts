/** Every command of ours by its id; what they do is read when the first one is asked for. */
import * as vscode from 'vscode';
import { type CommandId, commandIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import type { Views } from '../views/register.ts';
import type { Handler } from './table.ts';

export function registerCommands(deps: Deps, views: Views): vscode.Disposable {
  let table: Promise<Record<CommandId, Handler>> | undefined;
  const handlers = () => {
    table ??= import('./table.ts').then(({ commandTable }) => commandTable(deps, views));
    return table;
  };
  const entries = commandIds.map((id) =>
    vscode.commands.registerCommand(id, async (argument?: unknown) => {
      try {
        return await (await handlers())[id](argument);
      } catch (error) {
        await deps.problems.report(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...entries);
}
