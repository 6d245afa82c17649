/**
 * What an application writes, at the lines that write it. Only the question whether there is anything to follow is asked here: a file
 * of an application that is on the platform is to be seen. Everything else is loaded then.
 */

import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { keyText, type ServiceKey, serviceKey } from '../platform/snapshot.ts';
import { setting } from '../settings.ts';
import type { SourceLines } from './source-lines.ts';

export type SourceLineDeps = Pick<Deps, 'platforms' | 'applications' | 'problems' | 'log' | 'live'>;

const gatherMs = 100;

export function registerSourceLines(deps: SourceLineDeps): vscode.Disposable {
  let lines: SourceLines | undefined;
  let loading = false;
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  const look = () => {
    timer = undefined;
    if (disposed) return;
    const on = setting('logs.atSource');
    const wanted = on ? followed(deps) : new Map<string, ServiceKey>();
    if (lines) lines.follow(wanted, on);
    else if (wanted.size > 0 && !loading) {
      loading = true;
      import('./source-lines.ts')
        .then(({ SourceLines: Loaded }) => {
          if (disposed) return;
          lines = new Loaded(deps);
          later();
        })
        .catch(logError(deps.log));
    }
  };
  const later = () => {
    timer ??= setTimeout(look, gatherMs);
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeVisibleTextEditors(later),
    deps.platforms.onChange(later),
    deps.applications.onChange(later),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('slipway.logs.atSource')) later();
    }),
    {
      dispose() {
        disposed = true;
        clearTimeout(timer);
        lines?.dispose();
      },
    },
  );
}

/** Services of the applications whose files are to be seen. */
function followed({ platforms, applications }: SourceLineDeps): Map<string, ServiceKey> {
  const { snapshot } = platforms;
  const found = new Map<string, ServiceKey>();
  // Where the platform runs processes of this machine; elsewhere no line has a place.
  if (!snapshot.info?.capabilities.includes('logs') || snapshot.state !== 'ready') return found;
  const names = new Set(
    vscode.window.visibleTextEditors.flatMap(({ document }) => applications.containing(document.uri)?.name ?? []),
  );
  for (const service of snapshot.services) {
    if (!names.has(service.metadata.name)) continue;
    const key = serviceKey(service);
    found.set(keyText(key), key);
  }
  return found;
}
