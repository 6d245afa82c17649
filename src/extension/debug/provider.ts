/**
 * F5: configurations of type `slipway`. The session of that type runs the application on the platform and stands for it (its
 * output, its end); for each instance that waits for a debugger it starts a child session of VS Code's own JavaScript
 * debugger, so breakpoints, source maps and stepping are that one's.
 */
import { basename, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { debugType } from '../contributions.ts';
import type { Deps } from '../deps.ts';

type Uses = Pick<Deps, 'applications' | 'problems' | 'runs' | 'log'>;

export interface SlipwayConfiguration extends vscode.DebugConfiguration {
  /** Directory of the application, absolute by the time it is resolved. */
  application: string;
}

export function registerDebug(deps: Uses): vscode.Disposable {
  const { say } = deps.problems.words;
  const configurations = async (): Promise<SlipwayConfiguration[]> => {
    await deps.applications.refresh();
    return deps.applications.items.map(({ dir, name, application }) => ({
      type: debugType,
      request: 'launch',
      name: say(application?.run.debug ? 'run.debugTitle' : 'run.runTitle', { name }),
      application: relativeTo(dir),
    }));
  };
  const provider: vscode.DebugConfigurationProvider = {
    provideDebugConfigurations: configurations,
    resolveDebugConfigurationWithSubstitutedVariables: (folder, configuration) => resolve(deps, folder, configuration),
    resolveDebugConfiguration: async (_folder, configuration) => {
      // F5 without a launch.json: the application of the active file, or the one that is chosen.
      if (configuration.type) return configuration;
      const { pickApplication } = await import('../views/pick.ts');
      const entry = await pickApplication(deps);
      if (!entry) return undefined;
      return {
        type: debugType,
        request: 'launch',
        name: say('run.debugTitle', { name: entry.name }),
        application: entry.dir,
      };
    },
  };
  return vscode.Disposable.from(
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      provider,
      vscode.DebugConfigurationProviderTriggerKind.Initial,
    ),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      { provideDebugConfigurations: configurations },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: async (session) => {
        const { RunAdapter } = await import('./adapter.ts');
        return new vscode.DebugAdapterInlineImplementation(new RunAdapter(session, deps));
      },
    }),
  );
}

async function resolve(
  deps: Uses,
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
): Promise<vscode.DebugConfiguration | undefined> {
  const { say } = deps.problems.words;
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(say('untrusted'));
    return undefined;
  }
  const given = typeof configuration['application'] === 'string' ? configuration['application'] : undefined;
  const root = folder?.uri.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (given !== undefined) {
    const dir = isAbsolute(given) ? given : root ? join(root, given) : given;
    return { ...configuration, application: dir.replace(/[\\/]$/, ''), name: configuration.name || basename(dir) };
  }
  const { pickApplication } = await import('../views/pick.ts');
  const entry = await pickApplication(deps);
  return entry ? { ...configuration, application: entry.dir } : undefined;
}

function relativeTo(dir: string): string {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir));
  if (!folder) return dir;
  const inside = dir.slice(folder.uri.fsPath.length).replaceAll('\\', '/');
  return `\${workspaceFolder}${inside}`;
}
