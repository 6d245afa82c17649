/** A container as the Docker API wants it. Pure. */
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { ConfigError } from '../container-environment.ts';
import type { ContainerSpec } from '../ports.ts';
import { parseQuantity } from '../process/refusals.ts';
import type { Pod } from '../types.ts';
import type { EngineImage } from './images.ts';

export interface CreateFacts {
  pod: Pod;
  labels: Record<string, string>;
  image: EngineImage;
  /** Of the container whose network (and processes, where the pod shares them) it joins. */
  holder: string | undefined;
  /** What the holder has of the pod's network; of a container that is its own holder. */
  network: HostConfig;
  /** Variables that the pod's own win over. */
  env: Record<string, string>;
  /** Ports are reached at the container's own address, or have to be published on loopback. */
  publish: boolean;
  debugPort: number | undefined;
}

/** Of the kubelet's quota period. */
const cpuPeriodUs = 100_000;
const leastQuotaUs = 1_000;
/** Docker refuses less; nothing starts in less either. */
const leastMemory = 6 * 2 ** 20;

/** @throws ConfigError for what a kubelet refuses too. */
export function createOptions(container: ContainerSpec, facts: CreateFacts): ContainerCreateOptions {
  const { pod, holder } = facts;
  const security = container.securityContext ?? {};
  const user = userOf(container, facts);
  const ports = [container.port, facts.debugPort].filter((port) => port !== undefined);
  const published = facts.publish && !holder;
  const capabilities = (security['capabilities'] ?? {}) as { add?: string[]; drop?: string[] };
  const env = { ...facts.env, ...container.env };
  if (facts.debugPort !== undefined) {
    env['NODE_OPTIONS'] = `${env['NODE_OPTIONS'] ?? ''} --inspect-wait=0.0.0.0:${facts.debugPort}`.trim();
  }
  const groups = [security['fsGroup'], ...((security['supplementalGroups'] ?? []) as number[])].filter(
    (group) => typeof group === 'number',
  );
  const isolation: HostConfig = holder
    ? {
        NetworkMode: `container:${holder}`,
        IpcMode: `container:${holder}`,
        ...(pod.spec?.shareProcessNamespace ? { PidMode: `container:${holder}` } : {}),
      }
    : { ...facts.network, ...publishedPorts(published ? ports : []) };
  return {
    Image: container.image,
    // With a command of the manifest the image's own arguments do not count.
    ...(container.command ? { Entrypoint: container.command, Cmd: container.args ?? [] } : {}),
    ...(!container.command && container.args ? { Cmd: container.args } : {}),
    ...(container.workingDir ? { WorkingDir: container.workingDir } : {}),
    ...(user ? { User: user } : {}),
    ...(holder || facts.network.NetworkMode === 'host' ? {} : { Hostname: hostnameOf(pod) }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: facts.labels,
    Tty: container.tty,
    ...(container.stdin === 'closed' ? {} : { OpenStdin: true, StdinOnce: container.stdin === 'once' }),
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: published ? Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])) : {},
    // The image's own check is Docker's affair; a kubelet knows none.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...isolation,
      Binds: container.mounts.map(
        ({ hostPath, mountPath, readOnly }) => `${hostPath}:${mountPath}${readOnly ? ':ro' : ''}`,
      ),
      ...resources(container),
      ...(groups.length > 0 ? { GroupAdd: groups.map(String) } : {}),
      ...(security['readOnlyRootFilesystem'] === true ? { ReadonlyRootfs: true } : {}),
      ...(security['privileged'] === true ? { Privileged: true } : {}),
      ...(security['allowPrivilegeEscalation'] === false ? { SecurityOpt: ['no-new-privileges'] } : {}),
      ...(capabilities.add ? { CapAdd: capabilities.add } : {}),
      ...(capabilities.drop ? { CapDrop: capabilities.drop } : {}),
    },
  };
}

