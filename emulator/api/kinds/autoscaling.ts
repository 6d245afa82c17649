/** autoscaling: HorizontalPodAutoscaler, stored as v2; v1 has one figure of the processor's instead of metrics. */
import { at, isObject, type JsonObject, present } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { ResourceDefinition, VersionConversion } from '../../kernel/resource.ts';
import { ageColumn, anything, int32, int64, kind, list, object, text, time, withDefault } from './build.ts';

interface Target {
  type?: string;
  averageUtilization?: number;
  averageValue?: unknown;
  value?: unknown;
}

interface Metric {
  type?: string;
  resource?: { name?: string; target?: Target; current?: Target };
}

const scaleTargetRef = object({ apiVersion: text, kind: text, name: text }, ['kind', 'name']);
const spec = { scaleTargetRef, minReplicas: withDefault(int32, 1), maxReplicas: int32 };
const status = { observedGeneration: int64, lastScaleTime: time, currentReplicas: int32, desiredReplicas: int32 };
const required = ['scaleTargetRef', 'maxReplicas'];

const v1Schema = object({
  spec: object({ ...spec, targetCPUUtilizationPercentage: int32 }, required),
  status: object({ ...status, currentCPUUtilizationPercentage: int32 }),
});

const cpu = (averageUtilization: unknown): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: Number(averageUtilization) } },
});

const isCpu = ({ type, resource }: Metric) =>
  type === 'Resource' &&
  resource?.name === 'cpu' &&
  (resource.target ?? resource.current)?.averageUtilization !== undefined;

/** Where v1 keeps what it has no members for, as v2 has it. */
const kept = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
} as const;

const v1: VersionConversion = {
  toStored(hpa) {
    const { spec: given, status: told, metadata, ...rest } = hpa;
    const { annotations: all, ...meta } = isObject(metadata) ? metadata : {};
    const annotations: JsonObject = isObject(all) ? { ...all } : {};
    const take = (name: string): unknown => {
      const value = annotations[name];
      delete annotations[name];
      if (typeof value !== 'string') return undefined;
      try {
        return JSON.parse(value);
      } catch {
        return undefined;
      }
    };
    const others = take(kept.metrics);
    const behavior = take(kept.behavior);
    const conditions = take(kept.conditions);
    const otherMetrics = take(kept.currentMetrics);
    const inner: JsonObject = isObject(given) ? { ...given } : {};
    const percentage = inner['targetCPUUtilizationPercentage'];
    delete inner['targetCPUUtilizationPercentage'];
    const metrics = [...(Array.isArray(others) ? others : []), ...(percentage == null ? [] : [cpu(percentage)])];
    const state: JsonObject = isObject(told) ? { ...told } : {};
    const current = state['currentCPUUtilizationPercentage'];
    delete state['currentCPUUtilizationPercentage'];
    const measured =
      current == null
        ? []
        : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }];
    const currentMetrics = [...(Array.isArray(otherMetrics) ? otherMetrics : []), ...measured];
    return withParts(rest, meta, annotations, {
      spec: given && { ...inner, metrics: filled(metrics), behavior },
      status: told && { ...state, currentMetrics: filled(currentMetrics), conditions },
    });
  },
  fromStored(hpa) {
    const { spec: given, status: told, metadata, ...rest } = hpa;
    const { metrics, behavior, ...inner } = isObject(given) ? given : {};
    const { currentMetrics, conditions, ...state } = isObject(told) ? told : {};
    const [own, others] = split(metrics);
    const [ownCurrent, otherCurrent] = split(currentMetrics);
    const texts = Object.entries({
      [kept.metrics]: filled(others),
      [kept.behavior]: behavior,
      [kept.conditions]: conditions,
      [kept.currentMetrics]: filled(otherCurrent),
    }).map(([name, value]) => [name, value && JSON.stringify(value)] as const);
    const { annotations, ...meta } = isObject(metadata) ? metadata : {};
    return withParts(
      rest,
      meta,
      { ...(isObject(annotations) ? annotations : {}), ...present(Object.fromEntries(texts)) },
      {
        spec: given && { ...inner, targetCPUUtilizationPercentage: own?.resource?.target?.averageUtilization },
        status: told && {
          ...state,
          currentCPUUtilizationPercentage: ownCurrent?.resource?.current?.averageUtilization,
        },
      },
    );
  },
};

/** The object of its parts; what is empty in them is not there. */
function withParts(
  rest: JsonObject,
  meta: JsonObject,
  annotations: JsonObject,
  { spec: wanted, status: told }: { spec: unknown; status: unknown },
): JsonObject {
  return present({
    ...rest,
    metadata: present({ ...meta, annotations: Object.keys(annotations).length > 0 ? annotations : undefined }),
    spec: isObject(wanted) ? present(wanted) : undefined,
    status: isObject(told) ? present(told) : undefined,
  });
}

function filled<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** The first metric that v1 has a member for, and the rest. */
function split(metrics: unknown): [Metric | undefined, Metric[]] {
  const all = (Array.isArray(metrics) ? metrics : []) as Metric[];
  const own = all.find(isCpu);
  return [own, all.filter((metric) => metric !== own)];
}

/** `cpu: <unknown>/80%`: nothing is measured here. */
function targets(hpa: KubeObject): string {
  const metrics = (at(hpa, 'spec', 'metrics') ?? []) as Metric[];
  const words = metrics.map((metric) => {
    const { name, target } = metric.resource ?? {};
    if (metric.type !== 'Resource' || !target) return '<unknown>';
    const goal =
      target.averageUtilization === undefined ? String(target.averageValue) : `${target.averageUtilization}%`;
    return `${name}: <unknown>/${goal}`;
  });
  if (words.length === 0) return '<none>';
  return words.length > 2 ? `${words.slice(0, 2).join(', ')} + ${words.length - 2} more...` : words.join(', ');
}

const stored = kind({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: { status: true },
  schema: object({
    spec: object({ ...spec, metrics: list(anything), behavior: anything }, required),
    status: object({ ...status, currentMetrics: list(anything), conditions: list(anything) }),
  }),
  columns: [
    {
      name: 'Reference',
      type: 'string',
      value: (o) => `${at(o, 'spec', 'scaleTargetRef', 'kind')}/${at(o, 'spec', 'scaleTargetRef', 'name')}`,
    },
    { name: 'Targets', type: 'string', value: targets },
    { name: 'MinPods', type: 'string', value: (o) => String(at(o, 'spec', 'minReplicas') ?? '<unset>') },
    { name: 'MaxPods', type: 'string', value: (o) => Number(at(o, 'spec', 'maxReplicas') ?? 0) },
    { name: 'Replicas', type: 'string', value: (o) => Number(at(o, 'status', 'currentReplicas') ?? 0) },
    ageColumn,
  ],
  admission: {
    default({ object: hpa }) {
      const { spec: wanted } = hpa;
      // What Kubernetes takes when nothing is said.
      if (isObject(wanted) && !(wanted['metrics'] as unknown[] | undefined)?.length) wanted['metrics'] = [cpu(80)];
      return undefined;
    },
  },
});

export const horizontalPodAutoscalers: ResourceDefinition = {
  ...stored,
  versions: [
    ...stored.versions,
    {
      name: 'v1',
      served: true,
      storage: false,
      schema: v1Schema,
      columns: stored.versions[0]?.columns ?? [],
      conversion: v1,
    },
  ],
};
