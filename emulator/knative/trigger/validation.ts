/** Defaults and validation of Triggers. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import {
  defaultNamespace,
  isEnabled,
  referenceOptions,
  validateDelivery,
  validateDestination,
} from '../duck-validation.ts';
import { type FieldError, fieldError, missingField, multipleOneOf, noError } from '../field-errors.ts';
import { validateAttributeNames, validateFilters } from '../filter-validation.ts';
import { eventing } from '../keys.ts';
import { triggerSpec } from './schema.ts';
import type { Trigger } from './types.ts';

const crossNamespace = 'cross-namespace-event-links';

export const triggerRules: Rules<Trigger> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Trigger', triggerSpec),
  defaults({ metadata, spec }, { config }) {
    if (!spec) return;
    spec.filter ??= {};
    defaultNamespace(spec.subscriber, metadata.namespace);
    defaultNamespace(spec.delivery?.deadLetterSink, metadata.namespace);
    const linked = isEnabled(config, crossNamespace) ? spec.brokerRef?.name : undefined;
    const broker = linked ?? spec.broker;
    if (broker) metadata.labels = { ...metadata.labels, [eventing.broker]: broker };
  },
  userInfo: () => 'eventing.knative.dev',
  validate(trigger, { old, config }) {
    const { spec } = trigger;
    let errors = noError;
    if (!spec?.brokerRef && !spec?.broker) errors = missingField('broker');
    else if (spec.brokerRef && spec.broker) errors = multipleOneOf('broker', 'brokerRef');
    if (spec?.brokerRef?.namespace && !isEnabled(config, crossNamespace)) {
      const details =
        'only name, apiVersion and kind are supported fields when feature.CrossNamespaceEventLinks is disabled';
      errors = errors.also(fieldError('must not set the field(s)', ['namespace'], details));
    }
    errors = errors
      .also(
        validateAttributeNames(spec?.filter?.attributes).viaField('filter.attributes'),
        validateFilters(spec?.filters).viaField('filters'),
        validateDestination(spec?.subscriber, referenceOptions(config)).viaField('subscriber'),
        validateDelivery(spec?.delivery, config).viaField('delivery'),
      )
      .viaField('spec')
      .also(validateAnnotations(trigger));
    const before = old?.spec?.broker ?? '';
    const now = spec?.broker ?? '';
    if (!old || before === now) return errors;
    const details = `{string}:\n\t-: "${before}"\n\t+: "${now}"\n`;
    return errors.also(fieldError('Immutable fields changed (-old +new)', ['spec', 'broker'], details));
  },
};

function validateAnnotations(trigger: Trigger): FieldError {
  const annotations = trigger.metadata.annotations ?? {};
  let errors = noError;
  const dependency = annotations[eventing.dependency];
  if (dependency !== undefined) {
    const wrong = validateDependency(dependency, trigger.metadata.namespace ?? '');
    errors = errors.also(wrong.viaField(`metadata.annotations[${eventing.dependency}]`));
  }
  const injection = annotations[eventing.injection];
  if (injection === undefined) return errors;
  const path = `metadata.annotations[${eventing.injection}]`;
  const broker = trigger.spec?.broker ?? '';
  if (injection !== 'enabled' && injection !== 'disabled') {
    const message = `The provided injection annotation value can only be "enabled" or "disabled", not ${JSON.stringify(injection)}`;
    errors = errors.also(fieldError(message, ['']).viaField(path));
  } else if (broker !== 'default') {
    const message = `The provided injection annotation is only used for default broker, but non-default broker specified here: ${JSON.stringify(broker)}`;
    errors = errors.also(fieldError(message, ['']).viaField(path));
  }
  return errors;
}

function validateDependency(text: string, namespace: string): FieldError {
  let reference: Record<string, unknown>;
  try {
    reference = JSON.parse(text) as Record<string, unknown>;
    if (typeof reference !== 'object' || reference === null) throw new Error('not an object');
  } catch (error) {
    const message = `The provided annotation was not a corev1.ObjectReference: ${JSON.stringify(text)}`;
    return fieldError(message, [''], error instanceof Error ? error.message : String(error));
  }
  let errors = noError;
  const given = reference['namespace'];
  if (given && given !== namespace) {
    const message = `Namespace must be empty or equal to the trigger namespace ${JSON.stringify(namespace)}`;
    errors = fieldError(message, ['namespace']);
  }
  for (const field of ['kind', 'name', 'apiVersion']) {
    if (!reference[field]) errors = errors.also(missingField(field));
  }
  return errors;
}
