/** Defaults and validation of Sequences. */
import type { Rules } from '../admission.ts';
import { validateChannelTemplate } from '../channel/validation.ts';
import { rootType } from '../definition.ts';
import { defaultNamespace, referenceOptions, validateDelivery, validateDestination } from '../duck-validation.ts';
import { invalidValue, missingField, noError } from '../field-errors.ts';
import { defaultChannelTemplate } from '../flow-validation.ts';
import { sequenceSpec } from './schema.ts';
import type { Sequence } from './types.ts';

export const sequenceRules: Rules<Sequence> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Sequence', sequenceSpec),
  defaults({ metadata, spec }, { config }) {
    if (!spec) return;
    defaultChannelTemplate(spec, config);
    for (const one of [...(spec.steps ?? []), spec.reply]) defaultNamespace(one, metadata.namespace);
  },
  userInfo: () => 'flows.knative.dev',
  validate({ spec }, { config }) {
    const options = referenceOptions(config);
    const steps = spec?.steps ?? [];
    let errors = steps.length === 0 ? missingField('steps') : noError;
    for (const [index, step] of steps.entries()) {
      const wrong = validateDestination(step, options).also(validateDelivery(step.delivery, config));
      // Knative prints the whole step as Go shows it; here it is JSON.
      if (!wrong.empty) errors = errors.also(invalidValue(JSON.stringify(step), `steps[${index}]`));
    }
    errors = errors.also(validateChannelTemplate(spec?.channelTemplate));
    if (spec?.reply) errors = errors.also(validateDestination(spec.reply, options).viaField('reply'));
    return errors.viaField('spec');
  },
};
