/** Deploy: build → snapshot → upload → apply → wait → verdict. Never says success while the old revision serves. */
import type { Application } from '../app/model.ts';
import type { PlatformClient } from '../client.ts';
import type { PhaseName, Verdict } from './verdict.ts';

export interface DeployOptions {
  client: PlatformClient;
  app: Application;
  /** Name of an environment of slipway.yaml. */
  environment?: string | undefined;
  /** Default: the environment's, else the manifest's, else `default`. */
  namespace?: string | undefined;
  /** Tag for the new revision: its own host `TAG-NAME…`. */
  tag?: string | undefined;
  /** The new revision is made ready and takes 0 %. */
  noTraffic?: boolean | undefined;
  dryRun?: boolean | undefined;
  /** A manifest with `traffic:` replaces the split only when this says so; else it is left out (and a warning shown). */
  resetTraffic?: boolean | undefined;
  /** ms until `TimedOut`; 600 s (Knative's progress deadline) by default. */
  timeoutMs?: number | undefined;
}

export type DeployProgress =
  | { type: 'phase'; phase: PhaseName; state: 'started' }
  | { type: 'phase'; phase: PhaseName; state: 'ended'; ms: number; detail?: string }
  | { type: 'output'; stream: 'stdout' | 'stderr'; text: string }
  /** What is being waited for now, as the platform says it. */
  | { type: 'waiting'; reason: string; message: string }
  | { type: 'note'; code: 'trafficKept' | 'trafficInManifest' | 'portFound'; args: Record<string, string | number> };

/**
 * @throws Fault for what is wrong before anything was changed (EnvironmentUnknown, EmptySnapshot, …) and Cancelled; what
 *   goes wrong afterwards is a failed Verdict.
 */
export async function deploy(
  _options: DeployOptions,
  _onProgress: (progress: DeployProgress) => void = () => {},
  _signal?: AbortSignal,
): Promise<Verdict> {
  throw new Error('not written yet');
}
