/** Routing as the data plane needs it, from Ingresses, ServerlessServices, Revisions and Pods. Pure. */
import { type KubeObject, keyOf } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import type { Ingress, IngressPath } from '../knative/ingress/types.ts';
import { serving } from '../knative/keys.ts';
import type { Revision } from '../knative/revision/types.ts';
import type { ServerlessService } from '../knative/serverless-service/types.ts';
import { podAnnotations } from '../pods/ports.ts';
import type { HostPath, HostRoute, InstanceTarget, RevisionKey, RevisionTarget, RoutingSnapshot } from './protocol.ts';

export const routingResources = {
  ingresses: 'ingresses.networking.internal.knative.dev',
  serverlessServices: 'serverlessservices.networking.internal.knative.dev',
  revisions: 'revisions.serving.knative.dev',
  pods: 'pods',
} as const;

export interface RoutingConfig {
  traceHeaders: boolean;
  /** A debugger is paused in this pod (`namespace/name`). */
  held(pod: string): boolean;
}

/** Hosts of one Ingress. A host that is mapped to another (a DomainMapping) has `target` instead of its own paths. */
export interface IngressHosts {
  external: Record<string, IngressHost>;
  local: Record<string, IngressHost>;
}

export type IngressHost = { route: HostRoute } | { target: string; headers: Record<string, string>; redirect?: true };

export function ingressHosts(ingress: Ingress): IngressHosts {
  const hosts: IngressHosts = { external: {}, local: {} };
  const { namespace = '', name, labels = {} } = ingress.metadata;
  const service = `${labels[serving.routeNamespace] ?? namespace}/${labels[serving.service] ?? labels[serving.route] ?? name}`;
  if (ingress.metadata.deletionTimestamp) return hosts;
  const { tls = [], httpOption } = ingress.spec ?? {};
  const redirected = new Set(httpOption === 'Redirected' ? tls.flatMap((each) => each.hosts ?? []) : []);
  for (const rule of ingress.spec?.rules ?? []) {
    const entry = hostEntry(rule.http?.paths ?? [], service);
    const side = rule.visibility === 'ClusterLocal' ? hosts.local : hosts.external;
    for (const host of rule.hosts ?? []) {
      side[host.toLowerCase()] = redirected.has(host) ? redirect(entry) : entry;
    }
  }
  return hosts;
}

function hostEntry(paths: readonly IngressPath[], service: string): IngressHost {
  const [first] = paths;
  if (first?.rewriteHost) {
    return {
      target: first.rewriteHost.toLowerCase(),
      headers: { ...first.appendHeaders, ...first.splits[0]?.appendHeaders },
    };
  }
  return { route: { service, paths: paths.map(hostPath).sort(bySpecificity) } };
}

function redirect(host: IngressHost): IngressHost {
  return 'route' in host ? { route: { ...host.route, redirect: true } } : { ...host, redirect: true };
}

function hostPath(path: IngressPath): HostPath {
  const headers = Object.entries(path.headers ?? {}).map(([name, { exact }]) => [name.toLowerCase(), exact]);
  return {
    ...(path.path ? { path: path.path } : {}),
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    splits: path.splits.map((split) => ({
      revision: `${split.serviceNamespace}/${split.serviceName}`,
      percent: split.percent ?? (path.splits.length === 1 ? 100 : 0),
      headers: { ...path.appendHeaders, ...split.appendHeaders },
    })),
  };
}

/** Longer prefixes first; of equal ones those that ask for more headers. */
function bySpecificity(a: HostPath, b: HostPath): number {
  const length = (b.path?.length ?? 0) - (a.path?.length ?? 0);
  return length || Object.keys(b.headers ?? {}).length - Object.keys(a.headers ?? {}).length;
}

/** What is served at a mapped host: the target's paths, with what the mapping appends. */
export function mappedRoute(target: string, headers: Record<string, string>, route: HostRoute): HostRoute {
  return {
    service: route.service,
    rewriteHost: target,
    paths: route.paths.map((path) => ({
      ...path,
      splits: path.splits.map((split) => ({ ...split, headers: { ...split.headers, ...headers } })),
    })),
  };
}

