/** Above slipway.yaml and each manifest: what can be done with it, and how it is on the platform now. What they say is in `lenses.ts`. */
import * as vscode from 'vscode';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { oncePer } from '../platform/once.ts';
import { loadedReaders } from '../readers.ts';
import { setting } from '../settings.ts';
import { onLensChange, untilAsked } from './lens-parts.ts';
import type { LensUses } from './lenses.ts';

/** Where an application's manifests lie its slipway.yaml says. */
const lensSelector: vscode.DocumentSelector = { scheme: 'file', pattern: '**/*.{yaml,yml}' };

export function registerCodeLens(deps: LensUses): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  const asks = untilAsked(
    () => changes.fire(),
    () =>
      vscode.window.visibleTextEditors
        .filter(({ document }) => vscode.languages.match(lensSelector, document) > 0)
        .map(({ document }) => document.uri.fsPath),
  );
  /** Of each file, where its lenses stood when it was last in order. */
  const lines = new Map<string, readonly number[]>();
  // A lens that moves under the hand is worse than one that is half a second old.
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      asks.changed();
    }, 400);
  };
  return vscode.Disposable.from(
    changes,
    { dispose: () => clearTimeout(timer) },
    { dispose: () => asks[Symbol.dispose]() },
    vscode.window.onDidChangeVisibleTextEditors(() => asks.seen()),
    deps.applications.onChange(soon),
    deps.platforms.onChange(onLensChange(soon, crashText)),
    deps.deploys.onChange(soon),
    deps.runs.onChange(soon),
    vscode.languages.registerCodeLensProvider(lensSelector, {
      onDidChangeCodeLenses: changes.event,
      provideCodeLenses: async (document) => {
        const { uri } = document;
        asks.asked(uri.fsPath);
        if (!setting('codeLens', uri)) return [];
        deps.applications.begin();
        deps.platforms.begin();
        const { lensesIn } = await import('./lenses.ts');
        return lensesIn(deps, document, lines);
      },
    }),
  );
}

/** Asked for at each change of the platform, whatever it is of. Readers that are not loaded yet have shown no lens. */
const crashText = oncePer((pods: readonly KubeObject[]) => (loadedReaders() ? pods.map(podCrash).join('') : ''));
const podCrash = oncePer((pod: KubeObject) => {
  const crash = loadedReaders()?.traffic.crash([pod]);
  return crash ? `${pod.metadata.uid} ${crash.reason} ${crash.message}\n` : '';
});
