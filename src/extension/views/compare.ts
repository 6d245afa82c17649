/**
 * Two revisions side by side in the editor's own diff: the manifest, the environment and, where both images are in the
 * platform's store, the sources. Files are read when the editor shows them (image-documents.ts), not before.
 */
import * as vscode from 'vscode';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { imageScheme } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import type { ServiceKey, Snapshot } from '../platform/snapshot.ts';
import { shortRevision } from '../platform/snapshot.ts';
import { diffTexts, document } from './documents.ts';
import { environmentText, imagesOf, manifestText } from './revision-text.ts';

type Uses = Pick<Deps, 'platforms' | 'problems' | 'log'>;
type Change = [label: vscode.Uri, before: vscode.Uri | undefined, after: vscode.Uri | undefined];

/** What a multi-diff is still good to read of. */
const mostFiles = 300;

export async function showDifference(deps: Uses, key: ServiceKey, before: string, after: string): Promise<void> {
  const { say } = deps.problems.words;
  const [old, fresh] = [
    findRevision(deps.platforms.snapshot, key, before),
    findRevision(deps.platforms.snapshot, key, after),
  ];
  if (!old || !fresh) return;
  const names = { before: shortRevision(before, key.name), after: shortRevision(after, key.name) };
  const title = say('compare.title', { service: key.name, ...names });
  const manifests = await Promise.all([manifestText(old), manifestText(fresh)]);
  const environments = [environmentText(old), environmentText(fresh)] as const;
  const sources = await sourceChanges(deps, key, old, fresh);
  const differs = [manifests[0] !== manifests[1], environments[0] !== environments[1]];
  if (!differs[1] && sources.length === 0) {
    if (!differs[0]) {
      void vscode.window.showInformationMessage(say('compare.same', names));
      return;
    }
    await diffTexts(title, `${key.name}.yaml`, manifests[0], manifests[1]);
    return;
  }
  const pair = async (name: string, texts: readonly [string, string]): Promise<Change> => {
    const [was, is] = await Promise.all([document(name, texts[0]), document(name, texts[1])]);
    return [is, was, is];
  };
  const changes: Change[] = [
    ...(differs[0] ? [await pair('service.yaml', manifests)] : []),
    ...(differs[1] ? [await pair(say('compare.environment'), environments)] : []),
    ...sources,
  ];
  await vscode.commands.executeCommand('vscode.changes', title, changes);
}

async function sourceChanges(
  { platforms, problems, log }: Uses,
  key: ServiceKey,
  before: KubeObject,
  after: KubeObject,
): Promise<Change[]> {
  const { client } = platforms;
  if (!client) return [];
  const { changedFiles, imageContents } = await import('../../core/images.ts');
  const [olds, news] = [imagesOf(before), imagesOf(after)];
  const changes: Change[] = [];
  for (const [index, fresh] of news.entries()) {
    const old = olds[index];
    if (old === undefined || old === fresh) continue;
    const contents = await Promise.all([imageContents(client, old), imageContents(client, fresh)]);
    const missing = contents[0] ? (contents[1] ? undefined : after) : before;
    if (!contents[0] || !contents[1]) {
      const revision = shortRevision((missing ?? before).metadata.name, key.name);
      log.info(problems.say('compare.notInStore', { revision }));
      continue;
    }
    const { files, dependencies } = changedFiles(contents[0], contents[1]);
    if (dependencies > 0) log.info(problems.say('compare.dependencies', { count: dependencies }));
    for (const { path, change } of files.slice(0, mostFiles)) {
      const [was, is] = [imageUri(old, path), imageUri(fresh, path)];
      changes.push([is, change === 'added' ? undefined : was, change === 'removed' ? undefined : is]);
    }
  }
  return changes;
}

/** The path is the file's, so that the editor knows its language; the image is in the query. */
function imageUri(reference: string, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: imageScheme, path: `/${path}`, query: reference });
}

function findRevision(snapshot: Snapshot, key: ServiceKey, name: string): KubeObject | undefined {
  return snapshot.revisions.find(({ metadata }) => metadata.name === name && metadata.namespace === key.namespace);
}
