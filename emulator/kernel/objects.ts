/**
 * The registry-aware object layer: what a Kubernetes API server does between a request and its store. The API server and
 * the controllers write through it, so that both get the same metadata, defaults, validation and admission. Synchronous,
 * as the store is: a call that returned is durable.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { serverSideApply } from './apply/apply.ts';
import { type Manager, recordUpdate, writeManagers } from './apply/managers.ts';
import { check } from './check.ts';
import type { Clock } from './clock.ts';
import { decodeObject, inServedForm, inStoredForm, settle, versionOf } from './decode.ts';
import { deleteObject } from './deletion.ts';
import { ApiError, alreadyExists, conflict, notFound } from './errors.ts';
import { clone, isObject, type JsonObject, mergePatch, own, sameJson, set } from './json.ts';
import { sameState } from './metadata.ts';
import { type DraftObject, type GroupResource, type KubeObject, rfc3339 } from './object.ts';
import { applyJsonPatch } from './patch/json-patch.ts';
import { strategicMergePatch } from './patch/strategic.ts';
import { apiVersionOf, type Registry, storageVersion } from './registry.ts';
import type { ResourceDefinition, ResourceVersionDefinition, UserInfo, View } from './resource.ts';
import { invalidObject } from './schema/field-errors.ts';
import { validateObject } from './schema/validate.ts';
import { type Store, StoreConflict } from './store.ts';

export interface WriteOptions {
  user: UserInfo;
  dryRun?: boolean;
  /** Recorded in managedFields. Absent: nothing is recorded (controllers). */
  fieldManager?: string;
  /** What unknown and duplicate fields do. Default Ignore (they are pruned silently). */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Duplicate members that the reader of the body found. */
  duplicates?: readonly string[];
  /** Gets the warnings of admission and of field validation. */
  warn?(message: string): void;
  subresource?: '' | 'status' | 'scale';
  /** The version the object is written in, when it does not say so itself (patches). Default: the stored one. */
  version?: string;
}

export interface DeleteOptions extends WriteOptions {
  /** Default Background. */
  propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** Pods only; default what their spec says. 0 removes at once. */
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
}

export type Patch =
  | { type: 'json'; operations: unknown }
  | { type: 'merge'; patch: unknown }
  | { type: 'strategic'; patch: unknown }
  /** Server-side apply; needs `fieldManager`. Creates what is absent. */
  | { type: 'apply'; object: unknown; force: boolean };

/** Every method throws ApiError. Objects that are returned are frozen, and in the stored version. */
export interface Objects {
  readonly view: View;
  readonly registry: Registry;
  create<T extends KubeObject = KubeObject>(resource: GroupResource, object: DraftObject, options: WriteOptions): T;
  /** Replaces; a resourceVersion in the object must be the stored one, absent means whatever is there. */
  update<T extends KubeObject>(resource: GroupResource, object: T, options: WriteOptions): T;
  patch(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    patch: Patch,
    options: WriteOptions,
  ): { object: KubeObject; created: boolean };
  /** `gone`: removed now; otherwise it carries a deletionTimestamp and waits for its finalizers, children or kubelet. */
  delete(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions,
  ): { object: KubeObject; gone: boolean };
}

export interface ObjectsPorts {
  store: Store;
  registry: Registry;
  clock: Clock;
}

