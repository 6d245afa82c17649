/**
 * The debugger holds time: while an instance stands at a breakpoint its request timers and the autoscaler stand still. A lease on its own
 * platform, renewed while it stands, gone when the editor dies.
 */
import { messageOf } from '../log-error.ts';
import type { Running } from '../runs.ts';
import { turns } from '../turns.ts';

const ttlMs = 15_000;

/** What our child sessions carry, to be found again from the sessions below them. */
export interface DebuggedInstance {
  /** Directory. */
  slipwayApplication: string;
  slipwayPod: string;
}

/** What is read of the Debug Adapter Protocol, both ways. */
export interface DebugMessage {
  type?: string;
  seq?: number;
  request_seq?: number;
  event?: string;
  command?: string;
  arguments?: { threadId?: number };
  body?: { threadId?: number; reason?: string; allThreadsStopped?: boolean; allThreadsContinued?: boolean };
}

type Owner = { client: Pick<Running['client'], 'capabilities' | 'capability'>; session: { namespace: string } };

type Body = NonNullable<DebugMessage['body']>;

/** Of one session. In a JVM a breakpoint stops the thread that comes to it, and others may stand elsewhere. */
interface Pause {
  timer: NodeJS.Timeout;
  /** undefined = one that was not named. */
  threads: Set<number | undefined>;
  /** Number of the request → whose thread is to go on. */
  asked: Map<number, number | undefined>;
  /** All threads stopped with the last one. */
  whole: boolean;
}

export interface HeldTime extends Disposable {
  /** A message to or from the debug adapter of this session. */
  said(id: string, instance: DebuggedInstance, message: DebugMessage): void;
  ended(id: string, instance: DebuggedInstance): void;
}

/** @param find what runs from a directory */
export function heldTime(find: (dir: string) => Owner | undefined, log: { debug(text: string): void }): HeldTime {
  const paused = new Map<string, Pause>();

  const tell = async ({ slipwayApplication, slipwayPod }: DebuggedInstance, isPaused: boolean) => {
    const owner = find(slipwayApplication);
    // Of one that is ended nothing is held.
    if (!owner || !(await owner.client.capabilities()).has('debug')) return;
    const { namespace } = owner.session;
    const path = `/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(slipwayPod)}/debug`;
    await owner.client.capability('PUT', path, { paused: isPaused, ttlMs });
  };
  // One after the other: that it goes on must not be there before that it stands, which would hold its time for the rest of the lease.
  const order = turns();
  const told = (instance: DebuggedInstance, isPaused: boolean) =>
    void order
      .take(instance.slipwayPod, () => tell(instance, isPaused))
      .catch((error: unknown) => log.debug(`debug lease of ${instance.slipwayPod}: ${messageOf(error)}`));
  const stopped = (id: string, instance: DebuggedInstance, { threadId, allThreadsStopped }: Body) => {
    let pause = paused.get(id);
    if (!pause) {
      told(instance, true);
      const timer = setInterval(() => told(instance, true), ttlMs / 3);
      pause = { timer, threads: new Set(), asked: new Map(), whole: false };
      paused.set(id, pause);
    }
    pause.threads.add(threadId);
    pause.whole = allThreadsStopped === true;
  };
  const release = (id: string, instance: DebuggedInstance) => {
    const pause = paused.get(id);
    if (!pause) return;
    clearInterval(pause.timer);
    paused.delete(id);
    told(instance, false);
  };
  /** @param thread undefined = all of them */
  const goesOn = (id: string, instance: DebuggedInstance, thread: number | undefined) => {
    const threads = paused.get(id)?.threads;
    threads?.delete(thread);
    if (thread === undefined || threads?.size === 0) release(id, instance);
  };

  return {
    said(id, instance, { type, seq, request_seq: asked, event, command, arguments: given, body = {} }) {
      if (type === 'event' && event === 'stopped') stopped(id, instance, body);
      const pause = paused.get(id);
      if (!pause) return;
      const resumes = /^(continue|next|stepIn|stepOut)$/.test(command ?? '');
      if (type === 'request' && resumes && seq !== undefined) pause.asked.set(seq, given?.threadId);
      if (type === 'response' && command === 'disconnect') release(id, instance);
      if (type === 'response' && resumes) {
        const thread = pause.asked.get(asked ?? -1);
        pause.asked.delete(asked ?? -1);
        // Without a word all go on with `continue`; a step lets those go on that stopped with it.
        const whole = command === 'continue' ? body.allThreadsContinued !== false : pause.whole;
        goesOn(id, instance, whole ? undefined : thread);
      }
      if (type !== 'event') return;
      if (event === 'terminated') release(id, instance);
      if (event === 'continued') {
        goesOn(id, instance, pause.whole || body.allThreadsContinued ? undefined : body.threadId);
      }
      if (event === 'thread' && body.reason === 'exited' && body.threadId !== undefined) {
        goesOn(id, instance, body.threadId);
      }
    },
    ended: release,
    [Symbol.dispose]() {
      for (const { timer } of paused.values()) clearInterval(timer);
      paused.clear();
    },
  };
}
