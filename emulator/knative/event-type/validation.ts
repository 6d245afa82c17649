/** Defaults and validation of EventTypes; v1beta3 is known to no webhook. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { KReference } from '../duck.ts';
import { missingField, noError } from '../field-errors.ts';
import { eventTypeSpec } from './schema.ts';

export type EventType = KubeObject<{ type?: string; source?: string; reference?: KReference }>;

export const eventTypeRules: Rules<EventType> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1beta2.EventType', eventTypeSpec),
  handles: ({ apiVersion }) => !apiVersion.endsWith('/v1beta3'),
  defaults({ metadata, spec }) {
    if (spec?.reference && metadata.namespace) spec.reference.namespace ||= metadata.namespace;
  },
  userInfo: () => 'eventing.knative.dev',
  validate: ({ spec }) => (spec?.type ? noError : missingField('spec.type')),
};
