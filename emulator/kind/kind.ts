/**
 * The kind platform: brings up a real cluster with real Knative as an ordered list of steps, and takes back what it made
 * when one fails. What it runs is data (`plan.ts`); this file only orders it. To be proved whole on a machine with an
 * engine and a network: here order, roll-back, argv and parsers are.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Facts, type Finding, judge } from './check.ts';
import {
  applyManifest,
  type Command,
  createCluster,
  deleteCluster,
  domain,
  engineInfo,
  exposeKourier,
  type KindPlan,
  kindVersion,
  kubectl,
  listClusters,
  mergeConfigMap,
  type ReleaseFile,
  releaseFiles,
  versions,
  waitFor,
} from './plan.ts';

export interface KindOptions {
  /** Default `slipway`. */
  cluster?: string;
  /** The platform's data directory: kubeconfig and downloaded manifests. */
  data: string;
  /** Default 8080. */
  port?: number;
}

export interface KindIo {
  run<Result>(command: Command<Result>, signal?: AbortSignal): Promise<Result>;
  /** Text of a release file. @throws with the address when it cannot be had. */
  download(file: ReleaseFile): Promise<string>;
  /** One line of progress, before a step begins. */
  progress(step: number, of: number, what: string): void;
}

export interface KindPlatform {
  name: string;
  engine: 'kind';
  kubeconfig: string;
  context: string;
  ingress: { host: string; port: number };
  startedInMs: number;
}

export class KindNotReady extends Error {
  readonly findings: readonly Finding[];
  constructor(findings: readonly Finding[]) {
    const lines = findings
      .filter(({ severity }) => severity === 'error')
      .map(({ message, fix }) => `${message}. ${fix}`);
    super(lines.join('\n'));
    this.name = 'KindNotReady';
    this.findings = findings;
  }
}

interface Step {
  what: string;
  run(): Promise<unknown>;
  /** Takes back what this step made, when a later one fails. */
  undo?(): Promise<unknown>;
}

/** @throws KindNotReady before anything is touched; else what failed, after taking back a cluster that this call made. */
export async function kindUp(
  options: KindOptions,
  io: KindIo,
  facts: Facts,
  signal?: AbortSignal,
): Promise<KindPlatform> {
  const started = performance.now();
  const findings = judge(facts);
  const plan: KindPlan = {
    cluster: options.cluster ?? 'slipway',
    kubeconfig: join(options.data, 'kubeconfig'),
    port: options.port ?? 8080,
    versions,
  };
  const fatal = findings.filter(({ severity }) => severity === 'error');
  // A cluster that is there already holds the port by its own mapping; asking for it needs everything else.
  if (fatal.some(({ code }) => code !== 'PortTaken')) throw new KindNotReady(fatal);
  const exists = (await io.run(listClusters, signal)).includes(plan.cluster);
  if (fatal.length > 0 && !exists) throw new KindNotReady(fatal);
  await runSteps(stepsOf(plan, exists, io, signal), io, signal);
  return {
    name: plan.cluster,
    engine: 'kind',
    kubeconfig: plan.kubeconfig,
    context: `kind-${plan.cluster}`,
    ingress: { host: '127.0.0.1', port: plan.port },
    startedInMs: Math.round(performance.now() - started),
  };
}

export async function kindDown(
  options: Pick<KindOptions, 'cluster' | 'data'>,
  io: Pick<KindIo, 'run'>,
): Promise<boolean> {
  const cluster = options.cluster ?? 'slipway';
  if (!(await io.run(listClusters)).includes(cluster)) return false;
  await io.run(deleteCluster({ cluster, kubeconfig: join(options.data, 'kubeconfig') }));
  return true;
}

function stepsOf(plan: KindPlan, exists: boolean, io: KindIo, signal: AbortSignal | undefined): Step[] {
  const files = releaseFiles(plan.versions);
  const run = <Result>(command: Command<Result>) => io.run(command, signal);
  const apply = async (file: ReleaseFile) => run(applyManifest(plan, await io.download(file)));
  const established = () => run(waitFor(plan, ['crd', '--all'], 'Established', 60));
  const available = (namespace: string) =>
    run(waitFor(plan, ['deployment', '--all', '--namespace', namespace], 'Available', 300));
  return [
    ...(exists
      ? []
      : [
          {
            what: `cluster ${plan.cluster}`,
            run: () => run(createCluster(plan)),
            undo: () => io.run(deleteCluster(plan)),
          },
        ]),
    {
      what: 'Knative Serving: kinds',
      run: async () => {
        await apply(files.servingCrds);
        await established();
      },
    },
    {
      what: 'Knative Serving',
      run: async () => {
        await apply(files.servingCore);
        await available('knative-serving');
      },
    },
    {
      what: 'Kourier',
      run: async () => {
        await apply(files.kourier);
        await available('kourier-system');
      },
    },
    {
      what: 'ingress and domain',
      run: async () => {
        await run(
          mergeConfigMap(plan, 'config-network', { 'ingress-class': 'kourier.ingress.networking.knative.dev' }),
        );
        await run(mergeConfigMap(plan, 'config-domain', { [domain]: '' }));
        await run(
          mergeConfigMap(plan, 'config-deployment', {
            'registries-skipping-tag-resolving': 'kind.local,ko.local,dev.local',
          }),
        );
        await run(exposeKourier(plan));
      },
    },
    {
      what: 'Knative Eventing: kinds',
      run: async () => {
        await apply(files.eventingCrds);
        await established();
      },
    },
    {
      what: 'Knative Eventing',
      run: async () => {
        for (const file of [files.eventingCore, files.inMemoryChannel, files.broker]) await apply(file);
        await available('knative-eventing');
      },
    },
    { what: 'ready', run: () => run(kubectl(plan, ['get', '--raw', '/readyz'])) },
  ];
}

