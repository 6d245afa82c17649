/** What the tools are given, checked, and what the user is asked before they change something. Pure leaf. */
import type { Say } from '../messages.ts';

export interface ToolInputs {
  slipway_list: Record<string, never>;
  slipway_deploy: { application: string; environment?: string };
  slipway_logs: { service: string; namespace?: string; lines?: number };
  slipway_traffic: { service: string; namespace?: string; percent?: Record<string, number> };
}
export type ToolName = keyof ToolInputs;
export const toolNames = ['slipway_list', 'slipway_deploy', 'slipway_logs', 'slipway_traffic'] as const;

const name = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** A model writes what it likes: the reason why it is not taken, or undefined. */
export function inputFault(tool: ToolName, input: unknown): string | undefined {
  if (tool === 'slipway_list') return undefined;
  if (typeof input !== 'object' || input === null) return 'the input is no object';
  const { application, environment, service, namespace, lines, percent } = input as Record<string, unknown>;
  const named = (value: unknown) => typeof value === 'string' && name.test(value);
  if (tool === 'slipway_deploy') {
    if (!named(application)) return 'application: the name of an application of the workspace';
    return environment === undefined || typeof environment === 'string' ? undefined : 'environment: a name';
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

/** `message` undefined: nothing is changed, so nothing is asked. */
export function confirmationOf(
  tool: ToolName,
  input: unknown,
  say: Say,
  target: string,
): { title: string; message: string | undefined } {
  if (inputFault(tool, input) !== undefined) return { title: say('tool.invalid'), message: undefined };
  const { application, service, percent } = input as Partial<
    ToolInputs['slipway_deploy'] & ToolInputs['slipway_traffic']
  >;
  switch (tool) {
    case 'slipway_list':
      return { title: say('tool.list'), message: undefined };
    case 'slipway_logs':
      return { title: say('tool.logs', { service: service ?? '' }), message: undefined };
    case 'slipway_deploy':
      return {
        title: say('tool.deploy', { name: application ?? '' }),
        message: say('tool.deployConfirm', { name: application ?? '', target }),
      };
    case 'slipway_traffic': {
      if (percent === undefined) return { title: say('tool.traffic', { service: service ?? '' }), message: undefined };
      const split = Object.entries(percent)
        .map(([revision, share]) => `${revision} ${share} %`)
        .join(', ');
      return {
        title: say('tool.move', { service: service ?? '' }),
        message: say('tool.moveConfirm', { service: service ?? '', target, split }),
      };
    }
  }
}
