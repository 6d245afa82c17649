/**
 * The gradual rollout of a Configuration's newest revision (`serving.knative.dev/rollout-duration`): 1 % at once, and when
 * the ingress has taken that up, equal steps until the new revision has all. The state lives in an annotation of the
 * Ingress, in Knative's own form. Times: ms here, ns in the annotation.
 */

export interface Rollout {
  /** Sorted by tag, then by Configuration. */
  configurations: ConfigurationRollout[];
}

export interface ConfigurationRollout {
  configurationName: string;
  /** '' = the Route's own address. */
  tag: string;
  percent: number;
  /** Oldest first; one when nothing is under way. */
  revisions: RevisionShare[];
  step: RolloutStep;
}

export interface RevisionShare {
  revisionName: string;
  percent: number;
}

/** 0 = not set. */
export interface RolloutStep {
  startTime: number;
  nextStepTime: number;
  stepDuration: number;
  stepSize: number;
}

const noStep: RolloutStep = { startTime: 0, nextStepTime: 0, stepDuration: 0, stepSize: 0 };
const nsPerMs = 1e6;

/** What the spec asks for: each target that follows the latest revision, all on its newest. */
export function wantedRollout(
  targets: readonly { configurationName: string; tag: string; percent: number; revisionName: string }[],
): Rollout {
  return sorted(
    targets
      .filter(({ percent }) => percent > 0)
      .map(({ configurationName, tag, percent, revisionName }) => ({
        configurationName,
        tag,
        percent,
        revisions: [{ revisionName, percent }],
        step: noStep,
      })),
  );
}

export function isRolloutDone(rollout: Rollout): boolean {
  return rollout.configurations.every(({ revisions }) => revisions.length < 2);
}

export function rolloutOf(rollout: Rollout, tag: string, configuration: string): ConfigurationRollout | undefined {
  return rollout.configurations.find((entry) => entry.tag === tag && entry.configurationName === configuration);
}

/** The ingress serves the first per cent: from here on the steps are counted. */
export function observeReady(rollout: Rollout, now: number, durationSeconds: number): Rollout {
  return {
    configurations: rollout.configurations.map((entry) => {
      if (entry.step.stepDuration !== 0 || entry.step.startTime === 0) return entry;
      // What it took to get one step into effect is the shortest step there is.
      const shortest = Math.max(1, Math.ceil((now - entry.step.startTime) / 1000));
      const seconds = Math.max(1, durationSeconds - shortest);
      const left = entry.percent - 1;
      const steps = Math.min(Math.max(1, seconds / shortest), left);
      const stepDuration = Math.trunc((seconds / steps) * 1000);
      return {
        ...entry,
        step: { ...entry.step, stepDuration, stepSize: Math.round(left / steps), nextStepTime: now + stepDuration },
      };
    }),
  };
}

/**
 * From `previous` towards `wanted`. `next`: when to look again (ms since the epoch), undefined where nothing is due.
 */
export function stepRollout(
  wanted: Rollout,
  previous: Rollout | undefined,
  now: number,
): { rollout: Rollout; next: number | undefined } {
  if (!previous || previous.configurations.length === 0) return { rollout: wanted, next: undefined };
  const entries: ConfigurationRollout[] = [];
  for (const entry of wanted.configurations) {
    const before = rolloutOf(previous, entry.tag, entry.configurationName);
    // One per cent has nothing to share out.
    entries.push(before && entry.percent > 1 ? stepConfiguration(entry, before, now) : entry);
  }
  const due = entries.map(({ step }) => step.nextStepTime).filter((time) => time > 0);
  return { rollout: sorted(entries), next: due.length > 0 ? Math.min(...due) : undefined };
}

function stepConfiguration(
  goal: ConfigurationRollout,
  before: ConfigurationRollout,
  now: number,
): ConfigurationRollout {
  const newest = before.revisions.at(-1);
  const target = goal.revisions[0];
  if (!newest || !target) return goal;
  const shares = adjusted(before, goal.percent);
  if (target.revisionName === newest.revisionName) {
    if (before.revisions.length < 2) return goal;
    const running = { ...goal, revisions: shares, step: before.step };
    return before.step.stepSize > 0 ? stepped(running, now) : running;
  }
  // A new revision: the newest one before it that has traffic gives it one per cent.
  const giver = shares.findLastIndex(({ percent }) => percent > 0);
  const rest = shares
    .map((share, index) => (index === giver ? { ...share, percent: share.percent - 1 } : share))
    .filter(({ percent }) => percent > 0);
  return {
    ...goal,
    revisions: [...rest, { revisionName: target.revisionName, percent: 1 }],
    step: { ...noStep, startTime: now },
  };
}