export function createObjects(ports: ObjectsPorts): Objects {
  const { store, registry, clock } = ports;

  const definitionOf = (resource: GroupResource): ResourceDefinition => {
    const definition = registry.get(resource);
    if (!definition) throw new ApiError('NotFound', 'the server could not find the requested resource');
    return definition;
  };

  return {
    view: store,
    registry,
    create<T extends KubeObject>(resource: GroupResource, draft: DraftObject, options: WriteOptions): T {
      return create(resource, clone(draft) as KubeObject, options) as T;
    },
    update<T extends KubeObject>(resource: GroupResource, object: T, options: WriteOptions): T {
      const definition = definitionOf(resource);
      const { namespace, name } = object.metadata;
      const old = store.get(resource, definition.namespaced ? namespace : undefined, name);
      if (!old) throw notFound(definition, name);
      return update(resource, old, clone(object), undefined, options) as T;
    },
    patch: (resource, namespace, name, patch, options) => applyPatch(resource, namespace, name, patch, options),
    delete(resource, namespace, name, options) {
      const definition = definitionOf(resource);
      const old = store.get(resource, definition.namespaced ? namespace : undefined, name);
      if (!old) throw notFound(definition, name);
      return deleteObject({ store, clock }, definition, resource, old, options);
    },
  };

  function create(
    resource: GroupResource,
    draft: KubeObject,
    options: WriteOptions,
    managers?: readonly Manager[],
  ): KubeObject {
    const definition = definitionOf(resource);
    const { object, version } = inStoredForm(definition, draft, options.version);
    const now = clock.now();
    decodeObject(definition, version, object, options);
    identify(definition, object, now);

    const request = {
      operation: 'CREATE',
      subresource: '',
      object,
      old: undefined,
      ...admissionPart(options, now),
    } as const;
    admit(definition, version, 'default', request, options);
    if (definition.subresources.status) delete object.status;
    definition.strategy?.prepareCreate?.(object, { view: store, now });
    // Read again: admission may have replaced it.
    const { metadata } = object;
    if (definition.generation) metadata.generation = 1;
    else delete metadata.generation;
    check(definition, version, object, undefined, options);
    admit(definition, version, 'validate', request, options);
    record(object, undefined, version, options, now, managers);
    object.apiVersion = apiVersionOf(definition, storageVersion(definition).name);
    if (options.dryRun) {
      if (store.get(resource, metadata.namespace, metadata.name)) throw alreadyExists(definition, metadata.name);
      return object;
    }
    try {
      return store.put(resource, object, '');
    } catch (error) {
      if (error instanceof StoreConflict) throw alreadyExists(definition, metadata.name);
      throw error;
    }
  }

  function update(
    resource: GroupResource,
    old: KubeObject,
    given: KubeObject,
    managers: readonly Manager[] | undefined,
    options: WriteOptions,
  ): KubeObject {
    const definition = definitionOf(resource);
    const { object: sent, version } = inStoredForm(definition, given, options.version);
    const now = clock.now();
    const subresource = options.subresource ?? '';
    decodeObject(definition, version, sent, options);
    const { name } = old.metadata;
    if (sent.metadata.uid && sent.metadata.uid !== old.metadata.uid) throw uidConflict(definition, sent, old);
    const object = subresource === '' ? sent : partial(definition, old, sent, subresource);
    keepServerFields(definition, object, old, subresource);

    const request = { operation: 'UPDATE', subresource, object, old, ...admissionPart(options, now) } as const;
    admit(definition, version, 'default', request, options);
    if (sent.metadata.resourceVersion && sent.metadata.resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(definition, name);
    }
    if (subresource !== 'status') definition.strategy?.prepareUpdate?.(object, old, { view: store, now });
    if (definition.generation && subresource !== 'status' && desiredChanged(object, old)) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
    check(definition, version, object, old, options);
    admit(definition, version, 'validate', request, options);
    record(object, old, version, options, now, managers);
    object.apiVersion = old.apiVersion;
    object.metadata.resourceVersion = old.metadata.resourceVersion;
    if (sameState(object, old)) return old;
    if (options.dryRun) return object;
    if (isDone(object)) {
      return store.transaction(() => {
        store.put(resource, object, old.metadata.resourceVersion);
        return store.remove(resource, old.metadata.namespace, name) ?? object;
      });
    }
    try {
      return store.put(resource, object, old.metadata.resourceVersion);
    } catch (error) {
      if (error instanceof StoreConflict) throw conflict(definition, name);
      throw error;
    }
  }

  function applyPatch(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
    patch: Patch,
    options: WriteOptions,
  ): { object: KubeObject; created: boolean } {
    const definition = definitionOf(resource);
    const version = definition.versions.find((one) => one.name === options.version) ?? storageVersion(definition);
    const old = store.get(resource, definition.namespaced ? namespace : undefined, name);
    const current = old && inServedForm(definition, version, old);
    if (patch.type === 'apply') {
      const applied = appliedObject(patch.object, namespace, name);
      const by = {
        manager: options.fieldManager ?? '',
        force: patch.force,
        apiVersion: apiVersionOf(definition, version.name),
        subresource: options.subresource ?? '',
        now: clock.now(),
      };
      versionOf(definition, applied, version.name);
      // An applied configuration is not defaulted: what it does not name is not its manager's.
      decodeObject(definition, version, applied, { ...options, defaults: false });
      if (!old && options.subresource) throw notFound(definition, name);
      const { object, managers } = serverSideApply(current, applied, version.schema, by);
      const rest = withoutFieldValidation(options);
      if (!old) return { object: create(resource, object, rest, managers), created: true };
      if (applied.metadata.resourceVersion) object.metadata.resourceVersion = applied.metadata.resourceVersion;
      return { object: update(resource, old, object, managers, rest), created: false };
    }
    if (!current || !old) throw notFound(definition, name);
    const result =
      patch.type === 'json'
        ? applyJsonPatch(current, patch.operations)
        : patch.type === 'merge'
          ? mergePatch(current, requireObject(patch.patch))
          : strategicMergePatch(current, patch.patch, version.schema);
    const object = clone(requireObject(result)) as unknown as KubeObject;
    checkIdentity(object, namespace, name);
    return { object: update(resource, old, object, undefined, { ...options, version: version.name }), created: false };
  }

  /** Name, uid and time of a new object; the namespace must be there. */
  function identify(definition: ResourceDefinition, object: KubeObject, now: number): void {
    const { metadata } = object;
    if (!definition.namespaced) delete metadata.namespace;
    else checkNamespace(metadata.namespace ?? '');
    metadata.uid = randomUUID();
    metadata.creationTimestamp = rfc3339(now);
    if (metadata.resourceVersion) {
      throw new ApiError('BadRequest', 'resourceVersion should not be set on objects to be created');
    }
    for (const key of ['resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink'] as const) {
      delete (metadata as unknown as JsonObject)[key];
    }
    if (metadata.generateName && !metadata.name) metadata.name = generatedName(metadata.generateName);
  }

  function checkNamespace(name: string): void {
    const namespace = store.get<KubeObject<unknown, { phase?: string }>>('namespaces', undefined, name);
    if (!namespace) throw notFound({ group: '', plural: 'namespaces' }, name);
    if (!namespace.metadata.deletionTimestamp) return;
    const why = `unable to create new content in namespace ${name} because it is being terminated`;
    throw new ApiError('Forbidden', why, {
      details: {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${name} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    });
  }

  function admissionPart(options: WriteOptions, now: number) {
    return { user: options.user, dryRun: options.dryRun ?? false, view: store, now };
  }

  /** Calls admission; what it defaulted is pruned and defaulted again, as behind a webhook. */
  function admit(
    definition: ResourceDefinition,
    version: ResourceVersionDefinition,
    phase: 'default' | 'validate',
    request: Parameters<NonNullable<NonNullable<ResourceDefinition['admission']>['default']>>[0],
    options: WriteOptions,
  ): void {
    const { admission } = definition;
    if (phase === 'default') checkTypes(definition, version, request.object);
    if (!admission?.[phase]) return;
    try {
      for (const warning of admission[phase](request) ?? []) options.warn?.(warning);
    } catch (error) {
      if (error instanceof ApiError) for (const warning of error.warnings) options.warn?.(warning);
      throw error;
    }
    if (phase === 'default') settle(version, request.object);
  }
}

/** Kubernetes' own kinds are typed when they are decoded: defaults and strategies find every value of its type. */
function checkTypes(definition: ResourceDefinition, version: ResourceVersionDefinition, object: KubeObject): void {
  if (definition.crd) return;
  const wrong = validateObject(object as unknown as JsonObject, version.schema).filter(
    ({ reason }) => reason === 'FieldValueTypeInvalid',
  );
  if (wrong.length > 0) throw invalidObject(definition, object.metadata.name ?? '', wrong);
}

function record(
  object: KubeObject,
  old: KubeObject | undefined,
  version: ResourceVersionDefinition,
  options: WriteOptions,
  now: number,
  managers: readonly Manager[] | undefined,
): void {
  if (managers) {
    writeManagers(object, managers);
    return;
  }
  if (!options.fieldManager) {
    if (old?.metadata.managedFields) object.metadata.managedFields = old.metadata.managedFields;
    else delete object.metadata.managedFields;
    return;
  }
  recordUpdate(object, old, version.schema, {
    manager: options.fieldManager,
    apiVersion: object.apiVersion,
    subresource: options.subresource ?? '',
    now,
  });
}

/** A write to a subresource changes its own part alone. */
function partial(
  definition: ResourceDefinition,
  old: KubeObject,
  sent: KubeObject,
  subresource: 'status' | 'scale',
): KubeObject {
  const object = clone(old);
  object.apiVersion = sent.apiVersion;
  if (subresource === 'status') {
    if (sent.status === undefined) delete object.status;
    else object.status = sent.status;
    return object;
  }
  const path = definition.subresources.scale?.specPath.split('.').filter(Boolean) ?? [];
  let from: unknown = sent;
  let to: unknown = object;
  for (const [index, name] of path.entries()) {
    if (!isObject(from) || !isObject(to)) break;
    if (index === path.length - 1) set(to, name, own(from, name));
    from = own(from, name);
    to = own(to, name);
  }
  return object;
}

/** What a client cannot change. */
function keepServerFields(
  definition: ResourceDefinition,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
): void {
  const metadata = object.metadata as unknown as JsonObject;
  const before = old.metadata as unknown as JsonObject;
  for (const key of serverFields) {
    if (before[key] === undefined) delete metadata[key];
    else metadata[key] = before[key];
  }
  if (subresource === '' && definition.subresources.status) {
    if (old.status === undefined) delete object.status;
    else object.status = clone(old.status);
  }
}

const serverFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'selfLink',
];

