/**
 * Runs containers through a Docker Engine. A pod of one container is that container; one of several shares the network of
 * a container that only waits. Everything carries the platform's label, by which a later start finds what was left behind.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { KubeObject } from '../../kernel/object.ts';
import {
  CannotRun,
  type ContainerSpec,
  type ExecStreams,
  type ExitInfo,
  type OutputSink,
  type PodRuntime,
  type PodSandbox,
  type RunningContainer,
} from '../ports.ts';
import { isQueueProxy } from '../queue-proxy.ts';
import type { Pod } from '../types.ts';
import { ensureImage } from './images.ts';
import { createOptions } from './options.ts';
import { pauseImage, pauseTar } from './pause.ts';

export interface DockerRuntimeOptions {
  /** Tells this platform's containers from others' (label `slipway.dev/platform`). */
  platform: string;
  /** Default: what DOCKER_HOST or the engine's usual socket says. */
  socketPath?: string;
}

const platformLabel = 'slipway.dev/platform';
const answersWithinMs = 1_500;
const debugPort = 9229;

/** @returns undefined where no engine answers. */
export async function createDockerRuntime(options: DockerRuntimeOptions): Promise<PodRuntime | undefined> {
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
  let pause: Promise<void> | undefined;
  const live = new Set<Docker.Container>();

  const labelsOf = (pod: KubeObject, container: string) => ({
    [platformLabel]: options.platform,
    'io.kubernetes.pod.namespace': pod.metadata.namespace ?? '',
    'io.kubernetes.pod.name': pod.metadata.name,
    'io.kubernetes.pod.uid': pod.metadata.uid,
    'io.kubernetes.container.name': container,
  });

  const ensurePause = () => {
    pause ??= (async () => {
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
    })();
    pause.catch(() => {
      pause = undefined;
    });
    return pause;
  };

  async function start(
    pod: KubeObject,
    container: ContainerSpec,
    output: OutputSink,
    network: Network | undefined,
    seen: (ip: string) => void,
  ): Promise<RunningContainer> {
    const image = await ensureImage(docker, container);
    const debug = container.debug === 'node' ? debugPort : undefined;
    const facts = { labels: labelsOf(pod, container.name), hostname: pod.metadata.name, image, network: network?.id };
    const created = await docker.createContainer(createOptions(container, { ...facts, publish, debugPort: debug }));
    live.add(created);
    const drop = async () => {
      live.delete(created);
      await created.remove({ force: true, v: true }).catch(() => undefined);
    };
    let finished: Promise<unknown>;
    try {
      // Before it starts, so that not a line is missed.
      const stream = await created.attach({ stream: true, stdout: true, stderr: true });
      finished = new Promise((resolve) => stream.once('end', resolve).once('close', resolve).once('error', resolve));
      const sink = (name: 'stdout' | 'stderr') =>
        new Writable({
          write(chunk: Buffer, _, done) {
            output(name, chunk);
            done();
          },
        });
      if (container.tty) stream.pipe(sink('stdout'));
      else docker.modem.demuxStream(stream, sink('stdout'), sink('stderr'));
      await created.start();
    } catch (error) {
      await drop();
      const message = messageOf(error);
      if (/executable file not found|no such file or directory|permission denied/.test(message)) {
        throw new CannotRun(message.includes('permission denied') ? 126 : 127, message);
      }
      throw new Error(message);
    }
    const exited = created.wait().then(
      async ({ StatusCode }: { StatusCode: number }): Promise<ExitInfo> => {
        await within(finished, 1_000);
        const state = await created.inspect().catch(() => undefined);
        await drop();
        return exitInfo(StatusCode, state?.State.OOMKilled === true);
      },
      // Removed from outside while it ran.
      async (): Promise<ExitInfo> => {
        await drop();
        return { code: 137, reason: 'Error', message: 'the container was removed' };
      },
    );
    const state = await created.inspect().catch(() => undefined);
    const stopSignal = (state?.Config as { StopSignal?: string } | undefined)?.StopSignal ?? 'SIGTERM';
    const own = firstAddress(state) ?? '';
    const ip = network?.ip ?? own;
    seen(ip);
    const addressOf = (port: number | undefined) => {
      // One that has ended already has no address any more.
      if (port === undefined || ip === '') return undefined;
      const bound = (network?.state ?? state)?.NetworkSettings.Ports?.[`${port}/tcp`]?.[0]?.HostPort;
      return publish ? (bound ? { host: '127.0.0.1', port: Number(bound) } : undefined) : { host: ip, port };
    };

    return {
      id: `docker://${created.id}`,
      imageId: image.id,
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
      exec: (argv, io) => execIn(docker, created, argv, io),
    };
  }

  return {
    name: 'docker',
    async createPod(object): Promise<PodSandbox> {
      const pod = object as Pod;
      const containers = (pod.spec?.containers ?? []).filter((container) => !isQueueProxy(pod, container));
      let network: Network | undefined;
      let ip = '';
      if (containers.length > 1) {
        await ensurePause();
        const ports = publish
          ? containers.flatMap(({ ports: list = [] }) => list.map((port) => port.containerPort))
          : [];
        const holder = await docker.createContainer({
          Image: pauseImage,
          Entrypoint: ['/pause'],
          Hostname: pod.metadata.name.slice(0, 63),
          Labels: labelsOf(pod, 'POD'),
          ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
          HostConfig: {
            PortBindings: Object.fromEntries(
              ports.map((port) => [`${port}/tcp`, [{ HostIp: '127.0.0.1', HostPort: '' }]]),
            ),
          },
        });
        live.add(holder);
        await holder.start();
        const state = await holder.inspect();
        ip = firstAddress(state) ?? '';
        network = { id: holder.id, ip, container: holder, state };
      }
      return {
        get ip() {
          return ip;
        },
        start: (container, output) =>
          start(pod, container, output, network, (address) => {
            ip = address;
          }),
        async remove() {
          if (!network) return;
          live.delete(network.container);
          await network.container.remove({ force: true, v: true }).catch(() => undefined);
        },
      };
    },

    async reap() {
      const left = await docker.listContainers({
        all: true,
        filters: { label: [`${platformLabel}=${options.platform}`] },
      });
      await Promise.all(
        left.map(({ Id }) =>
          docker
            .getContainer(Id)
            .remove({ force: true, v: true })
            .catch(() => undefined),
        ),
      );
      return left.length;
    },

    async close() {
      await Promise.all(
        [...live].map((container) => container.remove({ force: true, v: true }).catch(() => undefined)),
      );
      live.clear();
    },
  };
}

