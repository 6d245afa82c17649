/**
 * The programs that a kind platform is driven with, as data: what to run, what to feed it, how to read its answer. Nothing here
 * executes. kubectl is the one inside kind's node image, so the machine needs none.
 */

export interface Command<T = void> {
  command: string;
  args: string[];
  input?: string;
  env?: Record<string, string>;
  parse(stdout: string): T;
}

/** A container engine that kind can use; the value is also its program. */
export type Engine = 'docker' | 'podman';

const nothing = (): void => {};

export interface EngineInfo {
  version: string;
  memoryBytes: number;
  cpus: number;
}

export function engineInfo(engine: Engine): Command<EngineInfo> {
  return {
    command: engine,
    args: ['info', '--format', 'json'],
    parse: (stdout) => {
      const info = JSON.parse(stdout) as {
        ServerVersion?: string;
        MemTotal?: number;
        NCPU?: number;
        ServerErrors?: string[];
        host?: { memTotal?: number; cpus?: number };
        version?: { Version?: string };
      };
      if (info.ServerErrors?.length) throw new Error(info.ServerErrors.join('; '));
      const version = info.ServerVersion ?? info.version?.Version;
      if (!version) throw new Error(`${engine} does not say which version its server has: is it running?`);
      return {
        version,
        memoryBytes: info.MemTotal ?? info.host?.memTotal ?? 0,
        cpus: info.NCPU ?? info.host?.cpus ?? 0,
      };
    },
  };
}

/** kind decides on an engine by itself unless told. */
const kindEnv = (engine: Engine) => ({ KIND_EXPERIMENTAL_PROVIDER: engine });

/** `0.33.0` */
export function kindVersionOf(kind: string): Command<string> {
  return {
    command: kind,
    args: ['version'],
    parse: (stdout) => {
      const match = /\bv(\d+\.\d+\.\d+\S*)/.exec(stdout);
      if (!match?.[1]) throw new Error(`not the answer of kind: ${stdout.slice(0, 80)}`);
      return match[1];
    },
  };
}

export function listClusters(kind: string, engine: Engine): Command<string[]> {
  return {
    command: kind,
    args: ['get', 'clusters', '--quiet'],
    env: kindEnv(engine),
    parse: (stdout) =>
      stdout
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('No kind clusters')),
  };
}

export interface ClusterOptions {
  cluster: string;
  image: string;
  ingressPort: number;
  kubeconfig: string;
}

/** Port of Kourier's NodePort inside the node, which kind maps to the ingress port of the machine. */
export const nodePort = 31_080;

export function createCluster(kind: string, engine: Engine, options: ClusterOptions): Command {
  // JSON is YAML: no quoting to get wrong. Only on loopback: a platform of one developer is not the network's.
  const config = {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { apiServerAddress: '127.0.0.1' },
    nodes: [
      {
        role: 'control-plane',
        image: options.image,
        extraPortMappings: [
          { containerPort: nodePort, hostPort: options.ingressPort, listenAddress: '127.0.0.1', protocol: 'TCP' },
        ],
      },
    ],
  };
  return {
    command: kind,
    args: [
      'create',
      'cluster',
      '--name',
      options.cluster,
      '--kubeconfig',
      options.kubeconfig,
      '--wait',
      '180s',
      '--config',
      '-',
    ],
    input: JSON.stringify(config),
    env: kindEnv(engine),
    parse: nothing,
  };
}

export function deleteCluster(kind: string, engine: Engine, cluster: string, kubeconfig: string): Command {
  return {
    command: kind,
    args: ['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig],
    env: kindEnv(engine),
    parse: nothing,
  };
}

export function exportKubeconfig(kind: string, engine: Engine, cluster: string, kubeconfig: string): Command {
  return {
    command: kind,
    args: ['export', 'kubeconfig', '--name', cluster, '--kubeconfig', kubeconfig],
    env: kindEnv(engine),
    parse: nothing,
  };
}

/** The address of the API server in a kubeconfig that kind wrote. */
export function serverIn(kubeconfig: string): string | undefined {
  return /^\s*server:\s*(\S+)\s*$/m.exec(kubeconfig)?.[1];
}

/** The host's port of the ingress that an existing cluster was created with. */
export function mappedPort(engine: Engine, cluster: string): Command<number> {
  return {
    command: engine,
    args: ['port', `${cluster}-control-plane`, `${nodePort}/tcp`],
    parse: (stdout) => {
      const port = Number(/:(\d+)\s*$/m.exec(stdout.trim())?.[1]);
      if (!Number.isInteger(port) || port <= 0) throw new Error(`the cluster maps no port to ${nodePort}`);
      return port;
    },
  };
}

function kubectl(engine: Engine, cluster: string, args: string[], input?: string): Command {
  const inNode = ['exec', '-i', `${cluster}-control-plane`, 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
  return { command: engine, args: [...inNode, ...args], ...(input === undefined ? {} : { input }), parse: nothing };
}

/** Server-side: some of Knative's CRDs are too large for the annotation of a client-side apply. */
export function applyManifest(engine: Engine, cluster: string, manifest: string): Command {
  return kubectl(
    engine,
    cluster,
    ['apply', '--server-side', '--force-conflicts', '--field-manager=slipway', '-f', '-'],
    manifest,
  );
}

export function waitEstablished(engine: Engine, cluster: string, label: string): Command {
  return kubectl(engine, cluster, ['wait', 'crd', '-l', label, '--for=condition=Established', '--timeout=120s']);
}

export function waitAvailable(engine: Engine, cluster: string, namespace: string): Command {
  return kubectl(engine, cluster, [
    'wait',
    'deployment',
    '--all',
    '-n',
    namespace,
    '--for=condition=Available',
    '--timeout=600s',
  ]);
}

export function mergePatch(
  engine: Engine,
  cluster: string,
  namespace: string,
  resource: string,
  patch: object,
): Command {
  return kubectl(engine, cluster, ['patch', resource, '-n', namespace, '--type=merge', '-p', JSON.stringify(patch)]);
}
