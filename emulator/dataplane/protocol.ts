/**
 * The typed port between the platform's main thread and the data plane (decision 12). Everything here is
 * structured-cloneable: no functions, no classes. The data plane runs in a worker; in tests in the same thread.
 */

/** `namespace/name` of a Revision. */
export type RevisionKey = string;

/** Everything the data plane knows. Immutable: a change is a new snapshot with a higher version. */
export interface RoutingSnapshot {
  version: number;
  /** Host (lower case, no port) → what is served there. Only external names; cluster-local ones are in `localHosts`. */
  hosts: Record<string, HostRoute>;
  /** Names that only requests from inside (the platform's own proxy and event delivery) may use. */
  localHosts: Record<string, HostRoute>;
  revisions: Record<RevisionKey, RevisionTarget>;
  /** Answer with `x-slipway-revision` and timing headers when the client sends `x-slipway-trace: 1`. */
  traceHeaders: boolean;
}

export interface HostRoute {
  /** The Service (or Route) behind it: `namespace/name`; statistics of shares are kept by it. */
  service: string;
  /**
   * A DomainMapping's target host, that the gateway routes by. The application sees the original one: it comes along as
   * K-Original-Host among the headers of each split.
   */
  rewriteHost?: string;
  /** What comes by HTTP is sent to HTTPS. */
  redirect?: true;
  /** Longest prefix first; '/' or absent path is last. */
  paths: HostPath[];
}

export interface HostPath {
  path?: string;
  /** Header → exact value that must hold (tag-header-based routing). */
  headers?: Record<string, string>;
  splits: { revision: RevisionKey; percent: number; headers: Record<string, string> }[];
}

export interface RevisionTarget {
  key: RevisionKey;
  /** The labels' Service, Configuration; for statistics. */
  service: string;
  configuration: string;
  /** 0 = unlimited. */
  containerConcurrency: number;
  timeoutSeconds: number;
  responseStartTimeoutSeconds: number;
  /** 0 = off. */
  idleTimeoutSeconds: number;
  protocol: 'http1' | 'h2c';
  /** 'Proxy': requests pass the activator (counted as proxied); 'Serve': they do not. */
  mode: 'Proxy' | 'Serve';
  /** Ready instances. */
  instances: InstanceTarget[];
}

export interface InstanceTarget {
  /** Pod name. */
  pod: string;
  host: string;
  port: number;
  /** Being stopped: it ends what it has, and gets nothing new; what comes waits for the next instance. */
  draining: boolean;
  /** A debugger is paused in it: its request timers stand still. */
  held: boolean;
}

/** Per second and instance, what a queue-proxy reports; times in platform seconds. */
export interface InstanceStat {
  revision: RevisionKey;
  /** Pod name, or `activator`. */
  pod: string;
  averageConcurrency: number;
  averageProxiedConcurrency: number;
  requestCount: number;
  proxiedRequestCount: number;
}

/** Per second, what people look at. */
export interface TrafficSample {
  /** Second, ms since the epoch (wall clock). */
  at: number;
  /** `namespace/name` of the Service. */
  service: string;
  revision: RevisionKey;
  requests: number;
  /** Answers by class: index 0 = 1xx … 4 = 5xx. */
  statuses: [number, number, number, number, number];
  /** Sparse latency histogram: bucket index → count; bucket i covers [1.1^i, 1.1^(i+1)) × 0.1 ms. */
  latency: Record<number, number>;
  /** Routes (`GET /path`) that answered 5xx, and those that were good again for the first time since. Wall clock ms. */
  routes?: Record<string, { failedAt?: number; goodAt?: number }>;
}

/** Phases of one cold start as the data plane saw them; the main thread adds spawn, boot, ready. */
export interface ColdStartTrace {
  service: string;
  revision: RevisionKey;
  pod: string;
  /** Wall clock ms of the request's arrival. */
  at: number;
  /** ms from arrival: held at the activator until an instance was ready, connected, first byte. */
  heldMs: number;
  connectMs: number;
  firstByteMs: number;
}

