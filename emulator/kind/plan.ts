/**
 * What it takes to have a real Knative in a kind cluster, as data: versions, files, and the argv of every external command.
 * Pure; `kind.ts` runs it. kubectl runs inside the node's container, so a user's machine needs only an engine and kind.
 */

export interface KindPlan {
  /** kind's cluster name; the node is `<cluster>-control-plane`, the context `kind-<cluster>`. */
  cluster: string;
  kubeconfig: string;
  /** Port on 127.0.0.1 that reaches Kourier. */
  port: number;
  versions: typeof versions;
}

/** Releases that belong together. */
export const versions = { serving: '1.18.0', eventing: '1.18.0', kourier: '1.18.0', kind: '0.24.0' } as const;

/** Node port of Kourier's HTTP inside the node; mapped to `KindPlan.port`. */
export const nodePort = 31_080;
export const domain = 'localhost';

/** One external program as data: what to run, what to feed it, how to read what it said. */
export interface Command<Result = string> {
  command: string;
  args: string[];
  stdin?: string;
  parse(stdout: string): Result;
}

const text = (stdout: string): string => stdout.trim();

/** kind's own configuration: one node, the ingress port on loopback only. */
export function clusterConfig({ port }: Pick<KindPlan, 'port'>): string {
  return `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
    extraPortMappings:
      - containerPort: ${nodePort}
        hostPort: ${port}
        listenAddress: 127.0.0.1
        protocol: TCP
`;
}

export function createCluster(plan: KindPlan): Command {
  const args = [
    'create',
    'cluster',
    '--name',
    plan.cluster,
    '--kubeconfig',
    plan.kubeconfig,
    '--config',
    '-',
    '--wait',
    '120s',
  ];
  return { command: 'kind', args, stdin: clusterConfig(plan), parse: text };
}

export function deleteCluster({ cluster, kubeconfig }: Pick<KindPlan, 'cluster' | 'kubeconfig'>): Command {
  return { command: 'kind', args: ['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig], parse: text };
}

export const listClusters: Command<string[]> = {
  command: 'kind',
  args: ['get', 'clusters'],
  // Without clusters kind says so on stderr, and in some versions on stdout.
  parse: (stdout) =>
    stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^[a-z0-9][a-z0-9.-]*$/.test(line)),
};

/** `kind v0.29.0 go1.24.2 linux/amd64` → `0.29.0`. */
export const kindVersion: Command<string | undefined> = {
  command: 'kind',
  args: ['version'],
  parse: (stdout) => /\bv?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1],
};

export interface EngineInfo {
  server: string;
  memoryBytes: number;
  cpus: number;
}

export const engineInfo: Command<EngineInfo | undefined> = {
  command: 'docker',
  args: ['info', '--format', '{{json .}}'],
  parse(stdout) {
    try {
      const info = JSON.parse(stdout) as { ServerVersion?: string; MemTotal?: number; NCPU?: number };
      if (!info.ServerVersion) return undefined;
      return { server: info.ServerVersion, memoryBytes: info.MemTotal ?? 0, cpus: info.NCPU ?? 0 };
    } catch {
      return undefined;
    }
  },
};

export function kubectl(plan: Pick<KindPlan, 'cluster'>, args: string[], stdin?: string): Command {
  const inside = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args];
  return {
    command: 'docker',
    args: ['exec', ...(stdin === undefined ? [] : ['-i']), `${plan.cluster}-control-plane`, ...inside],
    ...(stdin === undefined ? {} : { stdin }),
    parse: text,
  };
}

export function applyManifest(plan: Pick<KindPlan, 'cluster'>, yaml: string): Command {
  return kubectl(plan, ['apply', '--server-side', '--force-conflicts', '-f', '-'], yaml);
}

export function waitFor(plan: Pick<KindPlan, 'cluster'>, what: string[], condition: string, seconds: number): Command {
  return kubectl(plan, ['wait', ...what, `--for=condition=${condition}`, `--timeout=${seconds}s`]);
}

export function mergeConfigMap(plan: Pick<KindPlan, 'cluster'>, name: string, data: Record<string, string>): Command {
  return kubectl(plan, [
    'patch',
    'configmap',
    name,
    '--namespace',
    'knative-serving',
    '--type',
    'merge',
    '--patch',
    JSON.stringify({ data }),
  ]);
}

/** A NodePort on the port that the cluster's configuration maps. */
export function exposeKourier(plan: Pick<KindPlan, 'cluster'>): Command {
  const spec = { type: 'NodePort', ports: [{ name: 'http2', port: 80, protocol: 'TCP', targetPort: 8080, nodePort }] };
  return kubectl(plan, [
    'patch',
    'service',
    'kourier',
    '--namespace',
    'kourier-system',
    '--type',
    'merge',
    '--patch',
    JSON.stringify({ spec }),
  ]);
}

export interface ReleaseFile {
  name: string;
  url: string;
}

/** In the order in which they are applied. */
export function releaseFiles({ serving, eventing, kourier }: KindPlan['versions']) {
  const file = (repository: string, version: string, name: string): ReleaseFile => ({
    name: `${repository.replace('/', '-')}-${version}-${name}`,
    url: `https://github.com/${repository}/releases/download/knative-v${version}/${name}`,
  });
  return {
    servingCrds: file('knative/serving', serving, 'serving-crds.yaml'),
    servingCore: file('knative/serving', serving, 'serving-core.yaml'),
    kourier: file('knative/net-kourier', kourier, 'kourier.yaml'),
    eventingCrds: file('knative/eventing', eventing, 'eventing-crds.yaml'),
    eventingCore: file('knative/eventing', eventing, 'eventing-core.yaml'),
    inMemoryChannel: file('knative/eventing', eventing, 'in-memory-channel.yaml'),
    broker: file('knative/eventing', eventing, 'mt-channel-broker.yaml'),
  };
}
