/**
 * The PodRuntime port: what runs a pod's containers. Two stand behind it, processes and Docker containers; the kubelet
 * (`kubelet.ts`) owns restarts, probes, status and logs and knows neither.
 */
import type { EventDraft } from '../kernel/controller.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { DockerConfig } from './docker/registry-auth.ts';
import type { Debugger } from './process/debug-command.ts';

/** Annotations the kubelet puts on a Pod. */
export const podAnnotations = {
  /** `host:port` where the data plane reaches the serving container. */
  address: 'slipway.dev/address',
  /** `host:port` where its debugger attaches, once it can, where the pod runs under one. */
  debugAddress: 'slipway.dev/debug-address',
  /** On the template: `node` asks for an inspector that waits for its debugger, `debugpy` and `delve` for those around the program, `jdwp` for a JVM that waits. */
  debug: 'slipway.dev/debug',
  /** On the template: file or folder of that debugger on this machine, where it is not found by its name. */
  debugTool: 'slipway.dev/debug-tool',
  /** `process` or `docker`: who runs it. */
  runtime: 'slipway.dev/runtime',
} as const;

/** Label of a pod that runs in place, in development mode: what starts it may build it first. */
export const runLabel = 'slipway.dev/run';

/** Which debugger waits in an instance. */
export interface Debugging {
  kind: Debugger;
  /** Its file or folder (`podAnnotations.debugTool`). */
  tool: string | undefined;
}

/** One container, with everything resolved: nothing in it needs the store any more. */
export interface ContainerSpec {
  name: string;
  image: string;
  /** Full argv override (`command`), and `args`; undefined = the image's own. */
  command: string[] | undefined;
  args: string[] | undefined;
  workingDir: string | undefined;
  env: Record<string, string>;
  /** Mount path → directory or file content prepared on the host. */
  mounts: { mountPath: string; hostPath: string; readOnly: boolean }[];
  /** Container port that the app should listen on, if it is the serving container. */
  port: number | undefined;
  imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Logins of the pod's imagePullSecrets and its service account's, in order. */
  pullConfigs?: readonly DockerConfig[];
  securityContext: Record<string, unknown> | undefined;
  resources: Record<string, unknown> | undefined;
  debug: Debugging | undefined;
  tty: boolean;
  /** `once`: what is attached first has it alone, and its end is the container's end of input. Closed: at its end from the start. */
  stdin: 'closed' | 'open' | 'once';
}

export interface ExitInfo {
  code: number;
  signal?: NodeJS.Signals;
  /** `OOMKilled`, `Completed`, `Error`, `ContainerCannotRun`… as kubelets write it. */
  reason: string;
  message?: string;
}

export interface RunningContainer {
  /** `process://<pid>` or `docker://<id>`. */
  id: string;
  /** Absolute folder of the application's files, where they are on this machine. */
  root?: string;
  imageId: string;
  /** Where its port is reached from the platform: host and port. Undefined where it serves nothing. */
  address: { host: string; port: number } | undefined;
  debugAddress: { host: string; port: number } | undefined;
  /** Resolves when something listens at `debugAddress`, for debuggers that do not try again. */
  debugListens?: Promise<void>;
  exited: Promise<ExitInfo>;
  /** SIGTERM, then SIGKILL of the whole group after `graceMs`. Resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
  /** For an app that ignores PORT: what its process group listens on now, by port. */
  listening(): Promise<Listener[]>;
  exec(argv: string[], io: ExecStreams): Promise<ExitInfo>;
  /**
   * Gives the output from now on, and takes input where the container has one. Resolves when the container has ended, when
   * `signal` aborts, and when `io.stdin` ends (but with `stdin: 'once'` and no terminal, where the container is told).
   */
  attach(io: ExecStreams, signal: AbortSignal): Promise<void>;
}

export interface Listener {
  /** Loopback address at which it answers: `127.0.0.1` or `::1`. */
  host: string;
  port: number;
}

