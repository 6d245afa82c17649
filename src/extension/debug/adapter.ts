/**
 * The debug adapter of type `slipway`, inline and small: it speaks just enough of the Debug Adapter Protocol to be a session
 * that launches, prints, restarts and ends. It has no threads of its own; the child sessions have.
 */

import * as vscode from 'vscode';
import type { Debugging } from '../../../emulator/pods/ports.ts';
import type { RunCrash, RunEvent } from '../../core/run/run.ts';
import { tellingLine } from '../../core/short-cause.ts';
import { inSeconds } from '../deploy-words.ts';
import type { Deps } from '../deps.ts';
import { logError } from '../log-error.ts';
import { together } from '../messages.ts';
import { remedyOffer } from '../remedies.ts';
import type { Running } from '../runs.ts';
import { consoleCategory } from './console.ts';
import { attachConfiguration, chooseDebugger, type NoDebugger } from './debuggers.ts';
import { tools } from './tools.ts';

type Uses = Pick<Deps, 'platforms' | 'problems' | 'runs' | 'log'>;

interface Request {
  seq: number;
  type: 'request';
  command: string;
  arguments?: Record<string, unknown>;
}

/** What Node, Delve and a JVM that Quarkus starts say to those who attach a debugger by hand. */
const debuggerLine =
  /^(Debugger listening on ws:|For help, see: https?:\/\/nodejs\.org\/|Debugger attached\.$|API server listening at: |Listening for transport dt_socket at address: )/;

export class RunAdapter implements vscode.DebugAdapter {
  #session: vscode.DebugSession;
  #deps: Uses;
  #offer: (none: NoDebugger) => void;
  #messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  #sequence = 1;
  #running: Running | undefined;
  #stop = new AbortController();
  #debugging: Debugging | undefined;
  #attached = new Set<string>();
  #ended = false;
  /** It was ready once, or has been told not to become so. */
  #ran = false;

  readonly onDidSendMessage = this.#messages.event;

  /** @param offer leads to an extension that would debug what is not debugged */
  constructor(session: vscode.DebugSession, deps: Uses, offer: (none: NoDebugger) => void) {
    this.#session = session;
    this.#deps = deps;
    this.#offer = offer;
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
          // Answered already: what goes wrong from here on is told as such.
          await this.#running?.session.restart('restart').catch((error: unknown) => this.#deps.problems.report(error));
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
    const { say } = this.#deps.problems.words;
    const wished = configuration['noDebug'] !== true;
    const choice = wished ? await chooseDebugger(application, vscode.extensions.all, tools, say) : undefined;
    const none = choice?.none;
    if (none) {
      this.#output(`${none.text}\n`);
      this.#offer(none);
    }
    this.#debugging = choice?.debugging;
    this.#output(`${say('run.starting', { name: application.name })}\n`);
    const running = await this.#deps.runs.start(application, {
      debug: this.#debugging,
      signal: this.#stop.signal,
      onEvent: (event) => this.#happened(event, application.name, dir),
    });
    this.#running = running;
    if (this.#ended) {
      await this.#deps.runs.stop(dir, running);
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
        if (!(this.#debugging && debuggerLine.test(event.line.text))) {
          this.#output(`${event.line.text}\n`, consoleCategory(event.line));
        }
        return;
      case 'build':
        this.#output(`${event.text}\n`, event.stream);
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
          this.#output(`${say('run.ready', { name, url, seconds: inSeconds(event.ms) })}\n`);
          this.#ran = true;
        } else if (event.state === 'crashed') {
          // Why is not always found out; that it runs no more is said all the same.
          if (event.crash) this.#crashed(event.crash, name, dir);
          else this.#output(`${name}: ${say('run.state.crashed')}\n`, 'stderr');
        }
    }
  }

  /** A run that never came up is notified once; who saves while it runs looks at its console and the Problems view. */
  #crashed({ cause, remedy, logs }: RunCrash, name: string, dir: string): void {
    const { problems, log } = this.#deps;
    const { say } = problems.words;
    const { text, fix } = problems.of(cause);
    const crashed = say('run.crashed', { name, cause: text });
    // Its last lines stand right above.
    this.#output(cause.code === 'AppExited' ? `${crashed}\n` : `${crashed}\n${fix}\n`, 'stderr');
    if (this.#ran) return;
    this.#ran = true;
    const { platforms } = this.#deps;
    const on = this.#running?.platform ?? platforms.snapshot.entry;
    const offer = remedyOffer(remedy, say, {
      dir,
      service: name,
      client: () => platforms.needOf(on),
      requireUse: () => platforms.requireUse(on),
    });
    const telling = cause.code === 'AppExited' ? tellingLine(logs) : undefined;
    void problems.tell(together(problems.words.locale, [crashed, telling ?? fix]), [
      ...(offer ? [offer] : []),
      { label: say('action.showOutput'), run: () => log.show(true) },
    ]);
  }

  #attach({ pod, host, port }: { pod: string; host: string; port: number }, name: string, dir: string): void {
    const debugging = this.#debugging;
    if (!debugging || this.#ended || this.#attached.has(`${pod}:${port}`)) return;
    this.#attached.add(`${pod}:${port}`);
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(dir));
    void vscode.debug
      .startDebugging(folder, attachConfiguration(debugging.kind, { name, dir, pod, host, port }), {
        parentSession: this.#session,
        compact: true,
        lifecycleManagedByParent: true,
        // One console: with the address, what the application writes, and what is asked of it at a breakpoint.
        consoleMode: vscode.DebugConsoleMode.MergeWithParent,
      })
      .then((started) => {
        if (!started) this.#notAttached({ pod, host, port }, name, dir);
      }, logError(this.#deps.log));
  }

  /** Its debugger may have refused, as Java's does while its language server reads sources only; the instance waits for it all the same. */
  #notAttached({ pod, host, port }: { pod: string; host: string; port: number }, name: string, dir: string): void {
    const { log, problems, runs } = this.#deps;
    log.warn(`the debugger did not attach to ${pod} at ${host}:${port}`);
    const now = runs.find(dir)?.session.debugAddress();
    if (this.#ended || now?.pod !== pod || now.port !== port) return;
    const { say } = problems.words;
    const text = say('run.notAttached', { name, address: `${host}:${port}` });
    this.#output(`${text}\n`, 'stderr');
    void problems.tell(text, [{ label: say('action.showOutput'), run: () => log.show(true) }]);
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stop.abort();
    const stopped = this.#running && this.#deps.runs.stop(this.#running.application.dir, this.#running);
    // Before the instances are gone: a Node that is being debugged does not end until its debugger has let go, which the
    // children of this session do when it ends.
    this.#event('terminated', {});
    try {
      await stopped;
    } catch (error) {
      logError(this.#deps.log)(error);
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
