/**
 * Drives a guarded canary (canary.ts decides): watches the object, measures, writes state and split in one patch. The state
 * lives in an annotation (decision 7), so whoever drives may go away at any time and another take it up.
 */
import type { RevisionTraffic, ServiceTraffic } from '../../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../client.ts';
import { truthOf } from '../conditions.ts';
import { Fault, isAway } from '../faults.ts';
import { requireRevision, requireService, type ServiceStatus } from '../lookup.ts';
import { pause } from '../pause.ts';
import { annotations, kinds } from '../resources.ts';
import {
  beginCanary,
  type CanaryDecision,
  type CanaryFigures,
  type CanaryObservation,
  type CanaryPlan,
  type CanaryState,
  checkPlan,
  decideCanary,
  holdCanary,
  isDriven,
  isOver,
  type PlanProblem,
  parseCanary,
  resumeCanary,
  undoCanary,
} from './canary.ts';
import { isRouted, targetsOf, trafficManager, wishedTargets, writeTraffic } from './traffic.ts';

export interface DriveOptions {
  /** Names this driver among others: unique per window or process. */
  id: string;
  signal?: AbortSignal | undefined;
  /** Each second, and when something changed. `seen`: what it was judged by; undefined while the platform is away. */
  onState?(state: CanaryState, seen: CanaryObservation | undefined): void;
  /** ms since the epoch. */
  now?: () => number;
}

const tickMs = 1_000;
const heartbeatMs = 5_000;

export function canaryOf(service: KubeObject): CanaryState | undefined {
  return parseCanary(service.metadata.annotations?.[annotations.canary]);
}

/** revision → whole per cent that the object asks for now; what follows the latest counts for what that is now. */
export function sharesNow(service: KubeObject): Record<string, number> {
  const { latestReadyRevisionName } = (service.status ?? {}) as ServiceStatus;
  const shares: Record<string, number> = {};
  for (const { revisionName = latestReadyRevisionName ?? '', percent = 0 } of wishedTargets(service)) {
    if (percent > 0) shares[revisionName] = (shares[revisionName] ?? 0) + percent;
  }
  return shares;
}

/**
 * Writes the first step; driveCanary goes on from there.
 * @throws Fault CanaryThere, CanarySteps, CanaryLimit, CanaryTakesAll, ServiceNotFound, RevisionNotFound, RevisionFailed
 */
export async function startCanary(
  client: PlatformClient,
  namespace: string,
  service: string,
  wish: Omit<CanaryPlan, 'before'>,
  options: Pick<DriveOptions, 'id' | 'now'>,
): Promise<CanaryState> {
  const { id, now = Date.now } = options;
  const revision = await requireRevision(client, namespace, service, wish.revision);
  if (truthOf(revision).status === 'False') throw new Fault('RevisionFailed', { revision: wish.revision, service });
  return change(client, namespace, service, (object, there) => {
    if (there && !isOver(there)) throw new Fault('CanaryThere', { service, revision: there.plan.revision });
    const plan = { ...wish, before: sharesNow(object) };
    refuse(checkPlan(plan), wish.revision);
    return beginCanary(plan, id, now());
  });
}

function refuse(problem: PlanProblem | undefined, revision: string): void {
  switch (problem) {
    case undefined:
      return;
    case 'steps':
      throw new Fault('CanarySteps', { revision });
    case 'takesAll':
    case 'noStable':
      throw new Fault('CanaryTakesAll', { revision });
    default:
      throw new Fault('CanaryLimit', { field: problem });
  }
}

/** @throws Fault CanaryNone, CanaryDriven where another drives it */
export function takeUpCanary(
  client: PlatformClient,
  namespace: string,
  service: string,
  { id, now = Date.now }: Pick<DriveOptions, 'id' | 'now'>,
): Promise<CanaryState> {
  return change(client, namespace, service, (_, there) => {
    if (!there || isOver(there)) throw new Fault('CanaryNone', { service });
    if (isDriven(there, now()) && there.driver?.id !== id) throw new Fault('CanaryDriven', { service });
    return resumeCanary(there, id, now());
  });
}

/** Keeps the split as it is until somebody goes on. @throws Fault CanaryNone */
export function pauseCanary(client: PlatformClient, namespace: string, service: string): Promise<CanaryState> {
  return change(client, namespace, service, (_, there) => holdCanary(required(there, service)));
}

/** Says that this driver goes away: another may take it up at once. */
export function releaseCanary(
  client: PlatformClient,
  namespace: string,
  service: string,
  id: string,
): Promise<CanaryState> {
  return change(client, namespace, service, (_, there) => {
    const state = required(there, service);
    return { state: state.driver?.id === id ? { ...state, since: null, driver: null } : state };
  });
}

/** Back to the split before it, at any time. @throws Fault CanaryNone */
export function abortCanary(client: PlatformClient, namespace: string, service: string): Promise<CanaryState> {
  return change(client, namespace, service, (_, there) => undoCanary(required(there, service)));
}

/** Forgets one that has ended (or one that nobody wants to go on with): the split stays. */
export async function dismissCanary(client: PlatformClient, namespace: string, service: string): Promise<void> {
  const body = { metadata: { annotations: { [annotations.canary]: null } } };
  await client.patch(kinds.service, namespace, service, { type: 'merge', body }, { fieldManager: trafficManager });
}

function required(there: CanaryState | undefined, service: string): CanaryState {
  if (!there || isOver(there)) throw new Fault('CanaryNone', { service });
  return there;
}

/**
 * Moves it until it is over, held, or taken over by another; resolves with the state then. A lost platform is waited for.
 * @throws Fault CanaryNone, ServiceNotFound, Cancelled; the refusal of a write (ApiError)
 */