/** Anything but metadata and status. */
function desiredChanged(object: KubeObject, old: KubeObject): boolean {
  const { metadata: _m, status: _s, apiVersion: _a, ...a } = object;
  const { metadata: _n, status: _t, apiVersion: _b, ...b } = old;
  return !sameJson(a, b);
}

/** Deleted, with nothing left to wait for. */
function isDone({ metadata, spec }: KubeObject): boolean {
  if (!metadata.deletionTimestamp || (metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  if ((metadata.finalizers?.length ?? 0) > 0) return false;
  const finalizers = isObject(spec) ? spec['finalizers'] : undefined;
  return !Array.isArray(finalizers) || finalizers.length === 0;
}

function appliedObject(object: unknown, namespace: string | undefined, name: string): KubeObject {
  const applied = clone(requireObject(object)) as unknown as KubeObject;
  if (isObject(applied.metadata) && applied.metadata.managedFields) {
    throw new ApiError('BadRequest', 'metadata.managedFields must be nil');
  }
  if (!isObject(applied.metadata)) applied.metadata = {} as KubeObject['metadata'];
  applied.metadata.name ??= name;
  if (namespace) applied.metadata.namespace ??= namespace;
  checkIdentity(applied, namespace, name);
  return applied;
}

function withoutFieldValidation(options: WriteOptions): WriteOptions {
  const { fieldValidation: _, duplicates: __, ...rest } = options;
  return rest;
}

function requireObject(patch: unknown): JsonObject {
  if (isObject(patch)) return patch;
  throw new ApiError(
    'BadRequest',
    'error decoding patch: json: cannot unmarshal the patch into Go value of type map[string]interface {}',
  );
}

/** @throws ApiError BadRequest when an object is not the one that the path names. */
export function checkIdentity(object: unknown, namespace: string | undefined, name: string): void {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  if (!isObject(metadata)) return;
  const given = metadata['name'];
  if (given !== undefined && given !== name) {
    throw new ApiError(
      'BadRequest',
      `the name of the object (${String(given)}) does not match the name on the URL (${name})`,
    );
  }
  const place = metadata['namespace'];
  if (place !== undefined && place !== '' && place !== (namespace ?? '')) {
    throw new ApiError(
      'BadRequest',
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
}

function uidConflict(definition: ResourceDefinition, sent: KubeObject, old: KubeObject): ApiError {
  const { namespace, name, uid } = old.metadata;
  const key = ['', definition.group || undefined, definition.plural, namespace, name]
    .filter((part) => part !== undefined)
    .join('/');
  return conflict(
    definition,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${sent.metadata.uid}, UID in object meta: ${uid}`,
  );
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** At most 63 characters: a prefix of up to 58 and five random ones. */
function generatedName(prefix: string): string {
  const random = [...randomBytes(5)].map((byte) => alphabet[byte % alphabet.length]).join('');
  return prefix.slice(0, 58) + random;
}
