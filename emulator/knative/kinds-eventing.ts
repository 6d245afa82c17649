/** The kinds of Knative Eventing. */
import type { PrinterColumn, ResourceDefinition } from '../kernel/resource.ts';
import { admission } from './admission.ts';
import { apiServerSourceSpec, apiServerSourceStatus } from './api-server-source/schema.ts';
import { apiServerSourceRules } from './api-server-source/validation.ts';
import { brokerSpec, brokerStatus } from './broker/schema.ts';
import { brokerRules } from './broker/validation.ts';
import { channelSpec, channelStatus } from './channel/schema.ts';
import { channelRules } from './channel/validation.ts';
import { ageColumn, readyColumns } from './conditions-schema.ts';
import { containerSourceSpec, containerSourceStatus } from './container-source/schema.ts';
import { containerSourceRules } from './container-source/validation.ts';
import { defineKind, type Kind } from './definition.ts';
import { eventPolicySpec, eventPolicyStatus } from './event-policy/schema.ts';
import { eventPolicyRules } from './event-policy/validation.ts';
import { eventTransformSpec, eventTransformStatus } from './event-transform/schema.ts';
import { eventTransformRules } from './event-transform/validation.ts';
import { eventTypeSpec, eventTypeSpecV1Beta3, eventTypeStatus } from './event-type/schema.ts';
import { eventTypeRules } from './event-type/validation.ts';
import { inMemoryChannelSpec, inMemoryChannelStatus } from './in-memory-channel/schema.ts';
import { inMemoryChannelRules } from './in-memory-channel/validation.ts';
import { integrationSinkSpec, integrationSinkStatus } from './integration-sink/schema.ts';
import { integrationSinkRules } from './integration-sink/validation.ts';
import { integrationSourceSpec, integrationSourceStatus } from './integration-source/schema.ts';
import { integrationSourceRules } from './integration-source/validation.ts';
import { jobSinkSpec, jobSinkStatus } from './job-sink/schema.ts';
import { jobSinkRules } from './job-sink/validation.ts';
import { parallelSpec, parallelStatus } from './parallel/schema.ts';
import { parallelRules } from './parallel/validation.ts';
import { pingSourceSpec, pingSourceStatus } from './ping-source/schema.ts';
import { pingSourceRules } from './ping-source/validation.ts';
import { requestReplySpec, requestReplyStatus } from './request-reply/schema.ts';
import { requestReplyRules } from './request-reply/validation.ts';
import { sequenceSpec, sequenceStatus } from './sequence/schema.ts';
import { sequenceRules } from './sequence/validation.ts';
import { sinkBindingSpec, sinkBindingStatus } from './sink-binding/schema.ts';
import { sinkBindingRules } from './sink-binding/validation.ts';
import { subscriptionSpec, subscriptionStatus } from './subscription/schema.ts';
import { subscriptionRules } from './subscription/validation.ts';
import { triggerSpec, triggerStatus } from './trigger/schema.ts';
import { triggerRules } from './trigger/validation.ts';

const part = 'knative-eventing';
const eventing = { group: 'eventing.knative.dev', categories: ['all', 'knative', 'eventing'], part };
const flows = { group: 'flows.knative.dev', categories: ['all', 'knative', 'flows'], part };
const messaging = 'messaging.knative.dev';
const addressable = { 'duck.knative.dev/addressable': 'true' };
const channelLabels = { ...addressable, 'messaging.knative.dev/subscribable': 'true' };

const [ready, reason] = readyColumns;
const age: PrinterColumn = ageColumn;
const url: PrinterColumn = { name: 'URL', type: 'string', value: '.status.address.url' };
const sink: PrinterColumn = { name: 'Sink', type: 'string', value: '.status.sinkUri' };

function source(kind: Pick<Kind, 'kind' | 'plural' | 'versions'> & Partial<Kind>): ResourceDefinition {
  return defineKind({
    group: 'sources.knative.dev',
    categories: ['all', 'knative', 'sources'],
    part,
    ...kind,
    labels: { 'eventing.knative.dev/source': 'true', 'duck.knative.dev/source': 'true', ...kind.labels },
  });
}

const eventTypeColumns: PrinterColumn[] = [
  { name: 'Type', type: 'string', value: '.spec.type' },
  { name: 'Source', type: 'string', value: '.spec.source' },
  { name: 'Schema', type: 'string', value: '.spec.schema' },
  { name: 'Reference Name', type: 'string', value: '.spec.reference.name' },
  { name: 'Reference Kind', type: 'string', value: '.spec.reference.kind' },
  { name: 'Description', type: 'string', value: '.spec.description' },
  ready,
  reason,
];

