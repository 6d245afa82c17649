/** Defaults and validation of RequestReplies. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { DeliverySpec, KReference } from '../duck.ts';
import { isoPeriod, validateDelivery, validateReference } from '../duck-validation.ts';
import { disallowedFields, invalidValue, missingField } from '../field-errors.ts';
import { eventing } from '../keys.ts';
import { requestReplySpec } from './schema.ts';

export interface RequestReplySpec {
  brokerRef: KReference;
  correlationAttribute?: string;
  replyAttribute?: string;
  timeout?: string;
  delivery?: DeliverySpec;
}

export type RequestReply = KubeObject<RequestReplySpec>;

/** What Knative holds for the core attributes here. */
const core = ['', 'id', 'course', 'specversion', 'type'];

export const requestReplyRules: Rules<RequestReply> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.RequestReply', requestReplySpec),
  defaults({ metadata, spec }) {
    if (!spec) return;
    spec.timeout ||= 'PT30S';
    spec.correlationAttribute ||= 'correlationid';
    spec.replyAttribute ||= 'replyid';
    metadata.labels = { ...metadata.labels, [eventing.broker]: spec.brokerRef.name };
  },
  userInfo: () => 'eventing.knative.dev',
  validate({ metadata, spec }, { config }) {
    const reference = spec?.brokerRef;
    let errors = validateReference(reference, { parentNamespace: metadata.namespace }).viaField('brokerRef');
    const kind = reference?.kind ?? '';
    if (kind.toLowerCase() !== 'broker') {
      errors = errors.also(invalidValue(kind, 'kind', 'brokerRef kind must be Broker').viaField('brokerRef'));
    }
    if (reference?.namespace) errors = errors.also(disallowedFields('namespace').viaField('brokerRef'));
    errors = errors.also(validateDelivery(spec?.delivery, config).viaField('delivery'));
    const timeout = spec?.timeout;
    if (timeout === undefined) errors = errors.also(missingField('timeout'));
    else if (isoPeriod(timeout) !== 'positive') {
      errors = errors.also(invalidValue(timeout, 'timeout', 'timeout must be a positive duration'));
    }
    for (const [field, value] of [
      ['correlationattribute', spec?.correlationAttribute ?? ''],
      ['replyattribute', spec?.replyAttribute ?? ''],
    ] as const) {
      if (!core.includes(value)) continue;
      const details = `${field} must be non-empty and cannot be a core cloudevent attribute (id, type, specversion, source)`;
      errors = errors.also(invalidValue(value, field, details));
    }
    return errors.viaField('spec');
  },
};
