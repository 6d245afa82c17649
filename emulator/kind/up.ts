/**
 * Brings a real Knative up on kind: an ordered list of steps; when one fails, what the earlier ones made is taken back in
 * reverse order, and nothing that was there before is touched. kind writes only the platform's own kubeconfig.
 */
import { join } from 'node:path';
import { gatherFacts, judge, type KindFinding } from './checks.ts';
import {
  applyManifest,
  createCluster,
  deleteCluster,
  type Engine,
  exportKubeconfig,
  kindVersionOf,
  listClusters,
  mappedPort,
  mergePatch,
  nodePort,
  serverIn,
  waitAvailable,
  waitEstablished,
} from './commands.ts';
import type { KindIo } from './io.ts';
import { checksumIn, kindBinary, kindVersion, knativeFile, nodeImage, type ReleaseFile, sha256 } from './releases.ts';

export interface KindUpOptions {
  /** Name of the platform; the cluster is `slipway-NAME`. */
  name: string;
  /** Data directory: its kubeconfig and what was fetched. */
  data: string;
  /** Ingress on this machine; default 8080. */
  port?: number | undefined;
  /** Without Eventing it is up about half a minute sooner. Default true. */
  eventing?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onStep?: ((step: string, state: 'start' | 'done' | 'undo') => void) | undefined;
}

export interface KindPlatform {
  name: string;
  engine: 'kind';
  kubeconfig: string;
  context: string;
  api: string;
  ingress: { host: string; port: number };
  data: string;
  startedInMs: number;
  /** It was there already: nothing was created. */
  joined: boolean;
}

export type KindFaultCode = 'KindUnready' | 'KindChecksum' | 'KindDownload' | 'KindStep';

/** A state of the machine or the network, in words for the user; `findings` where checks refused. */
export interface KindFault extends Error {
  code: KindFaultCode;
  step?: string;
  findings?: KindFinding[];
}

export function clusterName(name: string): string {
  return `slipway-${name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`;
}

/** What is missing on this machine for `up --engine kind`. */
export async function checkKind(io: KindIo, port = 8080): Promise<KindFinding[]> {
  return judge(await gatherFacts(io, port));
}

interface Work {
  io: KindIo;
  options: KindUpOptions;
  engine: Engine;
  kind: string;
  cluster: string;
  kubeconfig: string;
  port: number;
}

interface Step {
  name: string;
  run(work: Work): Promise<void>;
  undo?(work: Work): Promise<void>;
}

/** @throws KindFault; after it the machine is as before. An abort counts as a failure of the step it fell into. */
export async function kindUp(options: KindUpOptions, io: KindIo): Promise<KindPlatform> {
  const began = io.now();
  const port = options.port ?? 8080;
  const facts = await gatherFacts(io, port);
  if (!('info' in facts.engine)) throw unready(judge(facts));
  const work: Work = {
    io,
    options,
    engine: facts.engine.name,
    kind: await kindProgram(io, options),
    cluster: clusterName(options.name),
    kubeconfig: join(options.data, 'kubeconfig'),
    port,
  };
  const joined = (await io.run(listClusters(work.kind, work.engine))).includes(work.cluster);
  if (joined) {
    // Its own container holds the port, so that it is taken is right.
    work.port = await io.run(mappedPort(work.engine, work.cluster));
    await io.run(exportKubeconfig(work.kind, work.engine, work.cluster, work.kubeconfig));
  } else {
    const findings = judge(facts);
    if (findings.some(({ level }) => level === 'error')) throw unready(findings);
  }
  // An existing cluster gets the idempotent steps again: a run that was killed half way is finished by the next.
  const steps = stepsOf(options.eventing ?? true).filter((step) => !(joined && step.undo));
  await runSteps(steps, work);
  const api = serverIn((await io.readText(work.kubeconfig)) ?? '');
  if (!api) throw fault('KindStep', `kind wrote no server into ${work.kubeconfig}`);
  return {
    name: options.name,
    engine: 'kind',
    kubeconfig: work.kubeconfig,
    context: `kind-${work.cluster}`,
    api,
    ingress: { host: '127.0.0.1', port: work.port },
    data: options.data,
    startedInMs: Math.round(io.now() - began),
    joined,
  };
}

