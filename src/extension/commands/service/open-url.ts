/** Open a service's, a revision's tag's or a domain's URL. */
import * as vscode from 'vscode';
import { openExternal } from '../../deploys.ts';
import type { Deps } from '../../deps.ts';
import { subjectOf } from '../../trees/rows.ts';
import { serviceOf, urlOf } from '../argument.ts';

export function openUrl(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const found = await pointedUrl(deps, argument);
    if (found) await openExternal(found);
  };
}

export function copyUrl(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const found = await pointedUrl(deps, argument);
    if (!found) return;
    await vscode.env.clipboard.writeText(found);
    vscode.window.setStatusBarMessage(deps.problems.say('service.copied', { url: found }), 5_000);
  };
}

async function pointedUrl(deps: Deps, argument: unknown): Promise<string | undefined> {
  const pointed = subjectOf(argument);
  if (pointed && 'url' in pointed && pointed.url) return pointed.url;
  const key = await serviceOf(deps, argument);
  if (!key) return undefined;
  const url = await urlOf(deps, key);
  if (!url) void vscode.window.showInformationMessage(deps.problems.say('service.noUrl', { name: key.name }));
  return url;
}