/** Whether the containers of a pod need another one to hold their network before any of them starts. */
export function needsHolder(pod: Pod, containers: number): boolean {
  const { initContainers = [], shareProcessNamespace } = pod.spec ?? {};
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always').length;
  if (containers + sidecars > 1 || shareProcessNamespace === true) return true;
  // Its address has to be known before the container that is told it.
  const env = [...(pod.spec?.containers ?? []), ...initContainers].flatMap((each) => each.env ?? []);
  return env.some(({ valueFrom }) => valueFrom?.fieldRef?.fieldPath.startsWith('status.podIP'));
}

/** What the pod says of its network, over what the platform gives. */
export function podNetwork(pod: Pod, given: HostConfig): HostConfig {
  const { hostAliases = [], dnsPolicy, dnsConfig = {}, hostNetwork } = pod.spec ?? {};
  if (hostNetwork) return { NetworkMode: 'host' };
  const hosts = hostAliases.flatMap(({ ip, hostnames = [] }) => hostnames.map((name) => `${name}:${ip}`));
  const { Dns = [], DnsSearch = [], DnsOptions = [], ...rest } = given;
  const own = dnsPolicy === 'None' || dnsPolicy === 'Default';
  const options = (dnsConfig.options ?? []).map(({ name, value }) => (value === undefined ? name : `${name}:${value}`));
  const dns = {
    Dns: [...(own ? [] : Dns), ...(dnsConfig.nameservers ?? [])],
    DnsSearch: [...(own ? [] : DnsSearch), ...(dnsConfig.searches ?? [])],
    DnsOptions: [...(own ? [] : DnsOptions), ...options],
  };
  return {
    ...rest,
    ...Object.fromEntries(Object.entries(dns).filter(([, list]) => list.length > 0)),
    ...(hosts.length > 0 || rest.ExtraHosts ? { ExtraHosts: [...(rest.ExtraHosts ?? []), ...hosts] } : {}),
  };
}

export function hostnameOf(pod: Pod): string {
  return pod.metadata.name.slice(0, 63);
}

export function publishedPorts(ports: readonly number[]): HostConfig {
  if (ports.length === 0) return {};
  const bindings = ports.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]);
  return { PortBindings: Object.fromEntries(bindings) };
}

/** Limits by quota and not by `NanoCpus`, which an engine refuses above the number of its processors. */
function resources({ resources: given }: ContainerSpec): HostConfig {
  const amount = (kind: 'limits' | 'requests', name: string) => {
    const quantity = ((given?.[kind] ?? {}) as Record<string, string | number>)[name];
    return quantity === undefined ? undefined : parseQuantity(quantity);
  };
  const memory = amount('limits', 'memory');
  const cpu = amount('limits', 'cpu');
  const share = amount('requests', 'cpu') ?? cpu;
  const bytes = Math.max(leastMemory, Math.floor(memory ?? 0));
  return {
    ...(memory ? { Memory: bytes, MemorySwap: bytes } : {}),
    ...(cpu ? { CpuPeriod: cpuPeriodUs, CpuQuota: Math.max(leastQuotaUs, Math.floor(cpu * cpuPeriodUs)) } : {}),
    // As kubelets do; 2 is the least that a kernel takes.
    ...(share ? { CpuShares: Math.max(2, Math.floor(share * 1024)) } : {}),
  };
}

function userOf(container: ContainerSpec, { image, pod }: CreateFacts): string | undefined {
  const { runAsUser, runAsGroup, runAsNonRoot } = container.securityContext ?? {};
  const own = image.user.split(':')[0] ?? '';
  const { name, namespace, uid } = pod.metadata;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  if (runAsNonRoot === true && typeof runAsUser !== 'number') {
    if (['', '0', 'root'].includes(own)) {
      throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
    }
    if (!/^\d+$/.test(own)) {
      const what = `image has non-numeric user (${own}), cannot verify user is non-root`;
      throw new ConfigError(`container has runAsNonRoot and ${what} ${where}`);
    }
  }
  if (runAsNonRoot === true && runAsUser === 0) {
    throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  }
  const user = typeof runAsUser === 'number' ? String(runAsUser) : own;
  if (typeof runAsGroup === 'number') return `${user || '0'}:${runAsGroup}`;
  return typeof runAsUser === 'number' ? user : undefined;
}
