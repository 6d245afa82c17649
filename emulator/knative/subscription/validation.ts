/** Defaults and validation of Subscriptions. */
import type { Rules } from '../admission.ts';
import { rootType } from '../definition.ts';
import { reference } from '../domain-mapping/schema.ts';
import {
  defaultNamespace,
  isEmptyDestination,
  isEnabled,
  referenceOptions,
  validateDelivery,
  validateDestination,
  validateReference,
} from '../duck-validation.ts';
import { fieldError, noError } from '../field-errors.ts';
import { roundTrip } from '../struct/decode.ts';
import { shortDiff } from '../struct/diff.ts';
import { object } from '../struct/type.ts';
import { subscriptionSpec } from './schema.ts';
import type { Subscription } from './types.ts';

/** What may not change: the channel. */
const immutable = object('v1.SubscriptionSpec', '', { channel: reference('') });

export const subscriptionRules: Rules<Subscription> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Subscription', subscriptionSpec),
  defaults({ metadata, spec }) {
    for (const one of [spec?.subscriber, spec?.reply, spec?.delivery?.deadLetterSink]) {
      defaultNamespace(one, metadata.namespace);
    }
  },
  userInfo: () => 'messaging.knative.dev',
  validate({ spec }, { old, config }) {
    const { channel, subscriber, reply, delivery } = spec ?? {};
    const options = referenceOptions(config);
    if (!channel || Object.values(channel).every((value) => !value)) {
      return fieldError('missing field(s)', ['spec.channel'], 'the Subscription must reference a channel');
    }
    let errors = validateReference(channel, options);
    if (channel.namespace && !isEnabled(config, 'cross-namespace-event-links')) {
      const details =
        'only name, apiVersion and kind are supported fields when feature.CrossNamespaceEventLinks is disabled';
      errors = errors.also(fieldError('must not set the field(s)', ['namespace'], details));
    }
    errors = errors.viaField('channel');
    if (isEmptyDestination(subscriber)) {
      const details = 'the Subscription must reference a subscriber';
      errors = errors.also(fieldError('missing field(s)', ['subscriber'], details));
    } else errors = errors.also(validateDestination(subscriber, options).viaField('subscriber'));
    if (!isEmptyDestination(reply)) errors = errors.also(validateDestination(reply, options).viaField('reply'));
    errors = errors.also(validateDelivery(delivery, config).viaField('delivery')).viaField('spec');
    const diff = old
      ? shortDiff(immutable, '{v1.SubscriptionSpec}', roundTrip(immutable, old.spec), roundTrip(immutable, spec))
      : '';
    return errors.also(diff === '' ? noError : fieldError('Immutable fields changed (-old +new)', ['spec'], diff));
  },
};
