/** Defaults and validation of InMemoryChannels. */
import type { Rules } from '../admission.ts';
import { subscribableAnnotation } from '../channel/validation.ts';
import { rootType } from '../definition.ts';
import { subscribersFields } from '../duck-schema.ts';
import { defaultNamespace } from '../duck-validation.ts';
import { fieldError, invalidValue, noError } from '../field-errors.ts';
import { eventing } from '../keys.ts';
import { roundTrip } from '../struct/decode.ts';
import { shortDiff } from '../struct/diff.ts';
import { object } from '../struct/type.ts';
import { inMemoryChannelSpec } from './schema.ts';
import type { InMemoryChannel } from './types.ts';

const controller = 'system:serviceaccount:knative-eventing:eventing-controller';
const subscribersOnly = object('v1.SubscribableSpec', '', subscribersFields);

export const inMemoryChannelRules: Rules<InMemoryChannel> = {
  webhook: 'inmemorychannel.eventing.knative.dev',
  type: rootType('v1.InMemoryChannel', inMemoryChannelSpec),
  defaults({ metadata, spec }) {
    metadata.annotations = { [subscribableAnnotation]: 'v1', ...metadata.annotations };
    defaultNamespace(spec?.delivery?.deadLetterSink, metadata.namespace);
  },
  userInfo: () => 'messaging.knative.dev',
  validate({ metadata, spec }, { old, user }) {
    let errors = noError;
    for (const [index, subscriber] of (spec?.subscribers ?? []).entries()) {
      if (subscriber.replyUri !== undefined || subscriber.subscriberUri !== undefined) continue;
      const details = 'expected at least one of, got none';
      const wrong = fieldError('missing field(s)', ['replyURI', 'subscriberURI'], details);
      errors = errors.also(wrong.viaField(`subscriber[${index}]`).viaField('subscribable').viaField('spec'));
    }
    const scope = metadata.annotations?.[eventing.scope];
    if (scope !== undefined && scope !== 'cluster' && scope !== 'namespace') {
      const wrong = invalidValue(scope, '', "expected either 'cluster' or 'namespace'");
      errors = errors.also(wrong.viaFieldKey('annotations', eventing.scope).viaField('metadata'));
    }
    // All controllers of this platform write as one service account.
    if (!old || user?.username.startsWith('system:serviceaccount:knative-')) return errors;
    const of = (value: unknown) => roundTrip(subscribersOnly, value);
    const diff = shortDiff(subscribersOnly, '{v1.SubscribableSpec}', of(old.spec), of(spec));
    if (diff === '') return errors;
    const message = `Channel.Spec.Subscribers changed by user ${user?.username ?? ''} which was not the ${controller} service account`;
    return errors.also(fieldError(message, ['spec.subscribers'], diff));
  },
};
