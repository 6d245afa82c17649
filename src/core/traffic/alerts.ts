/**
 * Alerts on a service: limits of errors, p95 and cold starts, and which of them are passed now. A reducer, so that one that comes
 * and goes about its limit is raised once and ends once. Pure leaf.
 */

export interface AlertLimits {
  /** Per cent of answers that are 5xx, over the last minute. */
  errorPercent?: number | undefined;
  /** ms: p95 over the last minute. */
  p95Ms?: number | undefined;
  /** ms: a cold start within the last ten minutes. */
  coldStartMs?: number | undefined;
}

/** What is looked at when nothing else is said. */
export const defaultLimits: AlertLimits = { errorPercent: 5 };

export type AlertKind = 'errors' | 'p95' | 'coldStart';

export interface Alert {
  kind: AlertKind;
  /** The revision that it is of. */
  revision: string;
  /** Per cent, or ms. */
  value: number;
  limit: number;
  /** ms since the epoch: when it was first seen. */
  since: number;
}

export interface AlertFigures {
  /** Names of those that are there: what is measured of a revision outlives it. */
  present: ReadonlySet<string>;
  revisions: Readonly<Record<string, { requests: number; errors: number; p95: number | null }>>;
  /** Newest first. */
  coldStarts: readonly { revision: string; at: number; totalMs: number }[];
}

export const alertWindowSeconds = 60;
/** With fewer requests nothing is said: one error of three is no rate. */
const fewest = 10;
const coldStartMemoryMs = 600_000;
/** An alert ends when the value is below this part of its limit: it does not flicker about it. */
const clear = 0.9;

/** The alerts that stand now, most telling first: those that stood stay what they were until they are well below their limit. */
export function alertsOf(limits: AlertLimits, figures: AlertFigures, before: readonly Alert[], now: number): Alert[] {
  const found: Alert[] = [];
  const judge = (kind: AlertKind, revision: string, value: number, limit: number | undefined): void => {
    if (limit === undefined || !(limit > 0) || !figures.present.has(revision)) return;
    const stood = before.find((alert) => alert.kind === kind && alert.revision === revision);
    if (value <= (stood ? limit * clear : limit)) return;
    found.push({ kind, revision, value: rounded(value), limit, since: stood?.since ?? now });
  };
  for (const [revision, { requests, errors, p95 }] of Object.entries(figures.revisions)) {
    if (requests < fewest) continue;
    judge('errors', revision, (errors / requests) * 100, limits.errorPercent);
    if (p95 !== null) judge('p95', revision, p95, limits.p95Ms);
  }
  const recent = figures.coldStarts.filter(({ at }) => now - at < coldStartMemoryMs);
  for (const revision of new Set(recent.map((start) => start.revision))) {
    const slowest = Math.max(...recent.filter((start) => start.revision === revision).map(({ totalMs }) => totalMs));
    judge('coldStart', revision, slowest, limits.coldStartMs);
  }
  return found;
}

/** The worst of each kind, for where there is room for a few words. */
export function worstAlerts(alerts: readonly Alert[]): Alert[] {
  const worst = new Map<AlertKind, Alert>();
  for (const alert of alerts) {
    const known = worst.get(alert.kind);
    if (!known || alert.value > known.value) worst.set(alert.kind, alert);
  }
  return [...worst.values()];
}

const rounded = (value: number): number => Number(value.toFixed(value < 10 ? 1 : 0));

/** The same alerts of the same revisions: nothing new to say. */
export function sameAlerts(one: readonly Alert[], other: readonly Alert[]): boolean {
  const form = (alerts: readonly Alert[]) => alerts.map(({ kind, revision }) => `${kind} ${revision}`).join('\n');
  return form(one) === form(other);
}
