/** Which documents get the help with manifests. */
import type * as vscode from 'vscode';

export const yamlSelector: vscode.DocumentSelector = { language: 'yaml', scheme: 'file' };

/** Where an application's own files lie unless its slipway.yaml says otherwise. */
export const applicationFiles: readonly vscode.DocumentFilter[] = [
  { scheme: 'file', pattern: '**/slipway.yaml' },
  { scheme: 'file', pattern: '**/deploy/*.{yaml,yml}' },
];

// Blanks of one line only: of a file of blank lines each would begin a look through all others.
const knative =
  /^[ \t]*(?:-[ \t]+)*(?:\{[ \t]*)?(["']?)apiVersion\1[ \t]*:[ \t]*["']?[\w-]+(?:\.[\w-]+)*\.knative\.dev\//m;

/** slipway.yaml, what lies in a folder named deploy, and any other YAML file that names a Knative kind, also in a list. */
export function isManifest({
  uri,
  languageId,
  getText,
}: Pick<vscode.TextDocument, 'uri' | 'languageId' | 'getText'>): boolean {
  if (isApplicationFile(uri)) return true;
  return languageId === 'yaml' && uri.scheme === 'file' && knative.test(getText());
}

export function isSlipwayFile({ uri }: Pick<vscode.TextDocument, 'uri'>): boolean {
  return /[\\/]slipway\.yaml$/.test(uri.path);
}

/** slipway.yaml, or a YAML file directly in a folder named deploy. */
export function isApplicationFile(uri: Pick<vscode.Uri, 'scheme' | 'fsPath'>): boolean {
  if (uri.scheme !== 'file') return false;
  return /[\\/]slipway\.yaml$/.test(uri.fsPath) || /[\\/]deploy[\\/][^\\/]+\.ya?ml$/.test(uri.fsPath);
}
