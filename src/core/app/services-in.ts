/** The Knative Services that a file of manifests describes. Pure. */
import type { Problem } from '../codes.ts';
import { ofTemplate, parseYaml } from './document.ts';
import { looksLikeService } from './find.ts';
import { containersOf, isKnativeService, repositoryOf } from './model.ts';
import { objectsIn } from './objects-in.ts';
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
  const objects = parseYaml(file, text).documents.flatMap((document) =>
    objectsIn(document.value).map(({ value, at }) => ({ value, line: document.place(at).line })),
  );
  for (const { value, line } of objects) {
    if (!isObject(value) || typeof value['apiVersion'] !== 'string') continue;
    const object = value as unknown as Parameters<typeof isKnativeService>[0]['object'];
    const name: unknown = object.metadata?.name;
    const image = containersOf(object)[0]?.image;
    if (!isKnativeService({ object }) || typeof name !== 'string' || name === '' || typeof image !== 'string') continue;
    if (!found.has(name)) found.set(name, { name, image: repositoryOf(image), line });
  }
  return [...found.values()];
}

/** Why a file that looks like one of a Service cannot be read as YAML; the name of one may be left to a template, too. */
export function mistakesIn(file: string, text: string): Problem[] {
  if (!looksLikeService(text)) return [];
  const found = parseYaml(file, text).problems.filter(({ severity }) => severity === 'error');
  const hole = text.indexOf('{{');
  if (found.length > 0 || hole < 0) return found;
  const before = text.slice(0, hole).split('\n');
  const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return [{ code: 'YamlSyntax', args: ofTemplate, place, severity: 'error' }];
}
