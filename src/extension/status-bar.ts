/**
 * Two items: the platform's state and the way on (a click starts it when it is down, else offers what one does with it), and the
 * service that the views show, with its measured latency and its instances.
 */
import * as vscode from 'vscode';
import type { KubeObject } from '../../emulator/kernel/object.ts';
import { conditionOf } from '../core/conditions.ts';
import { shortCause } from '../core/short-cause.ts';
import type { CommandId } from './contributions.ts';
import type { Deps } from './deps.ts';
import { plain, shortName } from './plain.ts';
import { oncePer } from './platform/once.ts';
import { findService, podsOf, type Snapshot } from './platform/snapshot.ts';
import { serviceTrouble } from './platform/trouble.ts';
import { loadedReaders } from './readers.ts';
import { shortTime } from './trees/time.ts';

type Uses = Pick<Deps, 'platforms' | 'problems' | 'deploys' | 'applications' | 'selection' | 'live'>;

export function registerStatusBar(deps: Uses): vscode.Disposable {
  const platform = vscode.window.createStatusBarItem('slipway.platform', vscode.StatusBarAlignment.Left, 5);
  platform.name = 'Slipway';
  const service = vscode.window.createStatusBarItem('slipway.service', vscode.StatusBarAlignment.Left, 4);
  service.name = `Slipway: ${deps.problems.say('status.serviceName')}`;
  const paint = () => {
    paintPlatform(platform, deps);
    paintService(service, deps);
  };
  paint();
  return vscode.Disposable.from(
    platform,
    service,
    deps.platforms.onChange(paint),
    deps.deploys.onChange(paint),
    deps.applications.onChange(paint),
    deps.selection.onChange(paint),
  );
}

function paintPlatform(item: vscode.StatusBarItem, { platforms, problems, deploys, applications }: Uses): void {
  const { say } = problems.words;
  const { snapshot } = platforms;
  const name = snapshot.entry.label;
  const short = shortName(name);
  const [doing] = deploys.underWay.values();
  const command = (id: CommandId) => {
    item.command = id;
  };
  item.backgroundColor = undefined;
  const instances = readyInstances(snapshot.pods);
  switch (snapshot.state) {
    case 'ready':
      item.text = doing ? `$(loading~spin) ${doing}` : `$(server-environment) ${short} $(check)`;
      item.tooltip = say('platform.status.ready', { name, services: snapshot.services.length, instances });
      command('slipway.platform.menu');
      break;
    case 'stopped':
      item.text = `$(circle-slash) ${say('status.of', { name: short, what: say('platform.stopped') })}`;
      item.tooltip = say('platform.status.stopped', { name });
      command('slipway.platform.start');
      break;
    case 'starting':
    case 'connecting':
      item.text = `$(loading~spin) ${short}`;
      item.tooltip = say('platform.status.starting', { name });
      command('slipway.showOutput');
      break;
    case 'lost':
      item.text = `$(warning) ${short}`;
      item.tooltip = `${say('platform.status.lost', { name })}\n${snapshot.detail ?? ''}`;
      item.backgroundColor = new vscode.ThemeColor('statusBarItem.warningBackground');
      command('slipway.platform.menu');
  }
  // Icons are no words for a screen reader.
  item.accessibilityInformation = { label: `Slipway: ${name}, ${say(`platform.${snapshot.state}`)}`, role: 'button' };
  // In a window without an application it shows only what is going on, not that nothing is.
  if (snapshot.state === 'stopped' && applications.items.length === 0) item.hide();
  else item.show();
}

function paintService(item: vscode.StatusBarItem, { platforms, problems, selection, live }: Uses): void {
  const { say } = problems.words;
  const { snapshot } = platforms;
  const key = selection.current;
  const object = key && findService(snapshot, key);
  if (!key || snapshot.state !== 'ready' || !object) {
    item.hide();
    return;
  }
  const measured = Object.values(live.last(key)?.revisions ?? {}).flatMap(({ p95 }) => p95 ?? []);
  const p95 = measured.length > 0 ? Math.round(Math.max(...measured)) : undefined;
  const count = podsOf(snapshot, key).filter(isReady).length;
  const instances =
    count === 0
      ? say('tree.zero')
      : count === 1
        ? say('platform.instances.one')
        : say('platform.instances.many', { count });
  const readers = loadedReaders();
  const trouble =
    readers && serviceTrouble(snapshot, readers.tree.service(object, snapshot.gateway), readers.traffic.crash);
  item.text = [
    `${trouble ? '$(error) ' : ''}${shortName(plain(key.name))}${p95 === undefined ? '' : ` ${shortTime(p95)}`}`,
    trouble?.reason ? shortName(plain(trouble.reason)) : instances,
  ].join(' · ');
  const about = say('status.service', { service: key.name, target: snapshot.entry.label });
  item.tooltip = [about, p95 !== undefined && say('status.p95', { ms: p95 }), trouble && shortCause(trouble.message)]
    .filter(Boolean)
    .join('\n');
  // Of the service that is chosen, so without an argument: the editor forgets a command with one as soon as it is given the next,
  // and a click under way would do nothing.
  item.command = 'slipway.service.openRevisions' satisfies CommandId;
  item.show();
}

const isReady = (pod: KubeObject): boolean => conditionOf(pod, 'Ready')?.status === 'True';
/** The whole bar is painted anew at each change of whatever it shows. */
const readyInstances = oncePer((pods: Snapshot['pods']) => pods.filter(isReady).length);
