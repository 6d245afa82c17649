/** The way to the tab "Events", which is loaded when it is first opened or restored. */
import * as vscode from 'vscode';
import { viewIds } from '../contributions.ts';
import type { Deps } from '../deps.ts';
import type { ServiceKey } from '../platform/snapshot.ts';
import type { EventsPanel } from './events-panel.ts';

export interface EventsTab extends vscode.Disposable {
  open(target: ServiceKey | undefined): Promise<void>;
}

export function registerEvents(
  deps: Pick<Deps, 'context' | 'platforms' | 'problems' | 'selection' | 'log'>,
): EventsTab {
  let loading: Promise<EventsPanel> | undefined;
  const panel = () => {
    loading ??= import('./events-panel.ts').then(({ EventsPanel }) => new EventsPanel(deps));
    return loading;
  };
  const serializer = vscode.window.registerWebviewPanelSerializer(viewIds.events, {
    deserializeWebviewPanel: async (restored) => (await panel()).adopt(restored),
  });
  return {
    open: async (target) => (await panel()).open(target),
    dispose: () => {
      serializer.dispose();
      void loading?.then((loaded) => loaded.dispose());
    },
  };
}
