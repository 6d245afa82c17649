/** New application: kind → name → place, then its files are open. Nothing else is asked. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { logError } from '../../log-error.ts';
import { plain } from '../../plain.ts';
import { installDevelopmentDependencies } from './install.ts';
import { openMade } from './open-made.ts';

const lastParent = 'newApplicationParent';

export function newApplication(deps: Deps) {
  const { say, locale } = deps.problems.words;
  return async (): Promise<void> => {
    const { scaffold, templates, validateName } = await import('../../../core/scaffold.ts');
    const kinds = templates().map((template) => ({
      label: template.title[locale],
      description: template.id,
      detail: template.description[locale],
      template,
    }));
    const kind = await vscode.window.showQuickPick(kinds, {
      title: say('new.step', { step: 1, steps: 3 }),
      placeHolder: say('new.template'),
      matchOnDescription: true,
      matchOnDetail: true,
      ignoreFocusOut: true,
    });
    if (!kind) return;
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
    const name = await vscode.window.showInputBox({
      title: say('new.step', { step: 2, steps: 3 }),
      prompt: say('new.name'),
      value: freeName(kind.template.id, folder),
      ignoreFocusOut: true,
      validateInput: (value) => {
        const wrong = validateName(value);
        if (wrong) return say(`new.name.${wrong.reason}`);
        if (folder && isTaken(join(folder, value))) return say('new.name.taken', { name: value });
        return { message: say('new.namePrompt', { name: value }), severity: vscode.InputBoxValidationSeverity.Info };
      },
    });
    if (!name) return;
    const parent = await chooseParent(deps, name, folder);
    if (!parent) return;
    try {
      const made = await scaffold({
        template: kind.template.id,
        dir: join(parent, name),
        name,
        templatesDir: join(deps.context.extensionPath, 'media', 'templates'),
      });
      deps.log.info(`${say('new.done', { name })} ${made.dir}`);
      await deps.context.globalState.update(lastParent, parent);
      const outlive = !vscode.workspace.getWorkspaceFolder(vscode.Uri.file(made.dir));
      installDevelopmentDependencies(deps, made.dir, name, { outlive }).catch(logError(deps.log));
      await openMade(deps, made.dir, join(made.dir, made.open), say('new.done', { name }));
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}

async function chooseParent(deps: Deps, name: string, folder: string | undefined): Promise<string | undefined> {
  const { say } = deps.problems.words;
  const other = { label: `$(folder-opened) ${say('new.other')}`, path: undefined as string | undefined };
  const workspace = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const known = workspace.map(({ name: label, uri }) => ({
    label: `$(folder) ${plain(label)}`,
    description: plain(join(uri.fsPath, name)),
    path: uri.fsPath as string | undefined,
  }));
  if (known.length > 0) {
    const chosen = await vscode.window.showQuickPick([...known, other], {
      title: say('new.step', { step: 3, steps: 3 }),
      placeHolder: say('new.where'),
      ignoreFocusOut: true,
    });
    if (!chosen) return undefined;
    if (chosen.path) return chosen.path;
  }
  const last = folder ?? deps.context.globalState.get<string>(lastParent);
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    title: say('new.folderTitle', { name }),
    openLabel: say('new.folder'),
    ...(last ? { defaultUri: vscode.Uri.file(last) } : {}),
  });
  return picked?.[0]?.fsPath;
}

function isTaken(dir: string): boolean {
  return existsSync(dir) && readdirSync(dir).length > 0;
}

function freeName(template: string, folder: string | undefined): string {
  const base = `my-${template}`;
  if (!folder) return base;
  for (let count = 1; count < 100; count++) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!isTaken(join(folder, name))) return name;
  }
  return base;
}
