/** Open what describes the application: slipway.yaml, else its Service manifest. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';
import { applicationOf } from '../argument.ts';

export function openManifest(deps: Deps) {
  return async (argument?: unknown): Promise<void> => {
    const entry = await applicationOf(deps, argument);
    if (!entry) return;
    const file = entry.application?.file ?? entry.application?.service.file ?? entry.problems[0]?.place?.file;
    await vscode.window.showTextDocument(vscode.Uri.file(file ?? join(entry.dir, 'slipway.yaml')));
  };
}
