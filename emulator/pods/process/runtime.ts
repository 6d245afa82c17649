/** Runs containers as processes of the user's own machine (decisions 3, 9, 11). */
import type { Guardian } from '../guardian.ts';
import type { LocalImages } from '../kubelet-ports.ts';
import type { PodRuntime } from '../ports.ts';

export interface ProcessRuntimePorts {
  /** Work folders and the list of process groups for `reap` live here (platformFiles(data).pods). */
  stateDir: string;
  images: LocalImages;
  guardian: Guardian;
}

export interface ProcessRuntimeOptions {
  /** The user's environment that applications inherit, scrubbed. Default process.env. */
  env?: NodeJS.ProcessEnv;
  /** Further variables for every instance (e.g. HTTP_PROXY for inside names); the pod's own win. */
  extraEnv?: Record<string, string>;
}

export function createProcessRuntime(_ports: ProcessRuntimePorts, _options: ProcessRuntimeOptions = {}): PodRuntime {
  throw new Error('the process runtime is being written');
}
