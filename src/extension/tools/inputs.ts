/** What the tools are given, checked, and what the user is asked before they change something. Pure leaf. */
import type { Say } from '../messages.ts';

export interface ToolInputs {
  slipway_list: Record<string, never>;
  slipway_deploy: { application: string; environment?: string };
  slipway_logs: { service: string; namespace?: string; lines?: number };
  slipway_traffic: { service: string; namespace?: string; percent?: Record<string, number> };
}
export type ToolName = keyof ToolInputs;

const name = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
/** Of an environment: a key of slipway.yaml. It stands between quotes in what the user is asked, and must not end them. */
const anyName = /^[\p{L}\p{N}._ -]{1,63}$/u;

/** A model writes what it likes: the reason why it is not taken, or undefined. */
export function inputFault(tool: ToolName, input: unknown): string | undefined {
  if (tool === 'slipway_list') return undefined;
  if (typeof input !== 'object' || input === null) return 'the input is no object';
  const { application, environment, service, namespace, lines, percent } = input as Record<string, unknown>;
  const named = (value: unknown) => typeof value === 'string' && name.test(value);
  if (tool === 'slipway_deploy') {
    if (!named(application)) return 'application: the name of an application of the workspace';
    return environment === undefined || (typeof environment === 'string' && anyName.test(environment))
      ? undefined
      : 'environment: a name';
  }
  if (!named(service)) return 'service: the name of a Knative Service';
  if (namespace !== undefined && !named(namespace)) return 'namespace: a name';
  if (lines !== undefined && !(Number.isInteger(lines) && Number(lines) >= 1 && Number(lines) <= 1_000))
    return 'lines: 1 to 1000';
  if (percent === undefined) return undefined;
  if (typeof percent !== 'object' || percent === null || Array.isArray(percent)) return 'percent: revision → per cent';
  const shares = Object.entries(percent);
  if (shares.some(([revision, share]) => !named(revision) || !Number.isInteger(share) || share < 0 || share > 100))
    return 'percent: whole numbers from 0 to 100 by the full name of the revision';
  const sum = shares.reduce((total, [, share]) => total + Number(share), 0);
  return sum === 100 ? undefined : `percent: the shares make ${sum}, not 100`;
}

export interface Invocation {
  /** Shown while it works. */
  progress: string;
  /** Asked before; undefined: nothing is changed, so nothing is asked. */
  question: { title: string; message: string } | undefined;
}

/** What the user is told and asked; `target` is what the platform in use is called. */
export function invocationOf(tool: ToolName, input: unknown, say: Say, target: string): Invocation {
  const told = (progress: string): Invocation => ({ progress, question: undefined });
  if (inputFault(tool, input) !== undefined) return told(say('tool.invalid'));
  const given = input as Partial<ToolInputs['slipway_deploy'] & ToolInputs['slipway_traffic']>;
  const { application: name = '', environment, service = '', namespace = 'default', percent } = given;
  switch (tool) {
    case 'slipway_list':
      return told(say('tool.list'));
    case 'slipway_logs':
      return told(say('tool.logs', { service }));
    case 'slipway_deploy': {
      const message =
        environment === undefined
          ? say('tool.deployConfirm', { name, target })
          : say('tool.deployToConfirm', { name, target, environment });
      return { progress: say('deploy.title', { name }), question: { title: say('tool.deploy', { name }), message } };
    }
    case 'slipway_traffic': {
      if (percent === undefined) return told(say('tool.traffic', { service }));
      const split = Object.entries(percent)
        .map(([revision, share]) => `${revision} ${say('tree.percent', { percent: share })}`)
        .join(say('list.separator'));
      const message = say('tool.moveConfirm', { service, namespace, target, split });
      return { progress: say('tool.moving', { service }), question: { title: say('tool.move', { service }), message } };
    }
  }
}
