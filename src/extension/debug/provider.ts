/**
 * F5: configurations of type `slipway`. The editor reads launch.json at the root of a workspace folder only, and asks which debugger
 * is meant where there is none and several know the file's language; of several folders it runs what is chosen for all of them. So in a
 * file of an application the keys are ours (package.json) as long as no configuration is chosen in the window, or one of ours is among
 * several folders, and run the application of that file.
 *
 * The session of that type runs the application on the platform and stands for it (its output, its end); for each instance that waits
 * for a debugger it starts a child session of the debugger of its language, so breakpoints, source maps and stepping are that one's.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { debugType } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { applicationDir, runConfiguration, type SlipwayConfiguration } from './configuration.ts';
import type { NoDebugger } from './debuggers.ts';

type Uses = Pick<Deps, 'applications' | 'platforms' | 'problems' | 'runs' | 'log'>;

export function registerDebug(deps: Uses): vscode.Disposable {
  const { say } = deps.problems.words;
  /** Of one workspace folder, whose variables they are written in. */
  const configurations = async (folder: vscode.WorkspaceFolder | undefined): Promise<SlipwayConfiguration[]> => {
    await deps.applications.refresh();
    const inside = deps.applications.items.filter(
      ({ dir }) => !folder || vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir))?.index === folder.index,
    );
    return inside.map(({ dir, name, application }) =>
      runConfiguration(say, name, relativeTo(dir), application?.run.debug !== undefined),
    );
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
      const debug = configuration['noDebug'] !== true;
      return { ...configuration, ...runConfiguration(say, entry.name, entry.dir, debug) };
    },
  };
  const offered = new Set<string>();
  /** Once in a window for each extension: who goes on without it knows by then. */
  const offer = ({ text, wanted }: NoDebugger): void => {
    if (wanted === undefined || offered.has(wanted)) return;
    offered.add(wanted);
    const show = say('action.showExtension', { extension: wanted });
    void vscode.window.showInformationMessage(text, show).then((chosen) => {
      if (chosen === show) void vscode.commands.executeCommand('workbench.extensions.search', `@id:${wanted}`);
    });
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
        return new vscode.DebugAdapterInlineImplementation(new RunAdapter(session, deps, offer));
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
    const dir = applicationDir(given, root);
    return { ...configuration, application: dir, name: configuration.name || basename(dir) };
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
