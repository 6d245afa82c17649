/** Defaults and validation of ApiServerSources. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { isEnabled, validateSource } from '../duck-validation.ts';
import { fieldError, invalidValue, missingField, noError } from '../field-errors.ts';
import { validateFilters } from '../filter-validation.ts';
import { apiServerSourceSpec } from './schema.ts';
import type { ApiServerSource } from './types.ts';

export const apiServerSourceRules: Rules<ApiServerSource> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.ApiServerSource', apiServerSourceSpec),
  defaults({ spec }) {
    if (!spec) return;
    spec.mode ||= 'Reference';
    spec.serviceAccountName ||= 'default';
  },
  userInfo: () => 'sources.knative.dev',
  validate({ spec }, { config }) {
    const mode: string = spec?.mode ?? '';
    let errors = mode === 'Reference' || mode === 'Resource' ? noError : invalidValue(mode, 'mode');
    const resources = spec?.resources ?? [];
    if (resources.length === 0) errors = errors.also(missingField('resources'));
    for (const [index, resource] of resources.entries()) {
      errors = errors.also(validateKind(resource).viaFieldIndex('resources', index));
    }
    if (spec?.owner) errors = errors.also(validateKind(spec.owner).viaField('owner'));
    errors = errors.also(validateSource(spec, config));
    if (isEnabled(config, 'new-apiserversource-filters')) {
      errors = errors.also(validateFilters(spec?.filters).viaField('filters'));
    } else if ((spec?.filters?.length ?? 0) > 0) {
      errors = errors.also(fieldError('Filters is not empty but the NewAPIServerFilters feature is disabled.', []));
    }
    return errors.viaField('spec');
  },
};

function validateKind({ apiVersion = '', kind = '' }: { apiVersion?: string; kind?: string }) {
  const errors = apiVersion.split('/').length > 2 ? invalidValue(apiVersion, 'apiVersion') : noError;
  return kind.trim() === '' ? errors.also(missingField('kind')) : errors;
}
