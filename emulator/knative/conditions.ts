/**
 * Condition sets as Knative keeps them (knative.dev/pkg apis.ConditionSet): a happy condition (`Ready`) that follows its
 * dependents, and others that only inform. The order of the calls matters and is part of what clients see: a dependent
 * that turns Unknown or False is copied to the happy condition at once; one that turns True copies the newest unhappy
 * dependent, False before Unknown.
 */
import { type Condition, type KubeObject, rfc3339 } from '../kernel/object.ts';

export interface ConditionSet {
  readonly happy: string;
  readonly dependents: readonly string[];
}

export interface Conditions {
  get(type: string): Condition | undefined;
  status(type: string): Condition['status'] | undefined;
  /** Sets it as it is, without regard to the happy one. */
  set(condition: Omit<Condition, 'lastTransitionTime'>): void;
  markTrue(type: string, reason?: string, message?: string): void;
  markUnknown(type: string, reason?: string, message?: string): void;
  markFalse(type: string, reason: string, message?: string): void;
  /** Takes another object's condition over under the name `type`; undefined changes nothing. */
  copy(type: string, from: Condition | undefined): void;
  /** Sorted by type; `lastTransitionTime` is the old one where nothing else changed, else now. */
  list(): Condition[];
}

export function livingConditions(...dependents: string[]): ConditionSet {
  return { happy: 'Ready', dependents };
}

interface Entry {
  condition: Condition;
  /** Order of change: stored times for what was there, then counted up. */
  changed: number;
}

/** Conditions to change, beginning with `current`. `now`: ms. */
export function manageConditions(
  set: ConditionSet,
  current: readonly Condition[] | undefined,
  now: number,
): Conditions {
  const before = new Map((current ?? []).map((condition) => [condition.type, condition]));
  const entries = new Map<string, Entry>();
  for (const condition of current ?? []) {
    entries.set(condition.type, { condition, changed: Date.parse(condition.lastTransitionTime ?? '') || 0 });
  }
  let clock = Math.max(now, ...[...entries.values()].map(({ changed }) => changed));
  const terminal = (type: string) => type === set.happy || set.dependents.includes(type);

  function put(condition: Condition): void {
    const standing = entries.get(condition.type);
    if (standing && same(standing.condition, condition)) return;
    entries.set(condition.type, { condition, changed: ++clock });
  }

  function mark(type: string, status: Condition['status'], reason = '', message = ''): void {
    put({
      type,
      status,
      ...(reason ? { reason } : {}),
      ...(message ? { message } : {}),
      ...(terminal(type) ? {} : { severity: 'Info' as const }),
    });
  }

  function unhappyDependent(): Pick<Condition, 'status' | 'reason' | 'message'> | undefined {
    if (set.dependents.length === 0) return undefined;
    const dependents = [...entries.values()]
      .filter(({ condition }) => !condition.severity && condition.type !== set.happy)
      .sort((a, b) => b.changed - a.changed || (a.condition.type < b.condition.type ? -1 : 1))
      .map(({ condition }) => condition);
    const unhappy =
      dependents.find(({ status }) => status === 'False') ?? dependents.find(({ status }) => status === 'Unknown');
    if (unhappy) return unhappy;
    return set.dependents.length > dependents.length ? { status: 'Unknown' } : undefined;
  }

  const conditions: Conditions = {
    get: (type) => entries.get(type)?.condition,
    status: (type) => entries.get(type)?.condition.status,
    set: put,
    markTrue(type, reason, message) {
      mark(type, 'True', reason, message);
      const unhappy = unhappyDependent();
      if (unhappy) mark(set.happy, unhappy.status, unhappy.reason, unhappy.message);
      else if (type !== set.happy) mark(set.happy, 'True');
    },
    markUnknown(type, reason, message) {
      mark(type, 'Unknown', reason, message);
      if (set.dependents.some((dependent) => conditions.status(dependent) === 'False')) {
        // A failure outweighs not knowing.
        if (conditions.status(set.happy) !== 'False') mark(set.happy, 'False', reason, message);
        return;
      }
      if (set.dependents.includes(type)) mark(set.happy, 'Unknown', reason, message);
    },
    markFalse(type, reason, message) {
      mark(type, 'False', reason, message);
      if (set.dependents.includes(type)) mark(set.happy, 'False', reason, message);
    },
    copy(type, from) {
      if (from?.status === 'True') conditions.markTrue(type);
      else if (from?.status === 'False') conditions.markFalse(type, from.reason ?? '', from.message);
      else if (from) conditions.markUnknown(type, from.reason, from.message);
    },
    list() {
      return [...entries.values()]
        .map(({ condition }) => {
          const old = before.get(condition.type);
          const lastTransitionTime = (old && same(old, condition) && old.lastTransitionTime) || rfc3339(now);
          return { ...condition, lastTransitionTime };
        })
        .sort((a, b) => (a.type < b.type ? -1 : 1));
    },
  };
  return conditions;
}

interface WithConditions {
  conditions?: readonly Condition[];
  observedGeneration?: number;
}

/**
 * What every Knative reconciler does first: missing conditions are there as Unknown (True where the object is Ready
 * already), and a generation that was not seen yet takes Ready away until the reconciler says otherwise.
 */
export function beginConditions(set: ConditionSet, object: KubeObject, now: number): Conditions {
  const status = (object.status ?? {}) as WithConditions;
  const conditions = manageConditions(set, status.conditions, now);
  const happy = conditions.status(set.happy) ?? 'Unknown';
  for (const type of [set.happy, ...set.dependents]) {
    if (!conditions.get(type)) conditions.set({ type, status: happy === 'True' ? 'True' : 'Unknown' });
  }
  if (!isObserved(object)) {
    conditions.markUnknown(set.happy, 'NewObservedGenFailure', 'unsuccessfully observed a new generation');
  }
  return conditions;
}

/** Whether the status speaks of the newest spec. */
export function isObserved(object: KubeObject): boolean {
  return ((object.status as WithConditions | undefined)?.observedGeneration ?? 0) === (object.metadata.generation ?? 0);
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return (object?.status as WithConditions | undefined)?.conditions?.find((condition) => condition.type === type);
}

/** Ready, and of the newest spec. */
export function isReady(object: KubeObject): boolean {
  return isObserved(object) && conditionOf(object, 'Ready')?.status === 'True';
}

/** Failed, and of the newest spec. */
export function isFailed(object: KubeObject): boolean {
  return isObserved(object) && conditionOf(object, 'Ready')?.status === 'False';
}

function same(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    (a.reason ?? '') === (b.reason ?? '') &&
    (a.message ?? '') === (b.message ?? '') &&
    (a.severity ?? '') === (b.severity ?? '')
  );
}
