/** Defaults and validation of Channels. */
import type { Rules } from '../admission.ts';
import type { ChannelTemplate } from '../config/types.ts';
import { rootType } from '../definition.ts';
import { channelTemplate, delivery } from '../duck-schema.ts';
import { defaultNamespace, validateDelivery } from '../duck-validation.ts';
import { disallowedFields, type FieldError, fieldError, missingField, noError } from '../field-errors.ts';
import { roundTrip } from '../struct/decode.ts';
import { shortDiff } from '../struct/diff.ts';
import { object } from '../struct/type.ts';
import { channelSpec } from './schema.ts';
import type { Channel } from './types.ts';

/** What may not change: all but the subscribers. */
const immutable = object('v1.ChannelSpec', '', { channelTemplate, delivery });

export const subscribableAnnotation = 'messaging.knative.dev/subscribable';

export const channelRules: Rules<Channel> = {
  webhook: 'webhook.eventing.knative.dev',
  type: rootType('v1.Channel', channelSpec),
  defaults({ metadata, spec }, { config }) {
    metadata.annotations = { [subscribableAnnotation]: 'v1', ...metadata.annotations };
    if (!spec || spec.channelTemplate) return;
    const template = config.eventing.channelDefaults(metadata.namespace ?? '');
    if (template) spec.channelTemplate = { ...template };
    defaultNamespace(spec.delivery?.deadLetterSink, metadata.namespace);
  },
  userInfo: () => 'messaging.knative.dev',
  validate({ spec }, { old, config }) {
    let errors = validateChannelTemplate(spec?.channelTemplate);
    if ((spec?.subscribers?.length ?? 0) > 0) {
      errors = errors.also(disallowedFields('subscribers').viaField('subscribable'));
    }
    errors = errors.also(validateDelivery(spec?.delivery, config).viaField('delivery')).viaField('spec');
    const diff = old
      ? shortDiff(immutable, '{v1.ChannelSpec}', roundTrip(immutable, old.spec), roundTrip(immutable, spec))
      : '';
    return errors.also(diff === '' ? noError : fieldError('Immutable fields changed (-old +new)', ['spec'], diff));
  },
};

/** Paths below the object that has `channelTemplate`. */
export function validateChannelTemplate(template: ChannelTemplate | undefined): FieldError {
  if (!template) return missingField('channelTemplate');
  const missing = (['kind', 'apiVersion'] as const).filter((field) => !template[field]);
  return missing.length > 0 ? missingField(...missing).viaField('channelTemplate') : noError;
}
