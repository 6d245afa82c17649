/** Defaults and validation of EventPolicies. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { KReference, LabelSelector } from '../duck.ts';
import { isEnabled } from '../duck-validation.ts';
import {
  type FieldError,
  fieldError,
  invalidValue,
  missingField,
  missingOneOf,
  multipleOneOf,
  noError,
} from '../field-errors.ts';
import { validateFilters } from '../filter-validation.ts';
import type { SubscriptionsFilter } from '../trigger/types.ts';
import { eventPolicySpec } from './schema.ts';

export interface EventPolicySpec {
  to?: { ref?: KReference; selector?: LabelSelector & { apiVersion?: string; kind?: string } }[];
  from?: { ref?: KReference; sub?: string }[];
  filters?: SubscriptionsFilter[];
}

export type EventPolicy = KubeObject<EventPolicySpec>;

export const eventPolicyRules: Rules<EventPolicy> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.EventPolicy', eventPolicySpec),
  defaults({ metadata, spec }) {
    for (const { ref } of spec?.from ?? []) if (ref && metadata.namespace) ref.namespace ||= metadata.namespace;
  },
  userInfo: () => 'eventing.knative.dev',
  validate({ spec }, { operation, config }) {
    if (operation === 'CREATE' && !isEnabled(config, 'authentication-oidc')) {
      return fieldError('oidc-authentication feature not enabled', []);
    }
    let errors = noError;
    for (const [index, { ref, sub }] of (spec?.from ?? []).entries()) {
      let wrong = noError;
      if (!ref && !sub) wrong = missingOneOf('ref', 'sub');
      if (ref && sub !== undefined) wrong = wrong.also(multipleOneOf('ref', 'sub'));
      if (ref) wrong = wrong.also(validateNames(ref).viaField('ref'));
      if (sub?.slice(0, -1).includes('*')) {
        wrong = wrong.also(invalidValue(sub, '', "'*' is only allowed as suffix").viaField('sub'));
      }
      errors = errors.also(wrong.viaFieldIndex('from', index));
    }
    for (const [index, { ref, selector }] of (spec?.to ?? []).entries()) {
      let wrong = noError;
      if (!ref && !selector) wrong = missingOneOf('ref', 'selector');
      if (ref && selector) wrong = multipleOneOf('ref', 'selector');
      if (ref) wrong = wrong.also(validateNames(ref).viaField('ref'));
      errors = errors.also(wrong.viaFieldIndex('to', index));
    }
    return errors.also(validateFilters(spec?.filters).viaField('filters')).viaField('spec');
  },
};

function validateNames(reference: KReference): FieldError {
  const missing = (['kind', 'apiVersion', 'name'] as const).filter((field) => !reference[field]);
  return missing.length > 0 ? missingField(...missing) : noError;
}
