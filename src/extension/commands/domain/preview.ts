/** Which URL a service gets in each environment: the platform's own scheme, rehearsed. Choosing one copies it. */
import * as vscode from 'vscode';
import type { UrlPreview } from '../../../core/url-preview.ts';
import type { Deps } from '../../deps.ts';
import { plain } from '../../plain.ts';
import type { ServiceKey } from '../../platform/snapshot.ts';
import { targetName } from '../../platform/target-name.ts';
import { applicationOf, subject } from '../argument.ts';

type Uses = Pick<Deps, 'applications' | 'platforms' | 'problems'>;

export interface PreviewItem extends vscode.QuickPickItem {
  url?: string | undefined;
}

export function previewUrlsCommand(deps: Uses) {
  const { say } = deps.problems.words;
  return async (argument?: unknown): Promise<void> => {
    const pointed = subject('service', argument);
    const owner = pointed && applicationOfService(deps, pointed.key);
    const entry = owner ?? (await applicationOf(deps, pointed ? undefined : argument));
    if (!entry?.application) return;
    const title = say('urls.title', { name: entry.name });
    const chosen = await vscode.window.showQuickPick<PreviewItem>(
      previewItems(deps, pointed?.key ?? entry.application.name),
      {
        title,
        placeHolder: say('urls.pick'),
      },
    );
    if (!chosen?.url) return;
    await vscode.env.clipboard.writeText(chosen.url);
    vscode.window.setStatusBarMessage(say('urls.copied', { url: chosen.url }), 4_000);
  };
}

/** One a platform and environment; [] where the service belongs to no application of the workspace. */
export async function previewItems(deps: Uses, service: ServiceKey | string): Promise<PreviewItem[]> {
  const { say } = deps.problems.words;
  const name = typeof service === 'string' ? service : service.name;
  // As the files are now: an environment may have been written a moment ago.
  await deps.applications.refresh();
  const entry = deps.applications.items.find(({ application }) => application?.name === name);
  if (!entry?.application) return [];
  const [client, { previewUrls }] = await Promise.all([deps.platforms.need(), import('../../../core/url-preview.ts')]);
  // An environment may name a kubeconfig of the workspace, and that a program that gives the credentials.
  const environments = vscode.workspace.isTrusted ? entry.application.environments : {};
  const previews = await previewUrls({ ...entry.application, environments }, client);
  return previews.flatMap((preview) => itemsOf(deps, preview, say('urls.here')));
}

function itemsOf({ problems }: Uses, preview: UrlPreview, here: string): PreviewItem[] {
  const { environment, target, namespace, url, domain, problem } = preview;
  const name = plain(environment ?? here);
  const label = `$(server-environment) ${name}`;
  const detail = plain(`${targetName(problems.words.say, target)} · ${namespace}`);
  const items: PreviewItem[] = [
    problem
      ? { label: `$(warning) ${name}`, description: problems.of(problem).text, detail }
      : { label, description: plain(url ?? ''), detail, url },
  ];
  if (domain) items.push({ label: `$(globe) ${name}`, description: plain(domain), detail, url: `http://${domain}` });
  return items;
}

function applicationOfService({ applications }: Uses, key: ServiceKey) {
  return applications.items.find(({ application }) => application?.name === key.name);
}
