/** Add a domain to a service, remove one. */
import * as vscode from 'vscode';
import { publicUrl } from '../../../core/gateway.ts';
import type { Deps } from '../../deps.ts';
import { plainItem } from '../../plain.ts';
import type { ServiceKey } from '../../platform/snapshot.ts';
import { loadReaders } from '../../readers.ts';
import { confirmDestruction, serviceOf, subject } from '../argument.ts';

const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function addDomainCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const key = await serviceOf(deps, argument);
    if (!key) return;
    const host = await vscode.window.showInputBox({
      title: say('domain.title'),
      prompt: say('domain.prompt', { name: key.name }),
      validateInput: (value) => {
        if (value === '' || hostName.test(value)) return undefined;
        return deps.problems.of({ code: 'DomainInvalid', args: { host: value } }).fix;
      },
    });
    if (!host || !(await confirmed(deps, key, host))) return;
    try {
      const [client, { addDomain }] = await Promise.all([
        deps.platforms.needOf(entry),
        import('../../../core/domains.ts'),
      ]);
      const domain = await addDomain(client, key.namespace, host, key.name);
      if (domain.ready !== 'True') {
        void vscode.window.showWarningMessage(
          say('domain.notReady', { host, message: domain.message || domain.reason }),
        );
        return;
      }
      vscode.window.setStatusBarMessage(say('domain.added', { host, service: key.name }), 5_000);
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}

/** Before it is added: where it will be reached, and how the service is reached in each environment without it. */
async function confirmed(deps: Deps, key: ServiceKey, host: string): Promise<boolean> {
  const { say } = deps.problems.words;
  const { previewItems } = await import('./preview.ts');
  const { entry, gateway } = deps.platforms.snapshot;
  const url = publicUrl(`http://${host}`, gateway) ?? `http://${host}`;
  const add = {
    label: `$(globe) ${say('domain.addItem', { host, service: key.name })}`,
    detail: say('domain.addDetail', { target: entry.label, url }),
  };
  const others = await previewItems(deps, key);
  const separator = { label: say('domain.environments'), kind: vscode.QuickPickItemKind.Separator };
  const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { url?: string | undefined }>(
    others.length > 0 ? [add, separator, ...others] : [add],
    { title: say('domain.title'), placeHolder: say('domain.addPick') },
  );
  if (chosen?.url) await vscode.env.clipboard.writeText(chosen.url);
  return chosen === add;
}

export function removeDomainCommand(deps: Deps) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const { entry } = deps.platforms.snapshot;
    const domain = subject('domain', argument) ?? (await pick(deps));
    if (!domain) return;
    const { host, namespace, service } = domain;
    const sure = await confirmDestruction(deps, entry, {
      text: say('domain.removeConfirm', { host, service }),
      detail: '',
      action: say('action.remove'),
      typed: host,
    });
    if (!sure) return;
    try {
      const [client, { removeDomain }] = await Promise.all([
        deps.platforms.needOf(entry),
        import('../../../core/domains.ts'),
      ]);
      await removeDomain(client, namespace, host);
    } catch (error) {
      await deps.problems.report(error);
    }
  };
}

async function pick(deps: Deps): Promise<{ host: string; namespace: string; service: string } | undefined> {
  const { snapshot } = deps.platforms;
  const { tree } = await loadReaders();
  const domains = snapshot.domains.map((mapping) => tree.domain(mapping, snapshot.gateway));
  if (domains.length === 0) {
    void vscode.window.showInformationMessage(deps.problems.say('domain.none', { target: snapshot.entry.label }));
    return undefined;
  }
  const items = domains.map((domain) => plainItem({ label: domain.host, description: domain.service, domain }));
  return (await vscode.window.showQuickPick(items, { placeHolder: deps.problems.say('domain.pick') }))?.domain;
}
