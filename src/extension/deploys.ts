/**
 * Deploys from the editor: progress where it began, one at a time an application, a verdict at the end. The words of the
 * verdict and what it offers are here; how to deploy is the core's.
 */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Application, Environment } from '../core/app/model.ts';
import type { DeployProgress } from '../core/deploy/deploy.ts';
import type { PhaseName, Verdict } from '../core/deploy/verdict.ts';
import { Fault } from '../core/faults.ts';
import { isInsideCluster } from '../core/gateway.ts';
import { tellingLine } from '../core/short-cause.ts';
import type { TargetQuestions } from './deploy-target.ts';
import { inSeconds, stepsTeller, verdictText } from './deploy-words.ts';
import { FailedVerdicts } from './failed-verdicts.ts';
import type { Forwarder } from './forward.ts';
import { isBelow } from './in-folder.ts';
import { together } from './messages.ts';
import type { Platforms } from './platform/platforms.ts';
import type { PlatformEntry } from './platform/snapshot.ts';
import type { Problems } from './problems.ts';
import type { Selection } from './selection.ts';

export interface DeployRequest {
  /** Of the application; it is read when its files have been saved, and only then. */
  dir: string;
  name: string;
  environment?: string | undefined;
  /** The platform that the environment names is put in use first, where one is known. */
  use?: boolean | undefined;
  /** It is done once more, on this one and no other. */
  on?: PlatformEntry | undefined;
}

/** As it stands on the disk when the deploy begins. */
interface Deployed extends DeployRequest {
  app: Application;
  /** The platform that it was begun for: what was typed for it is not meant for another. */
  platform: PlatformEntry;
}

/** A place other than the editor's notifications where a deploy began and is told: a task's terminal, a tool of an agent. */
export interface DeployTeller {
  /** A line of its output, or a step. */
  line(text: string): void;
  signal: AbortSignal;
}

/** How far a deploy came. */
interface Reached {
  /** It is this one that is under way: nothing stands before it any more. */
  begun: boolean;
  phase: PhaseName | undefined;
  /** Where it went to. */
  platform?: PlatformEntry;
  namespace?: string;
}

export class Deploys implements vscode.Disposable {
  #platforms: Platforms;
  #selection: Selection;
  #problems: Problems;
  #log: vscode.LogOutputChannel;
  #under = new Map<string, string>();
  #last = new Map<string, Verdict>();
  #verdictProblems: FailedVerdicts;
  #changes = new vscode.EventEmitter<void>();

  /** Something began, went on or ended. */
  readonly onChange = this.#changes.event;