export async function driveCanary(
  client: PlatformClient,
  namespace: string,
  service: string,
  options: DriveOptions,
): Promise<CanaryState> {
  const { id, now = Date.now } = options;
  const signal = options.signal ?? new AbortController().signal;
  // What was decided but needs no writing (the baseline) is kept here as long as the object says the same.
  let known: { written: string | undefined; state: CanaryState } | undefined;
  let last: CanaryState | undefined;
  while (!signal.aborted) {
    try {
      const object = await client.find(kinds.service, namespace, service, { signal });
      if (!object) throw new Fault('ServiceNotFound', { service, namespace });
      const written = object.metadata.annotations?.[annotations.canary];
      const there = parseCanary(written);
      if (!there) {
        if (!last) throw new Fault('CanaryNone', { service });
        return last;
      }
      last = there;
      if (there.phase !== 'running' || there.driver?.id !== id) return there;
      const state = known && known.written === written ? known.state : there;
      const seen = await observe(client, object, state, now(), signal);
      const decision = decideCanary(state, seen, now());
      let current = decision.state;
      if (isNews(there, decision) || now() - (there.driver?.seen ?? 0) >= heartbeatMs) {
        const beating = beat(decision, id, now());
        await write(client, object, beating, signal);
        current = beating.state;
        known = { written: JSON.stringify(current), state: current };
      } else known = { written, state: current };
      last = current;
      options.onState?.(current, seen);
      if (current.phase !== 'running') return current;
    } catch (error) {
      if (signal.aborted) break;
      // Somebody wrote meanwhile: read again and decide anew.
      if (error instanceof ApiError && error.reason === 'Conflict') continue;
      if (!isAway(error)) throw error;
      if (last) options.onState?.(last, undefined);
    }
    await pause(tickMs, signal);
  }
  throw new Fault('Cancelled');
}

function isNews(there: CanaryState, { state, split }: CanaryDecision): boolean {
  return split !== undefined || state.phase !== there.phase || state.step !== there.step || state.since !== there.since;
}

function beat(decision: CanaryDecision, id: string, seen: number): CanaryDecision {
  if (decision.state.phase !== 'running') return decision;
  return { ...decision, state: { ...decision.state, driver: { id, seen } } };
}

async function observe(
  client: PlatformClient,
  service: KubeObject,
  state: CanaryState,
  now: number,
  signal: AbortSignal,
): Promise<CanaryObservation> {
  const { namespace = '', name } = service.metadata;
  const revision = await client.find(kinds.revision, namespace, state.plan.revision, { signal });
  const truth = revision && truthOf(revision).status;
  return {
    split: sharesNow(service),
    routed: isRouted(service),
    revision: !revision ? 'gone' : truth === 'True' ? 'ready' : truth === 'False' ? 'failed' : 'unknown',
    measured: await measure(client, namespace, name, state, now, signal),
  };
}

const nothing: CanaryFigures = { requests: 0, errors: 0, p95: null };

/** Of the time since the step is in force; null where the platform measures nothing. */
async function measure(
  client: PlatformClient,
  namespace: string,
  service: string,
  { plan, since }: CanaryState,
  now: number,
  signal: AbortSignal,
): Promise<CanaryObservation['measured']> {
  if (!(await client.capabilities({ signal })).has('traffic')) return null;
  const seconds = since === null ? 0 : Math.floor((now - since) / 1_000);
  if (seconds < 1) return { canary: nothing, stable: nothing };
  const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}/traffic`;
  const window = `?window=${Math.min(600, seconds)}`;
  const { revisions } = await client.capability<ServiceTraffic>('GET', path + window, undefined, { signal });
  const stable = Object.keys(plan.before)
    .filter((name) => name !== plan.revision)
    .map((name) => figures(revisions[name]))
    .sort((one, other) => other.requests - one.requests);
  return {
    canary: figures(revisions[plan.revision]),
    stable: {
      requests: stable.reduce((sum, { requests }) => sum + requests, 0),
      errors: stable.reduce((sum, { errors }) => sum + errors, 0),
      // Percentiles of several cannot be added up: the one that most requests went to speaks for them.
      p95: stable[0]?.p95 ?? null,
    },
  };
}

function figures(traffic: RevisionTraffic | undefined): CanaryFigures {
  return traffic ? { requests: traffic.requests, errors: traffic.errors, p95: traffic.p95 } : nothing;
}

/** Reads, decides, writes on exactly that state; again when somebody wrote in between. */
async function change(
  client: PlatformClient,
  namespace: string,
  service: string,
  decide: (object: KubeObject, there: CanaryState | undefined) => CanaryDecision,
): Promise<CanaryState> {
  for (let attempt = 0; ; attempt++) {
    const object = await requireService(client, namespace, service);
    const decision = decide(object, canaryOf(object));
    try {
      await write(client, object, decision);
      return decision.state;
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'Conflict') || attempt >= 5) throw error;
    }
  }
}

async function write(
  client: PlatformClient,
  service: KubeObject,
  { state, split }: CanaryDecision,
  signal?: AbortSignal,
): Promise<void> {
  const noted = { [annotations.canary]: JSON.stringify(state) };
  if (split) {
    const next = targetsOf({ percent: split }, wishedTargets(service));
    await writeTraffic(client, service, next, { signal, before: state.plan.before, annotations: noted });
    return;
  }
  const { name, namespace, resourceVersion } = service.metadata;
  const body = { metadata: { resourceVersion, annotations: noted } };
  await client.patch(kinds.service, namespace, name, { type: 'merge', body }, { fieldManager: trafficManager, signal });
}
