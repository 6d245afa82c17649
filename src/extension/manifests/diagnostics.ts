/**
 * What is wrong with slipway.yaml and the manifests, where it is wrong. What finds and paints it is in `finding-painter.ts`, which is
 * loaded when there is something to look at.
 */
import * as vscode from 'vscode';
import type { Finding } from '../../core/manifest/findings.ts';
import { logError } from '../log-error.ts';
import { isManifest } from './files.ts';
import type { DiagnosticUses, FindingPainter } from './finding-painter.ts';
import type { YamlExtension } from './yaml-extension.ts';

const gatherMs = 150;

export interface ManifestFindings extends vscode.Disposable {
  /** Of the document as it is now. */
  of(document: vscode.TextDocument): Promise<Finding[]>;
}

export function registerDiagnostics(deps: DiagnosticUses, yaml: YamlExtension): ManifestFindings {
  let painter: Promise<FindingPainter> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const load = () => {
    painter ??= import('./finding-painter.ts').then(({ FindingPainter }) => new FindingPainter(deps, yaml));
    return painter;
  };
  const paint = () => {
    const isThere = deps.applications.items.length > 0 || vscode.workspace.textDocuments.some(isManifest);
    if (isThere) load().catch(logError(deps.log));
    painter?.then((loaded) => loaded.paint()).catch(logError(deps.log));
  };
  const soon = (document: vscode.TextDocument) => {
    // Files of an application are read again by it.
    if (!isManifest(document)) return;
    clearTimeout(timer);
    timer = setTimeout(paint, gatherMs);
  };
  const registered = vscode.Disposable.from(
    { dispose: () => clearTimeout(timer) },
    deps.applications.onChange(paint),
    vscode.workspace.onDidOpenTextDocument(soon),
    vscode.workspace.onDidCloseTextDocument(soon),
    vscode.workspace.onDidChangeTextDocument(({ document }) => soon(document)),
    vscode.extensions.onDidChange(paint),
  );
  return {
    of: async (document) => (await load()).of(document),
    dispose: () => {
      registered.dispose();
      void painter?.then((loaded) => loaded.dispose());
    },
  };
}
