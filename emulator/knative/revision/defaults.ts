/** Defaults of a Revision. An update never defaults: the spec is immutable. */
import type { DefaultsContext } from '../admission.ts';
import { defaultRevisionSpec } from '../pod-spec/defaults.ts';
import type { Revision } from './types.ts';

export function defaultRevision(revision: Revision, { operation, config }: DefaultsContext<Revision>): void {
  if (operation === 'UPDATE' || !revision.spec) return;
  defaultRevisionSpec(revision.spec, {}, config, operation === 'CREATE');
}
