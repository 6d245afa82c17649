/** A container's environment as Kubernetes resolves it: envFrom, env in order, `$(NAME)`, references. Pure over a view. */
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import { parseQuantity } from './process/refusals.ts';
import type { Container, EnvVar, Pod } from './types.ts';

/** What keeps a container from being created until an object changes; the message is the kubelet's. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** A volume cannot be made yet: the pod waits as before, and an event says why. */
export class MountFailed extends ConfigError {
  constructor(volume: string, why: string) {
    super(`MountVolume.SetUp failed for volume "${volume}" : ${why}`);
    this.name = 'MountFailed';
  }
}

export interface EnvironmentFacts {
  podIP: string;
  hostIP: string;
  nodeName: string;
  /** Values that win over the manifest's, known before `$(NAME)` is resolved: PORT. */
  fixed: Record<string, string>;
  /** What the platform tells it; the manifest wins. */
  own?: Record<string, string>;
}

/** @throws ConfigError. */
export function containerEnvironment(
  pod: Pod,
  container: Container,
  view: View,
  facts: EnvironmentFacts,
): Record<string, string> {
  const env: Record<string, string> = { HOSTNAME: pod.metadata.name };
  if (pod.spec?.enableServiceLinks === true) {
    for (const service of view.list('services', { namespace: pod.metadata.namespace ?? '' })) {
      Object.assign(env, linksOf(service.metadata.name, (service.spec ?? {}) as ServiceSpec));
    }
  }
  Object.assign(env, facts.own);
  for (const source of container.envFrom ?? []) {
    const reference = source.configMapRef ?? source.secretRef;
    if (!reference) continue;
    const kind = source.configMapRef ? 'configmap' : 'secret';
    const data = dataOf(view, pod, kind, reference.name, reference.optional === true);
    for (const [key, value] of Object.entries(data ?? {})) env[(source.prefix ?? '') + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = facts.fixed[variable.name] ?? variableValue(variable, env, pod, container, view, facts);
    if (value !== undefined) env[variable.name] = value;
  }
  return { ...env, ...facts.fixed };
}

/** Kubernetes' `$(NAME)`; `$$` is a dollar; unknown names stay as they are. */
export function expand(text: string, env: Record<string, string>): string {
  return text.replace(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) => {
    if (whole === '$$') return '$';
    return name !== undefined && Object.hasOwn(env, name) ? (env[name] ?? '') : whole;
  });
}

function variableValue(
  { value, valueFrom }: EnvVar,
  env: Record<string, string>,
  pod: Pod,
  container: Container,
  view: View,
  facts: EnvironmentFacts,
): string | undefined {
  if (!valueFrom) return expand(value ?? '', env);
  for (const [kind, selector] of [
    ['configmap', valueFrom.configMapKeyRef],
    ['secret', valueFrom.secretKeyRef],
  ] as const) {
    if (!selector) continue;
    const data = dataOf(view, pod, kind, selector.name, selector.optional === true);
    const found = data?.[selector.key];
    if (found === undefined && selector.optional !== true) {
      const title = kind === 'configmap' ? 'ConfigMap' : 'Secret';
      throw new ConfigError(`couldn't find key ${selector.key} in ${title} ${pod.metadata.namespace}/${selector.name}`);
    }
    return found;
  }
  if (valueFrom.fieldRef) return fieldValue(pod, valueFrom.fieldRef.fieldPath, facts);
  if (valueFrom.resourceFieldRef) {
    const { resource, divisor = 1, containerName } = valueFrom.resourceFieldRef;
    const target = pod.spec?.containers.find(({ name }) => name === containerName) ?? container;
    return resourceValue(target, resource, divisor);
  }
  return undefined;
}

/** @throws ConfigError for a field that pods do not expose. */
export function fieldValue(pod: Pod, path: string, facts: Omit<EnvironmentFacts, 'fixed'>): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
    case 'metadata.annotations':
      return Object.entries(metadata[path === 'metadata.labels' ? 'labels' : 'annotations'] ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join('\n');
    case 'spec.nodeName':
      return facts.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.hostIP;
    case 'status.podIP':
    case 'status.podIPs':
      return facts.podIP;
    default:
      throw new ConfigError(`unsupported fieldPath: ${path}`);
  }
}

function resourceValue(container: Container, resource: string, divisor: string | number): string {
  const [kind = '', ...rest] = resource.split('.');
  const amount = container.resources?.[kind as 'limits' | 'requests']?.[rest.join('.')];
  const value = amount === undefined ? 0 : (parseQuantity(amount) ?? 0);
  return String(Math.ceil(value / (parseQuantity(divisor) || 1)));
}

/** A ConfigMap's or Secret's data as text. @throws ConfigError when it is absent and not optional. */
export function dataOf(
  view: View,
  pod: Pod,
  kind: 'configmap' | 'secret',
  name: string,
  optional: boolean,
): Record<string, string> | undefined {
  const object = view.get(`${kind}s`, pod.metadata.namespace, name) as DataObject | undefined;
  if (!object) {
    if (optional) return undefined;
    throw new ConfigError(`${kind} "${name}" not found`);
  }
  if (kind === 'configmap') return object.data ?? {};
  return Object.fromEntries(
    Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

export interface DataObject extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

/**
 * For a Service that has an address `REDIS_MAIN_SERVICE_HOST` and `…_PORT`, one of them for each port
 * with a name, and Docker's older links (`REDIS_MAIN_PORT_6379_TCP_ADDR`): kubelet's envvars.
 */
function linksOf(service: string, { clusterIP: host, ports = [] }: ServiceSpec): Record<string, string> {
  const [first] = ports;
  if (!host || host === 'None' || !first) return {};
  const env: Record<string, string> = {};
  const prefix = variableName(service);
  env[`${prefix}_SERVICE_HOST`] = host;
  env[`${prefix}_SERVICE_PORT`] = String(first.port);
  for (const { name, port } of ports) if (name) env[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(port);
  const urlOf = ({ protocol = 'TCP', port }: ServicePort) => `${protocol.toLowerCase()}://${host}:${port}`;
  env[`${prefix}_PORT`] = urlOf(first);
  for (const port of ports) {
    const { protocol = 'TCP' } = port;
    const link = `${prefix}_PORT_${port.port}_${protocol}`;
    Object.assign(env, {
      [link]: urlOf(port),
      [`${link}_PROTO`]: protocol.toLowerCase(),
      [`${link}_PORT`]: String(port.port),
      [`${link}_ADDR`]: host,
    });
  }
  return env;
}

/** What every pod is told of the Service `kubernetes`, whether it wants service links or not. */
export function apiEnvironment({ host, port }: { host: string; port: number }): Record<string, string> {
  return linksOf('kubernetes', { clusterIP: host, ports: [{ name: 'https', port }] });
}

interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
}

interface ServiceSpec {
  clusterIP?: string;
  ports?: ServicePort[];
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}
