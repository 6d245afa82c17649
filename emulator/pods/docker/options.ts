/** A container as the Docker API wants it. Pure. */
import type { ContainerCreateOptions } from 'dockerode';
import { ConfigError } from '../container-environment.ts';
import type { ContainerSpec } from '../ports.ts';
import { parseQuantity } from '../process/refusals.ts';
import type { EngineImage } from './images.ts';

export interface CreateFacts {
  labels: Record<string, string>;
  hostname: string;
  image: EngineImage;
  /** Id of the container whose network it joins. */
  network: string | undefined;
  /** Ports are reached at the container's own address, or have to be published on loopback. */
  publish: boolean;
  debugPort: number | undefined;
}

/** @throws ConfigError for what a kubelet refuses too. */
export function createOptions(container: ContainerSpec, facts: CreateFacts): ContainerCreateOptions {
  const security = container.securityContext ?? {};
  const user = userOf(container, facts.image);
  const limits = (container.resources?.['limits'] ?? {}) as Record<string, string | number>;
  const memory = limits['memory'] === undefined ? undefined : parseQuantity(limits['memory']);
  const cpu = limits['cpu'] === undefined ? undefined : parseQuantity(limits['cpu']);
  const requests = (container.resources?.['requests'] ?? {}) as Record<string, string | number>;
  const requested = requests['cpu'] === undefined ? cpu : parseQuantity(requests['cpu']);
  const ports = [container.port, facts.debugPort].filter((port) => port !== undefined);
  const published = facts.publish && !facts.network;
  const capabilities = (security['capabilities'] ?? {}) as { add?: string[]; drop?: string[] };
  const env = { ...container.env };
  if (facts.debugPort !== undefined) {
    env['NODE_OPTIONS'] = `${env['NODE_OPTIONS'] ?? ''} --inspect-wait=0.0.0.0:${facts.debugPort}`.trim();
  }
  return {
    Image: container.image,
    // With a command of the manifest the image's own arguments do not count.
    ...(container.command ? { Entrypoint: container.command, Cmd: container.args ?? [] } : {}),
    ...(!container.command && container.args ? { Cmd: container.args } : {}),
    ...(container.workingDir ? { WorkingDir: container.workingDir } : {}),
    ...(user ? { User: user } : {}),
    ...(facts.network ? {} : { Hostname: facts.hostname.slice(0, 63) }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: facts.labels,
    Tty: container.tty,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: published ? Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])) : {},
    HostConfig: {
      Binds: container.mounts.map(
        ({ hostPath, mountPath, readOnly }) => `${hostPath}:${mountPath}${readOnly ? ':ro' : ''}`,
      ),
      ...(facts.network ? { NetworkMode: `container:${facts.network}` } : {}),
      ...(memory ? { Memory: Math.floor(memory), MemorySwap: Math.floor(memory) } : {}),
      ...(cpu ? { NanoCpus: Math.floor(cpu * 1e9) } : {}),
      // As kubelets do; 2 is the least that a kernel takes.
      ...(requested ? { CpuShares: Math.max(2, Math.floor(requested * 1024)) } : {}),
      ...(published
        ? {
            PortBindings: Object.fromEntries(
              ports.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
            ),
          }
        : {}),
      ...(security['readOnlyRootFilesystem'] === true ? { ReadonlyRootfs: true } : {}),
      ...(security['privileged'] === true ? { Privileged: true } : {}),
      ...(security['allowPrivilegeEscalation'] === false ? { SecurityOpt: ['no-new-privileges'] } : {}),
      ...(capabilities.add ? { CapAdd: capabilities.add } : {}),
      ...(capabilities.drop ? { CapDrop: capabilities.drop } : {}),
    },
  };
}

function userOf(container: ContainerSpec, image: EngineImage): string | undefined {
  const { runAsUser, runAsGroup, runAsNonRoot } = container.securityContext ?? {};
  const own = image.user.split(':')[0] ?? '';
  if (runAsNonRoot === true && typeof runAsUser !== 'number' && ['', '0', 'root'].includes(own)) {
    throw new ConfigError('container has runAsNonRoot and image will run as root');
  }
  if (runAsNonRoot === true && runAsUser === 0) {
    throw new ConfigError("container's runAsUser breaks non-root policy");
  }
  if (typeof runAsUser !== 'number') return undefined;
  return typeof runAsGroup === 'number' ? `${runAsUser}:${runAsGroup}` : String(runAsUser);
}
