/**
 * Runs containers through a Docker Engine. A pod of one container is that container; one of several shares the network of
 * a container that only waits. Everything carries the platform's label, by which the guardian and a later start find what
 * was left behind.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { HostConfig } from 'dockerode';
import type { EventDraft } from '../../kernel/controller.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { RemoteImage } from '../../knative/revision/digests.ts';
import {
  CannotRun,
  type ContainerSpec,
  type ExitInfo,
  type OutputSink,
  type PodRuntime,
  type PodSandbox,
  type RunningContainer,
} from '../ports.ts';
import { isQueueProxy } from '../queue-proxy.ts';
import type { Pod } from '../types.ts';
import { type ContainerGuardian, createCreations } from './creations.ts';
import { digestOf } from './digests.ts';
import { attachTo, execIn, exitInfo, readOutput } from './exec.ts';
import { ensureImage, messageOf } from './images.ts';
import {
  type ContainerNetwork,
  createContainerNetwork,
  type InsideAccess,
  plainNetwork,
  removeNetworks,
} from './network.ts';
import { createOptions, hostnameOf, needsHolder, podNetwork, publishedPorts } from './options.ts';
import { pauseImage, pauseTar } from './pause.ts';
import type { DockerConfig } from './registry-auth.ts';

export interface DockerRuntimeOptions {
  /** Tells this platform's containers from others' (label `slipway.dev/platform`). */
  platform: string;
  /** Default: what DOCKER_HOST or the engine's usual socket says. */
  socketPath?: string;
  /** How containers reach the names of the cluster; asked for with the first pod. Absent: not at all. */
  inside?: () => InsideAccess | undefined;
  /** Told before the first container is made, where the engine is reached by a socket. */
  guardian?: () => ContainerGuardian | undefined;
}

const platformLabel = 'slipway.dev/platform';
/** One life of a platform: its guardian, which may outlast it for a while, leaves the next one's containers alone. */
const runLabel = 'slipway.dev/run';
const answersWithinMs = 1_500;
const debugPort = 9229;

export interface DockerRuntime extends PodRuntime {
  /** What an image's tag means now. `configs`: logins for its registry. */
  digestOf(image: string, options: { configs: readonly DockerConfig[]; timeoutMs: number }): Promise<RemoteImage>;
}

