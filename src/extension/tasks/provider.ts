/** Tasks of type `slipway`: deploy, run and build of every application, for tasks.json, keybindings and preLaunchTask. */
import * as vscode from 'vscode';
import { taskType } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { shortName } from '../plain.ts';
import { type SlipwayTask, taskApplication, taskKinds, taskOf } from './definition.ts';
import { workspacePaths } from './paths.ts';

type Uses = Pick<Deps, 'applications' | 'deploys' | 'platforms' | 'problems' | 'runs'>;

export function registerTasks(deps: Uses): vscode.Disposable {
  const { say } = deps.problems.words;

  const make = (
    definition: vscode.TaskDefinition,
    asked: SlipwayTask,
    scope: vscode.WorkspaceFolder | vscode.TaskScope,
    name: string,
  ): vscode.Task => {
    const folder = typeof scope === 'object' ? scope.uri.fsPath : undefined;
    const execution = new vscode.CustomExecution(async () => {
      const { taskTerminal } = await import('./terminal.ts');
      return taskTerminal(deps, asked, folder);
    });
    const task = new vscode.Task(definition, scope, name, 'slipway', execution, '$slipway');
    task.detail = say(`task.detail.${asked.task}`);
    task.isBackground = asked.task === 'run';
    if (asked.task === 'build') task.group = vscode.TaskGroup.Build;
    task.presentationOptions = { showReuseMessage: false, clear: true };
    return task;
  };

  return vscode.tasks.registerTaskProvider(taskType, {
    provideTasks: async () => {
      if (!vscode.workspace.isTrusted) return [];
      await deps.applications.refresh();
      const paths = workspacePaths(deps.applications.items);
      return deps.applications.items.flatMap(({ dir, name }) => {
        const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir));
        if (!folder) return [];
        const application = taskApplication(dir, paths);
        return taskKinds.map((task) =>
          make(
            { type: taskType, task, application },
            { task, application, environment: undefined },
            folder,
            // The name of its terminal.
            say(`task.${task}`, { name: shortName(name) }),
          ),
        );
      });
    },
    resolveTask: ({ definition, scope, name }) => {
      const asked = taskOf(definition);
      if (!asked) return undefined;
      return make(definition, asked, scope ?? vscode.TaskScope.Workspace, name);
    },
  });
}
