/** Deploy an application to one of its environments: the platform that it names is put in use first, where it is known. */
import * as vscode from 'vscode';
import type { Environment } from '../../../core/app/model.ts';
import { placeOf } from '../../deploys.ts';
import type { Deps } from '../../deps.ts';
import { plainItem } from '../../plain.ts';
import { trustedApplicationOf } from '../argument.ts';

export function deployToEnvironment(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<unknown> => {
    const entry = await trustedApplicationOf(deps, argument);
    if (!entry) return undefined;
    const { dir, name, application } = entry;
    const environments = Object.values(application?.environments ?? {});
    if (environments.length === 0) {
      void vscode.window.showInformationMessage(say('deploy.noEnvironments', { name }));
      return undefined;
    }
    const items = environments.map((environment) => itemOf(deps, environment));
    const placeHolder = say('deploy.pickEnvironment', { name });
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    if (!chosen) return undefined;
    return deps.deploys.deploy({ dir, name, environment: chosen.environment.name, use: true });
  };
}

function itemOf({ platforms, problems }: Deps, environment: Environment) {
  const { name, namespace, deploy } = environment;
  const { say } = problems.words;
  const where = placeOf(environment) ?? platforms.snapshot.entry.label;
  const how = [
    deploy !== 'direct' && say('deploy.byOther', { deploy }),
    environment.protected && say('deploy.isProtected'),
  ];
  const item = plainItem({ label: name, description: [where, namespace, ...how].filter(Boolean).join(' · ') });
  return { ...item, iconPath: new vscode.ThemeIcon(environment.protected ? 'lock' : 'rocket'), environment };
}