/** @returns false when there was no such cluster. */
export async function kindDown(
  options: { name: string; data: string; signal?: AbortSignal },
  io: KindIo,
): Promise<boolean> {
  const facts = await gatherFacts(io, 0);
  if (!('info' in facts.engine)) throw unready(judge(facts));
  const kind = await kindProgram(io, options);
  const cluster = clusterName(options.name);
  if (!(await io.run(listClusters(kind, facts.engine.name))).includes(cluster)) return false;
  const kubeconfig = join(options.data, 'kubeconfig');
  await io.run(deleteCluster(kind, facts.engine.name, cluster, kubeconfig), options.signal);
  await io.remove(kubeconfig);
  return true;
}

async function runSteps(steps: Step[], work: Work): Promise<void> {
  const { signal, onStep } = work.options;
  const begun: Step[] = [];
  for (const step of steps) {
    onStep?.(step.name, 'start');
    // Before it runs: a step that fails half way may have made something already.
    begun.push(step);
    try {
      signal?.throwIfAborted();
      await step.run(work);
    } catch (error) {
      const left: string[] = [];
      for (const done of begun.reverse()) {
        if (!done.undo) continue;
        onStep?.(done.name, 'undo');
        await done.undo(work).catch((reason: Error) => left.push(`${done.name}: ${reason.message}`));
      }
      const known = error as Partial<KindFault> & Error;
      const words = left.length > 0 ? `${known.message}; and taking back failed: ${left.join('; ')}` : known.message;
      throw fault(isKindCode(known.code) ? known.code : 'KindStep', `${step.name}: ${words}`, {
        step: step.name,
      });
    }
    onStep?.(step.name, 'done');
  }
}

/** Kourier's CRDs are Serving's; Eventing comes last, since Serving is useful without it. */
function stepsOf(eventing: boolean): Step[] {
  const apply = (name: string, file: ReleaseFile): Step => ({
    name,
    run: async (work) => {
      const manifest = await verified(work.io, file, work.options);
      await work.io.run(
        applyManifest(work.engine, work.cluster, new TextDecoder().decode(manifest)),
        work.options.signal,
      );
    },
  });
  const wait = (name: string, command: (work: Work) => Parameters<KindIo['run']>[0]): Step => ({
    name,
    run: async (work) => {
      await work.io.run(command(work), work.options.signal);
    },
  });
  const established = (label: string) => (work: Work) => waitEstablished(work.engine, work.cluster, label);
  const available = (namespace: string) => (work: Work) => waitAvailable(work.engine, work.cluster, namespace);
  const serving: Step[] = [
    {
      name: 'create the cluster',
      run: async ({ io, kind, engine, cluster, kubeconfig, port, options }) => {
        // kind does not make folders; an empty file is what it would start from.
        await io.write(kubeconfig, '', 0o600);
        await io.run(
          createCluster(kind, engine, { cluster, image: nodeImage, ingressPort: port, kubeconfig }),
          options.signal,
        );
      },
      undo: async ({ io, kind, engine, cluster, kubeconfig }) => {
        await io.run(deleteCluster(kind, engine, cluster, kubeconfig));
        await io.remove(kubeconfig);
      },
    },
    apply('apply the kinds of Serving', knativeFile('serving', 'serving-crds.yaml')),
    wait('wait until they are established', established('app.kubernetes.io/name=knative-serving')),
    apply('apply Serving', knativeFile('serving', 'serving-core.yaml')),
    wait('wait for Serving', available('knative-serving')),
    apply('apply Kourier', knativeFile('net-kourier', 'kourier.yaml')),
    {
      name: 'configure the ingress',
      run: async ({ io, engine, cluster, options }) => {
        const patch = (namespace: string, resource: string, body: object) =>
          io.run(mergePatch(engine, cluster, namespace, resource, body), options.signal);
        await patch('knative-serving', 'configmap/config-network', {
          data: { 'ingress-class': 'kourier.ingress.networking.knative.dev' },
        });
        await patch('knative-serving', 'configmap/config-domain', { data: { localhost: '' } });
        // A merge patch replaces the list of ports, so both are there.
        await patch('kourier-system', 'service/kourier', {
          spec: {
            type: 'NodePort',
            ports: [
              { name: 'http2', port: 80, protocol: 'TCP', targetPort: 8080, nodePort },
              { name: 'https', port: 443, protocol: 'TCP', targetPort: 8443 },
            ],
          },
        });
      },
    },
    wait('wait for the ingress controller', available('knative-serving')),
    wait('wait for the gateway', available('kourier-system')),
  ];
  if (!eventing) return serving;
  return [
    ...serving,
    apply('apply the kinds of Eventing', knativeFile('eventing', 'eventing-crds.yaml')),
    wait('wait until those are established', established('app.kubernetes.io/name=knative-eventing')),
    apply('apply Eventing', knativeFile('eventing', 'eventing-core.yaml')),
    wait('wait for Eventing', available('knative-eventing')),
    apply('apply the in-memory channel', knativeFile('eventing', 'in-memory-channel.yaml')),
    apply('apply the broker', knativeFile('eventing', 'mt-channel-broker.yaml')),
    wait('wait for the broker', available('knative-eventing')),
  ];
}

