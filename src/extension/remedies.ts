/** The one thing to do about a failed deploy, as a button and as a quick fix: an edit, the line itself, or a command. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Application } from '../core/app/model.ts';
import type { SourcePlace } from '../core/codes.ts';
import type { Fix } from '../core/deploy/fix.ts';
import { kinds } from '../core/resources.ts';
import type { Platforms } from './platform/platforms.ts';
import { type Offer, openPlace, type Problems } from './problems.ts';

export interface RemedyUses {
  platforms: Platforms;
  problems: Problems;
  application: Application;
  /** Deploys the same again. */
  again(): unknown;
}

export function remedyOffer(fix: Fix, uses: RemedyUses): Offer {
  const { say } = uses.problems.words;
  switch (fix.type) {
    case 'edit':
      return { label: say('remedy.edit', { file: nameOf(fix.place.file) }), run: () => applyEdit(fix) };
    case 'open':
      return {
        label: say('remedy.open', { file: nameOf(fix.place.file), line: fix.place.line }),
        run: () => openPlace(fix.place),
      };
    case 'command':
      return commandOffer(fix, uses);
  }
}

function commandOffer(
  fix: Extract<Fix, { type: 'command' }>,
  { platforms, problems, application, again }: RemedyUses,
): Offer {
  const { say } = problems.words;
  const key = { namespace: String(fix.args['namespace'] ?? 'default'), name: application.name };
  const execute = (id: string, ...args: unknown[]) => vscode.commands.executeCommand(id, ...args);
  switch (fix.command) {
    case 'startPlatform':
      return { label: say('action.start'), run: () => execute('slipway.platform.start') };
    case 'deployAgain':
      return { label: say('action.retry'), run: again };
    case 'showLogs':
      return {
        label: say('action.showLogs'),
        run: () => execute('slipway.service.showLogs', { type: 'service', key }),
      };
    case 'showService':
      return {
        label: say('action.revisions'),
        run: () => execute('slipway.service.openRevisions', { type: 'service', key }),
      };
    case 'doctor':
      return { label: say('action.doctor'), run: () => execute('slipway.doctor') };
    case 'logIn':
      return { label: say('action.choosePlatform'), run: () => execute('slipway.platform.use') };
    case 'installModule':
      return {
        label: say('remedy.run', { command: fix.line }),
        run: () => inTerminal(application.dir, fix.line, true),
      };
    case 'createSecret':
      // What is secret only its owner can type.
      return {
        label: say('remedy.secret', { name: String(fix.args['name'] ?? '') }),
        run: () => inTerminal(application.dir, fix.line, false),
      };
    case 'createNamespace': {
      const name = String(fix.args['namespace'] ?? '');
      const run = async () => {
        const client = await platforms.need();
        await client.create(kinds.namespace, undefined, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
        return again();
      };
      return { label: say('remedy.namespace', { namespace: name }), run };
    }
  }
}

function inTerminal(cwd: string, line: string, execute: boolean): void {
  const terminal = vscode.window.createTerminal({ name: 'Slipway', cwd });
  terminal.show();
  terminal.sendText(line, execute);
}

/** Left unsaved, to be looked at; a deploy saves it. */
export async function applyEdit(fix: Extract<Fix, { type: 'edit' }>): Promise<void> {
  const edit = editOf(fix);
  if (!(await vscode.workspace.applyEdit(edit))) return;
  await openPlace(fix.place);
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

function nameOf(file: string): string {
  return file.slice(dirname(file).length + 1);
}
