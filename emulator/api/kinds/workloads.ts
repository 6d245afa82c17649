/** apps/v1 and batch/v1. */
import { at, isObject, type JsonObject } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { PrinterColumn, ResourceDefinition, Schema } from '../../kernel/resource.ts';
import { age, humanDuration } from '../age.ts';
import { horizontalPodAutoscalers } from './autoscaling.ts';
import {
  ageColumn,
  anything,
  conditions,
  flag,
  int32,
  int64,
  intOrString,
  kind,
  labelSelector,
  list,
  object,
  objectReference,
  text,
  time,
  withDefault,
} from './build.ts';
import { deploymentStrategy, podTemplate } from './pod-schema.ts';
import { defaultPodSpec } from './pods.ts';

const apps = { group: 'apps', categories: ['all'], generation: true };
const scale = { specPath: '.spec.replicas', statusPath: '.status.replicas', selectorPath: '.spec.selector' };

const number = (object: KubeObject, ...path: string[]): number => Number(at(object, ...path) ?? 0);

function templateContainers(object: KubeObject): { name?: string; image?: string }[] {
  return (at(object, 'spec', 'template', 'spec', 'containers') ?? []) as { name?: string; image?: string }[];
}

/** Containers, images and selector, as `-o wide` of every workload has them. */
const wide: PrinterColumn[] = [
  {
    name: 'Containers',
    type: 'string',
    priority: 1,
    value: (o) =>
      templateContainers(o)
        .map(({ name }) => name)
        .join(','),
  },
  {
    name: 'Images',
    type: 'string',
    priority: 1,
    value: (o) =>
      templateContainers(o)
        .map(({ image }) => image)
        .join(','),
  },
  { name: 'Selector', type: 'string', priority: 1, value: (o) => selectorText(at(o, 'spec', 'selector')) },
];

