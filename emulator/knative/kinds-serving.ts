/** The kinds of Knative Serving and of its internal groups. */
import type { PrinterColumn, ResourceDefinition } from '../kernel/resource.ts';
import { admission } from './admission.ts';
import { certificateSpec, certificateStatus } from './certificate/schema.ts';
import { certificateRules } from './certificate/validation.ts';
import { clusterDomainClaimSpec } from './cluster-domain-claim/schema.ts';
import { readyColumns } from './conditions-schema.ts';
import { configurationSpec, configurationStatus } from './configuration/schema.ts';
import { configurationRules } from './configuration/validation.ts';
import { defineKind } from './definition.ts';
import { domainMappingSpec, domainMappingStatus } from './domain-mapping/schema.ts';
import { domainMappingRules } from './domain-mapping/validation.ts';
import { imageSpec, imageStatus } from './image/schema.ts';
import { ingressSpec, ingressStatus } from './ingress/schema.ts';
import { ingressRules } from './ingress/validation.ts';
import { metricSpec, metricStatus } from './metric/schema.ts';
import { metricRules } from './metric/validation.ts';
import { podAutoscalerSpec, podAutoscalerStatus } from './pod-autoscaler/schema.ts';
import { podAutoscalerRules } from './pod-autoscaler/validation.ts';
import { revisionSpec, revisionStatus } from './revision/schema.ts';
import { revisionRules } from './revision/validation.ts';
import { routeSpec, routeStatus } from './route/schema.ts';
import { routeRules } from './route/validation.ts';
import { serverlessServiceSpec, serverlessServiceStatus } from './serverless-service/schema.ts';
import { serverlessServiceRules } from './serverless-service/validation.ts';
import { serviceSpec, serviceStatus } from './service/schema.ts';
import { serviceRules } from './service/validation.ts';

const part = 'knative-serving';
const serving = { group: 'serving.knative.dev', categories: ['all', 'knative', 'serving'], part };
const networking = {
  group: 'networking.internal.knative.dev',
  categories: ['knative-internal', 'networking'],
  part,
  labels: { 'app.kubernetes.io/component': 'networking' },
};
const autoscaling = {
  group: 'autoscaling.internal.knative.dev',
  categories: ['knative-internal', 'autoscaling'],
  part,
};

const url: PrinterColumn = { name: 'URL', type: 'string', value: '.status.url' };
const latest: PrinterColumn[] = [
  { name: 'LatestCreated', type: 'string', value: '.status.latestCreatedRevisionName' },
  { name: 'LatestReady', type: 'string', value: '.status.latestReadyRevisionName' },
];
const [ready, reason] = readyColumns;
const addressable = { 'duck.knative.dev/addressable': 'true' };
const podSpecable = { 'duck.knative.dev/podspecable': 'true' };

