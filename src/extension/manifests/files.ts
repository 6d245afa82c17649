/** Which documents get the help with manifests. */
import type * as vscode from 'vscode';
import { isApplicationFile } from '../applications.ts';

export const yamlSelector: vscode.DocumentSelector = { language: 'yaml', scheme: 'file' };

const knative = /^\s*apiVersion:\s*["']?[\w.-]+\.knative\.dev\//m;

/** slipway.yaml, what lies in a folder named deploy, and any other YAML file that names a Knative kind. */
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
