/**
 * The debugger holds time: while an instance stands at a breakpoint its request timers and the autoscaler stand still. A lease,
 * renewed while it stands, gone when the editor dies.
 */
import * as vscode from 'vscode';
import type { Deps } from '../deps.ts';

const ttlMs = 15_000;

/** What our child sessions carry, to be found again from the sessions below them. */
export interface DebuggedInstance {
  slipwayNamespace: string;
  slipwayPod: string;
}

export function registerHoldTime({ platforms, log }: Pick<Deps, 'platforms' | 'log'>): vscode.Disposable {
  const paused = new Map<string, NodeJS.Timeout>();

  const tell = async ({ slipwayNamespace, slipwayPod }: DebuggedInstance, isPaused: boolean) => {
    const { client } = platforms;
    if (!client || !(await client.capabilities()).has('debug')) return;
    const path = `/namespaces/${encodeURIComponent(slipwayNamespace)}/pods/${encodeURIComponent(slipwayPod)}/debug`;
    await client.capability('PUT', path, { paused: isPaused, ttlMs });
  };
  const said = (instance: DebuggedInstance, isPaused: boolean) =>
    void tell(instance, isPaused).catch((error: unknown) =>
      log.debug(`debug lease of ${instance.slipwayPod}: ${error instanceof Error ? error.message : String(error)}`),
    );
  const hold = (id: string, instance: DebuggedInstance) => {
    if (paused.has(id)) return;
    said(instance, true);
    paused.set(
      id,
      setInterval(() => said(instance, true), ttlMs / 3),
    );
  };
  const release = (id: string, instance: DebuggedInstance) => {
    if (!paused.has(id)) return;
    clearInterval(paused.get(id));
    paused.delete(id);
    said(instance, false);
  };

  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => {
        const instance = instanceOf(session);
        if (!instance) return undefined;
        return {
          onDidSendMessage: (message: { type?: string; event?: string; command?: string }) => {
            if (message.type === 'event' && message.event === 'stopped') hold(session.id, instance);
            const goesOn =
              message.type === 'event' && (message.event === 'continued' || message.event === 'terminated');
            const stepped =
              message.type === 'response' && /^(continue|next|stepIn|stepOut|disconnect)$/.test(message.command ?? '');
            if (goesOn || stepped) release(session.id, instance);
          },
          onExit: () => release(session.id, instance),
          onWillStopSession: () => release(session.id, instance),
        };
      },
    }),
    {
      dispose: () => {
        for (const timer of paused.values()) clearInterval(timer);
        paused.clear();
      },
    },
  );
}

/** The JavaScript debugger opens sessions below ours; the one above them knows the instance. */
function instanceOf(session: vscode.DebugSession): DebuggedInstance | undefined {
  for (let at: vscode.DebugSession | undefined = session; at; at = at.parentSession) {
    const { slipwayNamespace, slipwayPod } = at.configuration as Partial<DebuggedInstance>;
    if (slipwayNamespace && slipwayPod) return { slipwayNamespace, slipwayPod };
  }
  return undefined;
}
