/**
 * The capabilities (decision 1): what Kubernetes has no API for, as the aggregated API group below, on the same endpoint
 * and authentication. Types only; src/core imports this file.
 *
 * | method and path below `/apis/platform.slipway.dev/v1alpha1` | body → answer |
 * | --- | --- |
 * | GET /platform | → PlatformInfo |
 * | POST /clock/advance | {ms} → {now, offsetMs} |
 * | GET /images | → {items: ImageInfo[]} |
 * | POST /images/plan | ImagePlan → {missing: sha256[]} |
 * | PUT /blobs/{sha256} | bytes → 201 |
 * | POST /images | ImagePlan → ImageInfo (409 + {missing} where a blob is absent) |
 * | GET /images/files?name=REPO@digest | → ImageContents |
 * | GET /images/file?name=REPO@digest&path=PATH | → {base64} (4 MiB at most) |
 * | DELETE /images?name=REPO[:TAG or @digest] | → {removed: string[]} |
 * | GET /namespaces/{ns}/services/{name}/logs?revision&pod&since&after&tail&follow | → NDJSON of LogLine (`since`: age in ms; `after`: a sequence) |
 * | GET /namespaces/{ns}/services/{name}/traffic?window=10&watch | → ServiceTraffic, or NDJSON of it once a second |
 * | GET /namespaces/{ns}/services/{name}/traffic/history?seconds=600&step=5 | → {items: TrafficPoint[]} oldest first |
 * | GET /namespaces/{ns}/services/{name}/coldstarts | → {items: ColdStart[]} newest first |
 * | GET /namespaces/{ns}/pingsources/{name}/schedule?count=5 | → PingSchedule |
 * | POST /namespaces/{ns}/pingsources/{name}/fire | → Delivery |
 * | GET /namespaces/{ns}/deliveries?source=NAME&limit | → {items: Delivery[]} newest first |
 * | POST /namespaces/{ns}/{services,brokers,channels}/{name}/event | EventToSend → EventAnswer (to its address inside) |
 * | PUT /namespaces/{ns}/pods/{name}/debug | {paused: boolean, ttlMs} → {} (a lease: renewed, gone when it lapses) |
 * | PUT /leases/{id} | {ttlMs} → {} (keeps an editor-started platform alive) |
 * | POST /shutdown | → {} |
 * | POST /reset | → {removed: number} |
 */

import type { LogSite } from '../pods/ports.ts';

export const capabilityGroup = 'platform.slipway.dev';
export const capabilityVersion = 'v1alpha1';
/** Raised when a front end of one version cannot talk to a platform of another. */
export const protocolVersion = 1;

export type Capability =
  | 'images'
  | 'image-files'
  | 'logs'
  | 'traffic'
  | 'traffic-history'
  | 'coldstarts'
  | 'ping'
  | 'events'
  | 'clock'
  | 'debug'
  | 'leases'
  | 'shutdown'
  | 'reset';

export interface PlatformInfo {
  name: string;
  engine: 'embedded';
  version: string;
  protocolVersion: number;
  pid: number;
  data: string;
  api: string;
  /** `tlsPort`: of HTTPS, where it is served. */
  ingress: { host: string; port: number; tlsPort?: number };
  /** ms since the epoch. */
  startedAt: number;
  startedInMs: number;
  clockOffsetMs: number;
  memoryBytes: number;
  node: string;
  capabilities: Capability[];
  /** Runs containers: a Docker Engine answers. */
  docker: boolean;
}

export interface ImageConfig {
  /** argv of the start command. */
  cmd: string[];
  env: Record<string, string>;
}

export interface ImageFile {
  /** Relative, `/`-separated, no `..`. */
  path: string;
  size: number;
  /** Lower-case hex of the content; of the target for a link. */
  sha256: string;
  executable: boolean;
  /** A symbolic link's target, relative and staying inside. */
  link?: string;
}

export interface ImagePlan {
  /** Repository with optional tag, e.g. `dev.local/my-app` or `dev.local/my-app:v2`. */
  name: string;
  config: ImageConfig;
  files: ImageFile[];
  /** Runs in this directory instead of a snapshot (`run`, development mode); `files` is empty then. */
  inPlace?: string;
}

export interface ImageInfo {
  name: string;
  tag: string;
  /** `sha256:…`, over config and every file. */
  digest: string;
  /** `name@digest`: what goes into a manifest. */
  reference: string;
  files: number;
  bytes: number;
  /** ms since the epoch. */
  createdAt: number;
  inPlace?: string;
  config: ImageConfig;
}

export interface ImageContents {
  config: ImageConfig;
  /** Sorted by path; none where it runs in place. */
  files: ImageFile[];
  inPlace?: string;
}

export interface LogLine {
  /** ms since the epoch. */
  time: number;
  sequence: number;
  revision: string;
  pod: string;
  container: string;
  stream: 'stdout' | 'stderr';
  text: string;
  mark?: string;
  /** The statement that wrote it, where the platform knows exactly. */
  site?: LogSite;
  /** Of the mark `started`: the instance's own folder of the application, on the platform's machine. */
  root?: string;
}

export interface RevisionTraffic {
  requests: number;
  /** Percent of the service's requests in the window, 0–100. */
  share: number;
  requestsPerSecond: number;
  /** ms. */
  p50: number | null;
  p95: number | null;
  p99: number | null;
  /** Count of 5xx answers. */
  errors: number;
  instances: number;
}

export interface ServiceTraffic {
  /** Seconds that it covers. */
  window: number;
  at: number;
  revisions: Record<string, RevisionTraffic>;
  /** Begin of the last second in which a request was answered below 500, ms since the epoch. */
  goodAt?: number | null;
  /** Routes that answered 5xx in the last ten minutes. */
  routes?: FailingRoute[];
}

export interface FailingRoute {
  /** `GET /path`, without query. */
  route: string;
  revision: string;
  /** Last failure, and the first good answer after one; ms since the epoch. */
  failedAt: number;
  goodAt: number | null;
}

/** Of the `step` seconds before `at`; instances are those at its end. */
export interface TrafficPoint {
  at: number;
  revisions: Record<string, RevisionTraffic>;
}

export interface ColdStart {
  revision: string;
  pod: string;
  at: number;
  totalMs: number;
  /** In order; they add up to totalMs: decide, spawn, boot, ready, connect, firstByte. */
  phases: { name: 'decide' | 'spawn' | 'boot' | 'ready' | 'connect' | 'firstByte'; ms: number }[];
}

export interface PingSchedule {
  schedule: string;
  timezone: string;
  /** ms since the epoch. */
  next: number[];
  last?: Delivery;
}

/** A request that a front end asks for; CloudEvents' binary mode is in its headers. */
export interface EventToSend {
  headers: Record<string, string>;
  body: string;
}

export interface EventAnswer {
  /** HTTP status. */
  status: number;
  ms: number;
  /** UTF-8, at most 4 KiB. */
  body: string;
}

export interface Delivery {
  id: string;
  source: string;
  /** ms since the epoch. */
  at: number;
  sink: string;
  type: string;
  /** HTTP status of the last attempt, 0 = no answer. */
  status: number;
  attempts: number;
  ms: number;
  error?: string;
  fired: 'schedule' | 'now';
}
