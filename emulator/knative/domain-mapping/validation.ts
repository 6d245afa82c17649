/** Defaults and validation of DomainMappings. */
import { type Rules, type ValidationContext, validateUserInfo } from '../admission.ts';
import { domainErrors } from '../config/domains.ts';
import { clusterDomain } from '../config/namespaces.ts';
import { rootType } from '../definition.ts';
import { validateReference } from '../duck-validation.ts';
import { disallowedFields, type FieldError, fieldError, noError } from '../field-errors.ts';
import { domainMappingSpec } from './schema.ts';
import type { DomainMapping } from './types.ts';

const group = 'serving.knative.dev';

export const domainMappingRules: Rules<DomainMapping> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1beta1.DomainMapping', domainMappingSpec),
  defaults(mapping) {
    if (mapping.spec && mapping.metadata.namespace) mapping.spec.ref.namespace ||= mapping.metadata.namespace;
  },
  userInfo: () => group,
  validate: validateDomainMapping,
};

function validateDomainMapping(mapping: DomainMapping, { old }: ValidationContext<DomainMapping>): FieldError {
  const { name, namespace, generateName } = mapping.metadata;
  const shown = JSON.stringify(name);
  let metadata = generateName ? disallowedFields('generateName') : noError;
  const wrong = domainErrors(name, 'name');
  if (wrong.length > 0) {
    const why = wrong.length === 1 ? wrong[0] : `[${wrong.join(', ')}]`;
    metadata = metadata.also(fieldError(`invalid name ${shown}: ${why}`, ['name']));
  }
  if (name.endsWith(`.${clusterDomain}`)) {
    const message = `invalid name ${shown}: must not be a subdomain of cluster local domain "${clusterDomain}"`;
    metadata = metadata.also(fieldError(message, ['name']));
  }
  if (old) metadata = metadata.also(validateUserInfo(group, mapping, old).viaField('annotations'));
  const reference = validateReference(mapping.spec?.ref, { parentNamespace: namespace }).viaField('spec.ref');
  return metadata.viaField('metadata').also(reference);
}