/** @returns undefined where no engine answers. */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<DockerRuntime | undefined> {
  // The client is large: it is not even loaded where there can be no engine.
  if (!mayHaveEngine(options)) return undefined;
  const { default: Engine } = await import('dockerode');
  const docker = new Engine(options.socketPath ? { socketPath: options.socketPath } : undefined);
  const info = (await within(docker.version(), answersWithinMs)) as EngineInfo | undefined;
  if (!info) return undefined;
  // Containers' own addresses are only reached where the engine runs on this very system.
  const publish =
    process.platform !== 'linux' ||
    /Docker Desktop/i.test(info.Platform?.Name ?? '') ||
    (info.Components ?? []).some(({ Name }) => /rootlesskit/i.test(Name));
  const ownLabel = `${platformLabel}=${options.platform}`;
  const labels = { [platformLabel]: options.platform, [runLabel]: randomUUID() };
  const creations = createCreations(docker, { guardian: () => options.guardian?.() });
  const { drop } = creations;

  const nameOf = ({ metadata: { namespace, name } }: KubeObject, container: string) =>
    `slipway_${namespace ?? ''}_${name}_${container}`;
  const labelsOf = (pod: KubeObject, container: string) => ({
    ...labels,
    'io.kubernetes.pod.namespace': pod.metadata.namespace ?? '',
    'io.kubernetes.pod.name': pod.metadata.name,
    'io.kubernetes.pod.uid': pod.metadata.uid,
    'io.kubernetes.container.name': container,
  });

  const ensurePause = once(async () => {
    try {
      await docker.getImage(pauseImage).inspect();
    } catch {
      const [repo = '', tag = ''] = pauseImage.split(':');
      const tar = Readable.from([pauseTar(info.Arch ?? '')]);
      const stream = await docker.importImage(tar as never, { repo, tag });
      await new Promise<void>((resolve, reject) => {
        stream.on('end', resolve).on('error', reject).resume();
      });
    }
  });

  const joinNetwork = once(async (): Promise<ContainerNetwork> => {
    // Not in its types: the usual socket is looked for only when it is first asked.
    const socketPath = await (docker.modem as { getSocketPath?(): Promise<string> | undefined }).getSocketPath?.();
    if (socketPath) options.guardian?.()?.guard({ socketPath, label: `${runLabel}=${labels[runLabel]}` });
    const inside = options.inside?.();
    if (!inside) return plainNetwork;
    return createContainerNetwork(docker, { run: labels[runLabel], labels, publish }, inside);
  });

  /** The container that holds the network of a pod with several. */
  async function startHolder(
    pod: Pod,
    ports: number[],
    { network, wanted }: { network: HostConfig; wanted: () => boolean },
  ): Promise<Holder> {
    await ensurePause();
    return creations.inTurn(wanted, async (create) => {
      const container = await create(nameOf(pod, 'POD'), {
        Image: pauseImage,
        Entrypoint: ['/pause'],
        ...(network.NetworkMode === 'host' ? {} : { Hostname: hostnameOf(pod) }),
        Labels: labelsOf(pod, 'POD'),
        ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
        HostConfig: { ...network, IpcMode: 'shareable', ...publishedPorts(ports) },
      });
      try {
        await container.start();
        return { container, state: await container.inspect() };
      } catch (error) {
        await drop(container);
        throw error;
      }
    });
  }

  async function start(
    pod: Pod,
    container: ContainerSpec,
    output: OutputSink,
    event: (event: EventDraft) => void,
    joining: { holder: Holder | undefined; network: HostConfig; env: Record<string, string>; wanted: () => boolean },
  ): Promise<RunningContainer & { ip: string }> {
    const { holder } = joining;
    const image = await ensureImage(docker, container, event);
    const debug = container.debug?.kind === 'node' ? debugPort : undefined;
    const { created, finished } = await creations.inTurn(joining.wanted, async (create) => {
      const made = await create(
        nameOf(pod, container.name),
        createOptions(container, {
          pod,
          labels: labelsOf(pod, container.name),
          image,
          holder: holder?.container.id,
          network: joining.network,
          env: joining.env,
          publish,
          debugPort: debug,
        }),
      );
      try {
        // Before it starts, so that not a line is missed.
        const stream = await made.attach({ stream: true, stdout: true, stderr: true });
        const read = readOutput(docker, stream, container.tty, output);
        await made.start();
        return { created: made, finished: read };
      } catch (error) {
        await drop(made);
        const message = messageOf(error);
        if (/executable file not found|no such file or directory|permission denied/.test(message)) {
          throw new CannotRun(message.includes('permission denied') ? 126 : 127, message);
        }
        throw new Error(message);
      }
    });
    const exited = created.wait().then(
      async ({ StatusCode }: { StatusCode: number }): Promise<ExitInfo> => {
        await within(finished, 1_000);
        const state = await created.inspect().catch(() => undefined);
        await drop(created);
        return exitInfo(StatusCode, state?.State.OOMKilled === true);
      },
      // Removed from outside while it ran.
      async (): Promise<ExitInfo> => {
        await drop(created);
        return { code: 137, reason: 'Error', message: 'the container was removed' };
      },
    );
    const state = await created.inspect().catch(() => undefined);
    const stopSignal = (state?.Config as { StopSignal?: string } | undefined)?.StopSignal ?? 'SIGTERM';
    const ip = firstAddress(holder?.state ?? state) ?? (joining.network.NetworkMode === 'host' ? '127.0.0.1' : '');
    const addressOf = (port: number | undefined) => {
      // One that has ended already has no address any more.
      if (port === undefined || ip === '') return undefined;
      const bound = (holder?.state ?? state)?.NetworkSettings.Ports?.[`${port}/tcp`]?.[0]?.HostPort;
      return publish ? (bound ? { host: '127.0.0.1', port: Number(bound) } : undefined) : { host: ip, port };
    };

    return {
      ip,
      id: `docker://${created.id}`,
      imageId: image.reference,
      address: addressOf(container.port),
      debugAddress: addressOf(debug),
      exited,
      async stop(graceMs) {
        // Not the engine's own stop, which cannot be hurried once it waits. One that ended meanwhile is no error.
        if (graceMs > 0) await created.kill({ signal: stopSignal }).catch(() => undefined);
        const timer = setTimeout(() => created.kill().catch(() => undefined), graceMs);
        await exited;
        clearTimeout(timer);
      },
      // A port other than the declared one is not looked for: nor does the real platform.
      listening: async () => [],
      exec: (argv, io) =>
        execIn(docker, created, argv, io).catch((error: unknown) => {
          throw new Error(messageOf(error));
        }),
      attach: (io, signal) => attachTo(docker, created, container, io, signal),
    };
  }

  return {
    name: 'docker',
    digestOf: (image, asked) => digestOf(docker, image, asked),
    async createPod(object, wanted = () => true): Promise<PodSandbox> {
      const pod = object as Pod;
      const containers = (pod.spec?.containers ?? []).filter((container) => !isQueueProxy(pod, container));
      const { hostConfig, env, api, links } = await joinNetwork();
      if (pod.spec?.enableServiceLinks === true) await links?.(pod.metadata.namespace ?? '');
      const network = podNetwork(pod, hostConfig(pod.metadata.namespace ?? ''));
      const ports = publish ? containers.flatMap(({ ports: list = [] }) => list.map((port) => port.containerPort)) : [];
      const holder = needsHolder(pod, containers.length)
        ? await startHolder(pod, ports, { network, wanted })
        : undefined;
      let ip = firstAddress(holder?.state) ?? '';
      let removed = false;
      return {
        get ip() {
          return ip;
        },
        api,
        async start(container, output, event = () => undefined) {
          const running = await start(pod, container, output, event, {
            holder,
            network,
            env,
            wanted: () => !removed && wanted(),
          });
          ip = running.ip;
          return running;
        },
        async remove() {
          removed = true;
          if (holder) await drop(holder.container);
        },
      };
    },

    async reap() {
      const left = await docker.listContainers({ all: true, filters: { label: [ownLabel] } });
      await Promise.all(left.map(({ Id }) => drop(docker.getContainer(Id))));
      await removeNetworks(docker, ownLabel);
      return left.length;
    },

    async close() {
      await creations.close();
      await removeNetworks(docker, ownLabel).catch(() => undefined);
    },
  };
}

interface Holder {
  container: Docker.Container;
  state: Docker.ContainerInspectInfo;
}

interface EngineInfo {
  Arch?: string;
  Platform?: { Name: string };
  Components?: { Name: string }[];
}

function mayHaveEngine({ socketPath }: DockerRuntimeOptions): boolean {
  if (process.env['DOCKER_HOST'] || process.platform === 'win32') return true;
  const usual = ['/var/run/docker.sock', join(homedir(), '.docker', 'run', 'docker.sock')];
  return (socketPath ? [socketPath] : usual).some((path) => existsSync(path));
}

function firstAddress(state: Docker.ContainerInspectInfo | undefined): string | undefined {
  return Object.values(state?.NetworkSettings.Networks ?? {}).find((network) => network.IPAddress)?.IPAddress;
}

/** One run for all who ask; after a failure the next one tries again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work();
    running.catch(() => {
      running = undefined;
    });
    return running;
  };
}

/** The result, or undefined when it takes longer or fails. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const result = await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
  return result;
}
