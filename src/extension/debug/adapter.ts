/**
 * The debug adapter of type `slipway`, inline and small: it speaks just enough of the Debug Adapter Protocol to be a session
 * that launches, prints, restarts and ends. It has no threads of its own; the child sessions have.
 */
import * as vscode from 'vscode';
import type { RunCrash, RunEvent } from '../../core/run/run.ts';
import { tellingLine } from '../../core/short-cause.ts';
import { inSeconds } from '../deploy-words.ts';
import type { Deps } from '../deps.ts';
import { remedyOffer } from '../remedies.ts';
import type { Running } from '../runs.ts';

type Uses = Pick<Deps, 'problems' | 'runs' | 'log'>;

interface Request {
  seq: number;
  type: 'request';
  command: string;
  arguments?: Record<string, unknown>;
}

export class RunAdapter implements vscode.DebugAdapter {
  #session: vscode.DebugSession;
  #deps: Uses;
  #messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  #sequence = 1;
  #running: Running | undefined;
  #stop = new AbortController();
  #attached = new Set<string>();
  #ended = false;
  /** It was ready once, or has been told not to become so. */
  #ran = false;

  readonly onDidSendMessage = this.#messages.event;

  constructor(session: vscode.DebugSession, deps: Uses) {
    this.#session = session;
    this.#deps = deps;
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as Request;
    if (request.type !== 'request') return;
    void this.#answer(request);
  }

