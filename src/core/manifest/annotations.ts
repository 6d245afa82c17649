/**
 * Annotations and labels that Knative and Slipway read: where they belong, what they may hold, what holds without them. The words
 * are in messages/annotations.ts.
 */
import { defaultConfig } from '../../../emulator/knative/config/read.ts';
import {
  autoscaling,
  eventing,
  hpaClass,
  kpaClass,
  networking,
  queueSidecar,
  serving,
  spellings,
} from '../../../emulator/knative/keys.ts';
import type { AnnotationKey } from '../messages/annotations.ts';

/** Where an annotation is read: the object itself, its template, or only the labels of the object. */
export type AnnotationPlace = 'object' | 'template' | 'labels';

export interface AnnotationInfo {
  key: string;
  /** Of the words. */
  text: AnnotationKey;
  places: readonly AnnotationPlace[];
  kinds: readonly string[];
  values?: readonly string[];
  /** What an example could be, where there is no closed list. */
  example?: string;
  /** What holds without it, as the platform is set up by default. */
  default?: string;
  /** Written by the platform: explained, never offered. */
  written?: true;
}

const { autoscaler, deployment } = defaultConfig();
const revised = ['Service', 'Configuration'];
const routed = ['Service', 'Route'];
const seconds = (ms: number): string => `${ms / 1000}s`;

function scaling(text: AnnotationKey, key: string, more: Partial<AnnotationInfo>): AnnotationInfo {
  return { key, text, places: ['template'], kinds: revised, ...more };
}

export const annotations: readonly AnnotationInfo[] = [
  scaling('minScale', autoscaling.minScale, { example: '1', default: String(autoscaler.minScale) }),
  scaling('maxScale', autoscaling.maxScale, { example: '5', default: String(autoscaler.maxScale) }),
  scaling('initialScale', autoscaling.initialScale, { example: '1', default: String(autoscaler.initialScale) }),
  scaling('activationScale', autoscaling.activationScale, { example: '2' }),
  scaling('target', autoscaling.target, {
    example: '50',
    default: String(autoscaler.containerConcurrencyTargetDefault),
  }),
  scaling('metric', autoscaling.metric, { values: ['concurrency', 'rps'], default: 'concurrency' }),
  scaling('targetUtilization', autoscaling.targetUtilizationPercentage, {
    example: '70',
    default: String(autoscaler.containerConcurrencyTargetFraction * 100),
  }),
  scaling('targetBurstCapacity', autoscaling.targetBurstCapacity, {
    example: '200',
    default: String(autoscaler.targetBurstCapacity),
  }),
  scaling('window', autoscaling.window, { example: '60s', default: seconds(autoscaler.stableWindowMs) }),
  scaling('panicWindow', autoscaling.panicWindowPercentage, {
    example: '10',
    default: String(autoscaler.panicWindowPercentage),
  }),
  scaling('panicThreshold', autoscaling.panicThresholdPercentage, {
    example: '200',
    default: String(autoscaler.panicThresholdPercentage),
  }),
  scaling('scaleDownDelay', autoscaling.scaleDownDelay, {
    example: '30s',
    default: seconds(autoscaler.scaleDownDelayMs),
  }),
  scaling('retention', autoscaling.scaleToZeroPodRetentionPeriod, {
    example: '1m',
    default: seconds(autoscaler.scaleToZeroPodRetentionPeriodMs),
  }),
  scaling('scalerClass', autoscaling.class, { values: [kpaClass, hpaClass], default: autoscaler.podAutoscalerClass }),
  scaling('aggregation', autoscaling.metricAggregationAlgorithm, {
    values: ['linear', 'weighted-exponential'],
    default: 'linear',
  }),
  scaling('progressDeadline', serving.progressDeadline, {
    example: '120s',
    default: seconds(deployment.progressDeadlineMs),
  }),
  {
    key: serving.rolloutDuration,
    text: 'rolloutDuration',
    places: ['object'],
    kinds: routed,
    example: '60s',
    default: '0s',
  },
  scaling('noGc', serving.noGc, { values: ['true', 'false'], default: 'false', kinds: [...revised, 'Revision'] }),
  scaling('queueResources', queueSidecar.resourcePercentage, { example: '10' }),
  scaling('queueCpuRequest', queueSidecar.cpuRequest, { example: '25m' }),
  scaling('queueCpuLimit', queueSidecar.cpuLimit, { example: '1' }),
  scaling('queueMemoryRequest', queueSidecar.memoryRequest, { example: '50Mi' }),
  scaling('queueMemoryLimit', queueSidecar.memoryLimit, { example: '200Mi' }),
  {
    key: networking.visibility,
    text: 'visibility',
    places: ['labels'],
    kinds: [...routed, 'DomainMapping'],
    values: ['cluster-local'],
  },
  {
    key: networking.ingressClass,
    text: 'ingressClass',
    places: ['object'],
    kinds: [...routed, 'DomainMapping'],
    example: 'kourier.ingress.networking.knative.dev',
  },
  {
    key: networking.certificateClass,
    text: 'certificateClass',
    places: ['object'],
    kinds: [...routed, 'DomainMapping'],
    example: 'cert-manager.certificate.networking.knative.dev',
  },
  {
    key: networking.disableExternalDomainTls,
    text: 'disableTls',
    places: ['object'],
    kinds: [...routed, 'DomainMapping'],
    values: ['true', 'false'],
    default: 'false',
  },
  {
    key: networking.httpProtocol,
    text: 'httpProtocol',
    places: ['object'],
    kinds: [...routed, 'DomainMapping'],
    values: ['enabled', 'redirected'],
    default: 'enabled',
  },
  {
    key: eventing.brokerClass,
    text: 'brokerClass',
    places: ['object'],
    kinds: ['Broker'],
    example: 'MTChannelBasedBroker',
    default: 'MTChannelBasedBroker',
  },
  {
    key: eventing.scope,
    text: 'scope',
    places: ['object'],
    kinds: ['Broker', 'InMemoryChannel'],
    values: ['cluster', 'namespace'],
    default: 'cluster',
  },
  {
    key: eventing.dependency,
    text: 'dependency',
    places: ['object'],
    kinds: ['Trigger'],
    example: '{"kind":"PingSource","name":"every-minute","apiVersion":"sources.knative.dev/v1"}',
  },
  { key: eventing.injection, text: 'injection', places: ['object'], kinds: ['Trigger'], values: ['enabled'] },
  { key: serving.creator, text: 'creator', places: ['object', 'template'], kinds: [], written: true },
  { key: serving.lastModifier, text: 'lastModifier', places: ['object', 'template'], kinds: [], written: true },
  { key: eventing.creator, text: 'creator', places: ['object'], kinds: [], written: true },
  { key: eventing.lastModifier, text: 'lastModifier', places: ['object'], kinds: [], written: true },
];

const bySpelling = new Map(annotations.flatMap((info) => spellings(info.key).map((name) => [name, info] as const)));

/** Under any of its spellings. */
export function annotationInfo(key: string): AnnotationInfo | undefined {
  return bySpelling.get(key);
}

/** Groups in which a key that is not known does nothing. */
const closedGroups = /^(autoscaling|serving|networking|queue\.sidecar\.serving)\.knative\.dev\//;

export function isClosedGroup(key: string): boolean {
  return closedGroups.test(key);
}
