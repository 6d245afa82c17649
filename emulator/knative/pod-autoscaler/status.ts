/** Words and verbs of a PodAutoscaler's status (knative.dev/serving autoscaling v1alpha1 pa_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const podAutoscalerConditions = livingConditions('Active', 'ScaleTargetInitialized', 'SKSReady');

export function markActivating(conditions: Conditions): void {
  const message = 'Requests to the target are being buffered as resources are provisioned.';
  conditions.markUnknown('Active', 'Queued', message);
}

export function markNoTraffic(conditions: Conditions): void {
  conditions.markFalse('Active', 'NoTraffic', 'The target is not receiving traffic.');
}

export function markTimedOut(conditions: Conditions): void {
  conditions.markFalse('Active', 'TimedOut', 'The target could not be activated.');
}

export function markServerlessServiceNotReady(conditions: Conditions, message = ''): void {
  conditions.markUnknown('SKSReady', 'NotReady', message);
}

/**
 * | want | ready   | min   | was        | is now     |
 * | ---- | ------- | ----- | ---------- | ---------- |
 * | 0    | any     | any   | activating | inactive (TimedOut; NoTraffic with min 0) |
 * | 0    | any     | any   | any other  | inactive (NoTraffic) |
 * | > 0  | < min   | > 0   | any        | activating |
 * | > 0  | ≥ min   | > 0   | any        | active     |
 * | −1   | any     | 0     | any        | inactive   |
 * | −1   | < min   | > 0   | inactive   | inactive   |
 * | −1   | < min   | > 0   | any other  | activating |
 * | −1   | ≥ min   | > 0   | inactive   | inactive   |
 * | −1   | ≥ min   | > 0   | any other  | active     |
 *
 * `want` −1: nothing was decided yet.
 */
export function computeActive(
  conditions: Conditions,
  { want, ready, min }: { want: number; ready: number; min: number },
): void {
  const active = conditions.status('Active');
  if (want === 0 || min === 0) {
    if (active === 'Unknown' && min > 0) markTimedOut(conditions);
    else markNoTraffic(conditions);
  } else if (ready < min) {
    if (want > 0 || active !== 'False') markActivating(conditions);
    else markNoTraffic(conditions);
  } else if (want > 0 || active !== 'False') {
    conditions.markTrue('Active');
  }
}
