/**
 * The composition root of the editor front end: builds the parts, registers them, returns the API. Nothing is looked for, read
 * or connected here; that begins when a view, a command or an application of the workspace asks for it.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { localeOf } from '../core/messages/render.ts';
import { Alerts } from './alerts.ts';
import { exportedApi } from './api.ts';
import { Applications } from './applications.ts';
import { Canaries } from './canaries.ts';
import { openNewApplication } from './commands/application/made.ts';
import { registerCommands } from './commands/register.ts';
import { registerContextKeys } from './context-keys.ts';
import { registerHoldTime } from './debug/hold-time.ts';
import { registerDebug } from './debug/provider.ts';
import { Deploys } from './deploys.ts';
import type { Deps } from './deps.ts';
import { registerLinks } from './links/handler.ts';
import { LiveTraffic } from './live-traffic.ts';
import { logError } from './log-error.ts';
import { registerCodeLens } from './manifests/code-lens.ts';
import { registerDiagnostics } from './manifests/diagnostics.ts';
import { registerLanguageStatus } from './manifests/language-status.ts';
import { registerLanguage } from './manifests/providers.ts';
import { YamlExtension } from './manifests/yaml-extension.ts';
import { englishWords, type Words } from './messages.ts';
import { Platforms } from './platform/platforms.ts';
import { Problems } from './problems.ts';
import { Runs } from './runs.ts';
import { Selection } from './selection.ts';
import type { SlipwayApi } from './slipway.d.ts';
import { registerSourceLines } from './source-lines/register.ts';
import { registerStatusBar } from './status-bar.ts';
import { registerTasks } from './tasks/provider.ts';
import { registerTools } from './tools/register.ts';
import { registerTrees } from './trees/register.ts';
import { registerDocuments } from './views/documents.ts';
import { registerViews } from './views/register.ts';

let runs: Runs | undefined;
let canaries: Canaries | undefined;

/** The words of another language than English are waited for: every text that comes after is in it. */
export function activate(context: vscode.ExtensionContext): SlipwayApi | Promise<SlipwayApi> {
  const locale = localeOf(vscode.env.language);
  if (locale === 'en') return compose(context, englishWords());
  return import('./catalogues.ts').then(({ words }) => compose(context, words(locale)));
}

function compose(context: vscode.ExtensionContext, words: Words): SlipwayApi {
  const log = vscode.window.createOutputChannel('Slipway', { log: true });
  const problems = new Problems(words, log);
  const platforms = new Platforms(context, problems, log);
  const applications = new Applications(log);
  const selection = new Selection(context.workspaceState, platforms);
  const live = new LiveTraffic({
    client: () => platforms.client,
    platform: () => platforms.snapshot.entry.id,
    onChange: platforms.onChange,
    log: (message) => log.debug(message),
  });
  const deploys = new Deploys(platforms, selection, problems, log);
  runs = new Runs(platforms, problems, join(context.globalStorageUri.fsPath, 'runs'), log);
  canaries = new Canaries(platforms, problems, log);
  const alerts = new Alerts({ applications, platforms, problems, selection, log });
  const base = { context, log, problems, platforms, applications, selection, live, deploys };
  const deps: Deps = { ...base, runs, canaries, alerts };
  const views = registerViews(deps);
  context.subscriptions.push(
    problems,
    platforms,
    applications,
    selection,
    deploys,
    runs,
    canaries,
    alerts,
    views,
    { dispose: () => live[Symbol.dispose]() },
    registerCommands(deps, views),
    registerTrees(deps),
    registerContextKeys(deps),
    registerDocuments(context, () => problems.say('document.gone')),
    registerDebug(deps),
    registerHoldTime(deps),
    registerStatusBar(deps),
    registerTasks(deps),
    registerLinks(deps),
    registerTools(deps),
    registerWhenIdle(() => {
      const yaml = new YamlExtension(log);
      const findings = registerDiagnostics(deps, yaml);
      return vscode.Disposable.from(
        yaml,
        findings,
        registerLanguage(deps, findings, yaml),
        registerCodeLens(deps),
        registerLanguageStatus(deps),
        registerSourceLines(deps),
      );
    }),
    log,
  );
  beginWhenIdle(deps);
  return exportedApi(deps);
}

/** Ends what was started: an application in development mode must not outlive its window, and a canary holds for the next. */
export async function deactivate(): Promise<void> {
  await Promise.allSettled([runs?.stopAll(), canaries?.release()]);
}

/** What stands in texts comes after what the editor waits for: it asks for it anew when it is there. */
function registerWhenIdle(register: () => vscode.Disposable): vscode.Disposable {
  let registered: vscode.Disposable | undefined;
  const waiting = setImmediate(() => {
    registered = register();
  });
  return {
    dispose: () => {
      clearImmediate(waiting);
      registered?.dispose();
    },
  };
}

/** After the editor has what it waits for; a window with a folder is looked through for applications. */
function beginWhenIdle({ applications, platforms, context, log }: Deps): void {
  if (!vscode.workspace.workspaceFolders) return;
  setImmediate(() => {
    applications.begin();
    platforms.begin();
    openNewApplication(context).catch(logError(log));
  });
}
