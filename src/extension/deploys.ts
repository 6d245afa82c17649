/**
 * Deploys from the editor: progress where it began, one at a time an application, a verdict at the end. The words of the
 * verdict and what it offers are here; how to deploy is the core's.
 */
import * as vscode from 'vscode';
import type { Application } from '../core/app/model.ts';
import type { DeployProgress } from '../core/deploy/deploy.ts';
import type { PhaseName, Verdict } from '../core/deploy/verdict.ts';
import { Fault } from '../core/faults.ts';
import { isInsideCluster } from '../core/gateway.ts';
import { tellingLine } from '../core/short-cause.ts';
import { stepsTeller, verdictText } from './deploy-words.ts';
import type { Forwarder } from './forward.ts';
import type { Platforms } from './platform/platforms.ts';
import type { Offer, Problems } from './problems.ts';
import { remedyOffer } from './remedies.ts';
import type { Selection } from './selection.ts';
import { VerdictProblems } from './verdict-problems.ts';

export interface DeployRequest {
  application: Application;
  environment?: string | undefined;
  noTraffic?: boolean | undefined;
}

/** A place other than the editor's notifications where a deploy began and is told: a task's terminal, a tool of an agent. */
export interface DeployTeller {
  /** A line of its output, or a step. */
  line(text: string): void;
  signal: AbortSignal;
}

/** How far a deploy came. */
interface Reached {
  phase: PhaseName | undefined;
}

export class Deploys implements vscode.Disposable {
  #platforms: Platforms;
  #selection: Selection;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #under = new Map<string, string>();
  #last = new Map<string, Verdict>();
  #verdictProblems: VerdictProblems;
  #changes = new vscode.EventEmitter<void>();

  /** Something began, went on or ended. */
  readonly onChange = this.#changes.event;

