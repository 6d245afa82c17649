/** From the manifests on disk to what is applied: environment, namespace, image and port put in, in memory (decision 2). Pure. */

import { withoutCloudRun } from '../app/cloud-run.ts';
import { mergePatch } from '../app/merge.ts';
import { type Application, containersOf, type Environment, type Manifest, repositoryOf } from '../app/model.ts';
import { isRepository, ownRepository, repositoryIn } from '../app/repository.ts';
import { isObject, valueAt } from '../app/values.ts';
import type { ObjectInput } from '../client.ts';
import { Fault } from '../faults.ts';
import type { Phrase } from '../messages/phrases.ts';
import { kinds } from '../resources.ts';
import type { TrafficTarget } from '../traffic/traffic.ts';

export interface PreparedObjects {
  /** Without spec.traffic. */
  service: ObjectInput & { metadata: { name: string; namespace: string } };
  /** What the manifest says of traffic. */
  traffic: TrafficTarget[] | undefined;
  others: { manifest: Manifest; object: ObjectInput & { metadata: { name: string } } }[];
  /** Of the environment: becomes a DomainMapping. */
  domain: string | undefined;
}

export interface PrepareOptions {
  environment?: Environment | undefined;
  namespace: string;
  /** Put in where the manifest names the application's repository; undefined = images stay as they are. */
  image?: string | undefined;
}

/** @throws Fault BadField when an image is built that no container uses */
export function prepareObjects(app: Application, options: PrepareOptions): PreparedObjects {
  const { environment, namespace, image } = options;
  const patched = mergePatch(structuredClone(app.service.object), environment?.patch ?? {}) as ObjectInput;
  const { traffic, ...spec } = patched.spec as { traffic?: TrafficTarget[] } & Record<string, unknown>;
  const { metadata } = asWritten(patched);
  const service = { ...patched, metadata: { ...metadata, name: app.name, namespace }, spec };
  delete service.status;
  const containers = containersOf(service);
  if (image !== undefined) {
    const own = ownContainer(app, containers);
    if (!own) {
      const got = containers.map((container) => JSON.stringify(container.image)).join(', ');
      const expected: Phrase = `the repository ${app.build.image} that slipway.yaml builds`;
      const path = 'spec.template.spec.containers[0].image';
      const place = app.service.place(['spec', 'template', 'spec', 'containers', 0, 'image']);
      throw new Fault('BadField', { path, got, expected }, { place });
    }
    own.image = image;
    if (app.run.port !== undefined && own['ports'] === undefined) own['ports'] = [{ containerPort: app.run.port }];
  }
  return {
    service,
    traffic,
    others: app.manifests
      .filter((manifest) => manifest !== app.service)
      .map((manifest) => ({ manifest, object: withNamespace(asWritten(manifest.object), namespace) })),
    domain: environment?.domain,
  };
}

/** The container whose image the application builds. */
export function ownContainer(
  app: Pick<Application, 'build'>,
  containers: readonly { image?: unknown; [field: string]: unknown }[],
): { image?: unknown; [field: string]: unknown } | undefined {
  return containers.find(({ image }) => typeof image === 'string' && repositoryOf(image) === app.build.image);
}

/**
 * Where the image is put: the environment's registry in place of the manifest's. A manifest may name what is no repository (a place
 * holder such as `{username}/app`, ko's `ko://…`, a name that is too short for Knative): what is built has a name of its own then, and
 * stands in its place.
 */
export function imageRepository(
  app: Pick<Application, 'name' | 'build'>,
  environment: Environment | undefined,
): string {
  const image = isRepository(app.build.image) ? app.build.image : ownRepository(app.name);
  if (!environment?.registry) return image;
  return repositoryIn(environment.registry.replace(/\/$/, ''), image.split('/').at(-1) ?? app.name);
}

/** A manifest with the image that a deploy would put into it, so that it is judged as it is sent. */
export function asBuilt(app: Pick<Application, 'name' | 'build'>, manifest: unknown): unknown {
  const { object } = withoutCloudRun(manifest);
  if (app.build.foreign || isRepository(app.build.image) || !isObject(object)) return object;
  const copy = structuredClone(object);
  const own = ownContainer(app, containersOf(copy));
  if (own) own.image = imageRepository(app, undefined);
  return copy;
}

const authorKeys = ['serving.knative.dev/creator', 'serving.knative.dev/lastModifier'];

/**
 * Who made a Service may not change, also not by being left out: where a deploy has applied it out of the manifest, it stays as it is on the
 * platform.
 */
export function withAuthors<Each extends ObjectInput>(service: Each, written: ObjectInput, existing?: object): Each {
  const annotations = (object: unknown) =>
    (valueAt(object, ['metadata', 'annotations']) ?? {}) as Record<string, string>;
  const [named, there] = [annotations(written), annotations(existing)];
  const kept = authorKeys.filter((key) => named[key] !== undefined && there[key] !== undefined);
  if (kept.length === 0) return service;
  const authors = Object.fromEntries(kept.map((key) => [key, there[key]]));
  return { ...service, metadata: { ...service.metadata, annotations: { ...annotations(service), ...authors } } };
}

/** What the server and its webhooks write: a file that came out of `kubectl get -o yaml` has it, and it belongs to the object that was read. */
function asWritten<Each extends ObjectInput>({ status: _, ...object }: Each): Each {
  const { resourceVersion, uid, generation, creationTimestamp, managedFields, selfLink, ...metadata } =
    object.metadata as Record<string, unknown>;
  if (isObject(metadata['annotations'])) {
    const kept = Object.entries(metadata['annotations']).filter(([key]) => !authorKeys.includes(key));
    metadata['annotations'] = Object.fromEntries(kept);
  }
  return { ...object, metadata } as unknown as Each;
}

const clusterScoped = new Set<string>([kinds.namespace.kind, kinds.clusterDomainClaim.kind]);

function withNamespace(object: Manifest['object'], namespace: string): Manifest['object'] {
  if (clusterScoped.has(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}
