/** What there is on the platform, and whether the workspace is trusted, for `when` clauses: a command that could not work is not offered. */
import * as vscode from 'vscode';
import { contextKeys } from './contributions.ts';
import type { Deps } from './deps.ts';
import { findService } from './platform/snapshot.ts';
import { loadedReaders, loadReaders } from './readers.ts';
import { setContext } from './settings.ts';
import { isDeployed, trafficModelOf } from './views/traffic-state.ts';

export function registerContextKeys({
  platforms,
  selection,
}: Pick<Deps, 'platforms' | 'selection'>): vscode.Disposable {
  // In a workspace that is not trusted platforms are looked at: what it is about may be made up.
  const tellWritable = () =>
    setContext(contextKeys.writable, !platforms.snapshot.entry.readOnly && vscode.workspace.isTrusted);
  const tell = (): void => {
    tellWritable();
    const { snapshot } = platforms;
    const ready = snapshot.state === 'ready';
    setContext(contextKeys.deployed, ready && snapshot.services.some(isDeployed));
    setContext(contextKeys.hasPings, ready && snapshot.pings.length > 0);
    setContext(contextKeys.hasDomains, ready && snapshot.domains.length > 0);
    const service = selection.current && findService(snapshot, selection.current);
    setContext(contextKeys.service, service !== undefined);
    const readers = loadedReaders();
    if (service && !readers) void loadReaders().then(tell);
    const before = service && readers && trafficModelOf(snapshot, service, readers.traffic).before;
    setContext(contextKeys.canRollBack, before !== undefined);
  };
  const tellTrust = () => {
    tellWritable();
    setContext(contextKeys.restricted, !vscode.workspace.isTrusted);
  };
  tellTrust();
  return vscode.Disposable.from(
    platforms.onChange(tell),
    selection.onChange(tell),
    vscode.workspace.onDidGrantWorkspaceTrust(tellTrust),
  );
}
