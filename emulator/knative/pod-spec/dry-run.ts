/** What Kubernetes would say to the pod of a template: Knative's webhook tries it on dry runs, after its own validation. */
import type { PlatformConfig } from '../config/types.ts';
import { withPodProbes } from '../revision/resources.ts';
import type { RevisionTemplate } from '../revision/types.ts';
import { podSpecErrors } from './pod-errors.ts';

/** `dry run failed with …: spec.template`, or undefined when the pod is fine. */
export function dryRunTemplate(template: RevisionTemplate | undefined, config: PlatformConfig): string | undefined {
  if (!template?.spec?.containers) return undefined;
  const { spec } = template;
  const containers = spec.containers.map((container) => withPodProbes(container, spec.containers, false));
  const errors = podSpecErrors({ ...spec, containers }, 'spec').map(({ field, message }) => `${field}: ${message}`);
  if (errors.length === 0) return undefined;
  const pod = `dry-run-validation${suffix(JSON.stringify([spec, config.defaults.revisionTimeoutSeconds]))}`;
  const list = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  return `dry run failed with Pod "${pod}" is invalid: ${list}: spec.template`;
}

const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** The generated part of the pod's name: nobody sees that pod again, so it only has to look like one. */
function suffix(text: string): string {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return Array.from({ length: 5 }, (_, index) => letters[(hash >>> (index * 5)) % letters.length]).join('');
}
