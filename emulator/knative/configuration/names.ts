import { childName } from '../names.ts';
import type { Configuration } from './types.ts';

/** `hello-00003`: the generation in five digits. */
export function revisionName({ metadata }: Configuration): string {
  return childName(metadata.name, `-${String(metadata.generation ?? 0).padStart(5, '0')}`);
}
