/** Which platform a command talks to (decision 6). Nothing ambient: a kubeconfig of the user is read only when asked for. */

import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { dataDirectory, platformFiles } from '../../emulator/platform/record.ts';
import { shellWord } from './app/words.ts';
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

/**
 * Those of `known` that an environment goes to; to any where it names none. A context alone is that of the user's kubeconfig, and where
 * no such one is known that of any: files differ from machine to machine. A kubeconfig alone is each of its contexts.
 */
export function goesTo<Known extends { target: Target }>(
  environment: EnvironmentTarget,
  known: readonly Known[],
  env: NodeJS.ProcessEnv = process.env,
): Known[] {
  const { kubeconfig, context, platform } = environment;
  if ((kubeconfig ?? context) === undefined) {
    return known.filter(
      ({ target }) => platform === undefined || (target.type === 'platform' && target.name === platform),
    );
  }
  const named = known.filter(
    ({ target }) => target.type === 'context' && (context === undefined || target.context === context),
  );
  const wanted = contextTarget(environment, env);
  const same = named.filter(({ target }) => target.kubeconfig === wanted.kubeconfig);
  return same.length > 0 || kubeconfig !== undefined ? same : named;
}

/** One line for people: `embedded platform default`, `context prod (~/.kube/config)`. */
export function describeTarget(target: Target): string {
  return target.type === 'platform'
    ? `embedded platform ${target.name} (${target.data})`
    : `${target.context === undefined ? 'current context' : `context ${target.context}`} (${target.kubeconfig})`;
}

/** kubectl with what leads it there: alone it would go to the user's own current context. */
export function kubectlOf({ kubeconfig, context }: { kubeconfig: string; context?: string | undefined }): string {
  const flags = ['--kubeconfig', kubeconfig, ...(context === undefined ? [] : ['--context', context])];
  return ['kubectl', ...flags.map(shellWord)].join(' ');
}

/** Its name alone, for sentences in any language. */
export function platformName(target: Target): string {
  return target.type === 'platform' ? target.name : (target.context ?? target.kubeconfig);
}

function contextTarget(options: EnvironmentTarget | TargetOptions, env: NodeJS.ProcessEnv): Target {
  const { kubeconfig = userKubeconfig(env) } = options;
  return { type: 'context', kubeconfig: pathOf(kubeconfig, '', env), context: options.context };
}

/** KUBECONFIG's first file, else that of the home directory; absolute. */
export function userKubeconfig(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['KUBECONFIG']?.split(delimiter).find((file) => file !== '');
  return pathOf(own ?? '~/.kube/config', '', env);
}

/** Absolute: `~/` is the user's home, all else is relative to `base`, or the working directory. */
export function pathOf(file: string, base = '', env: NodeJS.ProcessEnv = process.env): string {
  return file.startsWith('~/') ? join(env['HOME'] ?? homedir(), file.slice(2)) : resolve(base, file);
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