/** kind on PATH when it is the version that the node image belongs to, else that version fetched once and verified. */
async function kindProgram(io: KindIo, options: { data: string; signal?: AbortSignal | undefined }): Promise<string> {
  const found = io.find('kind');
  const version = found ? await io.run(kindVersionOf(found)).catch(() => undefined) : undefined;
  if (found && `v${version}` === kindVersion) return found;
  const file = join(options.data, 'bin', `kind-${kindVersion}${process.platform === 'win32' ? '.exe' : ''}`);
  const fetched = await io.run(kindVersionOf(file)).catch(() => undefined);
  if (`v${fetched}` === kindVersion) return file;
  await io.write(file, await verified(io, kindBinary(process.platform, process.arch), options), 0o755);
  return file;
}

/** A release file whose bytes match the checksum that was published with it. */
async function verified(
  io: KindIo,
  file: ReleaseFile,
  options: { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const get = (url: string) =>
    io.fetch(url, options.signal).catch((error: Error) => {
      throw fault('KindDownload', `${error.message}. Is there a network, and a proxy that HTTPS_PROXY should name?`);
    });
  const wanted = checksumIn(new TextDecoder().decode(await get(file.checksums)), file.name);
  if (!wanted) throw fault('KindChecksum', `${file.checksums} has no checksum of ${file.name}`);
  const bytes = await get(file.url);
  if (sha256(bytes) !== wanted)
    throw fault('KindChecksum', `${file.url} is not what its checksum says; nothing of it was used`);
  return bytes;
}

/** Errors of Node have codes too, some of them numbers. */
function isKindCode(code: unknown): code is KindFaultCode {
  return typeof code === 'string' && code.startsWith('Kind');
}

function unready(findings: KindFinding[]): KindFault {
  const errors = findings.filter(({ level }) => level === 'error');
  const words = errors.map(({ text, fix }) => `${text}${fix ? `. ${fix}` : ''}`).join('\n');
  return fault('KindUnready', words, { findings });
}

function fault(
  code: KindFaultCode,
  message: string,
  more: { step?: string; findings?: KindFinding[] } = {},
): KindFault {
  return Object.assign(new Error(message), { code, name: 'KindFault', ...more });
}
