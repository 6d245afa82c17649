/** What a command was pointed at: a tree element, a file, something another part passed; else the user is asked. */
import * as vscode from 'vscode';
import type { WorkspaceApplication } from '../applications.ts';
import type { Deps } from '../deps.ts';
import { findService, type PlatformEntry, type ServiceKey } from '../platform/snapshot.ts';
import type { NodeSubject } from '../trees/nodes.ts';
import { subjectOf } from '../trees/rows.ts';
import { pickApplication, pickRevision, pickService } from '../views/pick.ts';
import { modelOf } from '../views/traffic-actions.ts';

type Subject<Type extends NodeSubject['type']> = Extract<NodeSubject, { type: Type }>;

export function subject<Type extends NodeSubject['type']>(type: Type, argument: unknown): Subject<Type> | undefined {
  const found = subjectOf(argument);
  return found?.type === type ? (found as Subject<Type>) : undefined;
}

/** @throws Fault PlatformChanged where another was chosen while it was asked for */
export async function serviceOf(
  deps: Pick<Deps, 'platforms' | 'problems' | 'selection'>,
  argument: unknown,
): Promise<ServiceKey | undefined> {
  const pointed = subjectOf(argument);
  if (pointed && 'key' in pointed) return pointed.key;
  const { entry } = deps.platforms.snapshot;
  const chosen = await pickService(deps);
  if (chosen) deps.platforms.requireUse(entry);
  return chosen;
}

export async function revisionOf(
  deps: Pick<Deps, 'platforms' | 'problems' | 'selection' | 'log'>,
  argument: unknown,
): Promise<{ key: ServiceKey; revision: string } | undefined> {
  const pointed = subjectOf(argument);
  if (pointed?.type === 'revision') return { key: pointed.key, revision: pointed.revision };
  const { entry } = deps.platforms.snapshot;
  const key = await serviceOf(deps, argument);
  if (!key) return undefined;
  const model = await modelOf(deps, key);
  const revision = await pickRevision(deps, key, [...(model?.rows ?? []), ...(model?.others ?? [])]);
  if (revision === undefined) return undefined;
  deps.platforms.requireUse(entry);
  return { key, revision };
}

/** By tree element, by `{dir}`, by a file of it; else asked for. */
export async function applicationOf(
  deps: Pick<Deps, 'applications' | 'problems'>,
  argument: unknown,
): Promise<WorkspaceApplication | undefined> {
  const dir = subject('application', argument)?.dir ?? directoryIn(argument);
  const known = () => deps.applications.items.find((entry) => entry.dir === dir);
  if (dir !== undefined) {
    if (!known()) await deps.applications.refresh();
    return known();
  }
  if (argument instanceof vscode.Uri) {
    if (deps.applications.items.length === 0) await deps.applications.refresh();
    const found = deps.applications.containing(argument);
    if (found) return found;
  }
  return pickApplication(deps);
}

/** The same for what runs programs of the workspace: in one that is not trusted there is none, and that is said. */
export async function trustedApplicationOf(
  deps: Pick<Deps, 'applications' | 'problems'>,
  argument: unknown,
): Promise<WorkspaceApplication | undefined> {
  if (vscode.workspace.isTrusted) return applicationOf(deps, argument);
  void vscode.window.showWarningMessage(deps.problems.say('untrusted'));
  return undefined;
}

function directoryIn(argument: unknown): string | undefined {
  if (typeof argument !== 'object' || argument === null || !('dir' in argument)) return undefined;
  return typeof argument.dir === 'string' ? argument.dir : undefined;
}

/** URL of the service as it is now. */
export async function urlOf(deps: Pick<Deps, 'platforms'>, key: ServiceKey): Promise<string | undefined> {
  const { loadReaders } = await import('../readers.ts');
  const { tree } = await loadReaders();
  const { snapshot } = deps.platforms;
  const object = findService(snapshot, key);
  return object && tree.service(object, snapshot.gateway).url;
}

/**
 * Asks before something is taken away. On a platform that is not of this machine the name is to be typed: one wrong click must
 * not be enough there.
 */
export async function confirmDestruction(
  deps: Pick<Deps, 'problems'>,
  entry: PlatformEntry,
  question: { text: string; detail: string; action: string; typed: string },
): Promise<boolean> {
  if (entry.embedded) {
    const { text, detail, action } = question;
    return (await vscode.window.showWarningMessage(text, { modal: true, detail }, action)) === action;
  }
  const prompt = deps.problems.say('confirm.typed', { target: entry.label, name: question.typed });
  const typed = await vscode.window.showInputBox({
    title: question.text,
    prompt,
    validateInput: (value) => (value === question.typed ? undefined : prompt),
  });
  return typed === question.typed;
}
