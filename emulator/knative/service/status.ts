/** Words and verbs of a Service's status (knative.dev/serving v1 service_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';
import { notOwnedMessage } from '../objects.ts';

export const serviceConditions = livingConditions('ConfigurationsReady', 'RoutesReady');

export function markConfigurationNotOwned(conditions: Conditions, name: string): void {
  conditions.markFalse('ConfigurationsReady', 'NotOwned', notOwnedMessage('Configuration', name));
}

export function markRouteNotOwned(conditions: Conditions, name: string): void {
  conditions.markFalse('RoutesReady', 'NotOwned', notOwnedMessage('Route', name));
}

export function markConfigurationOutOfDate(conditions: Conditions): void {
  const message = 'The Configuration is still working to reflect the latest desired specification.';
  conditions.markUnknown('ConfigurationsReady', 'OutOfDate', message);
}

export function markRouteOutOfDate(conditions: Conditions): void {
  const message = 'The Route is still working to reflect the latest desired specification.';
  conditions.markUnknown('RoutesReady', 'OutOfDate', message);
}

export function markRevisionNameTaken(conditions: Conditions, name: string): void {
  const message = `The revision name "${name}" is taken by a conflicting Revision, so traffic will not be migrated`;
  conditions.markFalse('RoutesReady', 'RevisionNameTaken', message);
}

export function markTrafficNotMigrated(conditions: Conditions): void {
  const message = 'Traffic is not yet migrated to the latest revision.';
  conditions.markUnknown('RoutesReady', 'TrafficNotMigrated', message);
}
