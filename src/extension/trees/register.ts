/** The two native trees, painted from the shared model. */
import * as vscode from 'vscode';
import type { PingSchedule } from '../../../emulator/capabilities/protocol.ts';
import { contextKeys, viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { loadReaders } from '../readers.ts';
import { setContext } from '../settings.ts';
import { deployedServices } from '../views/traffic-state.ts';
import { applicationsTree } from './applications-tree.ts';
import { platformTree } from './platform-tree.ts';
import { type Element, NodeProvider } from './provider.ts';

const clockMs = 10_000;

export function registerTrees(deps: Deps): vscode.Disposable {
  return vscode.Disposable.from(registerPlatforms(deps), registerApplications(deps));
}

function registerPlatforms({ platforms, problems }: Deps): vscode.Disposable {
  const provider = new NodeProvider();
  const view = vscode.window.createTreeView<Element>(viewIds.platform, { treeDataProvider: provider });
  const paint = async () => {
    const running = await runningIds(platforms.entries.length > 1);
    provider.show(platformTree(platforms.entries, platforms.snapshot, running, problems.say.bind(problems)));
  };
  return vscode.Disposable.from(
    view,
    provider,
    platforms.onChange(() => void paint()),
    platforms.onList(() => void paint()),
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) platforms.begin();
    }),
  );
}

async function runningIds(several: boolean): Promise<Set<string>> {
  if (!several) return new Set();
  const { listPlatforms } = await import('../../core/platforms.ts');
  return new Set(listPlatforms().flatMap(({ name, record }) => (record ? [`platform:${name}`] : [])));
}

function registerApplications(deps: Deps): vscode.Disposable {
  const { applications, platforms, deploys, runs, selection, problems, live, log, alerts } = deps;
  const provider = new NodeProvider();
  const view = vscode.window.createTreeView<Element>(viewIds.applications, {
    treeDataProvider: provider,
    showCollapseAll: true,
  });
  const schedules = new Map<string, PingSchedule>();
  let asked = 0;

  const paint = async () => {
    const readers = await loadReaders();
    const { snapshot } = platforms;
    setContext(contextKeys.deployed, snapshot.state === 'ready' && deployedServices(snapshot).length > 0);
    const current = selection.current;
    const rate = current && live.last(current);
    const rates = new Map<string, number>();
    if (current && rate) {
      const sum = Object.values(rate.revisions).reduce((total, { requestsPerSecond }) => total + requestsPerSecond, 0);
      rates.set(`${current.namespace}/${current.name}`, sum);
    }
    const input = {
      snapshot,
      applications: applications.items.map(({ dir, name, application, problems: found }) => ({
        dir,
        name,
        application,
        problemCount: found.length,
      })),
      schedules,
      deploying: deploys.underWay,
      rates,
      alerts: alerts.short,
      now: Date.now() + (snapshot.info?.clockOffsetMs ?? 0),
      trusted: vscode.workspace.isTrusted,
      locale: problems.words.locale,
    };
    provider.show(applicationsTree(input, readers.tree, problems.say.bind(problems)));
  };
  const paintSafely = () =>
    void paint().catch((error: unknown) => log.error(error instanceof Error ? error : String(error)));

  /** When the ping sources fire next is asked for, not computed here: the platform's clock may have been moved. */
  const readSchedules = async () => {
    const { client, snapshot } = platforms;
    const mine = ++asked;
    if (!client || !view.visible || snapshot.pings.length === 0) return;
    if (!(await client.capabilities()).has('ping')) return;
    const { nextFires } = await import('../../core/ping.ts');
    const found = await Promise.all(
      snapshot.pings.map(async ({ metadata: { namespace = 'default', name } }) => {
        const schedule = await nextFires(client, namespace, name, 5).catch(() => undefined);
        return schedule && ([`${namespace}/${name}`, schedule] as const);
      }),
    );
    if (mine !== asked) return;
    schedules.clear();
    for (const entry of found) if (entry) schedules.set(...entry);
    paintSafely();
  };

  let pings = '';
  const timer = setInterval(() => {
    if (view.visible) {
      void readSchedules().catch(() => undefined);
      paintSafely();
    }
  }, clockMs);
  return vscode.Disposable.from(
    view,
    provider,
    { dispose: () => clearInterval(timer) },
    applications.onChange(paintSafely),
    platforms.onChange(({ pings: sources }) => {
      paintSafely();
      const now = sources.map(({ metadata }) => `${metadata.uid}/${metadata.generation ?? 0}`).join();
      if (now === pings) return;
      pings = now;
      void readSchedules().catch(() => undefined);
    }),
    deploys.onChange(paintSafely),
    runs.onChange(paintSafely),
    alerts.onChange(paintSafely),
    vscode.workspace.onDidGrantWorkspaceTrust(paintSafely),
    view.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      applications.begin();
      platforms.begin();
      paintSafely();
    }),
    view.onDidChangeSelection(({ selection: [chosen] }) => {
      const subject = chosen?.node.subject;
      if (subject && 'key' in subject && !chosen.node.context.includes('-dev')) void selection.choose(subject.key);
    }),
  );
}
