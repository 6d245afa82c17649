/**
 * Deploys from the editor: progress where it began, one at a time an application, a verdict at the end. The words of the
 * verdict and what it offers are here; how to deploy is the core's.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Application } from '../core/app/model.ts';
import type { DeployProgress } from '../core/deploy/deploy.ts';
import type { PhaseName, Verdict } from '../core/deploy/verdict.ts';
import { Fault } from '../core/faults.ts';
import { isInsideCluster } from '../core/gateway.ts';
import { tellingLine } from '../core/short-cause.ts';
import { inSeconds, stepsTeller, verdictText } from './deploy-words.ts';
import type { Forwarder } from './forward.ts';
import type { Platforms } from './platform/platforms.ts';
import type { Problems } from './problems.ts';
import { fixesApplied, remedyOffer } from './remedies.ts';
import type { Selection } from './selection.ts';
import { VerdictProblems } from './verdict-problems.ts';

export interface DeployRequest {
  /** Of the application; it is read when its files have been saved, and only then. */
  dir: string;
  name: string;
  environment?: string | undefined;
}

/** As it stands on the disk when the deploy begins. */
interface Deployed extends DeployRequest {
  app: Application;
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
  namespace?: string;
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
    this.#verdictProblems = new VerdictProblems(problems, 'slipway-deploy');
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
    const { dir, name } = request;
    const { say } = this.#problems.words;
    const reached: Reached = { phase: undefined };
    const again = () => this.deploy(request);
    try {
      const deployed = await this.#begin(request);
      if (!deployed) return undefined;
      this.#verdictProblems.set(dir, undefined);
      const verdict = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: say('deploy.toTarget', { name, target: this.#platforms.snapshot.entry.label }),
          cancellable: true,
        },
        (progress, token) => {
          const stop = new AbortController();
          token.onCancellationRequested(() => stop.abort());
          return this.#run(deployed, (message) => progress.report({ message }), stop.signal, reached);
        },
      );
      this.#end(dir, verdict);
      void this.#tell(verdict, deployed);
      return verdict;
    } catch (error) {
      this.#set(dir, undefined);
      if (this.#problems.isCancelled(error)) void this.#tellCancelled(request, reached);
      else void this.#problems.report(error, [], { dir, service: name, again });
      return undefined;
    }
  }

  /** The same, told where it began; nothing is notified. @throws what stands in the way, Fault Cancelled */
  async deployTold(request: DeployRequest, teller: DeployTeller): Promise<Verdict | undefined> {
    const reached: Reached = { phase: undefined };
    try {
      const deployed = await this.#begin(request, teller);
      if (!deployed) return undefined;
      const verdict = await this.#run(deployed, () => {}, teller.signal, reached, teller);
      this.#end(request.dir, verdict);
      if (verdict.outcome === 'serving' || verdict.outcome === 'ready') {
        await this.#selection.choose({ namespace: verdict.namespace, name: verdict.service });
      }
      return verdict;
    } catch (error) {
      this.#set(request.dir, undefined);
      if (this.#problems.isCancelled(error)) teller.line(this.#cancelledText(request, reached));
      throw error;
    }
  }

  /** Saves and reads the application; undefined where it does not go on (which has been said). @throws Fault */
  async #begin(request: DeployRequest, teller?: DeployTeller): Promise<Deployed | undefined> {
    const { dir, name } = request;
    const { say } = this.#problems.words;
    if (this.#under.has(dir)) {
      const text = say('deploy.busy', { name });
      if (teller) teller.line(text);
      else void vscode.window.showInformationMessage(text);
      return undefined;
    }
    this.#set(dir, say('deploy.title', { name }));
    const { loadApplication } = await import('../core/app/model.ts');
    await saveFilesOf(dir);
    const app = await loadApplication(dir);
    if (await this.#goesHere(app, request.environment, teller)) return { ...request, app };
    this.#set(dir, undefined);
    return undefined;
  }

  #end(dir: string, verdict: Verdict): void {
    this.#last.set(dir, verdict);
    this.#set(dir, undefined);
    this.#verdictProblems.set(dir, verdict.outcome === 'failed' ? verdict : undefined);
  }

