/** Validation of EventTransforms. */
import type { KubeObject } from '../../kernel/object.ts';
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import type { Destination } from '../duck.ts';
import { referenceOptions, validateDestination } from '../duck-validation.ts';
import { fieldError, missingOneOf, multipleOneOf, noError } from '../field-errors.ts';
import { eventTransformSpec } from './schema.ts';

export interface EventTransformSpec {
  sink?: Destination;
  jsonata?: { expression?: string };
  reply?: { jsonata?: { expression?: string }; discard?: boolean };
}

export type EventTransform = KubeObject<EventTransformSpec>;

const suggestion =
  'Suggestion: create a new transformation, migrate services to the new one, and delete this transformation.';

export const eventTransformRules: Rules<EventTransform> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1alpha1.EventTransform', eventTransformSpec),
  userInfo: () => 'eventing.knative.dev',
  validate({ spec }, { old, config }) {
    const { sink, jsonata, reply } = spec ?? {};
    let errors = jsonata ? noError : missingOneOf('jsonata');
    if (sink) errors = errors.also(validateDestination(sink, referenceOptions(config)).viaField('sink'));
    if (sink?.CACerts !== undefined && jsonata) {
      const message =
        'CACerts for the sink is not supported for JSONata transformations, to propagate CA trust bundles use labeled ConfigMaps: https://knative.dev/docs/eventing/features/transport-encryption/#configure-additional-ca-trust-bundles';
      errors = errors.also(fieldError(message, ['CACerts']).viaField('sink'));
    }
    if (reply && !sink) errors = errors.also(fieldError('reply is set without spec.sink', ['']).viaField('reply'));
    else if (reply?.jsonata && reply.discard) {
      errors = errors.also(multipleOneOf('jsonata', 'discard').viaField('reply'));
    }
    if (old && !old.spec?.jsonata !== !jsonata) {
      const why = jsonata
        ? 'jsonata transformation cannot be changed to a different transformation type'
        : 'transformation type cannot be changed to a jsonata transformation';
      errors = errors.also(fieldError(`Transformations types are immutable, ${why}. ${suggestion}`, []));
    }
    return errors.viaField('spec');
  },
};
