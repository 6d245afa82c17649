/**
 * Watches the services of the workspace's applications (and the selected one) against their limits, and says once what is
 * beyond them: in the status bar and at the service in the tree, never as a notification.
 */

import * as vscode from 'vscode';
import type { ColdStart, ServiceTraffic } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from '../core/client.ts';
import {
  type Alert,
  type AlertLimits,
  alertsOf,
  alertWindowSeconds,
  defaultLimits,
  sameAlerts,
  worstAlerts,
} from '../core/traffic/alerts.ts';
import type { CommandId } from './contributions.ts';
import type { Deps } from './deps.ts';
import { messageOf } from './log-error.ts';
import type { Say } from './messages.ts';
import {
  findService,
  keyText,
  parseKey,
  podsOf,
  revisionsOf,
  type ServiceKey,
  serviceKey,
  shortRevision,
} from './platform/snapshot.ts';
import { setting } from './settings.ts';
import { shortTime } from './trees/time.ts';

type Uses = Pick<Deps, 'applications' | 'platforms' | 'problems' | 'selection' | 'log'>;

const lookMs = 10_000;
/** Services that are asked for: those of a workspace are few, and a platform of thousands must not be asked for all. */
const mostServices = 20;

export class Alerts implements vscode.Disposable {
  #deps: Uses;
  #found = new Map<string, readonly Alert[]>();
  #changes = new vscode.EventEmitter<void>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #item: vscode.StatusBarItem | undefined;
  /** The service that a click on it opens. */
  #opens: string | undefined;
  #disposables: vscode.Disposable[];

  /** An alert came or went. */
  readonly onChange = this.#changes.event;

  constructor(deps: Uses) {
    this.#deps = deps;
    this.#disposables = [
      deps.platforms.onChange(({ state }) => {
        if (state === 'ready') this.#begin();
        else this.#clear();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('slipway.alerts')) void this.#look();
      }),
    ];
  }

  /** In a line each, with the name of the service and the limit. */
  textsOf(key: ServiceKey): string[] {
    return (this.#found.get(keyText(key)) ?? []).map((alert) => this.#text(key, alert));
  }

  /** By service key, a few words each. */
  get short(): ReadonlyMap<string, string> {
    const { say } = this.#deps.problems.words;
    return new Map(
      [...this.#found].map(([name, alerts]) => {
        const words = worstAlerts(alerts).map((alert) => shortText(say, alert));
        return [name, words.join(say('list.separator'))];
      }),
    );
  }

  #begin(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => void this.#look(), lookMs);
    this.#timer.unref?.();
  }

  #clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#found.size === 0) return;
    this.#found.clear();
    this.#tell();
  }

  async #look(): Promise<void> {
    const { platforms, log } = this.#deps;
    const { client } = platforms;
    if (!client || this.#looking || platforms.snapshot.state !== 'ready') return;
    this.#looking = true;
    try {
      if (!(await client.capabilities()).has('traffic')) return;
      let changed = false;
      const wanted = this.#wanted();
      for (const [name, limits] of wanted) {
        const before = this.#found.get(name) ?? [];
        // At zero nothing is asked of it; what was said ends when it is looked at again.
        if (before.length === 0 && podsOf(platforms.snapshot, parseKey(name)).length === 0) continue;
        const key = parseKey(name);
        const measured = await measure(client, key, alertWindowSeconds);
        // Another platform was chosen meanwhile, or this one went: nothing of it is to be seen any more.
        if (platforms.client !== client) return;
        const present = new Set(revisionsOf(platforms.snapshot, key).map(({ metadata }) => metadata.name));
        const figures = { ...measured, present };
        const now = alertsOf({ ...defaultLimits, ...limits }, figures, before, Date.now());
        if (!sameAlerts(before, now)) {
          changed = true;
          for (const alert of now) log.info(this.#text(key, alert));
        }
        if (now.length > 0) this.#found.set(name, now);
        else this.#found.delete(name);
      }
      for (const name of this.#found.keys()) {
        if (wanted.has(name)) continue;
        this.#found.delete(name);
        changed = true;
      }
      if (changed) this.#tell();
    } catch (error) {
      log.debug(`alerts: ${messageOf(error)}`);
    } finally {
      this.#looking = false;
    }
  }

  /** Service → its limits: the application's own over those of the setting. */
  #wanted(): Map<string, AlertLimits> {
    const { applications, platforms, selection } = this.#deps;
    const { snapshot } = platforms;
    const wanted = new Map<string, AlertLimits>();
    for (const service of snapshot.services) {
      const owner = applications.items.find(({ application }) => application?.name === service.metadata.name);
      if (owner?.application && wanted.size < mostServices && !isRun(service)) {
        wanted.set(keyText(serviceKey(service)), {
          ...setting('alerts', vscode.Uri.file(owner.dir)),
          ...owner.application.alerts,
        });
      }
    }
    const { current } = selection;
    if (current && findService(snapshot, current) && !wanted.has(keyText(current)))
      wanted.set(keyText(current), setting('alerts'));
    return wanted;
  }

  #text({ name }: ServiceKey, { kind, revision, value, limit }: Alert): string {
    const args = { service: name, revision: shortRevision(revision, name), value, limit };
    return this.#deps.problems.say(`alert.${kind}`, args);
  }

  #tell(): void {
    const { say } = this.#deps.problems.words;
    const all = [...this.#found].flatMap(([name, alerts]) => alerts.map((alert) => [parseKey(name), alert] as const));
    const [first] = all;
    if (!first) this.#item?.hide();
    else {
      if (!this.#item) {
        this.#item = vscode.window.createStatusBarItem('slipway.alerts', vscode.StatusBarAlignment.Left, 4);
        this.#item.name = say('alert.status');
      }
      const [key, alert] = first;
      const lines = all.map(([of, each]) => this.#text(of, each));
      const words = shortText(say, alert);
      this.#item.text = `$(warning) ${all.length === 1 ? say('status.of', { name: key.name, what: words }) : say('alert.many', { count: all.length })}`;
      this.#item.tooltip = [...lines, say('alert.hint')].join('\n');
      this.#item.accessibilityInformation = { label: lines.join('. ') };
      this.#open(this.#item, key);
      this.#item.show();
    }
    this.#changes.fire();
  }

  /** Set for another service only: the editor forgets the command before, and a click under way on it would do nothing. */
  #open(item: vscode.StatusBarItem, key: ServiceKey): void {
    if (this.#opens === keyText(key)) return;
    this.#opens = keyText(key);
    const command: CommandId = 'slipway.service.openRevisions';
    item.command = { command, title: '', arguments: [{ type: 'service', key, url: undefined }] };
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#item?.dispose();
    this.#changes.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

const shortText = (say: Say, { kind, value }: Alert): string =>
  say(`alert.short.${kind}`, { value: kind === 'errors' ? value : shortTime(value) });

function isRun({ metadata }: { metadata: { labels?: Readonly<Record<string, string>> } }): boolean {
  return metadata.labels?.['slipway.dev/run'] !== undefined;
}

async function measure(client: PlatformClient, { namespace, name }: ServiceKey, window: number) {
  const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}`;
  const [{ revisions }, { items }] = await Promise.all([
    client.capability<ServiceTraffic>('GET', `${path}/traffic?window=${window}`),
    client.capability<{ items: ColdStart[] }>('GET', `${path}/coldstarts`),
  ]);
  return { revisions, coldStarts: items };
}
