/** A revision as one would have written it. */
import type { KubeObject } from '../../../emulator/kernel/object.ts';

const ours = /^(serving|autoscaling\.internal|client|app\.kubernetes)\.knative\.dev\/|^slipway\.dev\/|^app$/;
const meant = /^autoscaling\.knative\.dev\//;

export async function manifestText(revision: KubeObject): Promise<string> {
  const { stringify } = await import('yaml');
  const { name, labels, annotations } = revision.metadata;
  return stringify({
    apiVersion: revision.apiVersion,
    kind: revision.kind,
    metadata: { name, ...kept('labels', labels), ...kept('annotations', annotations) },
    spec: revision.spec,
  });
}

interface Container {
  name?: string;
  image?: string;
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  envFrom?: unknown[];
}

function containersOf(revision: KubeObject): Container[] {
  return (revision.spec as { containers?: Container[] } | undefined)?.containers ?? [];
}

export function imagesOf(revision: KubeObject): string[] {
  return containersOf(revision).map(({ image = '' }) => image);
}

/** The environment of its containers, a variable a line, sorted: what a reader looks for first. */
export function environmentText(revision: KubeObject): string {
  const containers = containersOf(revision);
  return containers
    .map(({ name = '', env = [], envFrom = [] }) => {
      const lines = env.map(
        (each) => `${each.name}=${each.valueFrom ? JSON.stringify(each.valueFrom) : (each.value ?? '')}`,
      );
      const all = [...lines.sort(), ...envFrom.map((source) => `envFrom ${JSON.stringify(source)}`)];
      return [...(containers.length > 1 ? [`# ${name}`] : []), ...all].map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

function kept(field: string, values: Readonly<Record<string, string>> | undefined): object {
  const own = Object.entries(values ?? {}).filter(([key]) => meant.test(key) || !ours.test(key));
  return own.length > 0 ? { [field]: Object.fromEntries(own) } : {};
}