const eventTypeColumnsV1Beta3: PrinterColumn[] = [
  { name: 'Type', type: 'string', value: ".spec.attributes[?(@.name=='type')].value" },
  { name: 'Source', type: 'string', value: ".spec.attributes[?(@.name=='source')].value" },
  ...eventTypeColumns.slice(3),
];

const eventTypeText = 'A type of events that can be had in the namespace.';
const pingSource = {
  description: 'Sends an event again and again, as a cron job does.',
  spec: pingSourceSpec,
  status: pingSourceStatus,
  columns: [sink, { name: 'Schedule', type: 'string', value: '.spec.schedule' }, age, ready, reason],
} satisfies Omit<Kind['versions'][number], 'name'>;

export const eventingDefinitions: ResourceDefinition[] = [
  defineKind({
    ...eventing,
    kind: 'Broker',
    admission: admission(brokerRules),
    plural: 'brokers',
    labels: addressable,
    versions: [
      {
        name: 'v1',
        description: 'Takes events and hands them to the triggers whose filters fit.',
        spec: brokerSpec,
        status: brokerStatus,
        columns: [
          url,
          age,
          ready,
          reason,
          {
            name: 'Class',
            type: 'string',
            value: '.metadata.annotations.eventing\\.knative\\.dev/broker\\.class',
            priority: 1,
          },
        ],
      },
    ],
  }),
  defineKind({
    ...eventing,
    kind: 'Trigger',
    admission: admission(triggerRules),
    plural: 'triggers',
    versions: [
      {
        name: 'v1',
        description: 'Sends events of a broker that fit a filter to a subscriber.',
        spec: triggerSpec,
        status: triggerStatus,
        columns: [
          { name: 'Broker', type: 'string', value: '.spec.broker' },
          { name: 'Subscriber_URI', type: 'string', value: '.status.subscriberUri' },
          age,
          ready,
          reason,
        ],
      },
    ],
  }),
  defineKind({
    ...eventing,
    kind: 'EventType',
    admission: admission(eventTypeRules),
    plural: 'eventtypes',
    versions: [
      {
        name: 'v1beta2',
        storage: true,
        description: eventTypeText,
        spec: eventTypeSpec,
        status: eventTypeStatus,
        columns: eventTypeColumns,
      },
      {
        name: 'v1beta3',
        description: eventTypeText,
        spec: eventTypeSpecV1Beta3,
        status: eventTypeStatus,
        columns: eventTypeColumnsV1Beta3,
      },
      {
        name: 'v1beta1',
        description: eventTypeText,
        spec: eventTypeSpec,
        status: eventTypeStatus,
        columns: eventTypeColumns,
      },
    ],
  }),
  defineKind({
    ...eventing,
    kind: 'EventPolicy',
    admission: admission(eventPolicyRules),
    plural: 'eventpolicies',
    versions: [
      {
        name: 'v1alpha1',
        description: 'Says who may send events where.',
        spec: eventPolicySpec,
        status: eventPolicyStatus,
        columns: [ready, reason],
      },
    ],
  }),
  defineKind({
    ...eventing,
    kind: 'EventTransform',
    admission: admission(eventTransformRules),
    plural: 'eventtransforms',
    labels: addressable,
    versions: [
      {
        name: 'v1alpha1',
        description: 'Makes other events of the events that it gets.',
        spec: eventTransformSpec,
        status: eventTransformStatus,
        columns: [url, sink, ready, reason],
      },
    ],
  }),
  defineKind({
    ...eventing,
    kind: 'RequestReply',
    admission: admission(requestReplyRules),
    plural: 'requestreplies',
    shortNames: ['rr'],
    versions: [
      {
        name: 'v1alpha1',
        description: 'Sends an event to a broker and waits for the answer.',
        spec: requestReplySpec,
        status: requestReplyStatus,
        columns: [url, ready, reason],
      },
    ],
  }),
  defineKind({
    group: messaging,
    categories: ['all', 'knative', 'messaging', 'channel'],
    part,
    kind: 'Channel',
    admission: admission(channelRules),
    plural: 'channels',
    shortNames: ['ch'],
    labels: channelLabels,
    versions: [
      {
        name: 'v1',
        description: 'A channel of whatever kind is the default here.',
        spec: channelSpec,
        status: channelStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
  defineKind({
    group: messaging,
    categories: ['all', 'knative', 'messaging', 'channel'],
    part,
    kind: 'InMemoryChannel',
    admission: admission(inMemoryChannelRules),
    plural: 'inmemorychannels',
    shortNames: ['imc'],
    labels: channelLabels,
    versions: [
      {
        name: 'v1',
        description: 'A channel that hands each event to all its subscribers.',
        spec: inMemoryChannelSpec,
        status: inMemoryChannelStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
  defineKind({
    group: messaging,
    categories: ['all', 'knative', 'messaging'],
    part,
    kind: 'Subscription',
    admission: admission(subscriptionRules),
    plural: 'subscriptions',
    shortNames: ['sub'],
    versions: [
      {
        name: 'v1',
        description: 'Sends the events of a channel to a subscriber.',
        spec: subscriptionSpec,
        status: subscriptionStatus,
        columns: [age, ready, reason],
      },
    ],
  }),
  defineKind({
    ...flows,
    kind: 'Sequence',
    admission: admission(sequenceRules),
    plural: 'sequences',
    labels: addressable,
    versions: [
      {
        name: 'v1',
        description: 'Steps that each event passes one after another.',
        spec: sequenceSpec,
        status: sequenceStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
  defineKind({
    ...flows,
    kind: 'Parallel',
    admission: admission(parallelRules),
    plural: 'parallels',
    labels: addressable,
    versions: [
      {
        name: 'v1',
        description: 'Branches that each event takes side by side.',
        spec: parallelSpec,
        status: parallelStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
  source({
    kind: 'ApiServerSource',
    admission: admission(apiServerSourceRules),
    plural: 'apiserversources',
    versions: [
      {
        name: 'v1',
        description: 'Sends an event for each change of a Kubernetes object.',
        spec: apiServerSourceSpec,
        status: apiServerSourceStatus,
        columns: [sink, age, ready, reason],
      },
    ],
  }),
  source({
    kind: 'ContainerSource',
    admission: admission(containerSourceRules),
    plural: 'containersources',
    versions: [
      {
        name: 'v1',
        description: 'Runs a container that sends events to a sink.',
        spec: containerSourceSpec,
        status: containerSourceStatus,
        columns: [sink, age, ready, reason],
      },
    ],
  }),
  source({
    kind: 'SinkBinding',
    admission: admission(sinkBindingRules),
    plural: 'sinkbindings',
    categories: ['all', 'knative', 'sources', 'bindings'],
    labels: { 'duck.knative.dev/binding': 'true' },
    versions: [
      {
        name: 'v1',
        description: 'Tells workloads where to send their events.',
        spec: sinkBindingSpec,
        status: sinkBindingStatus,
        columns: [sink, age, ready, reason],
      },
    ],
  }),
  source({
    kind: 'PingSource',
    admission: admission(pingSourceRules),
    plural: 'pingsources',
    versions: [
      { name: 'v1', ...pingSource },
      { name: 'v1beta2', ...pingSource },
    ],
  }),
  source({
    kind: 'IntegrationSource',
    admission: admission(integrationSourceRules),
    plural: 'integrationsources',
    versions: [
      {
        name: 'v1alpha1',
        description: 'Sends events of another system to a sink.',
        spec: integrationSourceSpec,
        status: integrationSourceStatus,
        columns: [sink, age, ready, reason],
      },
    ],
  }),
  defineKind({
    group: 'sinks.knative.dev',
    categories: ['all', 'knative', 'eventing', 'sink'],
    part,
    kind: 'IntegrationSink',
    admission: admission(integrationSinkRules),
    plural: 'integrationsinks',
    labels: addressable,
    versions: [
      {
        name: 'v1alpha1',
        description: 'Sends events to another system.',
        spec: integrationSinkSpec,
        status: integrationSinkStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
  defineKind({
    group: 'sinks.knative.dev',
    categories: ['all', 'knative', 'eventing', 'sink'],
    part,
    kind: 'JobSink',
    admission: admission(jobSinkRules),
    plural: 'jobsinks',
    labels: addressable,
    versions: [
      {
        name: 'v1alpha1',
        description: 'Runs a Job for each event.',
        spec: jobSinkSpec,
        status: jobSinkStatus,
        columns: [url, age, ready, reason],
      },
    ],
  }),
];