export const servingDefinitions: ResourceDefinition[] = [
  defineKind({
    ...serving,
    kind: 'Service',
    admission: admission(serviceRules),
    plural: 'services',
    shortNames: ['kservice', 'ksvc'],
    labels: { ...addressable, ...podSpecable },
    versions: [
      {
        name: 'v1',
        description:
          'An application that serves requests: each change of its template makes a revision, and its traffic is shared out among revisions.',
        spec: serviceSpec,
        status: serviceStatus,
        columns: [url, ...latest, ready, reason],
      },
    ],
  }),
  defineKind({
    ...serving,
    kind: 'Configuration',
    admission: admission(configurationRules),
    plural: 'configurations',
    shortNames: ['config', 'cfg'],
    labels: podSpecable,
    versions: [
      {
        name: 'v1',
        description: 'The template of an application: each change of it makes a revision.',
        spec: configurationSpec,
        status: configurationStatus,
        columns: [...latest, ready, reason],
      },
    ],
  }),
  defineKind({
    ...serving,
    kind: 'Revision',
    admission: admission(revisionRules),
    plural: 'revisions',
    shortNames: ['rev'],
    versions: [
      {
        name: 'v1',
        description: 'An immutable snapshot of code and configuration, scaled with its requests.',
        spec: revisionSpec,
        status: revisionStatus,
        columns: [
          { name: 'Config Name', type: 'string', value: ".metadata.labels['serving\\.knative\\.dev/configuration']" },
          {
            name: 'Generation',
            type: 'string',
            value: ".metadata.labels['serving\\.knative\\.dev/configurationGeneration']",
          },
          ready,
          reason,
          { name: 'Actual Replicas', type: 'integer', value: '.status.actualReplicas' },
          { name: 'Desired Replicas', type: 'integer', value: '.status.desiredReplicas' },
        ],
      },
    ],
  }),
  defineKind({
    ...serving,
    kind: 'Route',
    admission: admission(routeRules),
    plural: 'routes',
    shortNames: ['rt'],
    labels: addressable,
    versions: [
      {
        name: 'v1',
        description: 'An address, and how its requests are shared out among revisions.',
        spec: routeSpec,
        status: routeStatus,
        columns: [url, ready, reason],
      },
    ],
  }),
  defineKind({
    ...serving,
    kind: 'DomainMapping',
    admission: admission(domainMappingRules),
    plural: 'domainmappings',
    shortNames: ['dm'],
    versions: [
      {
        name: 'v1beta1',
        description: 'A domain of your own, named as the object is, for a Service.',
        spec: domainMappingSpec,
        status: domainMappingStatus,
        columns: [url, ready, reason],
      },
    ],
  }),
  defineKind({
    ...autoscaling,
    kind: 'PodAutoscaler',
    admission: admission(podAutoscalerRules),
    plural: 'podautoscalers',
    shortNames: ['kpa', 'pa'],
    versions: [
      {
        name: 'v1alpha1',
        description: 'How many instances a revision has.',
        spec: podAutoscalerSpec,
        status: podAutoscalerStatus,
        columns: [
          { name: 'DesiredScale', type: 'integer', value: '.status.desiredScale' },
          { name: 'ActualScale', type: 'integer', value: '.status.actualScale' },
          ready,
          reason,
        ],
      },
    ],
  }),
  defineKind({
    ...autoscaling,
    kind: 'Metric',
    admission: admission(metricRules),
    plural: 'metrics',
    versions: [
      {
        name: 'v1alpha1',
        description: 'What is measured of a revision.',
        spec: metricSpec,
        status: metricStatus,
        columns: [ready, reason],
      },
    ],
  }),
  defineKind({
    ...networking,
    kind: 'Ingress',
    admission: admission(ingressRules),
    plural: 'ingresses',
    shortNames: ['kingress', 'king'],
    versions: [
      {
        name: 'v1alpha1',
        description: 'Which hosts lead to which revisions.',
        spec: ingressSpec,
        status: ingressStatus,
        columns: [ready, reason],
      },
    ],
  }),
  defineKind({
    ...networking,
    kind: 'ServerlessService',
    admission: admission(serverlessServiceRules),
    plural: 'serverlessservices',
    shortNames: ['sks'],
    versions: [
      {
        name: 'v1alpha1',
        description: 'Whether requests go to the instances or to the activator.',
        spec: serverlessServiceSpec,
        status: serverlessServiceStatus,
        columns: [
          { name: 'Mode', type: 'string', value: '.spec.mode' },
          { name: 'Activators', type: 'integer', value: '.spec.numActivators' },
          { name: 'ServiceName', type: 'string', value: '.status.serviceName' },
          { name: 'PrivateServiceName', type: 'string', value: '.status.privateServiceName' },
          ready,
          reason,
        ],
      },
    ],
  }),
  defineKind({
    ...networking,
    kind: 'Certificate',
    admission: admission(certificateRules),
    plural: 'certificates',
    shortNames: ['kcert'],
    versions: [
      {
        name: 'v1alpha1',
        description: 'A certificate that a route or a domain needs.',
        spec: certificateSpec,
        status: certificateStatus,
        columns: [ready, reason],
      },
    ],
  }),
  defineKind({
    ...networking,
    kind: 'ClusterDomainClaim',
    plural: 'clusterdomainclaims',
    shortNames: ['cdc'],
    clusterScoped: true,
    versions: [
      {
        name: 'v1alpha1',
        description: 'Gives the domain that the object is named as to one namespace.',
        spec: clusterDomainClaimSpec,
        columns: [],
      },
    ],
  }),
  defineKind({
    group: 'caching.internal.knative.dev',
    categories: ['knative-internal', 'caching'],
    part,
    kind: 'Image',
    plural: 'images',
    versions: [
      {
        name: 'v1alpha1',
        description: 'An image that should be at hand on the nodes.',
        spec: imageSpec,
        status: imageStatus,
        columns: [{ name: 'Image', type: 'string', value: '.spec.image' }],
      },
    ],
  }),
];
