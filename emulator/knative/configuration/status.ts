/** Words and verbs of a Configuration's status (knative.dev/serving v1 configuration_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const configurationConditions = livingConditions();

export function markLatestFailed(conditions: Conditions, revision: string, message: string): void {
  conditions.markFalse('Ready', 'RevisionFailed', `Revision "${revision}" failed with message: ${message}.`);
}

export function markCreationFailed(conditions: Conditions, message: string): void {
  conditions.markFalse('Ready', 'RevisionFailed', `Revision creation failed with message: ${message}.`);
}
