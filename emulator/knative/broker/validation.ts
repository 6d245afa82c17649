/** Defaults and validation of Brokers. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { optionalReference } from '../duck-schema.ts';
import { defaultNamespace, referenceOptions, validateDelivery, validateReference } from '../duck-validation.ts';
import { fieldError, missingField, noError } from '../field-errors.ts';
import { eventing } from '../keys.ts';
import { roundTrip } from '../struct/decode.ts';
import { shortDiff } from '../struct/diff.ts';
import { object } from '../struct/type.ts';
import { brokerSpec } from './schema.ts';
import type { Broker } from './types.ts';

/** What may not change: all but delivery. */
const immutable = object('v1.BrokerSpec', '', { config: optionalReference('') });

export const brokerRules: Rules<Broker> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Broker', brokerSpec),
  defaults(broker, { config }) {
    const { metadata } = broker;
    const spec = broker.spec ?? {};
    broker.spec = spec;
    const namespace = metadata.namespace ?? '';
    const asked = spec.config ? spec.config.kind : metadata.annotations?.[eventing.brokerClass];
    const defaults = config.eventing.brokerDefaults(namespace, asked);
    if (!spec.config && defaults.config) spec.config = { ...defaults.config };
    if (!spec.delivery && defaults.delivery) {
      const { deadLetterSink, retry, backoffPolicy, backoffDelay } = defaults.delivery;
      spec.delivery = {
        ...(deadLetterSink === undefined ? {} : { deadLetterSink }),
        ...(retry === undefined ? {} : { retry }),
        ...(backoffPolicy === undefined ? {} : { backoffPolicy }),
        ...(backoffDelay === undefined ? {} : { backoffDelay }),
      };
    }
    if (spec.config && namespace) spec.config.namespace ||= namespace;
    defaultNamespace(spec.delivery?.deadLetterSink, namespace);
    const brokerClass = config.eventing.brokerDefaults(namespace).brokerClass;
    metadata.annotations = { [eventing.brokerClass]: brokerClass, ...metadata.annotations };
  },
  userInfo: () => 'eventing.knative.dev',
  validate(broker, { old, config }) {
    let errors = broker.metadata.annotations?.[eventing.brokerClass] ? noError : missingField(eventing.brokerClass);
    const { spec } = broker;
    if (spec?.config) {
      errors = errors.also(validateReference(spec.config, referenceOptions(config)).viaField('spec.config'));
    }
    errors = errors.also(validateDelivery(spec?.delivery, config).viaField('spec.delivery'));
    if (!old) return errors;
    const diff = shortDiff(immutable, '{v1.BrokerSpec}', roundTrip(immutable, old.spec), roundTrip(immutable, spec));
    if (diff !== '') return errors.also(fieldError('Immutable fields changed (-old +new)', ['spec'], diff));
    const before = old.metadata.annotations?.[eventing.brokerClass] ?? '';
    const now = broker.metadata.annotations?.[eventing.brokerClass] ?? '';
    if (before === now) return errors;
    const details = `{string}:\n\t-: "${before}"\n\t+: "${now}"\n`;
    return errors.also(fieldError('Immutable annotations changed (-old +new)', ['annotations'], details));
  },
};
