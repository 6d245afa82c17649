/**
 * Development mode (decision 14): the application's own directory runs in namespace `dev` under the same names, with an
 * in-place image; a save restarts it while the activator holds requests; a crash is shown and the next save mends it.
 */
import type { LogLine } from '../../../emulator/capabilities/protocol.ts';
import type { Application } from '../app/model.ts';
import type { PlatformClient } from '../client.ts';
import type { MessageArgs, ProblemCode } from '../codes.ts';

export interface RunOptions {
  client: PlatformClient;
  app: Application;
  /** Run under the debugger: at most one instance, an inspector that waits for its debugger. */
  debug?: boolean | undefined;
  /** `dev` by default. */
  namespace?: string | undefined;
}

export type RunState = 'starting' | 'ready' | 'restarting' | 'crashed' | 'stopped';

export type RunEvent =
  | { type: 'state'; state: RunState; ms?: number; problem?: { code: ProblemCode; args: MessageArgs }; logs?: string[] }
  | { type: 'log'; line: LogLine }
  /** A new instance waits for its debugger here. Comes again after each restart. */
  | { type: 'debug'; pod: string; host: string; port: number };

export interface RunSession {
  readonly service: string;
  readonly namespace: string;
  /** With the gateway's port. */
  readonly url: string;
  readonly state: RunState;
  on(listener: (event: RunEvent) => void): Disposable;
  /** Resolves when a fresh instance is ready, or crashed (the events say which). Calls while one is under way are one more. */
  restart(reason?: string): Promise<void>;
  /** Of the instance that runs now; undefined before there is one. */
  debugAddress(): { pod: string; host: string; port: number } | undefined;
  /** Removes everything that `run` made. */
  stop(): Promise<void>;
  /** Resolves after stop(), or when somebody else removed it. */
  readonly ended: Promise<void>;
}

/** Resolves as soon as the objects are applied; events tell the rest. @throws Fault NoStartCommand, CapabilityMissing… */
export async function startRun(_options: RunOptions, _onEvent?: (event: RunEvent) => void): Promise<RunSession> {
  throw new Error('not written yet');
}