export interface ExecStreams {
  stdin?: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  tty?: boolean;
  /** The terminal's size now and whenever it changes, in characters. A runtime without real terminals takes no notice. */
  resize?: AsyncIterable<TerminalSize>;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** `siteOf` where the runtime can tell which statement wrote a line: asked for each whole line of the chunk, in order. */
export type OutputSink = (stream: 'stdout' | 'stderr', chunk: Uint8Array, siteOf?: SiteOf) => void;
export type SiteOf = (stream: 'stdout' | 'stderr', text: string) => LogSite | undefined;

/** The statement that wrote a line, where that is exactly known. */
export interface LogSite {
  /** Absolute folder of the application as the instance has it: its own, or the snapshot of its image. */
  root: string;
  /** Below it, `/`-separated. */
  path: string;
  /** From 1. */
  line: number;
  /** From 1; 0 = unknown. */
  column: number;
  /** Of the file when it was loaded, ms since the epoch. */
  mtime: number;
}

/** Why an image cannot be run here; `code` is closed, front ends render it. */
export class ImageUnavailable extends Error {
  readonly code: 'ImageNotInStore' | 'NeverPull' | 'PullFailed';
  constructor(code: 'ImageNotInStore' | 'NeverPull' | 'PullFailed', message: string) {
    super(message);
    this.name = 'ImageUnavailable';
    this.code = code;
  }
}

export interface PodRuntime {
  readonly name: 'process' | 'docker';
  /**
   * Prepares what the containers of a pod share (a network namespace, a work folder).
   * @param wanted asked where it, or a container, had to wait for its turn: then it is not made any more.
   */
  createPod(pod: KubeObject, wanted?: () => boolean): Promise<PodSandbox>;
  /** Ends whatever an earlier, dead platform left behind. Returns how many it ended. */
  reap(): Promise<number>;
  close(): Promise<void>;
}

/** What a runtime cannot honour and does not skip silently (decision 3): a container is refused with the field's name. */
export class CannotHonour extends Error {
  /** Path of the field in the container, e.g. `volumeMounts`, `securityContext.runAsUser`. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.name = 'CannotHonour';
    this.field = field;
  }
}

/** The program of a container cannot be started. */
export class CannotRun extends Error {
  /** As container engines answer: 127 not found, 126 not executable. */
  readonly code: 126 | 127 | 128;
  constructor(code: 126 | 127 | 128, message: string) {
    super(message);
    this.name = 'CannotRun';
    this.code = code;
  }
}

export interface PodSandbox {
  /** '' until it has one. */
  readonly ip: string;
  /** Where its containers reach the API, as Kubernetes tells every pod. Absent: by KUBECONFIG, or not at all. */
  readonly api?: { host: string; port: number } | undefined;
  /**
   * The port that an app which should listen on `containerPort` gets in PORT. Absent: `containerPort` itself, because the
   * pod has a network of its own.
   */
  reservePort?(containerPort: number): Promise<number>;
  /** `event`: what happens to its image, as kubelets tell it. */
  start(container: ContainerSpec, output: OutputSink, event?: (event: EventDraft) => void): Promise<RunningContainer>;
  remove(): Promise<void>;
}

/** One line (or a part of one) of a container's output. */
export interface LogEntry {
  /** ns-precision not needed: ms since the epoch, wall clock. */
  time: number;
  /** Rising by one per service's log; the place to go on from. */
  sequence: number;
  namespace: string;
  service: string;
  revision: string;
  pod: string;
  container: string;
  stream: 'stdout' | 'stderr';
  text: string;
  /** Uid of the pod: another one may get the same name. */
  podUid?: string;
  /** Restart count of the container when it wrote this. */
  restart?: number;
  /** The line goes on in the next entry of this stream: it was longer than an entry may be. */
  partial?: boolean;
  /** A mark instead of output: `started`, `ready`, `exited 1`, `stopped`, `scaled 1 2`. */
  mark?: string;
  /** Of a line: what wrote it. */
  site?: LogSite;
  /** Of the mark `started`: where the application's files are (RunningContainer.root). */
  root?: string;
}

/** Retained logs: the last 64 MiB per service across instances (decision 15), on disk, read back after a restart. */
export interface LogStore {
  append(entry: Omit<LogEntry, 'sequence'>): void;
  read(query: LogQuery): AsyncIterable<LogEntry>;
}

export interface LogQuery {
  namespace: string;
  service?: string;
  revision?: string;
  pod?: string;
  container?: string;
  /** Not older than this many ms. */
  sinceMs?: number;
  /** Only what comes after this sequence: to go on where an earlier read ended. Needs `service`. */
  after?: number;
  tail?: number;
  follow?: boolean;
  signal?: AbortSignal;
}
