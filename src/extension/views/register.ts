/** The webviews: each is loaded when it is first shown, restored or asked for. */
import * as vscode from 'vscode';
import { viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import type { EventsPanel } from './events-panel.ts';
import { registerImageDocuments } from './image-documents.ts';
import type { LogsView } from './logs-view.ts';
import type { RevisionsPanels } from './revisions-panel.ts';

export interface Views extends vscode.Disposable {
  logs(): Promise<LogsView>;
  revisions(): Promise<RevisionsPanels>;
  events(): Promise<EventsPanel>;
}

export function registerViews(deps: Deps): Views {
  const logs = once(async () => new (await import('./logs-view.ts')).LogsView(deps));
  const revisions = once(async () => new (await import('./revisions-panel.ts')).RevisionsPanels(deps));
  const events = once(async () => new (await import('./events-panel.ts')).EventsPanel(deps));
  const registered = vscode.Disposable.from(
    vscode.window.registerWebviewViewProvider(viewIds.traffic, {
      resolveWebviewView: async (view) => {
        const { showTraffic } = await import('./traffic-view.ts');
        const shown = showTraffic(view, deps);
        view.onDidDispose(() => shown.dispose());
      },
    }),
    vscode.window.registerWebviewViewProvider(
      viewIds.logs,
      { resolveWebviewView: async (view) => (await logs.get()).resolveWebviewView(view) },
      { webviewOptions: { retainContextWhenHidden: true } },
    ),
    registerImageDocuments(deps),
    vscode.window.registerWebviewPanelSerializer(viewIds.revisions, {
      deserializeWebviewPanel: async (panel, state: unknown) => (await revisions.get()).adopt(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(viewIds.events, {
      deserializeWebviewPanel: async (panel) => (await events.get()).adopt(panel),
    }),
  );
  return {
    logs: logs.get,
    revisions: revisions.get,
    events: events.get,
    dispose: () => {
      registered.dispose();
      for (const view of [logs, revisions, events]) view.dispose();
    },
  };
}

function once<T extends vscode.Disposable>(make: () => Promise<T>): { get(): Promise<T>; dispose(): void } {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make();
      return made;
    },
    dispose: () => void made?.then((view) => view.dispose()),
  };
}
