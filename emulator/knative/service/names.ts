import type { Service } from './types.ts';

/** A Service's Configuration and its Route have its own name. */
export function configurationName({ metadata }: Service): string {
  return metadata.name;
}

export function routeName({ metadata }: Service): string {
  return metadata.name;
}
