/** Runs containers through a Docker Engine. */
import type { PodRuntime } from '../ports.ts';

export interface DockerRuntimeOptions {
  /** Tells this platform's containers from others' (label `slipway.dev/platform`). */
  platform: string;
  socketPath?: string;
}

/** @returns undefined where no engine answers. */
export async function createDockerRuntime(_options: DockerRuntimeOptions): Promise<PodRuntime | undefined> {
  return undefined;
}
