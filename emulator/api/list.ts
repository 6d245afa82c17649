/** Lists: a consistent snapshot at one revision, in pages, by selectors. */
import { ApiError } from '../kernel/errors.ts';
import { type GroupResource, type KubeObject, keyOf, type ObjectKey } from '../kernel/object.ts';
import { type Store, StoreExpired } from '../kernel/store.ts';
import type { ListQuery } from './options.ts';
import { compareObjects, type Selector } from './selectors.ts';

export interface Page {
  objects: KubeObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

export interface Selection {
  resource: GroupResource;
  namespace: string;
  labels: Selector;
  fields: Selector & { name?: string };
}

/** @throws ApiError Expired when the revision of the token or of an exact match is gone, Timeout when it is in the future. */
export function listPage(store: Store, selection: Selection, query: ListQuery): Page {
  const token = query.continueToken ? readToken(query.continueToken) : undefined;
  const exact = token?.revision ?? (query.match === 'Exact' ? query.resourceVersion : undefined);
  if (query.resourceVersion !== undefined && query.resourceVersion > store.revision) {
    throw tooNew(query.resourceVersion, store.revision);
  }
  const revision = exact ?? store.revision;
  let objects = revision === store.revision ? current(store, selection) : snapshot(store, selection, revision, token);
  if (token) objects = objects.filter((object) => keyOf(object) > token.after);
  objects = objects.filter((object) => selection.labels.matches(object) && selection.fields.matches(object));
  const page = query.limit > 0 && objects.length > query.limit ? objects.slice(0, query.limit) : objects;
  const last = page.at(-1);
  const remaining = objects.length - page.length;
  return {
    objects: page,
    metadata: {
      resourceVersion: String(revision),
      ...(remaining > 0 && last ? { continue: writeToken({ revision, after: keyOf(last) }) } : {}),
      // Only known cheaply without selectors, as in Kubernetes.
      ...(remaining > 0 && selection.labels.empty && selection.fields.empty ? { remainingItemCount: remaining } : {}),
    },
  };
}

/** What is stored now and may match, in order. The selectors are still to be asked. */
function current(store: Store, { resource, namespace, labels, fields }: Selection): KubeObject[] {
  if (fields.name !== undefined && namespace) {
    const object = store.get(resource, namespace, fields.name);
    return object ? [object] : [];
  }
  const objects = store.list(resource, { ...(namespace ? { namespace } : {}), labels: labels.equal });
  return [...objects].sort(compareObjects);
}

/** What was stored at an earlier revision: the present with the changes since taken back. */
function snapshot(
  store: Store,
  { resource, namespace }: Selection,
  revision: number,
  token: Token | undefined,
): KubeObject[] {
  const state = new Map<ObjectKey, KubeObject>();
  for (const object of store.list(resource, namespace ? { namespace } : {})) state.set(keyOf(object), object);
  let changes: ReturnType<Store['changesSince']>;
  try {
    changes = store.changesSince(revision, resource);
  } catch (error) {
    if (error instanceof StoreExpired) throw token ? expiredToken() : expired(revision, store.oldestRevision);
    throw error;
  }
  for (const change of changes.toReversed()) {
    if (namespace && change.object.metadata.namespace !== namespace) continue;
    if (change.previous) state.set(change.key, change.previous);
    else state.delete(change.key);
  }
  return [...state.values()].sort(compareObjects);
}

export function expired(revision: number, oldest: number): ApiError {
  return new ApiError('Expired', `too old resource version: ${revision} (${oldest})`);
}

function expiredToken(): ApiError {
  return new ApiError(
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
  );
}

function tooNew(wanted: number, revision: number): ApiError {
  return new ApiError('Timeout', `Too large resource version: ${wanted}, current: ${revision}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}

interface Token {
  revision: number;
  after: ObjectKey;
}

function writeToken({ revision, after }: Token): string {
  return Buffer.from(JSON.stringify({ v: 'slipway/v1', rv: revision, start: after })).toString('base64url');
}

function readToken(text: string): Token {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
    if (v === 'slipway/v1' && Number.isSafeInteger(rv) && typeof start === 'string') {
      return { revision: rv as number, after: start };
    }
  } catch {
    // Not one of ours: refused below.
  }
  throw new ApiError('BadRequest', 'continue key is not valid: it was not made by this server');
}