/** `a=b,c in (d,e)`, or `<none>`. */
export function selectorText(selector: unknown): string {
  if (!isObject(selector)) return '<none>';
  const labels = isObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  const parts = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`);
  for (const expression of (selector['matchExpressions'] ?? []) as {
    key: string;
    operator: string;
    values?: string[];
  }[]) {
    const { key, operator, values = [] } = expression;
    if (operator === 'Exists') parts.push(key);
    else if (operator === 'DoesNotExist') parts.push(`!${key}`);
    else parts.push(`${key} ${operator.toLowerCase()} (${values.join(',')})`);
  }
  return parts.join(',') || '<none>';
}

function defaultTemplate({ object }: { object: KubeObject }): undefined {
  defaultPodSpec(at(object.spec, 'template', 'spec'));
}

function defaultDeployment({ object }: { object: KubeObject }): undefined {
  const { spec } = object;
  if (!isObject(spec)) return;
  spec['strategy'] ??= {};
  const strategy = spec['strategy'] as JsonObject;
  strategy['type'] ||= 'RollingUpdate';
  if (strategy['type'] === 'RollingUpdate') {
    strategy['rollingUpdate'] ??= {};
    const rolling = strategy['rollingUpdate'] as JsonObject;
    rolling['maxUnavailable'] ??= '25%';
    rolling['maxSurge'] ??= '25%';
  }
  defaultPodSpec(at(spec, 'template', 'spec'));
}

const replicaStatus: Record<string, Schema> = {
  observedGeneration: int64,
  replicas: int32,
  readyReplicas: int32,
  availableReplicas: int32,
  terminatingReplicas: int32,
  conditions,
};

export const deployments: ResourceDefinition = kind({
  ...apps,
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  description: 'Replicas of a pod, replaced step by step when its template changes.',
  subresources: { status: true, scale },
  schema: object({
    spec: object(
      {
        replicas: withDefault(int32, 1),
        selector: labelSelector,
        template: podTemplate,
        strategy: deploymentStrategy,
        minReadySeconds: int32,
        revisionHistoryLimit: withDefault(int32, 10),
        progressDeadlineSeconds: withDefault(int32, 600),
        paused: flag,
      },
      ['selector', 'template'],
    ),
    status: object({ ...replicaStatus, updatedReplicas: int32, unavailableReplicas: int32, collisionCount: int32 }),
  }),
  columns: [
    {
      name: 'Ready',
      type: 'string',
      value: (o) => `${number(o, 'status', 'readyReplicas')}/${number(o, 'spec', 'replicas')}`,
    },
    { name: 'Up-to-date', type: 'string', value: (o) => number(o, 'status', 'updatedReplicas') },
    { name: 'Available', type: 'string', value: (o) => number(o, 'status', 'availableReplicas') },
    ageColumn,
    ...wide,
  ],
  admission: { default: defaultDeployment },
});

const counts: PrinterColumn[] = [
  { name: 'Desired', type: 'integer', value: (o) => number(o, 'spec', 'replicas') },
  { name: 'Current', type: 'integer', value: (o) => number(o, 'status', 'replicas') },
  { name: 'Ready', type: 'integer', value: (o) => number(o, 'status', 'readyReplicas') },
];

export const replicaSets: ResourceDefinition = kind({
  ...apps,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  description: 'Keeps a number of equal pods.',
  subresources: { status: true, scale },
  schema: object({
    spec: object(
      { replicas: withDefault(int32, 1), minReadySeconds: int32, selector: labelSelector, template: podTemplate },
      ['selector'],
    ),
    status: object({ ...replicaStatus, fullyLabeledReplicas: int32 }),
  }),
  columns: [...counts, ageColumn, ...wide],
  admission: { default: defaultTemplate },
});

const statefulSets = kind({
  ...apps,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  subresources: { status: true, scale },
  schema: object({
    spec: object(
      {
        replicas: withDefault(int32, 1),
        selector: labelSelector,
        template: podTemplate,
        serviceName: text,
        podManagementPolicy: withDefault(text, 'OrderedReady'),
        updateStrategy: anything,
        revisionHistoryLimit: withDefault(int32, 10),
        minReadySeconds: int32,
        persistentVolumeClaimRetentionPolicy: anything,
        ordinals: anything,
        volumeClaimTemplates: list(anything),
      },
      ['selector', 'template'],
    ),
    status: anything,
  }),
  columns: [
    {
      name: 'Ready',
      type: 'string',
      value: (o) => `${number(o, 'status', 'readyReplicas')}/${number(o, 'spec', 'replicas')}`,
    },
    ageColumn,
    ...wide.slice(0, 2),
  ],
  admission: { default: defaultTemplate },
});

const daemonSets = kind({
  ...apps,
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  subresources: { status: true },
  schema: object({
    spec: object(
      {
        selector: labelSelector,
        template: podTemplate,
        updateStrategy: anything,
        minReadySeconds: int32,
        revisionHistoryLimit: withDefault(int32, 10),
      },
      ['selector', 'template'],
    ),
    status: anything,
  }),
  columns: [
    { name: 'Desired', type: 'integer', value: (o) => number(o, 'status', 'desiredNumberScheduled') },
    { name: 'Current', type: 'integer', value: (o) => number(o, 'status', 'currentNumberScheduled') },
    { name: 'Ready', type: 'integer', value: (o) => number(o, 'status', 'numberReady') },
    { name: 'Up-to-date', type: 'integer', value: (o) => number(o, 'status', 'updatedNumberScheduled') },
    { name: 'Available', type: 'integer', value: (o) => number(o, 'status', 'numberAvailable') },
    { name: 'Node Selector', type: 'string', value: () => '<none>' },
    ageColumn,
    ...wide,
  ],
  admission: { default: defaultTemplate },
});

const controllerRevisions = kind({
  group: 'apps',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  schema: object({ data: anything, revision: int64 }),
});

const jobSpec: Record<string, Schema> = {
  parallelism: withDefault(int32, 1),
  completions: withDefault(int32, 1),
  backoffLimit: withDefault(int32, 6),
  backoffLimitPerIndex: int32,
  maxFailedIndexes: int32,
  activeDeadlineSeconds: int64,
  ttlSecondsAfterFinished: int32,
  completionMode: withDefault(text, 'NonIndexed'),
  suspend: withDefault(flag, false),
  manualSelector: flag,
  managedBy: text,
  podReplacementPolicy: text,
  podFailurePolicy: anything,
  successPolicy: anything,
  selector: labelSelector,
  template: podTemplate,
};

const jobs = kind({
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  generation: true,
  subresources: { status: true },
  schema: object({
    spec: object(jobSpec, ['template']),
    status: object({
      active: int32,
      ready: int32,
      succeeded: int32,
      failed: int32,
      terminating: int32,
      startTime: time,
      completionTime: time,
      completedIndexes: text,
      failedIndexes: text,
      uncountedTerminatedPods: anything,
      conditions,
    }),
  }),
  columns: [
    { name: 'Status', type: 'string', value: jobStatus },
    {
      name: 'Completions',
      type: 'string',
      value: (o) => `${number(o, 'status', 'succeeded')}/${at(o, 'spec', 'completions') ?? 1}`,
    },
    {
      name: 'Duration',
      type: 'string',
      value(o, now) {
        const start = Date.parse(String(at(o, 'status', 'startTime')));
        const end = Date.parse(String(at(o, 'status', 'completionTime')));
        return Number.isNaN(start) ? '' : humanDuration((Number.isNaN(end) ? now : end) - start);
      },
    },
    ageColumn,
    ...wide,
  ],
  admission: { default: defaultTemplate },
});

function jobStatus(job: KubeObject): string {
  const list = (at(job, 'status', 'conditions') ?? []) as { type: string; status: string }[];
  const has = (type: string) => list.some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return has('Suspended') ? 'Suspended' : 'Running';
}

const cronJobs = kind({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  generation: true,
  subresources: { status: true },
  schema: object({
    spec: object(
      {
        schedule: text,
        timeZone: text,
        startingDeadlineSeconds: int64,
        concurrencyPolicy: withDefault(text, 'Allow'),
        suspend: withDefault(flag, false),
        successfulJobsHistoryLimit: withDefault(int32, 3),
        failedJobsHistoryLimit: withDefault(int32, 1),
        jobTemplate: object({ metadata: anything, spec: object(jobSpec) }),
      },
      ['schedule', 'jobTemplate'],
    ),
    status: object({ active: list(objectReference), lastScheduleTime: time, lastSuccessfulTime: time }),
  }),
  columns: [
    { name: 'Schedule', type: 'string', value: '.spec.schedule' },
    { name: 'Timezone', type: 'string', value: (o) => String(at(o, 'spec', 'timeZone') ?? '<none>') },
    { name: 'Suspend', type: 'string', value: (o) => (at(o, 'spec', 'suspend') ? 'True' : 'False') },
    { name: 'Active', type: 'integer', value: (o) => ((at(o, 'status', 'active') ?? []) as unknown[]).length },
    {
      name: 'Last Schedule',
      type: 'string',
      value: (o, now) =>
        at(o, 'status', 'lastScheduleTime') ? age(at(o, 'status', 'lastScheduleTime'), now) : '<none>',
    },
    ageColumn,
  ],
});

const podDisruptionBudgets = kind({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  generation: true,
  subresources: { status: true },
  schema: object({
    spec: object({
      minAvailable: intOrString,
      maxUnavailable: intOrString,
      selector: labelSelector,
      unhealthyPodEvictionPolicy: text,
    }),
    status: anything,
  }),
  columns: [
    { name: 'Min Available', type: 'string', value: (o) => String(at(o, 'spec', 'minAvailable') ?? 'N/A') },
    { name: 'Max Unavailable', type: 'string', value: (o) => String(at(o, 'spec', 'maxUnavailable') ?? 'N/A') },
    { name: 'Allowed Disruptions', type: 'integer', value: (o) => number(o, 'status', 'disruptionsAllowed') },
    ageColumn,
  ],
});

export const workloadKinds: ResourceDefinition[] = [
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  controllerRevisions,
  jobs,
  cronJobs,
  horizontalPodAutoscalers,
  podDisruptionBudgets,
];
