/** Validation of ServerlessServices. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { invalidValue, missingField } from '../field-errors.ts';
import { validateNetworkingAnnotations } from '../metadata-validation.ts';
import { validateObjectReference, validateProtocol } from '../object-reference-validation.ts';
import { serverlessServiceSpec } from './schema.ts';
import type { ServerlessService } from './types.ts';

export const serverlessServiceRules: Rules<ServerlessService> = {
  webhook: 'webhook.serving.knative.dev',
  type: rootType('v1alpha1.ServerlessService', serverlessServiceSpec),
  validate(service) {
    let errors = validateNetworkingAnnotations(service.metadata.annotations).viaField('annotations');
    const { spec } = service;
    if (!spec) return errors.also(missingField('spec'));
    const mode: string = spec.mode ?? '';
    if (mode === '') errors = errors.also(missingField('spec.mode'));
    else if (mode !== 'Serve' && mode !== 'Proxy') errors = errors.also(invalidValue(mode, 'spec.mode'));
    const activators = spec.numActivators ?? 0;
    if (activators < 0) errors = errors.also(invalidValue(activators, 'spec.numActivators'));
    return errors.also(
      validateObjectReference(spec.objectRef).viaField('spec.objectRef'),
      validateProtocol(spec.protocolType).viaField('spec.protocolType'),
    );
  },
};