/** A request that an instance's queue-proxy has answered, for its log. */
export interface RequestLogEntry {
  /** Wall clock ms of the answer's end. */
  at: number;
  revision: RevisionKey;
  pod: string;
  method: string;
  /** Path and query. */
  uri: string;
  /** Host with its port, as it came. */
  host: string;
  /** name, value, name, value…; names in lower case. */
  headers: string[];
  /** Bytes of the request's body; −1 = not told. */
  requestSize: number;
  status: number;
  /** Bytes of the answer's body. */
  responseSize: number;
  /** Since an instance got it. */
  seconds: number;
  remoteAddress: string;
  protocol: 'HTTP/1.1' | 'HTTP/2.0';
}

/** PEM by host: a name, or `*.` and a domain for all names one label below it. */
export type Certificates = Record<string, { cert: string; key: string }>;

/** What is another in `version` than in the one before; null = gone. */
export interface RoutingChanges {
  version: number;
  hosts: Record<string, HostRoute | null>;
  localHosts: Record<string, HostRoute | null>;
  revisions: Record<RevisionKey, RevisionTarget | null>;
}

/** What stands behind an ordinary Service. */
export interface ServiceTarget {
  /** Ready instances by the Service's port, where they are reached from here. */
  ports: Record<number, { host: string; port: number }[]>;
  /** Its own address, where it is to be served too. */
  address?: string;
}

export type ToDataPlane =
  | { type: 'snapshot'; snapshot: RoutingSnapshot }
  | { type: 'changes'; changes: RoutingChanges }
  /** `fallback`: try the next free ports when it is taken. `insidePort`: of the inside listener; default any free one. */
  | { type: 'listen'; host: string; port: number; fallback: boolean; insidePort?: number }
  /** Whether `requestLogs` are told (config-observability), and whether Knative's own probes are among them. */
  | { type: 'logRequests'; on: boolean; probes: boolean }
  /** Listens for requests from inside at one more address, where containers reach this system. Answered by `insideListening`. */
  | { type: 'listenInside'; host: string; port: number }
  /** Listens for HTTPS too. Answered by `tlsListening`. */
  | { type: 'listenTls'; host: string; port: number /** Try the next free ones when taken. */; fallback: boolean }
  /** All that HTTPS is served with; effective for new connections. */
  | { type: 'certificates'; certificates: Certificates }
  /** Where requests from inside to the names of channels and of the brokers' ingress go: a port on loopback. */
  | { type: 'receivers'; port: number }
  /** Ordinary Services by `name.namespace`; null = gone. Those with an address are answered by `serviceListening`. */
  | { type: 'services'; services: Record<string, ServiceTarget | null> }
  | { type: 'close' };

export type FromDataPlane =
  /** `inside`: where applications and event delivery reach cluster-local names, as an HTTP proxy on loopback. */
  | { type: 'listening'; host: string; port: number; inside: { host: string; port: number } }
  /** `error`: why it does not listen there (an `errno` code). */
  | { type: 'insideListening'; host: string; asked: number; port: number; error?: string }
  /** Whether a Service is served at its address, by all of its ports that lead anywhere. */
  | { type: 'serviceListening'; service: string; ok: boolean }
  /** `error`: why it does not listen (an `errno` code). */
  | { type: 'tlsListening'; port: number; error?: string }
  | { type: 'failed'; code: string; message: string }
  | { type: 'applied'; version: number }
  /** Once a second while anything happened, and at once for the first request to a revision without instances. */
  | { type: 'stats'; stats: InstanceStat[] }
  | { type: 'traffic'; samples: TrafficSample[] }
  | { type: 'coldStart'; trace: ColdStartTrace }
  /** At most a second after their end; only where they are asked for. */
  | { type: 'requestLogs'; entries: RequestLogEntry[] }
  /**
   * In-flight requests of an instance reached 0 while draining and 30 s (or less) passed without a new one, or it is in the
   * snapshot no longer. May come more than once.
   */
  | { type: 'drained'; revision: RevisionKey; pod: string };

export interface DataPlanePort {
  post(message: ToDataPlane): void;
  onMessage(listener: (message: FromDataPlane) => void): Disposable;
  close(): Promise<void>;
}
