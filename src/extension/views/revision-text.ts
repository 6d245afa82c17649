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

function kept(field: string, values: Readonly<Record<string, string>> | undefined): object {
  const own = Object.entries(values ?? {}).filter(([key]) => meant.test(key) || !ours.test(key));
  return own.length > 0 ? { [field]: Object.fromEntries(own) } : {};
}