  constructor(platforms: Platforms, selection: Selection, problems: Problems, log: vscode.LogOutputChannel) {
    this.#platforms = platforms;
    this.#selection = selection;
    this.#problems = problems;
    this.#log = log;
    this.#verdictProblems = new FailedVerdicts(problems, 'slipway-deploy', log);
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
    const reached: Reached = { begun: false, phase: undefined };
    let platform = request.environment === undefined ? this.#platforms.snapshot.entry : undefined;
    const again = () => this.deploy({ ...request, on: request.on ?? platform });
    try {
      const deployed = await this.#begin(request, reached);
      if (!deployed) return undefined;
      platform = deployed.platform;
      this.#verdictProblems.set(dir, undefined);
      const verdict = await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: say('deploy.toTarget', { name, target: deployed.platform.label }),
          cancellable: true,
        },
        (progress, token) => {
          const stop = new AbortController();
          token.onCancellationRequested(() => stop.abort());
          return this.#run(deployed, (message) => progress.report({ message }), stop.signal, reached);
        },
      );
      this.#end(dir, verdict);
      this.#tell(verdict, deployed).catch((error: unknown) => this.#problems.report(error));
      return verdict;
    } catch (error) {
      if (reached.begun) this.#set(dir, undefined);
      if (this.#problems.isCancelled(error))
        this.#tellCancelled(request, reached, again).catch((failure: unknown) => this.#problems.report(failure));
      else void this.#problems.report(error, [], { dir, service: name, again });
      return undefined;
    }
  }

  /** The same, told where it began; nothing is notified. @throws what stands in the way, Fault Cancelled */
  async deployTold(request: DeployRequest, teller: DeployTeller): Promise<Verdict | undefined> {
    const reached: Reached = { begun: false, phase: undefined };
    try {
      const deployed = await this.#begin(request, reached, teller);
      if (!deployed) return undefined;
      const verdict = await this.#run(deployed, () => {}, teller.signal, reached, teller);
      this.#end(request.dir, verdict);
      if (verdict.outcome === 'serving' || verdict.outcome === 'ready') await this.#show(verdict, deployed);
      return verdict;
    } catch (error) {
      if (reached.begun) this.#set(request.dir, undefined);
      if (this.#problems.isCancelled(error)) {
        const text = this.#cancelledText(request, reached);
        // Who has cancelled may not listen any more.
        this.#log.info(text);
        teller.line(text);
      }
      throw error;
    }
  }

  /** Saves and reads the application; undefined where it does not go on (which has been said). @throws Fault */
  async #begin(request: DeployRequest, reached: Reached, teller?: DeployTeller): Promise<Deployed | undefined> {
    const { dir, name } = request;
    const { say } = this.#problems.words;
    const isBusy = () => {
      if (!this.#under.has(dir)) return false;
      const text = say('deploy.busy', { name });
      if (teller) teller.line(text);
      else void vscode.window.showInformationMessage(text);
      return true;
    };
    if (isBusy()) return undefined;
    // Whoever asks, another extension too: a build runs programs of the workspace.
    if (!vscode.workspace.isTrusted) {
      if (teller) teller.line(say('untrusted'));
      else void vscode.window.showWarningMessage(say('untrusted'));
      return undefined;
    }
    const { loadApplication } = await import('../core/app/model.ts');
    const read = async () => {
      await saveFilesOf(dir);
      return loadApplication(dir);
    };
    let app = await read();
    const platform = await this.#goes(app, request, teller);
    if (!platform) return undefined;
    // It may have been asked for a while where it goes.
    if (request.environment !== undefined) app = await read();
    if (isBusy()) return undefined;
    reached.begun = true;
    this.#set(dir, say('deploy.title', { name }));
    return { ...request, app, platform };
  }

  #end(dir: string, verdict: Verdict): void {
    this.#last.set(dir, verdict);
    this.#set(dir, undefined);
    this.#verdictProblems.set(dir, verdict.outcome === 'failed' ? verdict : undefined);
  }

  /**
   * An environment that names another platform than the one in use is not deployed here by mistake, and one that is protected only
   * after its application's name was typed; until then nothing is changed.
   * @returns the platform that it goes to, which is in use by then; undefined where it does not go on
   * @throws Fault EnvironmentUnknown, NotDirect, PlatformChanged
   */
  async #goes(
    app: Application,
    { environment: name, use, on }: DeployRequest,
    teller?: DeployTeller,
  ): Promise<PlatformEntry | undefined> {
    const { directEnvironment } = await import('../core/app/model.ts');
    const environment = directEnvironment(app, name);
    const { deployTarget } = await import('./deploy-target.ts');
    const other = () =>
      this.#problems.say('deploy.otherTarget', {
        environment: name ?? '',
        wanted: (environment && placeOf(environment)) ?? '',
        current: this.#platforms.snapshot.entry.label,
      });
    const questions = teller ? undefined : this.#questions(name ?? '', other);
    const target = await deployTarget({ environment, use: use === true, on }, this.#platforms, questions);
    if (!target) {
      teller?.line(other());
      return undefined;
    }
    if (environment?.protected && !(await this.#confirmed(app, environment, target, teller))) return undefined;
    if (this.#platforms.snapshot.entry.id !== target.id) await this.#platforms.use(target.id);
    return target;
  }

  #questions(environment: string, other: () => string): TargetQuestions {
    const { say } = this.#problems.words;
    const choose = say('action.choosePlatform');
    return {
      which: async (fitting) => {
        const { pickPlatform } = await import('./commands/platform/use.ts');
        return pickPlatform(fitting, this.#platforms.snapshot.entry, say('deploy.pickPlatform', { environment }));
      },
      isOtherWanted: async () => (await vscode.window.showWarningMessage(other(), choose)) === choose,
      choose: async () => vscode.commands.executeCommand('slipway.platform.use'),
    };
  }

  async #confirmed(
    app: Application,
    environment: Environment,
    target: PlatformEntry,
    teller: DeployTeller | undefined,
  ): Promise<boolean> {
    const { say } = this.#problems.words;
    const prompt = say('deploy.protected', { environment: environment.name, name: app.name });
    const typed = await vscode.window.showInputBox({
      title: say('deploy.toTarget', { name: app.name, target: target.label }),
      prompt,
      ignoreFocusOut: true,
      validateInput: (value) => (value === app.name ? undefined : prompt),
    });
    if (typed !== app.name) teller?.line(say('deploy.cancelled', { name: app.name }));
    return typed === app.name;
  }

  async #run(
    { app, dir, environment, platform }: Deployed,
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
    const { deploy, targetNamespace } = await import('../core/deploy/deploy.ts');
    const client = await this.#platforms.needOf(
      platform,
      (name) => {
        show(say(`platform.step.${name}`));
        this.#set(dir, say(`platform.step.${name}`));
      },
      signal,
    );
    using _ = this.#platforms.hold(client);
    // A start that was waited for goes on for others; this deploy does not.
    if (signal.aborted) throw new Fault('Cancelled');
    const steps = stepsTeller(this.#problems.words);
    reached.platform = platform;
    const title = say('deploy.toTarget', { name: app.name, target: platform.label });
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
    return await deploy({ client, app, environment }, onProgress, signal);
  }

  /** What was changed before it was cancelled is said: an apply cannot be taken back unasked. */
  #cancelledText({ name }: DeployRequest, { phase, platform }: Reached): string {
    const { say } = this.#problems.words;
    const target = platform?.label ?? '';
    if (phase === 'apply') return say('deploy.cancelledApplying', { name, target });
    if (phase === 'start' || phase === 'route') return say('deploy.cancelledApplied', { name, target });
    return say('deploy.cancelled', { name });
  }

  async #tellCancelled(request: DeployRequest, reached: Reached, again: () => unknown): Promise<void> {
    const text = this.#cancelledText(request, reached);
    const { say } = this.#problems.words;
    this.#log.info(text);
    const changed = reached.phase === 'apply' || reached.phase === 'start' || reached.phase === 'route';
    if (!changed) {
      vscode.window.setStatusBarMessage(text, 5_000);
      return;
    }
    const revisions = say('action.revisions');
    const deploy = say('action.deploy');
    const chosen = await vscode.window.showWarningMessage(text, revisions, deploy);
    const { namespace = 'default', platform } = reached;
    if (chosen === revisions) {
      if (platform) this.#platforms.requireUse(platform);
      const key = { namespace, name: request.name };
      await vscode.commands.executeCommand('slipway.service.openRevisions', { type: 'service', key });
    }
    if (chosen === deploy) await again();
  }

  async #tell(verdict: Verdict, request: Deployed): Promise<void> {
    const { say } = this.#problems.words;
    if (verdict.outcome !== 'failed' && verdict.outcome !== 'planned') await this.#show(verdict, request);
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
        if (chosen === logs) await this.#showLogs(verdict, request);
        return;
      }
      case 'ready': {
        const text = verdictText(this.#problems.words, verdict);
        this.#log.info(text);
        const send = say('action.sendTraffic');
        const chosen = await vscode.window.showInformationMessage(text, send);
        if (chosen !== send) return;
        this.#platforms.requireUse(request.platform);
        await vscode.commands.executeCommand('slipway.traffic.focus');
        return;
      }
      case 'failed':
        return this.#tellFailure(verdict, request);
      case 'planned':
        return;
    }
  }

  /** The views are those of the platform in use, which may be another by now. */
  async #show({ namespace, service }: Verdict, { platform }: Deployed): Promise<void> {
    if (this.#platforms.snapshot.entry.id === platform.id) await this.#selection.choose({ namespace, name: service });
  }

  /** @throws Fault PlatformChanged */
  async #showLogs({ namespace, service }: Verdict, { platform }: Deployed): Promise<void> {
    this.#platforms.requireUse(platform);
    const key = { namespace, name: service };
    await vscode.commands.executeCommand('slipway.service.showLogs', { type: 'service', key });
  }

  async #tellFailure(verdict: Extract<Verdict, { outcome: 'failed' }>, request: Deployed): Promise<void> {
    const { say } = this.#problems.words;
    const { text, fix } = this.#problems.of(verdict.cause);
    const told = verdict.cause.code === 'AppExited' ? tellingLine(verdict.evidence.logs) : undefined;
    const serving = verdict.serving ? say('deploy.stillServing', { revision: verdict.serving }) : '';
    this.#log.error(say('deploy.failed', { service: verdict.service, cause: text }));
    for (const condition of verdict.evidence.conditions) this.#log.error(`  ${condition}`);
    for (const line of verdict.evidence.logs) this.#log.error(`  | ${line}`);
    if (fix) this.#log.error(`  ${fix}`);
    const { remedyOffer } = await import('./remedies.ts');
    const remedy = remedyOffer(verdict.remedy, say, {
      dir: request.dir,
      service: verdict.service,
      again: () => this.deploy({ ...request, on: request.platform }),
      client: () => this.#platforms.needOf(request.platform),
      requireUse: () => this.#platforms.requireUse(request.platform),
    });
    const failed = say('deploy.failed', { service: verdict.service, cause: text });
    const whole = together(this.#problems.words.locale, [failed, told, fix, serving]);
    await this.#problems.tell(whole, [
      ...(remedy ? [remedy] : []),
      { label: say('action.showLogs'), run: () => this.#showLogs(verdict, request) },
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

/** What the environment says of its platform; undefined where it goes to any. */
export function placeOf({ context, kubeconfig, platform }: Environment): string | undefined {
  return kubeconfig !== undefined && context !== undefined
    ? `${context} (${kubeconfig})`
    : (context ?? kubeconfig ?? platform);
}

/** What is deployed is what is on the disk: unsaved files of the application are saved. @throws Fault FilesUnsaved */
export async function saveFilesOf(dir: string): Promise<void> {
  const { fixesApplied } = await import('./remedies.ts');
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
  return uri.scheme === 'file' && isBelow(uri.fsPath, dir);
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
