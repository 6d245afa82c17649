/** What this machine lacks for a kind platform, each with its fix. Facts are gathered by the io; judging them is pure. */
import { type Engine, type EngineInfo, engineInfo, kindVersionOf } from './commands.ts';
import type { KindIo } from './io.ts';
import { kindVersion } from './releases.ts';

export interface KindFinding {
  id: 'engine' | 'kind' | 'memory' | 'inotify' | 'port';
  level: 'ok' | 'warning' | 'error';
  text: string;
  fix: string | undefined;
}

export interface KindFacts {
  /** The engine that answered, or why the ones that are installed did not. */
  engine: { name: Engine; info: EngineInfo } | { installed: Engine[]; reason: string };
  /** Version of kind on PATH; undefined when there is none (it is then fetched). */
  kind: string | undefined;
  inotifyInstances: number | undefined;
  port: number;
  portFree: boolean;
}

const gibibyte = 1024 ** 3;
/** Kubernetes, Serving, Kourier and Eventing at rest take about 1.7 GiB; applications and the system come on top. */
const wantedMemory = 6 * gibibyte;
const leastMemory = 3.5 * gibibyte;
/** One node with its containers and ours; below, file watches fail with "too many open files" at random. */
const wantedInotify = 512;

export async function gatherFacts(io: KindIo, port: number): Promise<KindFacts> {
  const engines: Engine[] = ['docker', 'podman'];
  const installed = engines.filter((engine) => io.find(engine) !== undefined);
  let engine: KindFacts['engine'] = { installed, reason: 'none is installed' };
  for (const name of installed) {
    try {
      engine = { name, info: await io.run(engineInfo(name)) };
      break;
    } catch (error) {
      engine = { installed, reason: (error as Error).message };
    }
  }
  const found = io.find('kind');
  return {
    engine,
    kind: found ? await io.run(kindVersionOf(found)).catch(() => undefined) : undefined,
    inotifyInstances: io.inotifyInstances(),
    port,
    portFree: await io.portFree(port),
  };
}

export function judge(facts: KindFacts): KindFinding[] {
  return [
    engineFinding(facts),
    memoryFinding(facts),
    kindFinding(facts),
    inotifyFinding(facts),
    portFinding(facts),
  ].filter((finding) => finding !== undefined);
}

function engineFinding({ engine }: KindFacts): KindFinding {
  if ('info' in engine)
    return { id: 'engine', level: 'ok', text: `${engine.name} ${engine.info.version}`, fix: undefined };
  const names = engine.installed.join(' and ');
  return engine.installed.length === 0
    ? {
        id: 'engine',
        level: 'error',
        text: 'no container engine: kind runs the cluster in a container',
        fix: 'Install Docker (https://docs.docker.com/engine/install) or Podman, or use the embedded platform: slipway up',
      }
    : {
        id: 'engine',
        level: 'error',
        text: `${names} is installed but does not answer: ${engine.reason}`,
        fix: `Start ${engine.installed[0] === 'docker' ? 'Docker (sudo systemctl start docker, or Docker Desktop), and see that you may use it: docker info' : 'Podman: podman machine start'}`,
      };
}

function memoryFinding({ engine }: KindFacts): KindFinding | undefined {
  if (!('info' in engine) || engine.info.memoryBytes === 0) return undefined;
  const { memoryBytes } = engine.info;
  const text = `${(memoryBytes / gibibyte).toFixed(1)} GiB of memory for ${engine.name}`;
  if (memoryBytes >= wantedMemory) return { id: 'memory', level: 'ok', text, fix: undefined };
  return {
    id: 'memory',
    level: memoryBytes < leastMemory ? 'error' : 'warning',
    text: `${text}; Knative on kind wants 6`,
    fix: 'Give the engine more memory (Docker Desktop: Settings, Resources), or use the embedded platform: slipway up',
  };
}

function kindFinding({ kind }: KindFacts): KindFinding {
  if (kind === undefined) {
    return {
      id: 'kind',
      level: 'warning',
      text: `kind is not on PATH: ${kindVersion} is fetched and its checksum verified`,
      fix: 'Or install it yourself: https://kind.sigs.k8s.io/docs/user/quick-start#installation',
    };
  }
  if (`v${kind}` === kindVersion) return { id: 'kind', level: 'ok', text: `kind ${kind}`, fix: undefined };
  return {
    id: 'kind',
    level: 'warning',
    text: `kind ${kind} is on PATH; the node image belongs to ${kindVersion}, which is fetched instead`,
    fix: `Install kind ${kindVersion} to use your own`,
  };
}

function inotifyFinding({ inotifyInstances }: KindFacts): KindFinding | undefined {
  if (inotifyInstances === undefined) return undefined;
  const text = `fs.inotify.max_user_instances is ${inotifyInstances}`;
  if (inotifyInstances >= wantedInotify) return { id: 'inotify', level: 'ok', text, fix: undefined };
  return {
    id: 'inotify',
    level: 'error',
    text: `${text}; a node needs ${wantedInotify}`,
    fix: `sudo sysctl -w fs.inotify.max_user_instances=${wantedInotify} fs.inotify.max_user_watches=524288`,
  };
}

function portFinding({ port, portFree }: KindFacts): KindFinding {
  if (portFree) return { id: 'port', level: 'ok', text: `port ${port} is free for the ingress`, fix: undefined };
  return {
    id: 'port',
    level: 'error',
    text: `port ${port} is taken`,
    fix: 'Choose another for the ingress with --port',
  };
}