  constructor(platforms: Platforms, selection: Selection, problems: Problems, log: vscode.LogOutputChannel) {
    this.#platforms = platforms;
    this.#selection = selection;
    this.#problems = problems;
    this.#log = log;
    this.#verdictProblems = new VerdictProblems(problems);
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
    if (!(await this.#goesHere(request))) return undefined;
    this.#set(application.dir, say('deploy.title', { name: application.name }));
    const reached: Reached = { phase: undefined };
    this.#verdictProblems.set(application.dir, undefined);
    try {
      const verdict = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: say('deploy.toTarget', { name: application.name, target: this.#platforms.snapshot.entry.label }),
          cancellable: true,
        },
        (progress, token) => {
          const stop = new AbortController();
          token.onCancellationRequested(() => stop.abort());
          return this.#run(request, (message) => progress.report({ message }), stop.signal, reached);
        },
      );
      this.#last.set(application.dir, verdict);
      this.#set(application.dir, undefined);
      this.#verdictProblems.set(application.dir, verdict);
      void this.#tell(verdict, request);
      return verdict;
    } catch (error) {
      this.#set(application.dir, undefined);
      if (this.#problems.isCancelled(error)) void this.#tellCancelled(request, reached);
      else void this.#problems.report(error);
      return undefined;
    }
  }

  /** The same, told where it began; nothing is notified. @throws what stands in the way, Fault Cancelled */
  async deployTold(request: DeployRequest, teller: DeployTeller): Promise<Verdict | undefined> {
    const { application } = request;
    const { say } = this.#problems.words;
    if (this.#under.has(application.dir)) {
      teller.line(say('deploy.busy', { name: application.name }));
      return undefined;
    }
    if (!(await saveFilesOf(application.dir)) || !(await this.#goesHere(request, teller))) return undefined;
    this.#set(application.dir, say('deploy.title', { name: application.name }));
    const reached: Reached = { phase: undefined };
    try {
      const verdict = await this.#run(request, () => {}, teller.signal, reached, teller);
      this.#last.set(application.dir, verdict);
      if (verdict.outcome === 'serving' || verdict.outcome === 'ready') {
        await this.#selection.choose({ namespace: verdict.namespace, name: verdict.service });
      }
      return verdict;
    } catch (error) {
      if (this.#problems.isCancelled(error)) teller.line(this.#cancelledText(request, reached));
      throw error;
    } finally {
      this.#set(application.dir, undefined);
    }
  }

  /** An environment that names another platform than the one in use is not deployed here by mistake. */
  async #goesHere({ application, environment }: DeployRequest, teller?: DeployTeller): Promise<boolean> {
    if (environment === undefined) return true;
    const { say } = this.#problems.words;
    const found = application.environments[environment];
    const { entry } = this.#platforms.snapshot;
    const wanted = found?.context ?? found?.platform;
    const here = found?.context
      ? entry.target.context === found.context && !entry.embedded
      : found?.platform === undefined || entry.id === `platform:${found.platform}`;
    if (found && here) return true;
    const text = found
      ? say('deploy.otherTarget', { environment, wanted: wanted ?? '', current: entry.label })
      : say('deploy.environmentUnknown', { name: application.name, environment });
    if (teller) teller.line(text);
    else {
      const choose = say('action.choosePlatform');
      const chosen = await vscode.window.showWarningMessage(text, ...(found ? [choose] : []));
      if (chosen === choose) await vscode.commands.executeCommand('slipway.platform.use');
    }
    return false;
  }

  async #run(
    { application, environment, noTraffic }: DeployRequest,
    show: (steps: string) => void,
    signal: AbortSignal,
    reached: Reached,
    teller?: DeployTeller,
  ): Promise<Verdict> {
    const { say } = this.#problems.words;
    const note = (text: string): void => {
      this.#log.info(`  ${text}`);
      teller?.line(text);
    };
    const [client, { deploy }, { loadApplication }] = await Promise.all([
      this.#platforms.need((name) => {
        show(say(`platform.step.${name}`));
        this.#set(application.dir, say(`platform.step.${name}`));
      }, signal),
      import('../core/deploy/deploy.ts'),
      import('../core/app/model.ts'),
    ]);
    // A start that was waited for goes on for others; this deploy does not.
    if (signal.aborted) throw new Fault('Cancelled');
    const steps = stepsTeller(this.#problems.words);
    const title = say('deploy.toTarget', { name: application.name, target: this.#platforms.snapshot.entry.label });
    this.#log.info(title);
    teller?.line(title);
    const onProgress = (event: DeployProgress) => {
      const line = steps(event);
      if (line !== undefined) show(line);
      switch (event.type) {
        case 'phase':
          if (event.state === 'started') {
            reached.phase = event.phase;
            this.#set(application.dir, say(`deploy.phase.${event.phase}`));
          } else {
            this.#log.info(`  ${event.phase} ${event.ms} ms${event.detail ? ` (${event.detail})` : ''}`);
            const phase = say(`deploy.phase.${event.phase}`);
            teller?.line(say('deploy.step', { phase, seconds: (event.ms / 1_000).toFixed(1) }));
          }
          break;
        case 'output':
          note(`| ${event.text}`);
          break;
        case 'waiting':
          this.#set(application.dir, say('deploy.waiting', { reason: event.message || event.reason }));
          break;
        case 'note':
          note(say(`deploy.note.${event.code}`, event.args));
          break;
      }
    };
    // As it stands on the disk now that all is saved: the workspace's list follows changes a moment later.
    const app = await loadApplication(application.dir);
    return deploy({ client, app, environment, noTraffic }, onProgress, signal);
  }

  /** What was changed before it was cancelled is said: an apply cannot be taken back unasked. */
  #cancelledText({ application: { name } }: DeployRequest, { phase }: Reached): string {
    const { say } = this.#problems.words;
    const target = this.#platforms.snapshot.entry.label;
    if (phase === 'apply') return say('deploy.cancelledApplying', { name, target });
    if (phase === 'start' || phase === 'route') return say('deploy.cancelledApplied', { name, target });
    return say('deploy.cancelled', { name });
  }

  async #tellCancelled(request: DeployRequest, reached: Reached): Promise<void> {
    const text = this.#cancelledText(request, reached);
    const { say } = this.#problems.words;
    this.#log.info(text);
    const changed = reached.phase === 'apply' || reached.phase === 'start' || reached.phase === 'route';
    if (!changed) {
      vscode.window.setStatusBarMessage(text, 5_000);
      return;
    }
    const revisions = say('action.revisions');
    const again = say('action.deploy');
    const chosen = await vscode.window.showWarningMessage(text, revisions, again);
    const { application } = request;
    const namespace = application.service.object.metadata.namespace ?? 'default';
    if (chosen === revisions)
      await vscode.commands.executeCommand('slipway.service.openRevisions', {
        type: 'service',
        key: { namespace, name: application.name },
      });
    if (chosen === again) await this.deploy(request);
  }

  async #tell(verdict: Verdict, request: DeployRequest): Promise<void> {
    const { say } = this.#problems.words;
    const key = { namespace: verdict.namespace, name: verdict.service };
    if (verdict.outcome !== 'failed' && verdict.outcome !== 'planned') await this.#selection.choose(key);
    switch (verdict.outcome) {
      case 'serving': {
        const { url } = verdict;
        const text = verdictText(this.#problems.words, verdict);
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
        const text = verdictText(this.#problems.words, verdict);
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
    const { application } = request;
    const remedy = remedyOffer(verdict.remedy, {
      platforms: this.#platforms,
      problems: this.#problems,
      application,
      again: () => this.deploy(request),
    });
    const all: Offer[] = [
      remedy,
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
    const offers = all.filter(({ label }, index) => all.findIndex((each) => each.label === label) === index);
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
    stopForwarding();
    this.#verdictProblems.dispose();
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

let forwarder: Promise<Forwarder> | undefined;

/**
 * Through the editor's own port forwarding, so that it works in a browser and over SSH too. There a name under .localhost would be
 * the browser's own machine: a port of this one stands for it.
 */
export async function openExternal(url: string): Promise<void> {
  // Addresses come from objects and pages: one that is none of the web's would start a program.
  if (!/^https?:\/\//i.test(url)) return;
  await vscode.env.openExternal(await vscode.env.asExternalUri(vscode.Uri.parse(await reachable(url))));
}

async function reachable(url: string): Promise<string> {
  const away = vscode.env.uiKind === vscode.UIKind.Web || vscode.env.remoteName !== undefined;
  if (!away) return url;
  forwarder ??= import('./forward.ts').then(({ createForwarder }) => createForwarder());
  const { isLoopbackName } = await import('./forward.ts');
  return isLoopbackName(url) ? (await forwarder).local(url) : url;
}

/** Ends the ports that stand for hosts. */
function stopForwarding(): void {
  void forwarder?.then((open) => open[Symbol.dispose]());
  forwarder = undefined;
}
