/** Words and verbs of a ServerlessService's status (knative.dev/networking serverlessservice_lifecycle). */
import { type Conditions, livingConditions } from '../conditions.ts';

export const serverlessServiceConditions = livingConditions('EndpointsPopulated');

export function markEndpointsNotReady(conditions: Conditions, reason: string): void {
  conditions.markUnknown('EndpointsPopulated', reason, 'K8s Service is not ready');
}

export function markNotOwned(conditions: Conditions, kind: string, name: string): void {
  conditions.markFalse('EndpointsPopulated', 'NotOwned', `Resource ${name} of type ${kind} is not owned by SKS`);
}

/** Whether the activator is in the path. Reason and message stay, whichever it is. */
export function setActivatorPopulated(conditions: Conditions, populated: boolean): void {
  conditions.set({
    type: 'ActivatorEndpointsPopulated',
    status: populated ? 'True' : 'False',
    severity: 'Info',
    reason: 'ActivatorEndpointsPopulated',
    message: 'Revision is backed by Activator',
  });
}
