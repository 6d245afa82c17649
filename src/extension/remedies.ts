/** The one thing to do about a failed deploy, as a button and as a quick fix: an edit, the line itself, or a command. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { SourcePlace } from '../core/codes.ts';
import type { Fix } from '../core/deploy/fix.ts';
import { kinds } from '../core/resources.ts';
import type { CommandId } from './contributions.ts';
import type { Say } from './messages.ts';
import { type Offer, openPlace, type RemedyUses } from './problems.ts';
import { createSecret } from './secret.ts';

/** undefined: it needs something that `uses` does not have. */
export function remedyOffer(fix: Fix, say: Say, uses: RemedyUses): Offer | undefined {
  switch (fix.type) {
    case 'edit':
      return { label: say('remedy.edit', { file: basename(fix.place.file) }), run: () => applyEdit(fix) };
    case 'open':
      return {
        label: say('remedy.open', { file: basename(fix.place.file), line: fix.place.line }),
        run: () => openPlace(fix.place),
      };
    case 'command':
      return commandOffer(fix, say, uses);
  }
}

function commandOffer(
  fix: Extract<Fix, { type: 'command' }>,
  say: Say,
  { dir, service, again, client, requireUse }: RemedyUses,
): Offer | undefined {
  const key = { namespace: String(fix.args['namespace'] ?? 'default'), name: service };
  const text = (name: string) => String(fix.args[name] ?? '');
  const execute = (id: CommandId, ...args: unknown[]) => vscode.commands.executeCommand(id, ...args);
  const showService = async (id: CommandId) => {
    requireUse?.();
    return execute(id, { type: 'service', key });
  };
  switch (fix.command) {
    case 'startPlatform':
      return { label: say('action.start'), run: () => execute('slipway.platform.start') };
    case 'deployAgain':
      return again && { label: say('action.retry'), run: again };
    case 'showLogs':
      return service === undefined
        ? undefined
        : { label: say('action.showLogs'), run: () => showService('slipway.service.showLogs') };
    case 'showService':
      return service === undefined
        ? undefined
        : { label: say('action.revisions'), run: () => showService('slipway.service.openRevisions') };
    case 'doctor':
      return { label: say('action.doctor'), run: () => execute('slipway.doctor') };
    case 'logIn':
    case 'choosePlatform':
      return { label: say('action.choosePlatform'), run: () => execute('slipway.platform.use') };
    case 'choosePort':
      return { label: say('remedy.freePort'), run: () => takeFreePort(again) };
    case 'replacePlatform':
      return {
        label: say('remedy.restartPlatform'),
        run: async () => {
          await execute('slipway.platform.stop');
          await execute('slipway.platform.start');
        },
      };
    case 'installModule':
      return dir === undefined
        ? undefined
        : { label: say('remedy.run', { command: fix.line }), run: () => inTerminal(dir, fix.line) };
    case 'adopt':
      return dir === undefined
        ? undefined
        : {
            label: say('lens.adopt'),
            run: async () => {
              if (await execute('slipway.application.adopt', { type: 'folder', dir })) await again?.();
            },
          };
    case 'createSecret':
      return (
        client && {
          label: say('remedy.secret', { name: text('name') }),
          run: async () => {
            const ask = () => askSecret(text('name'), text('keys').split(',').filter(Boolean), say);
            if (await createSecret({ namespace: key.namespace, name: text('name') }, { client, ask })) await again?.();
          },
        }
      );
    case 'createNamespace': {
      const name = text('namespace');
      const run = async () => {
        const platform = await client?.();
        await platform?.create(kinds.namespace, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
        return again?.();
      };
      return client && { label: say('remedy.namespace', { namespace: name }), run };
    }
  }
}

/** The setting names a port that another program has: the next free one from now on, wherever it was set. */
async function takeFreePort(again: (() => unknown) | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration('slipway');
  const { workspaceValue, workspaceFolderValue } = settings.inspect('platform.port') ?? {};
  const scope =
    workspaceFolderValue !== undefined || workspaceValue !== undefined
      ? vscode.ConfigurationTarget.Workspace
      : vscode.ConfigurationTarget.Global;
  await settings.update('platform.port', undefined, scope);
  await (again ? again() : vscode.commands.executeCommand('slipway.platform.start'));
}

/** What is secret only its owner can type: key by key, straight to the platform. undefined: it was given up. */
async function askSecret(name: string, keys: readonly string[], say: Say): Promise<Record<string, string> | undefined> {
  const title = say('secret.title', { name });
  const data: Record<string, string> = {};
  const ask = async (key: string): Promise<boolean> => {
    const value = await vscode.window.showInputBox({
      title,
      prompt: say('secret.value', { key }),
      password: true,
      ignoreFocusOut: true,
    });
    if (value !== undefined) data[key] = value;
    return value !== undefined;
  };
  for (const key of keys) if (!(await ask(key))) return undefined;
  while (keys.length === 0) {
    const key = await vscode.window.showInputBox({
      title,
      prompt: say(Object.keys(data).length === 0 ? 'secret.key' : 'secret.more'),
      ignoreFocusOut: true,
      validateInput: (typed) => (/^[-._a-zA-Z0-9]*$/.test(typed) ? undefined : say('secret.keyInvalid')),
    });
    if (key === undefined) return undefined;
    if (key === '') break;
    if (!(await ask(key))) return undefined;
  }
  return data;
}

function inTerminal(cwd: string, line: string): void {
  const terminal = vscode.window.createTerminal({ name: 'Slipway', cwd });
  terminal.show();
  terminal.sendText(line, true);
}

const applying = new Set<PromiseLike<unknown>>();

/** Left unsaved, to be looked at; a deploy saves it. */
async function applyEdit(fix: Extract<Fix, { type: 'edit' }>): Promise<void> {
  const applied = vscode.workspace.applyEdit(editOf(fix));
  applying.add(applied);
  try {
    if (!(await applied)) return;
  } finally {
    applying.delete(applied);
  }
  await openPlace(fix.place);
}

/** Resolves when no fix is being put in: what a quick hand begins right after the button is of the mended files. */
export async function fixesApplied(): Promise<void> {
  await Promise.allSettled(applying);
}

export function editOf(fix: Extract<Fix, { type: 'edit' }>): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { place, text } of [{ place: fix.place, text: fix.text }, ...(fix.more ?? [])]) {
    const uri = vscode.Uri.file(place.file);
    edit.createFile(uri, { ignoreIfExists: true });
    edit.replace(uri, rangeAt(place), text);
  }
  return edit;
}

export function rangeAt({ line, column, endLine = line, endColumn = column }: SourcePlace): vscode.Range {
  return new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
}
