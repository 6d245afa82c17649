/** Whether the name that a template brings for its revision can be had. */
import type { View } from '../../kernel/resource.ts';
import { resources, serving } from '../keys.ts';
import { isControlledBy, labelsOf, sameJson } from '../objects.ts';
import type { Revision } from '../revision/types.ts';
import type { Configuration, ConfigurationSpec } from './types.ts';

export type BroughtName =
  | { state: 'none' }
  | { state: 'free'; name: string }
  | { state: 'ours'; name: string; revision: Revision }
  | { state: 'taken'; name: string };

/**
 * `taken`: by another Configuration, or by an older generation of this one with another spec. The spec is given apart: it
 * may be newer than the stored one, and so may the generation.
 */
export function broughtName(
  configuration: Configuration,
  view: View,
  spec: ConfigurationSpec | undefined = configuration.spec,
  generation = configuration.metadata.generation,
): BroughtName {
  const name = spec?.template.metadata?.name;
  if (!name) return { state: 'none' };
  const revision = view.get<Revision>(resources.revisions, configuration.metadata.namespace, name);
  if (!revision) return { state: 'free', name };
  if (!isControlledBy(revision, configuration)) return { state: 'taken', name };
  const made = labelsOf(revision)[serving.configurationGeneration];
  if (made === String(generation) || sameJson(spec.template.spec, revision.spec)) {
    return { state: 'ours', name, revision };
  }
  return { state: 'taken', name };
}
