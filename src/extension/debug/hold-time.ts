/** Watches the debug sessions of what this window runs (held-time.ts says why). */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';
import { type DebuggedInstance, heldTime } from './held-time.ts';

export function registerHoldTime({ runs, log }: Pick<Deps, 'runs' | 'log'>): vscode.Disposable {
  const held = heldTime((dir) => runs.find(dir), log);
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => {
        const instance = instanceOf(session);
        if (!instance) return undefined;
        const ended = () => held.ended(session.id, instance);
        return {
          onDidSendMessage: (message: object) => held.said(session.id, instance, message),
          onWillReceiveMessage: (message: object) => held.said(session.id, instance, message),
          onExit: ended,
          onWillStopSession: ended,
        };
      },
    }),
    { dispose: () => held[Symbol.dispose]() },
  );
}

/** Some debuggers open sessions below the one that attaches (of JavaScript, of Python's child processes); the one above them knows the instance. */
function instanceOf(session: vscode.DebugSession): DebuggedInstance | undefined {
  for (let at: vscode.DebugSession | undefined = session; at; at = at.parentSession) {
    const { slipwayApplication, slipwayPod } = at.configuration as Partial<DebuggedInstance>;
    if (slipwayApplication && slipwayPod) return { slipwayApplication, slipwayPod };
  }
  return undefined;
}
