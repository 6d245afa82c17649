/**
 * Deploys from the editor: progress where it began, one at a time an application, a verdict at the end. The words of the
 * verdict and what it offers are here; how to deploy is the core's.
 */
import * as vscode from 'vscode';
import type { Application } from '../core/app/model.ts';
import type { DeployProgress } from '../core/deploy/deploy.ts';
import type { Verdict } from '../core/deploy/verdict.ts';
import { isInsideCluster } from '../core/gateway.ts';
import type { Platforms } from './platform/platforms.ts';
import { openPlace, type Problems } from './problems.ts';
import type { Selection } from './selection.ts';

export interface DeployRequest {
  application: Application;
  environment?: string | undefined;
  noTraffic?: boolean | undefined;
}

export class Deploys implements vscode.Disposable {
  #platforms: Platforms;
  #selection: Selection;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #under = new Map<string, string>();
  #last = new Map<string, Verdict>();
  #changes = new vscode.EventEmitter<void>();

  /** Something began, went on or ended. */
  readonly onChange = this.#changes.event;

  constructor(platforms: Platforms, selection: Selection, problems: Problems, log: vscode.LogOutputChannel) {
    this.#platforms = platforms;
    this.#selection = selection;
    this.#problems = problems;
    this.#log = log;
  }

  /** Directory → what its deploy does now, in words. */
  get underWay(): ReadonlyMap<string, string> {
    return this.#under;
  }

  lastVerdict(dir: string): Verdict | undefined {
    return this.#last.get(dir);
  }

  /** Resolves with the verdict; undefined where it was refused or cancelled (which has been said). */
  async deploy(request: DeployRequest): Promise<Verdict | undefined> {
    const { application } = request;
    const { say } = this.#problems.words;
    if (this.#under.has(application.dir)) {
      void vscode.window.showInformationMessage(say('deploy.busy', { name: application.name }));
      return undefined;
    }
    if (!(await saveFilesOf(application.dir))) return undefined;
    this.#set(application.dir, say('deploy.title', { name: application.name }));
    try {
      const verdict = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: say('deploy.toTarget', { name: application.name, target: this.#platforms.snapshot.entry.label }),
          cancellable: true,
        },
        (progress, token) => this.#run(request, progress, token),
      );
      this.#last.set(application.dir, verdict);
      this.#set(application.dir, undefined);
      void this.#tell(verdict, request);
      return verdict;
    } catch (error) {
      this.#set(application.dir, undefined);
      if (this.#problems.isCancelled(error)) {
        vscode.window.setStatusBarMessage(say('deploy.cancelled', { name: application.name }), 5_000);
      } else void this.#problems.report(error);
      return undefined;
    }
  }

