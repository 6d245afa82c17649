/** The Knative Services that a file of manifests describes. Pure. */
import { parseYaml } from './document.ts';
import { looksLikeService } from './find.ts';
import { containersOf, isKnativeService, repositoryOf } from './model.ts';
import { isObject } from './values.ts';

export interface ServiceInFile {
  name: string;
  /** Repository of its first container's image. */
  image: string;
  /** Where its document begins, from 1. */
  line: number;
}

/** Those with a name and an image, in the order of the file; of two with one name the first. */
export function servicesIn(file: string, text: string): ServiceInFile[] {
  if (!looksLikeService(text)) return [];
  const found = new Map<string, ServiceInFile>();
  for (const { value, place } of parseYaml(file, text).documents) {
    if (!isObject(value) || typeof value['apiVersion'] !== 'string') continue;
    const object = value as unknown as Parameters<typeof isKnativeService>[0]['object'];
    const name: unknown = object.metadata?.name;
    const image = containersOf(object)[0]?.image;
    if (!isKnativeService({ object }) || typeof name !== 'string' || name === '' || typeof image !== 'string') continue;
    if (!found.has(name)) found.set(name, { name, image: repositoryOf(image), line: place([]).line });
  }
  return [...found.values()];
}
