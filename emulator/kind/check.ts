/**
 * What a machine needs before a kind cluster is worth starting, each with its fix. The facts are gathered by ports, the
 * judging is pure: a cluster that fails after four minutes for want of inotify instances is worse than a clear "no".
 */
import type { EngineInfo } from './plan.ts';
import { versions } from './plan.ts';

export type FindingCode =
  | 'EngineMissing'
  | 'EngineDown'
  | 'KindMissing'
  | 'KindTooOld'
  | 'KindChecksum'
  | 'KindUnverified'
  | 'MemoryLow'
  | 'InotifyLow'
  | 'PortTaken'
  | 'ProxySet';

export interface Finding {
  code: FindingCode;
  /** `error`: it cannot work. `warning`: it may. */
  severity: 'error' | 'warning';
  message: string;
  fix: string;
}

/** What was found out about this machine. undefined = could not be told (no /proc, say): then nothing is held against it. */
export interface Facts {
  platform: NodeJS.Platform;
  engineClient: boolean;
  engine: EngineInfo | undefined;
  kind: { path: string; version: string | undefined; sha256: string | undefined } | undefined;
  /** The digest that the release publishes for that version and system; undefined without a network. */
  publishedSha256: string | undefined;
  inotifyInstances: number | undefined;
  /** Who listens on the wanted port, in words; undefined = free. */
  portHolder: string | undefined;
  port: number;
  proxy: string | undefined;
}

const neededMemory = 6 * 1024 ** 3;
const neededInotify = 512;

export function judge(facts: Facts): Finding[] {
  const findings: Finding[] = [];
  const find = (severity: Finding['severity'], code: FindingCode, message: string, fix: string) =>
    void findings.push({ code, severity, message, fix });

  if (!facts.engineClient) {
    find('error', 'EngineMissing', 'no Docker client is on the PATH', engineFix(facts.platform));
  } else if (!facts.engine) {
    const start = facts.platform === 'linux' ? 'sudo systemctl start docker' : 'start Docker Desktop';
    find(
      'error',
      'EngineDown',
      'the Docker Engine does not answer',
      `${start}, and see that "docker info" works for you`,
    );
  } else if (facts.engine.memoryBytes > 0 && facts.engine.memoryBytes < neededMemory) {
    const gib = (facts.engine.memoryBytes / 1024 ** 3).toFixed(1);
    find(
      'warning',
      'MemoryLow',
      `the engine has ${gib} GiB of memory; Knative with Eventing wants 6`,
      'give the engine more memory',
    );
  }
  if (!facts.kind) {
    find(
      'error',
      'KindMissing',
      'kind is not on the PATH',
      'brew install kind, or: go install sigs.k8s.io/kind@latest',
    );
  } else {
    if (facts.kind.version && compare(facts.kind.version, versions.kind) < 0) {
      find('error', 'KindTooOld', `kind ${facts.kind.version} is too old`, `install ${versions.kind} or newer`);
    }
    if (facts.kind.sha256 && facts.publishedSha256 && facts.kind.sha256 !== facts.publishedSha256) {
      find(
        'warning',
        'KindChecksum',
        `${facts.kind.path} is not the published build of kind ${facts.kind.version ?? ''} (its SHA-256 differs)`,
        'fine if you or a package manager built it; otherwise install it again from the release page',
      );
    } else if (!facts.publishedSha256) {
      find(
        'warning',
        'KindUnverified',
        'the checksum of kind could not be compared: its release page was not reached',
        'check the network',
      );
    }
  }
  if (facts.inotifyInstances !== undefined && facts.inotifyInstances < neededInotify) {
    find(
      'error',
      'InotifyLow',
      `fs.inotify.max_user_instances is ${facts.inotifyInstances}; the node's components need ${neededInotify}`,
      `sudo sysctl fs.inotify.max_user_instances=${neededInotify} fs.inotify.max_user_watches=524288`,
    );
  }
  if (facts.portHolder !== undefined) {
    find(
      'error',
      'PortTaken',
      `port ${facts.port} is taken by ${facts.portHolder}`,
      'stop it, or choose another with --port',
    );
  }
  if (facts.proxy) {
    find(
      'warning',
      'ProxySet',
      `a proxy is set (${facts.proxy}); kind hands it to the node`,
      'add 127.0.0.1, localhost, .svc and .cluster.local to NO_PROXY',
    );
  }
  return findings;
}

function engineFix(platform: NodeJS.Platform): string {
  return platform === 'linux'
    ? "sudo apt-get install docker.io (or your system's package)"
    : 'install Docker Desktop, Colima or Podman';
}

/** By numbers; a suffix such as -alpha does not count. */
function compare(a: string, b: string): number {
  const numbers = (version: string) => version.split(/[.-]/).slice(0, 3).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
