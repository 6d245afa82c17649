/** Defaults and validation of ContainerSources. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { validateSource } from '../duck-validation.ts';
import { missingField, noError } from '../field-errors.ts';
import { containerSourceSpec } from './schema.ts';
import type { ContainerSource } from './types.ts';

export const containerSourceRules: Rules<ContainerSource> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.ContainerSource', containerSourceSpec),
  defaults({ metadata, spec }) {
    for (const [index, container] of (spec?.template?.spec?.containers ?? []).entries()) {
      container.name ||= `${metadata.name}-${index}`;
    }
  },
  userInfo: () => 'sources.knative.dev',
  validate({ spec }, { config }) {
    const containers = spec?.template?.spec?.containers ?? [];
    let errors = containers.length === 0 ? missingField('containers') : noError;
    for (const [index, container] of containers.entries()) {
      const missing = (['name', 'image'] as const).filter((field) => !container[field]);
      for (const field of missing) errors = errors.also(missingField(field).viaFieldIndex('containers', index));
    }
    return errors.also(validateSource(spec, config)).viaField('spec');
  },
};
