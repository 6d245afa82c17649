/** The editor tab "Events": one a window, restored after a reload. What was last sent is kept with the workspace. */

import * as vscode from 'vscode';
import type { EventDraftView, EventsState, TraceRowView } from '../../../webview/protocol.ts';
import { viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import { logError, messageOf } from '../log-error.ts';
import { parseKey, type ServiceKey, serviceKey } from '../platform/snapshot.ts';
import { loadReaders } from '../readers.ts';
import { EventForm } from './event-form.ts';
import { eventTrace } from './event-trace.ts';
import { pageCommands } from './page-commands.ts';
import { isDeployed, serviceRef } from './traffic-state.ts';
import { hostPage, type PageHost } from './webview-host.ts';

type Uses = Pick<Deps, 'context' | 'platforms' | 'problems' | 'selection' | 'log'>;

const draftKey = 'events.draft';
const sentAtKey = 'events.sentAt';
const sentKey = 'events.sent';
const traceMs = 2_000;
const keptSent = 30;
const shownRows = 100;

export class EventsPanel implements vscode.Disposable {
  #deps: Uses;
  #panel: vscode.WebviewPanel | undefined;
  #page: EventsPage | undefined;

  constructor(deps: Uses) {
    this.#deps = deps;
  }

  /** A panel of an earlier window. */
  adopt(panel: vscode.WebviewPanel): void {
    this.#fill(panel, undefined);
  }

  open(target: ServiceKey | undefined): void {
    if (this.#panel) {
      this.#panel.reveal();
      if (target) this.#page?.aim(target);
      return;
    }
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active;
    const title = this.#deps.problems.say('events.title');
    this.#fill(vscode.window.createWebviewPanel(viewIds.events, title, column, { enableFindWidget: true }), target);
  }

  #fill(panel: vscode.WebviewPanel, target: ServiceKey | undefined): void {
    panel.title = this.#deps.problems.say('events.title');
    panel.iconPath = vscode.Uri.joinPath(this.#deps.context.extensionUri, 'media', 'icons', 'slipway-tab.svg');
    this.#panel = panel;
    const page = showEvents(panel, target, this.#deps);
    this.#page = page;
    panel.onDidDispose(() => {
      page.dispose();
      if (this.#panel === panel) this.#panel = undefined;
    });
  }

  dispose(): void {
    this.#panel?.dispose();
  }
}

interface EventsPage extends vscode.Disposable {
  /** Sets the form's target. */
  aim(target: ServiceKey): void;
}

function showEvents(panel: vscode.WebviewPanel, first: ServiceKey | undefined, deps: Uses): EventsPage {
  const { platforms, problems, log, context } = deps;
  const { workspaceState } = context;
  platforms.begin();
  let sent = workspaceState.get<TraceRowView[]>(sentKey) ?? [];
  let host: PageHost<'events'> | undefined;
  let pushed = '';

  const form = new EventForm(first, {
    sent: () => ({
      draft: workspaceState.get<EventDraftView>(draftKey),
      at: workspaceState.get<number>(sentAtKey) ?? 0,
    }),
    selected: () => deps.selection.current,
    send: (told) => host?.send('form', told),
  });
  const delivered = eventTrace({
    client: () => platforms.client,
    platform: () => platforms.snapshot.entry.id,
    namespaces: () => platforms.snapshot.services.map(({ metadata }) => metadata.namespace ?? 'default'),
  });

  async function state(): Promise<EventsState> {
    const { tree } = await loadReaders();
    const { snapshot } = platforms;
    const targets = snapshot.services.filter(isDeployed).flatMap((service) => {
      const { url } = tree.service(service, snapshot.gateway);
      return url ? [{ ...serviceRef(serviceKey(service)), url }] : [];
    });
    const { traced, rows } = delivered.now;
    const trace = [...sent, ...rows].sort((one, other) => other.at - one.at).slice(0, shownRows);
    const platform = snapshot.state === 'connecting' ? 'starting' : snapshot.state;
    return { on: snapshot.entry.id, platform, targets, traced, trace };
  }

  async function push(): Promise<void> {
    const next = await state();
    const text = JSON.stringify(next);
    if (text === pushed) return;
    pushed = text;
    host?.send('state', next);
  }

  async function readTrace(): Promise<void> {
    if (!panel.visible || platforms.snapshot.state !== 'ready') return;
    try {
      await delivered.read();
      await push();
    } catch (error) {
      log.debug(`event trace: ${messageOf(error)}`);
    }
  }

  async function send(wish: EventDraftView) {
    const at = Date.now();
    const { entry } = platforms.snapshot;
    await workspaceState.update(draftKey, wish);
    await workspaceState.update(sentAtKey, at);
    const key = parseKey(wish.key);
    const target = (await state()).targets.find((each) => each.key === wish.key);
    try {
      const [client, { sendEvent }, { draftFaults }] = await Promise.all([
        platforms.needOf(entry),
        import('../../core/events.ts'),
        import('../../core/event-draft.ts'),
      ]);
      if (!target || draftFaults(wish).length > 0) throw new TypeError('the form was sent with faults');
      const result = await sendEvent(client, target, wish);
      await remember({ status: result.status, ms: result.ms, error: '' });
      return { sent: at, status: result.status, ms: result.ms, body: result.body, problem: null };
    } catch (error) {
      const { code, text, fix } = problems.explain(error);
      await remember({ status: 0, ms: Date.now() - at, error: text });
      return { sent: at, status: 0, ms: Date.now() - at, body: '', problem: { code, text, fix } };
    }

    async function remember(end: Pick<TraceRowView, 'status' | 'ms' | 'error'>): Promise<void> {
      const row = {
        at,
        type: wish.type,
        sender: wish.source,
        to: key.name,
        tries: 1,
        how: 'here',
        draft: wish,
      } as const;
      sent = [{ ...row, ...end }, ...sent].slice(0, keptSent);
      await workspaceState.update(sentKey, sent);
      await push();
    }
  }

  host = hostPage('events', panel.webview, deps, {
    ready: async () => {
      pushed = '';
      await push();
      form.ready();
      void readTrace();
      return null;
    },
    send,
    command: ({ name }) => pageCommands(name),
  });
  const timer = setInterval(() => void readTrace(), traceMs);
  const subscriptions = vscode.Disposable.from(
    host,
    // Hidden it has no page; shown again it asks for all of it.
    platforms.onChange(() => {
      if (panel.visible) void push().catch(logError(log));
    }),
    panel.onDidChangeViewState(() => {
      if (!panel.visible) form.hidden();
      void readTrace();
    }),
    { dispose: () => clearInterval(timer) },
  );
  return {
    aim: (target) => form.aim(target),
    dispose: () => subscriptions.dispose(),
  };
}
