/** Which platform a command talks to (decision 6). Nothing ambient: a kubeconfig of the user is read only when asked for. */

import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { dataDirectory, platformFiles } from '../../emulator/platform/record.ts';
import { Fault } from './faults.ts';

export interface TargetOptions {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  data?: string | undefined;
  name?: string | undefined;
}

export type Target =
  /** A context of a kubeconfig: kind, or a company's cluster. */
  | {
      type: 'context';
      kubeconfig: string /** undefined = the file's own current context. */;
      context: string | undefined;
    }
  /** An embedded platform, found by its data directory. */
  | { type: 'platform'; name: string; data: string; kubeconfig: string; context: undefined };

/** The part of an environment of slipway.yaml that says where it is. */
export interface EnvironmentTarget {
  kubeconfig?: string;
  context?: string;
  platform?: string;
}

/**
 * `--kubeconfig/--context`, else `--data/--name`, else the environment's, else the embedded platform `default`.
 * `--context` alone asks for the user's kubeconfig (KUBECONFIG's first file, else ~/.kube/config).
 * @throws Fault TargetConflict, PlatformName
 */
export function resolveTarget(
  options: TargetOptions,
  environment?: EnvironmentTarget,
  env: NodeJS.ProcessEnv = process.env,
): Target {
  if ((options.kubeconfig ?? options.context) !== undefined) {
    if ((options.data ?? options.name) !== undefined) throw new Fault('TargetConflict');
    return contextTarget(options, env);
  }
  if ((options.data ?? options.name) !== undefined) return platformTarget(options, env);
  if (environment && (environment.kubeconfig ?? environment.context) !== undefined) {
    return contextTarget(environment, env);
  }
  return platformTarget({ name: environment?.platform }, env);
}

/** One line for people: `embedded platform default`, `context prod (~/.kube/config)`. */
export function describeTarget(target: Target): string {
  return target.type === 'platform'
    ? `embedded platform ${target.name} (${target.data})`
    : `${target.context === undefined ? 'current context' : `context ${target.context}`} (${target.kubeconfig})`;
}

function contextTarget(options: EnvironmentTarget | TargetOptions, env: NodeJS.ProcessEnv): Target {
  const own = env['KUBECONFIG']?.split(delimiter).find((file) => file !== '');
  const kubeconfig = options.kubeconfig ?? own ?? join(env['HOME'] ?? homedir(), '.kube', 'config');
  return { type: 'context', kubeconfig: resolve(kubeconfig), context: options.context };
}

function platformTarget(
  options: { name?: string | undefined; data?: string | undefined },
  env: NodeJS.ProcessEnv,
): Target {
  try {
    const data = dataDirectory(options, env);
    const name = options.name ?? 'default';
    return { type: 'platform', name, data, kubeconfig: platformFiles(data).kubeconfig, context: undefined };
  } catch (error) {
    if (error instanceof RangeError) throw new Fault('PlatformName', { name: options.name ?? '' }, { cause: error });
    throw error;
  }
}
