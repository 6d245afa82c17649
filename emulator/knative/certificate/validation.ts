/** Validation of Certificates. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { invalidValue, missingField, noError } from '../field-errors.ts';
import { certificateSpec } from './schema.ts';
import type { Certificate } from './types.ts';

export const certificateRules: Rules<Certificate> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1alpha1.Certificate', certificateSpec),
  validate(certificate) {
    const { dnsNames, domain, secretName } = certificate.spec ?? {};
    const names = dnsNames ?? [];
    let errors = names.length === 0 ? missingField('dnsNames') : noError;
    for (const [index, name] of names.entries()) {
      if (name === '') errors = errors.also(invalidValue('', `dnsNames[${index}]`));
    }
    if (!secretName) errors = errors.also(missingField('secretName'));
    const within = names.some((name) => name === domain || name.endsWith(`.${domain}`));
    if (domain && names.length > 0 && !within) {
      const path = 'domain must be a suffix of, or match exactly, at least one entry in dnsNames';
      errors = errors.also(invalidValue('domain', path));
    }
    return errors.viaField('spec');
  },
};