/** Of a pod with several containers. */
interface Network {
  id: string;
  ip: string;
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

async function execIn(docker: Docker, container: Docker.Container, argv: string[], io: ExecStreams): Promise<ExitInfo> {
  const exec = await container.exec({
    Cmd: argv,
    AttachStdin: io.stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    Tty: io.tty === true,
  });
  const stream = await exec.start({ hijack: true, stdin: io.stdin !== undefined, Tty: io.tty === true });
  const sink = (take: (chunk: Uint8Array) => void) =>
    new Writable({
      write(chunk: Buffer, _, done) {
        take(chunk);
        done();
      },
    });
  if (io.tty) stream.pipe(sink(io.stdout));
  else docker.modem.demuxStream(stream, sink(io.stdout), sink(io.stderr));
  const ended = new Promise((resolve) => stream.once('end', resolve).once('close', resolve).once('error', resolve));
  if (io.stdin) {
    void (async (input) => {
      for await (const chunk of input) stream.write(chunk);
      stream.end();
    })(io.stdin).catch(() => stream.destroy());
  }
  await ended;
  const { ExitCode } = await exec.inspect();
  if (ExitCode === 126 || ExitCode === 127) {
    return {
      code: ExitCode,
      reason: 'ContainerCannotRun',
      message: `exec: "${argv[0]}": cannot be run in the container`,
    };
  }
  return exitInfo(ExitCode ?? 0, false);
}

function exitInfo(code: number, outOfMemory: boolean): ExitInfo {
  return { code, reason: outOfMemory ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error' };
}

function firstAddress(state: Docker.ContainerInspectInfo | undefined): string | undefined {
  return Object.values(state?.NetworkSettings.Networks ?? {}).find((network) => network.IPAddress)?.IPAddress;
}

function messageOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string }; message?: string };
  return json?.message ?? message ?? String(error);
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