  async #run(
    { application, environment, noTraffic }: DeployRequest,
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    token: vscode.CancellationToken,
  ): Promise<Verdict> {
    const { say } = this.#problems.words;
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    const step = (message: string) => {
      progress.report({ message });
      this.#set(application.dir, message);
    };
    const [client, { deploy }] = await Promise.all([
      this.#platforms.need((name) => step(say(`platform.step.${name}`)), stop.signal),
      import('../core/deploy/deploy.ts'),
    ]);
    this.#log.info(say('deploy.toTarget', { name: application.name, target: this.#platforms.snapshot.entry.label }));
    const onProgress = (event: DeployProgress) => {
      switch (event.type) {
        case 'phase':
          if (event.state === 'started') step(say(`deploy.phase.${event.phase}`));
          else this.#log.info(`  ${event.phase} ${event.ms} ms${event.detail ? ` (${event.detail})` : ''}`);
          break;
        case 'output':
          this.#log.info(`  | ${event.text}`);
          break;
        case 'waiting':
          step(say('deploy.waiting', { reason: event.message || event.reason }));
          break;
        case 'note':
          this.#log.info(`  ${say(`deploy.note.${event.code}`, event.args)}`);
          break;
      }
    };
    return deploy({ client, app: application, environment, noTraffic }, onProgress, stop.signal);
  }

  async #tell(verdict: Verdict, request: DeployRequest): Promise<void> {
    const { say } = this.#problems.words;
    const key = { namespace: verdict.namespace, name: verdict.service };
    if (verdict.outcome !== 'failed' && verdict.outcome !== 'planned') await this.#selection.choose(key);
    switch (verdict.outcome) {
      case 'serving': {
        const { service, revision, percent, url, totalMs: ms } = verdict;
        const text = say(verdict.unchanged ? 'deploy.unchanged' : 'deploy.serving', {
          service,
          revision,
          percent,
          url,
          ms,
        });
        this.#log.info(text);
        const open = say('action.openUrl');
        const logs = say('action.showLogs');
        // A name inside the cluster opens nowhere; the button would lead to an error page.
        const actions = isInsideCluster(url) ? [logs] : [open, logs];
        const chosen = await vscode.window.showInformationMessage(text, ...actions);
        if (chosen === open) await openExternal(verdict.url);
        if (chosen === logs) await vscode.commands.executeCommand('slipway.service.showLogs', { type: 'service', key });
        return;
      }
      case 'ready': {
        const text = say('deploy.ready', { revision: verdict.revision, ms: verdict.totalMs });
        this.#log.info(text);
        const send = say('action.sendTraffic');
        const chosen = await vscode.window.showInformationMessage(text, send);
        if (chosen === send) await vscode.commands.executeCommand('slipway.traffic.focus');
        return;
      }
      case 'failed':
        return this.#tellFailure(verdict, request);
      case 'planned':
        return;
    }
  }

  async #tellFailure(verdict: Extract<Verdict, { outcome: 'failed' }>, request: DeployRequest): Promise<void> {
    const { say } = this.#problems.words;
    const { text, fix: coreFix } = this.#problems.of(verdict.cause);
    // "Below" is the command line's place for the evidence; here it is the output channel, and the telling line comes along.
    const told = verdict.cause.code === 'AppExited' ? tellingLine(verdict.evidence.logs) : undefined;
    const fix = verdict.cause.code === 'AppExited' ? say('deploy.seeOutput') : coreFix;
    const serving = verdict.serving ? say('deploy.stillServing', { revision: verdict.serving }) : '';
    this.#log.error(say('deploy.failed', { service: verdict.service, cause: text }));
    for (const condition of verdict.evidence.conditions) this.#log.error(`  ${condition}`);
    for (const line of verdict.evidence.logs) this.#log.error(`  | ${line}`);
    if (fix) this.#log.error(`  ${fix}`);
    const { place } = verdict.evidence;
    const offers = [
      ...(place
        ? [
            {
              label: say('action.openFile', { file: place.file.split(/[\\/]/).at(-1) ?? place.file }),
              run: () => openPlace(place),
            },
          ]
        : []),
      ...(verdict.cause.code === 'PlatformLost'
        ? [{ label: say('action.retry'), run: () => this.deploy(request) }]
        : []),
      {
        label: say('action.showLogs'),
        run: () =>
          vscode.commands.executeCommand('slipway.service.showLogs', {
            type: 'service',
            key: { namespace: verdict.namespace, name: verdict.service },
          }),
      },
      { label: say('action.showOutput'), run: () => this.#log.show(true) },
    ];
    const whole = [
      say('deploy.failed', { service: verdict.service, cause: text }),
      told && `${told.replace(/\.$/, '')}.`,
      fix,
      serving,
    ]
      .filter(Boolean)
      .join(' ');
    const chosen = await vscode.window.showErrorMessage(whole, ...offers.map(({ label }) => label));
    await offers.find(({ label }) => label === chosen)?.run();
  }

  #set(dir: string, doing: string | undefined): void {
    if (doing === undefined) this.#under.delete(dir);
    else this.#under.set(dir, doing);
    this.#changes.fire();
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

/** What is deployed is what is on the disk: unsaved files of the application are saved. false: a save was refused. */
export async function saveFilesOf(dir: string): Promise<boolean> {
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && isInside(uri, dir));
  const saved = await Promise.all(dirty.map((document) => document.save()));
  return saved.every(Boolean);
}

export function isInside(uri: vscode.Uri, dir: string): boolean {
  return uri.scheme === 'file' && (uri.fsPath.startsWith(`${dir}/`) || uri.fsPath.startsWith(`${dir}\\`));
}

/** Through the editor's own port forwarding, so that it works in a browser and over SSH too. */
export async function openExternal(url: string): Promise<void> {
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(url)));
}

/** The line of an application's last output that says what went wrong, where one does. */
export function tellingLine(logs: readonly string[]): string | undefined {
  const line = logs.findLast((text) => /^\s*(Uncaught )?[\w.]*(Error|Exception)\b.*:|^panic:|^fatal\b/i.test(text));
  // Where the snapshot lies is nobody's business: its files are the application's own.
  const trimmed = line?.trim().replaceAll(/\S*\/trees\/[0-9a-f]{16,}\//g, '');
  return trimmed && trimmed.length > 200 ? `${trimmed.slice(0, 200)}…` : trimmed;
}
