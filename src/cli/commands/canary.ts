/** canary start, status, resume, hold, abort: a guarded canary from the command line, which any editor window sees too. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { PlatformClient } from '../../core/client.ts';
import { isFault } from '../../core/faults.ts';
import { requireService } from '../../core/lookup.ts';
import { canaryAway, canaryText } from '../../core/messages/canary.ts';
import { type CanaryObservation, type CanaryState, defaultPlan, isDriven } from '../../core/traffic/canary.ts';
import {
  abortCanary,
  canaryOf,
  dismissCanary,
  driveCanary,
  pauseCanary,
  startCanary,
  takeUpCanary,
} from '../../core/traffic/canary-driver.ts';
import type { Command } from '../command.ts';
import type { Invocation } from '../invocation.ts';
import { duration } from '../text.ts';

const serviceArg = { service: { type: 'positional', description: 'column.service' } } as const;

type Act<Result> = (client: PlatformClient, namespace: string, service: string) => Promise<Result>;

/** A canary that is driven from here to its end. `begin` reads the wishes before anything is asked of the platform. */
function driven(
  name: 'start' | 'resume',
  args: Command['args'],
  begin: (invocation: Invocation, id: string) => Act<unknown>,
): Command {
  return {
    name: `canary ${name}`,
    summary: `canary.${name}`,
    target: 'namespaced',
    args: { ...serviceArg, ...args },
    async run(invocation) {
      const service = invocation.text('service');
      const id = `cli ${hostname()} ${process.pid} ${randomUUID().slice(0, 8)}`;
      const act = begin(invocation, id);
      const client = await invocation.client();
      await act(client, invocation.namespace, service);
      return drive(invocation, client, service, id);
    },
  };
}

/** One look or one change, and how the canary is then. */
function once(name: 'status' | 'hold' | 'abort' | 'dismiss', act: Act<CanaryState | undefined>): Command {
  return {
    name: `canary ${name}`,
    summary: `canary.${name}`,
    target: 'namespaced',
    args: serviceArg,
    async run(invocation) {
      const service = invocation.text('service');
      const state = await act(await invocation.client(), invocation.namespace, service);
      const text = state ? line(invocation, state, undefined) : invocation.say('canary.none', { service });
      invocation.answer(state ?? null, text);
      return 0;
    },
  };
}

const startArgs = {
  revision: { type: 'positional', description: 'column.revision' },
  steps: { type: 'string', description: 'canary.steps' },
  pause: { type: 'string', description: 'canary.pause' },
  'max-errors': { type: 'string', description: 'canary.maxErrors' },
  'max-p95': { type: 'string', description: 'canary.maxP95' },
  'min-requests': { type: 'string', description: 'canary.minRequests' },
} as const;

export const canaryStart = driven('start', startArgs, (invocation, id) => {
  const wish = { revision: invocation.text('revision'), ...limitsOf(invocation) };
  return (client, namespace, service) => startCanary(client, namespace, service, wish, { id });
});

export const canaryResume = driven(
  'resume',
  {},
  (_, id) => (client, namespace, service) => takeUpCanary(client, namespace, service, { id }),
);

export const canaryStatus = once('status', async (client, namespace, service) =>
  canaryOf(await requireService(client, namespace, service)),
);
export const canaryHold = once('hold', pauseCanary);
export const canaryAbort = once('abort', abortCanary);
export const canaryDismiss = once('dismiss', async (client, namespace, service) => {
  await requireService(client, namespace, service);
  await dismissCanary(client, namespace, service);
  return undefined;
});

/** Says each change, a line each; 0 when it succeeded, 1 when it was rolled back or held. */
async function drive(invocation: Invocation, client: PlatformClient, service: string, id: string): Promise<number> {
  const { signal } = invocation.io;
  let said = '';
  const say = (state: CanaryState, seen: CanaryObservation | undefined) => {
    const what = `${state.phase} ${state.step} ${state.since === null} ${seen === undefined}`;
    if (what === said) return;
    said = what;
    const away = state.phase === 'running' && seen === undefined;
    const text = away ? canaryAway(invocation.locale) : line(invocation, state, seen);
    invocation.item({ ...state, measured: seen?.measured ?? null }, text);
  };
  try {
    const end = await driveCanary(client, invocation.namespace, service, { id, signal, onState: say });
    say(end, { split: {}, routed: true, revision: 'unknown', measured: null });
    return end.phase === 'succeeded' ? 0 : 1;
  } catch (error) {
    if (isFault(error, 'Cancelled')) {
      await pauseCanary(client, invocation.namespace, service);
      invocation.note(invocation.say('canary.left', { service }));
    }
    throw error;
  }
}

function line(invocation: Invocation, state: CanaryState, seen: CanaryObservation | undefined): string {
  const now = Date.now();
  return canaryText(invocation.locale, state, now, { seen, driven: isDriven(state, now) });
}

function limitsOf(invocation: Invocation) {
  const number = (name: string, otherwise: number): number => {
    const text = invocation.optional(name);
    if (text === undefined) return otherwise;
    const value = Number(text.replace(/[%x]$/, ''));
    if (!Number.isFinite(value)) throw invocation.usage(`--${name} "${text}" is no number`);
    return value;
  };
  const steps = invocation.optional('steps');
  const pause = invocation.optional('pause');
  const pauseMs = pause === undefined ? defaultPlan.pauseMs : duration(pause);
  if (pauseMs === undefined) throw invocation.usage(`--pause "${pause}" is no duration: give 60s, 5m`);
  return {
    steps: steps === undefined ? defaultPlan.steps : steps.split(/[\s,]+/).map((step) => Number(step.replace('%', ''))),
    pauseMs,
    maxErrorPercent: number('max-errors', defaultPlan.maxErrorPercent),
    maxP95Ratio: invocation.optional('max-p95') === 'off' ? null : number('max-p95', defaultPlan.maxP95Ratio),
    minRequests: number('min-requests', defaultPlan.minRequests),
  };
}