  async #answer(request: Request): Promise<void> {
    try {
      switch (request.command) {
        case 'initialize':
          this.#reply(request, { supportsRestartRequest: true, supportsTerminateRequest: true });
          this.#event('initialized', {});
          return;
        case 'launch':
          await this.#launch(request.arguments ?? {});
          this.#reply(request, {});
          return;
        case 'restart':
          this.#reply(request, {});
          await this.#running?.session.restart('restart');
          return;
        case 'terminate':
        case 'disconnect':
          await this.#end();
          this.#reply(request, {});
          return;
        case 'threads':
          this.#reply(request, { threads: [] });
          return;
        case 'setBreakpoints': {
          const wanted = (request.arguments?.['breakpoints'] as unknown[] | undefined) ?? [];
          // They are the child's to set; here they are neither refused nor claimed.
          this.#reply(request, { breakpoints: wanted.map(() => ({ verified: false })) });
          return;
        }
        default:
          this.#reply(request, {});
      }
    } catch (error) {
      const { text, fix } = this.#deps.problems.explain(error);
      if (!this.#deps.problems.isCancelled(error)) this.#output(`${text}\n${fix}\n`, 'stderr');
      this.#send({
        type: 'response',
        request_seq: request.seq,
        command: request.command,
        success: false,
        message: text,
        // Told by us, with the one thing to do; the editor's own way is a modal box that offers launch.json.
        body: { error: { id: 1, format: text.replaceAll(/[{}]/g, ''), showUser: request.command !== 'launch' } },
      });
      if (request.command !== 'launch') return;
      const dir = String(request.arguments?.['application'] ?? '');
      void this.#deps.problems.report(error, [], { dir, again: () => startAgain(this.#session) });
      await this.#end();
    }
  }

  async #launch(configuration: Record<string, unknown>): Promise<void> {
    const dir = String(configuration['application'] ?? '');
    const { loadApplication } = await import('../../core/app/model.ts');
    const application = await loadApplication(dir);
    const debug = configuration['noDebug'] !== true && application.run.debug === 'node';
    const { say } = this.#deps.problems.words;
    if (configuration['noDebug'] !== true && !debug)
      this.#output(`${say('run.cannotDebug', { name: application.name })}\n`);
    this.#output(`${say('run.starting', { name: application.name })}\n`);
    const running = await this.#deps.runs.start(application, {
      debug,
      signal: this.#stop.signal,
      onEvent: (event) => this.#happened(event, application.name, dir),
    });
    this.#running = running;
    if (this.#ended) {
      await this.#deps.runs.stop(dir);
      return;
    }
    void running.session.ended.then(() => this.#end());
    const address = running.session.debugAddress();
    if (address) this.#attach(address, application.name, dir);
  }

  #happened(event: RunEvent, name: string, dir: string): void {
    const { say } = this.#deps.problems.words;
    switch (event.type) {
      case 'log':
        if (event.line.mark === undefined) {
          this.#output(`${event.line.text}\n`, event.line.stream === 'stderr' ? 'stderr' : 'stdout');
        }
        return;
      case 'debug':
        this.#attach(event, name, dir);
        return;
      case 'platform':
        this.#output(`${say(event.there ? 'run.platformBack' : 'run.platformAway', { name })}\n`, 'stderr');
        return;
      case 'state':
        if (event.state === 'ready') {
          const url = this.#running?.session.url ?? this.#deps.runs.find(dir)?.session.url ?? '';
          this.#output(`${say('run.ready', { name, url, seconds: inSeconds(event.ms ?? 0) })}\n`);
          this.#ran = true;
        } else if (event.crash) this.#crashed(event.crash, name, dir);
    }
  }

  /** A run that never came up is notified once; who saves while it runs looks at its console and the Problems view. */
  #crashed({ cause, remedy, logs }: RunCrash, name: string, dir: string): void {
    const { problems, log } = this.#deps;
    const { say } = problems.words;
    const { text, fix } = problems.of(cause);
    const crashed = say('run.crashed', { name, cause: text });
    this.#output(`${crashed}\n${fix}\n`, 'stderr');
    if (this.#ran) return;
    this.#ran = true;
    const offer = remedyOffer(remedy, say, { dir, service: name });
    const telling = cause.code === 'AppExited' ? tellingLine(logs) : undefined;
    void problems.tell([crashed, telling ?? fix].join(' '), [
      ...(offer ? [offer] : []),
      { label: say('action.showOutput'), run: () => log.show(true) },
    ]);
  }

  #attach({ pod, host, port }: { pod: string; host: string; port: number }, name: string, dir: string): void {
    if (this.#ended || this.#attached.has(`${pod}:${port}`)) return;
    this.#attached.add(`${pod}:${port}`);
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir));
    void vscode.debug
      .startDebugging(
        folder,
        {
          type: 'node',
          request: 'attach',
          name: `${name} (${pod.split('-').at(-1) ?? pod})`,
          address: host,
          port,
          localRoot: dir,
          remoteRoot: dir,
          continueOnAttach: true,
          // For hold-time.ts.
          slipwayNamespace: this.#running?.session.namespace ?? 'dev',
          slipwayPod: pod,
          restart: false,
          timeout: 10_000,
          skipFiles: ['<node_internals>/**'],
          resolveSourceMapLocations: [`${dir}/**`, '!**/node_modules/**'],
        },
        { parentSession: this.#session, compact: true, lifecycleManagedByParent: true, suppressDebugStatusbar: false },
      )
      .then((started) => {
        if (!started) this.#deps.log.warn(`the debugger did not attach to ${pod} at ${host}:${port}`);
      });
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stop.abort();
    const dir = this.#running?.application.dir;
    const stopped = dir && this.#deps.runs.find(dir) === this.#running ? this.#deps.runs.stop(dir) : undefined;
    // Before the instances are gone: a Node that is being debugged does not end until its debugger has let go, which the
    // children of this session do when it ends.
    this.#event('terminated', {});
    try {
      await stopped;
    } catch (error) {
      this.#deps.log.error(error instanceof Error ? error : String(error));
    }
  }

  #output(text: string, category: 'console' | 'stdout' | 'stderr' = 'console'): void {
    this.#event('output', { category, output: text });
  }

  #reply(request: Request, body: object): void {
    this.#send({ type: 'response', request_seq: request.seq, command: request.command, success: true, body });
  }

  #event(event: string, body: object): void {
    this.#send({ type: 'event', event, body });
  }

  #send(message: object): void {
    this.#messages.fire({ seq: this.#sequence++, ...message } as vscode.DebugProtocolMessage);
  }

  dispose(): void {
    void this.#end();
    this.#messages.dispose();
  }
}

function startAgain({ workspaceFolder, configuration }: vscode.DebugSession): Thenable<boolean> {
  return vscode.debug.startDebugging(workspaceFolder, configuration, { noDebug: configuration['noDebug'] === true });
}