export function revisionTarget(
  revision: Revision,
  serverless: ServerlessService | undefined,
  pods: readonly KubeObject[],
  config: RoutingConfig,
): RevisionTarget {
  const { namespace = '', labels = {} } = revision.metadata;
  const { spec } = revision;
  const configuration = labels[serving.configuration] ?? '';
  return {
    key: keyOf(revision),
    service: `${namespace}/${labels[serving.service] ?? configuration}`,
    configuration: `${namespace}/${configuration}`,
    containerConcurrency: spec?.containerConcurrency ?? 0,
    timeoutSeconds: spec?.timeoutSeconds ?? 300,
    responseStartTimeoutSeconds: spec?.responseStartTimeoutSeconds ?? 0,
    idleTimeoutSeconds: spec?.idleTimeoutSeconds ?? 0,
    protocol: serverless?.spec?.protocolType ?? (isH2c(revision) ? 'h2c' : 'http1'),
    mode: serverless?.spec?.mode ?? 'Proxy',
    instances: pods
      .map((pod) => instanceTarget(pod, config))
      .filter((instance) => instance !== undefined)
      .sort((a, b) => (a.pod < b.pod ? -1 : 1)),
  };
}

function isH2c({ spec }: Revision): boolean {
  return spec?.containers?.some(({ ports }) => ports?.some(({ name }) => name === 'h2c')) ?? false;
}

/** Undefined: not reachable (yet, or any more). */
export function instanceTarget(pod: KubeObject, config: RoutingConfig): InstanceTarget | undefined {
  const address = parseAddress(pod.metadata.annotations?.[podAnnotations.address]);
  const { conditions } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
  const ready = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  if (!address || !ready) return undefined;
  return {
    pod: pod.metadata.name,
    ...address,
    draining: pod.metadata.deletionTimestamp !== undefined,
    held: config.held(keyOf(pod)),
  };
}

function parseAddress(text: string | undefined): { host: string; port: number } | undefined {
  const colon = text?.lastIndexOf(':') ?? -1;
  if (!text || colon < 0) return undefined;
  const port = Number(text.slice(colon + 1));
  return Number.isInteger(port) && port > 0 ? { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port } : undefined;
}

export function revisionOfPod(pod: KubeObject): RevisionKey | undefined {
  const name = pod.metadata.labels?.[serving.revision];
  return name ? `${pod.metadata.namespace}/${name}` : undefined;
}

/** The whole of it. `watchRouting` keeps the same up to date piece by piece. */
export function buildSnapshot(view: View, config: RoutingConfig, version: number): RoutingSnapshot {
  const snapshot: RoutingSnapshot = {
    version,
    hosts: {},
    localHosts: {},
    revisions: {},
    traceHeaders: config.traceHeaders,
  };
  const all = view.list<Ingress>(routingResources.ingresses).map(ingressHosts);
  const local = Object.assign({}, ...all.map((hosts) => hosts.local)) as Record<string, IngressHost>;
  for (const hosts of all) {
    for (const name in hosts.external) assign(snapshot.hosts, name, resolveHost(hosts.external[name], local));
    for (const name in hosts.local) assign(snapshot.localHosts, name, resolveHost(hosts.local[name], local));
  }
  const pods = new Map<RevisionKey, KubeObject[]>();
  for (const pod of view.list(routingResources.pods)) {
    const key = revisionOfPod(pod);
    if (key) pods.set(key, [...(pods.get(key) ?? []), pod]);
  }
  for (const revision of view.list<Revision>(routingResources.revisions)) {
    const { namespace, name } = revision.metadata;
    const serverless = view.get<ServerlessService>(routingResources.serverlessServices, namespace, name);
    const key = keyOf(revision);
    snapshot.revisions[key] = revisionTarget(revision, serverless, pods.get(key) ?? [], config);
  }
  return snapshot;
}

export function resolveHost(
  host: IngressHost | undefined,
  local: Readonly<Record<string, IngressHost>>,
): HostRoute | undefined {
  if (!host) return undefined;
  if ('route' in host) return host.route;
  const target = local[host.target];
  if (!target || !('route' in target)) return undefined;
  const route = mappedRoute(host.target, host.headers, target.route);
  return host.redirect ? { ...route, redirect: true } : route;
}

function assign(record: Record<string, HostRoute>, name: string, route: HostRoute | undefined): void {
  if (route) record[name] = route;
}