  /**
   * An environment that names another platform than the one in use is not deployed here by mistake, and one that is protected only
   * after its application's name was typed. @throws Fault EnvironmentUnknown, NotDirect
   */
  async #goesHere(app: Application, name: string | undefined, teller?: DeployTeller): Promise<boolean> {
    const { directEnvironment } = await import('../core/app/model.ts');
    const environment = directEnvironment(app, name);
    if (!environment) return true;
    const { say } = this.#problems.words;
    const { entry } = this.#platforms.snapshot;
    const { context, platform } = environment;
    const here = context
      ? entry.target.context === context && !entry.embedded
      : platform === undefined || entry.id === `platform:${platform}`;
    if (!here) {
      const wanted = context ?? platform ?? '';
      const text = say('deploy.otherTarget', { environment: environment.name, wanted, current: entry.label });
      if (teller) teller.line(text);
      else {
        const choose = say('action.choosePlatform');
        const chosen = await vscode.window.showWarningMessage(text, choose);
        if (chosen === choose) await vscode.commands.executeCommand('slipway.platform.use');
      }
      return false;
    }
    if (!environment.protected) return true;
    const prompt = say('deploy.protected', { environment: environment.name, name: app.name });
    const typed = await vscode.window.showInputBox({
      title: say('deploy.toTarget', { name: app.name, target: entry.label }),
      prompt,
      ignoreFocusOut: true,
      validateInput: (value) => (value === app.name ? undefined : prompt),
    });
    if (typed !== app.name) teller?.line(say('deploy.cancelled', { name: app.name }));
    return typed === app.name;
  }

  async #run(
    { app, dir, environment }: Deployed,
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
    const [client, { deploy, targetNamespace }] = await Promise.all([
      this.#platforms.need((name) => {
        show(say(`platform.step.${name}`));
        this.#set(dir, say(`platform.step.${name}`));
      }, signal),
      import('../core/deploy/deploy.ts'),
    ]);
    // A start that was waited for goes on for others; this deploy does not.
    if (signal.aborted) throw new Fault('Cancelled');
    const steps = stepsTeller(this.#problems.words);
    const title = say('deploy.toTarget', { name: app.name, target: this.#platforms.snapshot.entry.label });
    this.#log.info(title);
    teller?.line(title);
    const onProgress = (event: DeployProgress) => {
      const line = steps(event);
      if (line !== undefined) show(line);
      switch (event.type) {
        case 'phase':
          if (event.state === 'started') {
            reached.phase = event.phase;
            this.#set(dir, say(`deploy.phase.${event.phase}`));
          } else {
            this.#log.info(`  ${event.phase} ${event.ms} ms${event.detail ? ` (${event.detail})` : ''}`);
            const phase = say(`deploy.phase.${event.phase}`);
            teller?.line(say('deploy.step', { phase, seconds: inSeconds(event.ms) }));
          }
          break;
        case 'output':
          note(`| ${event.text}`);
          break;
        case 'waiting':
          this.#set(dir, say('deploy.waiting', { reason: event.message || event.reason }));
          break;
        case 'note':
          note(say(`deploy.note.${event.code}`, event.args));
          break;
      }
    };
    reached.namespace = targetNamespace(app, app.environments[environment ?? '']);
    return deploy({ client, app, environment }, onProgress, signal);
  }

  /** What was changed before it was cancelled is said: an apply cannot be taken back unasked. */
  #cancelledText({ name }: DeployRequest, { phase }: Reached): string {
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
    const { namespace = 'default' } = reached;
    if (chosen === revisions)
      await vscode.commands.executeCommand('slipway.service.openRevisions', {
        type: 'service',
        key: { namespace, name: request.name },
      });
    if (chosen === again) await this.deploy(request);
  }

  async #tell(verdict: Verdict, request: Deployed): Promise<void> {
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
    const { text, fix } = this.#problems.of(verdict.cause);
    const told = verdict.cause.code === 'AppExited' ? tellingLine(verdict.evidence.logs) : undefined;
    const serving = verdict.serving ? say('deploy.stillServing', { revision: verdict.serving }) : '';
    this.#log.error(say('deploy.failed', { service: verdict.service, cause: text }));
    for (const condition of verdict.evidence.conditions) this.#log.error(`  ${condition}`);
    for (const line of verdict.evidence.logs) this.#log.error(`  | ${line}`);
    if (fix) this.#log.error(`  ${fix}`);
    const remedy = remedyOffer(verdict.remedy, say, {
      dir: request.dir,
      service: verdict.service,
      again: () => this.deploy(request),
      client: () => this.#platforms.need(),
    });
    const whole = [
      say('deploy.failed', { service: verdict.service, cause: text }),
      told && `${told.replace(/\.$/, '')}.`,
      fix,
      serving,
    ]
      .filter(Boolean)
      .join(' ');
    await this.#problems.tell(whole, [
      ...(remedy ? [remedy] : []),
      {
        label: say('action.showLogs'),
        run: () =>
          vscode.commands.executeCommand('slipway.service.showLogs', {
            type: 'service',
            key: { namespace: verdict.namespace, name: verdict.service },
          }),
      },
      { label: say('action.showOutput'), run: () => this.#log.show(true) },
    ]);
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

/** What is deployed is what is on the disk: unsaved files of the application are saved. @throws Fault FilesUnsaved */
export async function saveFilesOf(dir: string): Promise<void> {
  await fixesApplied();
  const dirty = vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && isInside(uri, dir));
  await Promise.all(dirty.map(save));
}

/** The editor says false of a save that a change overtakes, as the one of a fix that has just been taken: it is saved once more. */
async function save(document: vscode.TextDocument): Promise<void> {
  for (let tries = 0; tries < 3; tries += 1) if ((await document.save()) || !document.isDirty) return;
  const file = document.uri.fsPath;
  throw new Fault('FilesUnsaved', { file: basename(file) }, { place: { file, line: 1, column: 1 } });
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
