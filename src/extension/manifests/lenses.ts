/** The lenses themselves, which the first file that has any loads. */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Manifest } from '../../core/app/model.ts';
import { truthOf } from '../../core/conditions.ts';
import type { Trouble } from '../../core/crash.ts';
import { shortCause } from '../../core/short-cause.ts';
import type { WorkspaceApplication } from '../applications.ts';
import type { CommandId } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { plain } from '../plain.ts';
import { serviceTrouble } from '../platform/trouble.ts';
import { loadReaders } from '../readers.ts';
import { clockText } from '../trees/time.ts';
import { splitOf, splitText } from '../views/traffic-actions.ts';
import { trafficModelOf } from '../views/traffic-state.ts';
import { functionLenses, isFunctionFile, serviceLenses } from './adopt-lens.ts';

export type LensUses = Pick<Deps, 'applications' | 'platforms' | 'problems' | 'deploys' | 'runs'>;
type Uses = LensUses;

/** @param lines of each file, where its lenses stood when it was last in order */
export async function lensesIn(
  deps: Uses,
  document: vscode.TextDocument,
  lines: Map<string, readonly number[]>,
): Promise<vscode.CodeLens[]> {
  const { uri } = document;
  const entry = deps.applications.containing(uri);
  if (!entry && isFunctionFile(document)) return functionLenses(deps, document);
  // Of several Services in deploy/ nothing says which one the application is.
  if (!entry || entry.problems.some(({ code }) => code === 'SeveralServices')) return serviceLenses(deps, document);
  if (!entry.application) return brokenLenses(deps, entry, lines.get(uri.fsPath) ?? []);
  const lenses = await lensesOf(deps, entry, uri.fsPath);
  lines.set(uri.fsPath, [...new Set(lenses.map(({ range }) => range.start.line))]);
  return lenses;
}

async function lensesOf(deps: Uses, entry: WorkspaceApplication, file: string): Promise<vscode.CodeLens[]> {
  const { application, dir } = entry;
  if (!application) return [];
  const { say } = deps.problems.words;
  const parts: (vscode.CodeLens[] | Promise<vscode.CodeLens[]>)[] = [];
  if (file === application.file) {
    const top = new vscode.Range(0, 0, 0, 0);
    parts.push(actions(deps, entry, top), answered(liveLenses(deps, application.service, top)));
  }
  for (const manifest of application.manifests.filter((known) => known.file === file)) {
    const { line } = manifest.place([]);
    const range = new vscode.Range(line - 1, 0, line - 1, 0);
    if (manifest === application.service) parts.push(actions(deps, entry, range));
    parts.push(answered(liveLenses(deps, manifest, range)));
  }
  const lenses = (await Promise.all(parts)).flat();
  const doing = deps.deploys.underWay.get(dir);
  // Of a plain blank after an icon the editor shows nothing.
  if (doing && lenses[0])
    lenses[0].command = { title: `$(loading~spin)\u00a0${say('deploy.short', { phase: doing })}`, command: '' };
  return lenses;
}

/** While a mistake is in it: in their old places, so that the text does not jump at each key. */
function brokenLenses({ problems }: Uses, entry: WorkspaceApplication, lines: readonly number[]): vscode.CodeLens[] {
  const { say } = problems.words;
  const count = entry.problems.filter(({ severity }) => severity === 'error').length;
  const title = count === 1 ? say('tree.problems.one') : say('tree.problems.many', { count });
  return lines.map(
    (line) =>
      new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
        title: `$(error)\u00a0${title}`,
        command: 'workbench.actions.view.problems',
      }),
  );
}

function actions(
  { problems, runs, platforms }: Uses,
  { application, dir }: WorkspaceApplication,
  range: vscode.Range,
): vscode.CodeLens[] {
  if (!vscode.workspace.isTrusted || platforms.snapshot.entry.readOnly) return [];
  const { say } = problems.words;
  const subject = { type: 'application', dir };
  const lens = (icon: string, title: string, command: CommandId) =>
    new vscode.CodeLens(range, { title: `$(${icon})\u00a0${title}`, command, arguments: [subject] });
  const running = runs.find(dir);
  return [
    lens('rocket', say('lens.deploy'), 'slipway.application.deploy'),
    ...(running
      ? [lens('debug-stop', say('lens.stop'), 'slipway.application.stop')]
      : [
          lens('play', say('lens.run'), 'slipway.application.run'),
          ...(application?.run.debug ? [lens('debug-alt', say('lens.debug'), 'slipway.application.debug')] : []),
        ]),
  ];
}

/** A platform that does not answer in time says nothing, and holds up neither what can be done nor the editor's next question. */
const answered = (lenses: Promise<vscode.CodeLens[]>): Promise<vscode.CodeLens[]> =>
  Promise.race([lenses, pause(2_000, [], { ref: false })]);

