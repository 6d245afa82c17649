/** The two native trees, painted from the shared model. */
import * as vscode from 'vscode';
import { viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { keyText } from '../platform/snapshot.ts';
import { type LoadedReaders, loadedReaders, loadReaders } from '../readers.ts';
import { platformTree } from './platform-tree.ts';
import { NodeProvider } from './provider.ts';
import type { Element } from './rows.ts';
import { pingSchedules } from './schedules.ts';
import { steady } from './steady.ts';

const clockMs = 10_000;
const runningMs = 1_500;

export function registerTrees(deps: Deps): vscode.Disposable {
  return vscode.Disposable.from(registerPlatforms(deps), registerApplications(deps));
}

function registerPlatforms({ platforms, problems, log }: Deps): vscode.Disposable {
  const say = problems.say.bind(problems);
  const build = (running: ReadonlySet<string>) => platformTree(platforms.entries, platforms.snapshot, running, say);
  // Which others run stands on the disk: not to be read at each change of the one in use.
  let read: { at: number; ids: Promise<ReadonlySet<string>> } | undefined;
  const runningNow = () => {
    if (!read || performance.now() - read.at > runningMs) read = { at: performance.now(), ids: runningIds() };
    return read.ids;
  };
  const source = () => (platforms.entries.length > 1 ? runningNow().then(build) : build(new Set()));
  const provider = new NodeProvider(source, logError(log));
  const view = vscode.window.createTreeView<Element>(viewIds.platform, { treeDataProvider: provider });
  return vscode.Disposable.from(
    view,
    provider,
    platforms.onChange(() => provider.changed()),
    platforms.onList(() => {
      read = undefined;
      provider.changed();
    }),
    view.onDidChangeVisibility(({ visible }) => {
      provider.visible = visible;
      if (visible) platforms.begin();
    }),
  );
}

async function runningIds(): Promise<Set<string>> {
  const { listPlatforms } = await import('../../core/platforms.ts');
  return new Set(listPlatforms().flatMap(({ name, record }) => (record ? [`platform:${name}`] : [])));
}

function registerApplications(deps: Deps): vscode.Disposable {
  const { applications, platforms, deploys, runs, selection, problems, live, log, alerts } = deps;
  const schedules = pingSchedules({
    client: () => platforms.client,
    platform: () => platforms.snapshot.entry.id,
    pings: () => platforms.snapshot.pings,
  });
  const steadyRate = steady();

  const build = ({ tree, paint }: LoadedReaders) => {
    const { snapshot } = platforms;
    const current = selection.current;
    const rate = current && live.last(current);
    const rates = new Map<string, number>();
    if (current && rate) {
      const sum = Object.values(rate.revisions).reduce((total, { requestsPerSecond }) => total + requestsPerSecond, 0);
      const name = keyText(current);
      rates.set(name, steadyRate(name, sum, performance.now()));
    }
    const input = {
      snapshot,
      applications: applications.items.map(({ dir, name, application, problems: found }) => ({
        dir,
        name,
        application,
        problemCount: found.length,
      })),
      schedules: schedules.known,
      deploying: deploys.underWay,
      rates,
      alerts: alerts.short,
      now: Date.now() + (snapshot.info?.clockOffsetMs ?? 0),
      trusted: vscode.workspace.isTrusted,
      locale: problems.words.locale,
    };
    return paint.applications(input, tree, problems.say.bind(problems));
  };
  const source = () => {
    const readers = loadedReaders();
    return readers ? build(readers) : loadReaders().then(build);
  };
  const provider = new NodeProvider(source, logError(log));
  const view = vscode.window.createTreeView<Element>(viewIds.applications, {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  const changed = () => provider.changed();

  const readSchedules = (): void => {
    if (!view.visible || platforms.snapshot.pings.length === 0) return;
    // Without them the rows are there all the same.
    schedules.read().then(
      (isNew) => isNew && changed(),
      () => undefined,
    );
  };

  let pings = '';
  const timer = setInterval(() => {
    if (view.visible) {
      readSchedules();
      changed();
    }
  }, clockMs);
  return vscode.Disposable.from(
    view,
    provider,
    { dispose: () => clearInterval(timer) },
    applications.onChange(changed),
    platforms.onChange((snapshot) => {
      // Before anybody looks: the first paint waits for nothing that can be had now.
      if (snapshot.state === 'ready') void loadReaders();
      changed();
      const { pings: sources } = snapshot;
      const now = sources.map(({ metadata }) => `${metadata.uid}/${metadata.generation ?? 0}`).join();
      if (now === pings) return;
      pings = now;
      readSchedules();
    }),
    deploys.onChange(changed),
    runs.onChange(changed),
    alerts.onChange(changed),
    vscode.workspace.onDidGrantWorkspaceTrust(changed),
    view.onDidChangeVisibility(({ visible }) => {
      provider.visible = visible;
      if (!visible) return;
      applications.begin();
      platforms.begin();
      readSchedules();
    }),
    view.onDidChangeSelection(({ selection: [chosen] }) => {
      const subject = chosen?.node.subject;
      if (subject && 'key' in subject && !chosen.node.context.includes('-dev')) void selection.choose(subject.key);
    }),
  );
}