/** The Configuration's own percentage changed meanwhile: more goes to the newest, less is taken from the oldest. */
function adjusted({ percent, revisions }: ConfigurationRollout, goal: number): RevisionShare[] {
  const shares = revisions.map((share) => ({ ...share }));
  if (goal >= percent) {
    const newest = shares.at(-1);
    if (newest) newest.percent += goal - percent;
    return shares;
  }
  return takeFromOldest(shares, percent - goal);
}

function takeFromOldest(shares: RevisionShare[], amount: number): RevisionShare[] {
  let left = amount;
  let first = 0;
  for (const share of shares) {
    if (left <= 0) break;
    if (share.percent > left) {
      share.percent -= left;
      break;
    }
    left -= share.percent;
    first++;
  }
  return shares.slice(first);
}

/** One step, taken from the newest but one backwards. */
function stepped(entry: ConfigurationRollout, now: number): ConfigurationRollout {
  if (now < entry.step.nextStepTime || entry.revisions.length < 2) return entry;
  const older = entry.revisions.slice(0, -1).map((share) => ({ ...share }));
  let left = entry.step.stepSize;
  while (left > 0) {
    const giver = older.at(-1);
    if (!giver) break;
    if (giver.percent > left) {
      giver.percent -= left;
      break;
    }
    left -= giver.percent;
    older.pop();
  }
  const newest = entry.revisions.at(-1);
  if (!newest) return entry;
  const percent = Math.min(newest.percent + entry.step.stepSize, entry.percent);
  return {
    ...entry,
    revisions: [...older, { ...newest, percent }],
    step: older.length > 0 ? { ...entry.step, nextStepTime: now + entry.step.stepDuration } : noStep,
  };
}

interface StoredRollout {
  configurations?: {
    configurationName: string;
    tag?: string;
    percent: number;
    revisions?: RevisionShare[];
    stepParams?: { starttime?: number; nextStepTime?: number; stepDuration?: number; stepSize?: number };
  }[];
}

export function serializeRollout({ configurations }: Rollout): string {
  const stored: StoredRollout = {};
  if (configurations.length > 0) {
    stored.configurations = configurations.map(({ configurationName, tag, percent, revisions, step }) => ({
      configurationName,
      ...(tag ? { tag } : {}),
      percent,
      ...(revisions.length > 0 ? { revisions } : {}),
      stepParams: {
        ...(step.startTime ? { starttime: step.startTime * nsPerMs } : {}),
        ...(step.nextStepTime ? { nextStepTime: step.nextStepTime * nsPerMs } : {}),
        ...(step.stepDuration ? { stepDuration: step.stepDuration * nsPerMs } : {}),
        ...(step.stepSize ? { stepSize: step.stepSize } : {}),
      },
    }));
  }
  return JSON.stringify(stored);
}

/** Undefined for what is no rollout, or one that does not add up: it starts anew then. */
export function parseRollout(text: string | undefined): Rollout | undefined {
  if (!text) return undefined;
  let stored: StoredRollout;
  try {
    stored = JSON.parse(text) as StoredRollout;
  } catch {
    return undefined;
  }
  if (typeof stored !== 'object' || stored === null) return undefined;
  const configurations = (stored.configurations ?? []).map((entry) => ({
    configurationName: entry.configurationName,
    tag: entry.tag ?? '',
    percent: entry.percent,
    revisions: entry.revisions ?? [],
    step: {
      startTime: Math.round((entry.stepParams?.starttime ?? 0) / nsPerMs),
      nextStepTime: Math.round((entry.stepParams?.nextStepTime ?? 0) / nsPerMs),
      stepDuration: Math.round((entry.stepParams?.stepDuration ?? 0) / nsPerMs),
      stepSize: entry.stepParams?.stepSize ?? 0,
    },
  }));
  return configurations.every(addsUp) ? { configurations } : undefined;
}

function addsUp({ percent, revisions, step }: ConfigurationRollout): boolean {
  const total = revisions.reduce((sum, share) => sum + share.percent, 0);
  return percent <= 100 && step.stepSize >= 0 && step.stepSize <= percent && total === percent;
}

function sorted(configurations: ConfigurationRollout[]): Rollout {
  const key = ({ tag, configurationName }: ConfigurationRollout) => `${tag}\u0000${configurationName}`;
  return { configurations: configurations.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}