async function liveLenses(deps: Uses, manifest: Manifest, range: vscode.Range): Promise<vscode.CodeLens[]> {
  const { say, locale } = deps.problems.words;
  const { snapshot } = deps.platforms;
  if (snapshot.state !== 'ready') return [];
  const { kind, metadata } = manifest.object;
  const namespace = metadata.namespace ?? snapshot.entry.namespace ?? 'default';
  const same = (object: { metadata: { name: string; namespace?: string } }) =>
    object.metadata.name === metadata.name && object.metadata.namespace === namespace;
  const { tree, traffic } = await loadReaders();
  const text = (title: string, command = '', argument?: unknown) =>
    new vscode.CodeLens(range, { title, command, ...(argument ? { arguments: [argument] } : {}) });
  if (kind === 'Service') {
    const service = snapshot.services.find(same);
    if (!service) return [text(say('lens.notDeployed'))];
    const model = tree.service(service, snapshot.gateway);
    const key = { namespace, name: metadata.name };
    const subject = { type: 'service', key, url: model.url };
    const trouble = serviceTrouble(snapshot, model, traffic.crash);
    if (trouble) return [text(failedText(deps, trouble), 'slipway.service.showLogs', subject)];
    const split = splitText(say, splitOf(trafficModelOf(snapshot, service, traffic)), key.name);
    const state =
      model.ready === 'True'
        ? `$(pass)\u00a0${say('lens.ready')}`
        : `$(loading~spin)\u00a0${plain(model.reason) || say('tree.starting')}`;
    return [
      text(state, 'slipway.service.openRevisions', subject),
      ...(split ? [text(say('lens.traffic', { split }), 'slipway.service.select', subject)] : []),
      text(`$(output)\u00a0${say('lens.logs')}`, 'slipway.service.showLogs', subject),
      ...(model.url
        ? [
            text(
              `$(link-external)\u00a0${plain(model.url.replace(/^https?:\/\//, ''))}`,
              'slipway.service.openUrl',
              subject,
            ),
          ]
        : []),
    ];
  }
  if (kind === 'PingSource') {
    const source = snapshot.pings.find(same);
    if (!source) return [text(say('lens.notDeployed'))];
    const subject = { type: 'ping', namespace, name: metadata.name };
    const next = await nextFire(deps, namespace, metadata.name);
    const now = Date.now() + (snapshot.info?.clockOffsetMs ?? 0);
    return [
      text(stateText(deps, source)),
      ...(next === undefined
        ? []
        : [text(say('lens.next', { time: clockText(next, now, locale) }), 'slipway.ping.next', subject)]),
      ...(snapshot.entry.readOnly ? [] : [text(`$(zap)\u00a0${say('lens.fire')}`, 'slipway.ping.fire', subject)]),
    ];
  }
  if (kind === 'DomainMapping') {
    const mapping = snapshot.domains.find(same);
    if (!mapping) return [text(say('lens.notDeployed'))];
    const domain = tree.domain(mapping, snapshot.gateway);
    const subject = { type: 'domain', namespace, host: domain.host, url: domain.url, service: domain.service };
    const state = stateText(deps, mapping);
    return [
      text(state),
      text(`$(globe)\u00a0${say('lens.open', { host: domain.host })}`, 'slipway.domain.open', subject),
    ];
  }
  const { client } = deps.platforms;
  if (!client || !manifest.object.apiVersion.includes('knative.dev/')) return [];
  const resource = await client.kindOf(manifest.object.apiVersion, kind).catch(() => undefined);
  if (!resource) return [];
  const at = resource.namespaced ? namespace : undefined;
  const object = await client.find(resource, at, metadata.name, { timeoutMs: 2_000 }).catch(() => null);
  // A platform that does not answer in time says nothing of it.
  if (object === null) return [];
  return [text(object ? stateText(deps, object) : say('lens.notDeployed'))];
}

/** Ready, or why not, as Knative says it. */
function stateText(deps: Uses, object: KubeObject): string {
  const { say } = deps.problems.words;
  const { status, reason, message } = truthOf(object);
  if (status === 'True') return `$(pass)\u00a0${say('lens.ready')}`;
  return status === 'False'
    ? failedText(deps, { reason, message })
    : `$(loading~spin)\u00a0${plain(reason) || say('tree.starting')}`;
}

/** What was said of it tells more than the word for it (`RevisionFailed`); where that is many lines, the one that tells. */
function failedText({ problems }: Uses, { reason, message }: Trouble): string {
  return `$(error)\u00a0${problems.say('lens.failed', { reason: shortCause(message) || reason })}`;
}

async function nextFire({ platforms }: Uses, namespace: string, name: string): Promise<number | undefined> {
  const { client } = platforms;
  if (!client || !(await client.capabilities()).has('ping')) return undefined;
  const { nextFires } = await import('../../core/ping.ts');
  const schedule = await nextFires(client, namespace, name, 1).catch(() => undefined);
  return schedule?.next[0];
}
