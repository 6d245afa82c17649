/** Look at a service: select it for the traffic view, its logs, its manifest as the platform has it. */
import * as vscode from 'vscode';
import { viewIds } from '../../contributions.ts';
import type { Deps } from '../../deps.ts';
import { findService } from '../../platform/snapshot.ts';
import { subjectOf } from '../../trees/rows.ts';
import { showText } from '../../views/documents.ts';
import type { LineWanted } from '../../views/logs-view.ts';
import { pickService } from '../../views/pick.ts';
import type { Views } from '../../views/register.ts';
import { serviceOf } from '../argument.ts';

export function selectService(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const key = await serviceOf(deps, argument);
    if (!key) return;
    await deps.selection.choose(key);
    await vscode.commands.executeCommand(`${viewIds.traffic}.focus`);
  };
}

/** From the title of a view: always asks. */
export function pickServiceCommand(deps: Deps) {
  return async (): Promise<void> => {
    const key = await pickService(deps).catch((error: unknown) => deps.problems.report(error));
    if (key) await deps.selection.choose(key);
  };
}

export function showLogs(deps: Deps, views: Views) {
  return async (argument?: unknown): Promise<void> => {
    const key = await serviceOf(deps, argument);
    if (!key) return;
    const pointed = subjectOf(argument);
    const view = await views.logs();
    view.show(key, pointed && 'revision' in pointed ? pointed.revision : undefined, lineOf(argument));
    await vscode.commands.executeCommand(`${viewIds.logs}.focus`);
  };
}

/** Of a hover at a source line. */
function lineOf(argument: unknown): LineWanted | undefined {
  const line = typeof argument === 'object' && argument !== null && 'line' in argument ? argument.line : undefined;
  const { pod, time, text } = (line ?? {}) as Partial<LineWanted>;
  if (typeof pod !== 'string' || typeof time !== 'number' || typeof text !== 'string') return undefined;
  return { pod, time, text };
}

export function showYaml(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const pointed = subjectOf(argument);
    const key = await serviceOf(deps, argument);
    if (!key) return;
    const { snapshot } = deps.platforms;
    const revision = pointed?.type === 'revision' ? pointed.revision : undefined;
    const object =
      revision === undefined
        ? findService(snapshot, key)
        : snapshot.revisions.find(({ metadata }) => metadata.name === revision && metadata.namespace === key.namespace);
    if (!object) return;
    const { stringify } = await import('yaml');
    const { managedFields: _, ...metadata } = object.metadata;
    await showText(`${revision ?? key.name}.yaml`, stringify({ ...object, metadata }));
  };
}
