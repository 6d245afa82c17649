/** Defaults and validation of SinkBindings. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { defaultNamespace, validateSource } from '../duck-validation.ts';
import { type FieldError, invalidValue, missingOneOf, multipleOneOf } from '../field-errors.ts';
import { label1123Errors } from '../names-validation.ts';
import { validateNamed } from '../object-reference-validation.ts';
import { sinkBindingSpec } from './schema.ts';
import type { SinkBinding, SinkBindingSpec } from './types.ts';

export const sinkBindingRules: Rules<SinkBinding> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.SinkBinding', sinkBindingSpec),
  defaults({ metadata, spec }) {
    if (!spec) return;
    if (metadata.namespace) spec.subject.namespace ||= metadata.namespace;
    defaultNamespace(spec.sink, metadata.namespace);
  },
  userInfo: () => 'sources.knative.dev',
  validate({ metadata, spec }, { config }) {
    const errors = validateSubject(spec?.subject)
      .viaField('subject')
      .also(validateSource(spec, config))
      .viaField('spec');
    const namespace = spec?.subject.namespace;
    if (!namespace || namespace === metadata.namespace) return errors;
    return errors.also(invalidValue(namespace, 'spec.subject.namespace'));
  },
};

/** tracker.Reference of knative.dev/pkg. */
function validateSubject(subject: SinkBindingSpec['subject'] | undefined): FieldError {
  const { apiVersion, kind, namespace = '', name = '', selector } = subject ?? {};
  let errors = validateNamed({ apiVersion, kind, namespace });
  if (selector && name !== '') errors = errors.also(multipleOneOf('selector', 'name'));
  else if (!selector && name === '') errors = errors.also(missingOneOf('selector', 'name'));
  else if (!selector) {
    const wrong = label1123Errors(name);
    if (wrong.length > 0) errors = errors.also(invalidValue(wrong.join(', '), 'name'));
  }
  return errors;
}
