/** Settings and context keys, typed by contributions.ts. */
import * as vscode from 'vscode';
import { type contextKeys, type Settings, settingDefaults } from './contributions.ts';

export function setting<Name extends keyof Settings>(name: Name, scope?: vscode.ConfigurationScope): Settings[Name] {
  return vscode.workspace.getConfiguration('slipway', scope).get<Settings[Name]>(name) ?? settingDefaults[name];
}

type ContextKey = (typeof contextKeys)[keyof typeof contextKeys];
const known = new Map<ContextKey, string>();

/** Tells the editor only what changed: each call goes over a process border. */
export function setContext(key: ContextKey, value: string | boolean | readonly string[]): void {
  const text = JSON.stringify(value);
  if (known.get(key) === text) return;
  known.set(key, text);
  void vscode.commands.executeCommand('setContext', key, value);
}
