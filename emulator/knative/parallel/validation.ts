/** Defaults and validation of Parallels. */
import type { Rules } from '../admission.ts';
import { validateChannelTemplate } from '../channel/validation.ts';
import { rootType } from '../definition.ts';
import { defaultNamespace, referenceOptions, validateDestination } from '../duck-validation.ts';
import { invalidValue, missingField, noError } from '../field-errors.ts';
import { defaultChannelTemplate } from '../flow-validation.ts';
import { parallelSpec } from './schema.ts';
import type { Parallel } from './types.ts';

export const parallelRules: Rules<Parallel> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Parallel', parallelSpec),
  defaults({ metadata, spec }, { config }) {
    if (!spec) return;
    defaultChannelTemplate(spec, config);
    const branches = (spec.branches ?? []).flatMap(({ filter, subscriber, reply }) => [filter, subscriber, reply]);
    for (const one of [...branches, spec.reply]) defaultNamespace(one, metadata.namespace);
  },
  userInfo: () => 'flows.knative.dev',
  validate({ spec }, { config }) {
    const options = referenceOptions(config);
    const branches = spec?.branches ?? [];
    let errors = branches.length === 0 ? missingField('branches') : noError;
    for (const [index, branch] of branches.entries()) {
      for (const part of ['filter', 'subscriber', 'reply'] as const) {
        if (part !== 'subscriber' && !branch[part]) continue;
        if (validateDestination(branch[part], options).empty) continue;
        // Knative prints the whole branch as Go shows it; here it is JSON.
        errors = errors.also(invalidValue(JSON.stringify(branch), `branches.${part}[${index}]`));
      }
    }
    errors = errors.also(validateChannelTemplate(spec?.channelTemplate));
    if (spec?.reply) errors = errors.also(validateDestination(spec.reply, options).viaField('reply'));
    return errors.viaField('spec');
  },
};
