/** Schema parts that eventing kinds share. */
import { addressable, statusFields } from './conditions-schema.ts';
import { reference } from './domain-mapping/schema.ts';
import {
  type Fields,
  int32,
  list,
  object,
  open,
  pointer,
  string,
  stringMap,
  strings,
  stringType,
  type Type,
} from './struct/type.ts';

const kept = { 'x-kubernetes-preserve-unknown-fields': true } as const;

export const optionalReference = (description: string): Type => pointer(reference(description));

/** duck/v1 Destination. */
export function destination(description: string): Type {
  return object('v1.Destination', description, {
    ref: optionalReference('An object that can be addressed: a Service, Broker, Channel…'),
    uri: pointer(string('A URL; with ref it is resolved against its address.')),
    CACerts: pointer(string('Certificates (PEM) to trust for it.')),
    audience: pointer(string('OIDC audience of it.')),
  });
}

/** eventing duck/v1 DeliverySpec. */
export const delivery: Type = pointer(
  object(
    'v1.DeliverySpec',
    'What happens when an event cannot be delivered.',
    {
      deadLetterSink: pointer(destination('Where it goes in the end.')),
      retry: pointer(int32('How often it is tried again.')),
      timeout: pointer(string('How long one attempt may take, as PT5S.')),
      backoffPolicy: pointer(stringType(string('linear or exponential.'), 'v1.BackoffPolicyType')),
      backoffDelay: pointer(string('Delay before the first retry, as PT0.2S.')),
      retryAfterMax: pointer(string('The longest Retry-After to obey. Needs feature delivery-retryafter.')),
      format: pointer(string('json or binary.')),
    },
    kept,
  ),
);

export const sourceFields: Fields = {
  sink: destination('Where the events go.'),
  ceOverrides: pointer(
    object('v1.CloudEventOverrides', 'Changes to each event.', {
      extensions: stringMap('Extension attributes to set.', kept),
    }),
  ),
};

export const auth: Type = pointer(
  object('v1.AuthStatus', 'Identity under which it sends.', {
    serviceAccountName: pointer(string('Its service account.')),
    serviceAccountNames: strings('Its service accounts.'),
  }),
);

export const policies: Type = list(
  'Event policies that apply to it.',
  object('v1.AppliedEventPolicyRef', 'One policy.', {
    apiVersion: string('API version of the policy.'),
    name: string('Name of the policy.'),
  }),
);

export const deadLetterStatusFields: Fields = {
  deadLetterSinkUri: pointer(string('Address of the dead letter sink.')),
  deadLetterSinkCACerts: pointer(string('Its certificates.')),
  deadLetterSinkAudience: pointer(string('Its audience.')),
};

export const addressFields: Fields = {
  address: pointer(addressable),
  addresses: list('All its addresses.', addressable),
};

export const channelTemplate: Type = pointer(
  object('v1.ChannelTemplateSpec', 'Which channel to make.', {
    apiVersion: string('API version of the channel.'),
    kind: string('Kind of the channel.'),
    spec: open('Its spec.'),
  }),
);

export const subscribersFields: Fields = {
  subscribers: list(
    'Who gets the events; written by subscriptions.',
    object('v1.SubscriberSpec', 'One subscriber.', {
      name: pointer(string('Name of the subscription.')),
      namespace: string('Its namespace.'),
      uid: string('Uid of the subscription.'),
      generation: {
        schema: { type: 'integer', format: 'int64', description: 'Its generation.' },
        go: { kind: 'int64' },
      },
      subscriberUri: pointer(string('Address of the subscriber.')),
      subscriberCACerts: pointer(string('Its certificates.')),
      subscriberAudience: pointer(string('Its audience.')),
      replyUri: pointer(string('Where its replies go.')),
      replyCACerts: pointer(string('Certificates of that.')),
      replyAudience: pointer(string('Audience of that.')),
      delivery,
      auth,
    }),
  ),
};

export const subscribersStatusFields: Fields = {
  subscribers: list(
    'State by subscriber.',
    object('v1.SubscriberStatus', 'One subscriber.', {
      uid: string('Uid of the subscription.'),
      observedGeneration: {
        schema: { type: 'integer', format: 'int64', description: 'Its generation.' },
        go: { kind: 'int64' },
      },
      ready: string('True, False or Unknown.'),
      message: string('Why.'),
      auth,
    }),
  ),
};

/** duck/v1 Status with eventing's open annotations. */
export function eventingStatus(fields: Fields = {}): Type {
  return object('v1.Status', 'What is; written by the platform only.', {
    ...statusFields,
    annotations: {
      schema: { type: 'object', description: 'More that a controller says.', ...kept },
      go: { kind: 'raw' },
    },
    ...fields,
  });
}

export const sourceStatusFields: Fields = {
  auth,
  ceAttributes: list(
    'Events that it sends.',
    object('v1.CloudEventAttributes', 'One kind of event.', {
      type: string('Its type.'),
      source: string('Its source.'),
    }),
  ),
  sinkUri: pointer(string('Address of the sink.')),
  sinkCACerts: pointer(string('Its certificates.')),
  sinkAudience: pointer(string('Its audience.')),
};

export const labelSelector: Type = pointer(
  object('v1.LabelSelector', 'Objects by their labels.', {
    matchLabels: { schema: { type: 'object', description: 'Labels they must have.', ...kept }, go: { kind: 'raw' } },
    matchExpressions: list(
      'Further conditions.',
      object('v1.LabelSelectorRequirement', 'One condition.', {
        key: string('Label.'),
        operator: string('In, NotIn, Exists or DoesNotExist.'),
        values: strings('Values.'),
      }),
    ),
  }),
);

const openMap = (description: string): Type => ({
  schema: { type: 'object', description, ...kept },
  go: { kind: 'raw' },
});

/** One dialect of trigger filters; nested ones are open in the schema, as Knative's are. */
export const subscriptionsFilter: Type = object('v1.SubscriptionsAPIFilter', 'One filter in one dialect.', {
  all: list('All of these must hold.', openMap('')),
  any: list('One of these must hold.', openMap('')),
  not: openMap('This must not hold.'),
  exact: openMap('Attributes that have exactly these values.'),
  prefix: openMap('Attributes that begin with these values.'),
  suffix: openMap('Attributes that end with these values.'),
  cesql: string('An expression of CloudEvents SQL.'),
});
