import { childName } from '../names.ts';

/** The Service behind which the instances themselves stand. */
export function privateServiceName(name: string): string {
  return childName(name, '-private');
}