async function runSteps(steps: readonly Step[], io: KindIo, signal: AbortSignal | undefined): Promise<void> {
  const done: Step[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      signal?.throwIfAborted();
      io.progress(index + 1, steps.length, step.what);
      // Counted before it runs: a cluster that failed half-way is there as well.
      done.push(step);
      await step.run();
    }
  } catch (error) {
    for (const step of done.reverse()) {
      // What cannot be taken back must not hide why it has to be.
      await step
        .undo?.()
        .catch((undoError: unknown) => io.progress(0, steps.length, `not taken back: ${String(undoError)}`));
    }
    throw error;
  }
}

/** The real one: spawns programs, downloads into `<data>/kind`, tells progress to `progress`. */
export function kindIo(data: string, progress: KindIo['progress']): KindIo {
  return {
    progress,
    run: runCommand,
    async download(file) {
      const cached = join(data, 'kind', file.name);
      const there = await readFile(cached, 'utf8').catch(() => undefined);
      if (there !== undefined) return there;
      const response = await fetch(file.url).catch((error: Error) => {
        throw new Error(`cannot download ${file.url}: ${error.message}. Put the file at ${cached} and try again`);
      });
      if (!response.ok) throw new Error(`cannot download ${file.url}: HTTP ${response.status}`);
      const body = await response.text();
      await mkdir(join(data, 'kind'), { recursive: true });
      await writeFile(`${cached}.tmp`, body);
      await rename(`${cached}.tmp`, cached);
      return body;
    },
  };
}

/** Gathers what `judge` needs. Nothing in it fails: what cannot be told is undefined. */
export async function gatherFacts(options: Pick<KindOptions, 'port'>, env = process.env): Promise<Facts> {
  const port = options.port ?? 8080;
  const [client, kindPath] = await Promise.all([which('docker', env), which('kind', env)]);
  const version = kindPath ? await runCommand(kindVersion).catch(() => undefined) : undefined;
  return {
    platform: process.platform,
    engineClient: client !== undefined,
    engine: client ? await runCommand(engineInfo).catch(() => undefined) : undefined,
    kind: kindPath ? { path: kindPath, version, sha256: await sha256(kindPath).catch(() => undefined) } : undefined,
    publishedSha256: version ? await publishedSha256(version).catch(() => undefined) : undefined,
    inotifyInstances: await readFile('/proc/sys/fs/inotify/max_user_instances', 'utf8').then(Number, () => undefined),
    portHolder: (await isFree(port)) ? undefined : 'another program',
    port,
    proxy: env['HTTPS_PROXY'] ?? env['https_proxy'] ?? env['HTTP_PROXY'] ?? env['http_proxy'],
  };
}

function runCommand<Result>(command: Command<Result>, signal?: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.command, command.args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(command.parse(Buffer.concat(out).toString()));
      const said = Buffer.concat(err).toString().trim().split('\n').slice(-5).join('\n');
      reject(new Error(`${command.command} ${command.args.slice(0, 4).join(' ')} ended with ${code}: ${said}`));
    });
    // The program may end without reading it all; its exit code says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(command.stdin ?? '');
  });
}

async function which(program: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // GUI programs of macOS start without these on their PATH.
  const extra = process.platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : [];
  for (const directory of [...(env['PATH'] ?? '').split(delimiter), ...extra]) {
    const file = join(directory, process.platform === 'win32' ? `${program}.exe` : program);
    if (
      directory &&
      (await access(file, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return file;
  }
  return undefined;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function publishedSha256(version: string): Promise<string | undefined> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const url = `https://github.com/kubernetes-sigs/kind/releases/download/v${version}/kind-${system}-${arch}.sha256sum`;
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  return response.ok ? /^[0-9a-f]{64}/.exec(await response.text())?.[0] : undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
