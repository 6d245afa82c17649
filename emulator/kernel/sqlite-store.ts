/**
 * The store on node:sqlite. One log table `(rv, type, resource, key, object)` is both the state (newest row of a key that
 * is no DELETED) and the watch history; memory mirrors the state, and of the history only which revision changed what: an
 * old version is read from its row when someone asks. WAL with synchronous=NORMAL: what a call acknowledged survives SIGKILL
 * of the process.
 */
import { DatabaseSync } from 'node:sqlite';
import { type GroupResource, type KubeObject, keyOf, type ObjectKey, objectKey } from './object.ts';
import type { Index, ListOptions } from './resource.ts';
import { type Change, type Store, StoreConflict, StoreExpired, StoreFull, type WatchType } from './store.ts';

export interface SqliteStoreOptions {
  /** Changes that stay readable for watches; older ones are compacted away. Default 10,000. */
  history?: number;
}

/** A change of the history, without its objects. */
interface Entry {
  type: WatchType;
  resource: GroupResource;
  key: ObjectKey;
  revision: number;
  /** The revision of the version before; absent for ADDED. */
  before?: number;
}

interface Table {
  objects: Map<ObjectKey, KubeObject>;
  byNamespace: Map<string, Set<ObjectKey>>;
  byOwner: Map<string, Set<ObjectKey>>;
  /** `label=value` → keys. */
  byLabel: Map<string, Set<ObjectKey>>;
  /** Made when they are first asked for. */
  byIndex: Map<Index, Map<string, Set<ObjectKey>>>;
}

/** @param file a path, or ':memory:'. @throws when the file cannot be written or is no database. */
export function openStore(file: string, options: SqliteStoreOptions = {}): Store {
  return new SqliteStore(file, options.history ?? 10_000);
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #tables = new Map<GroupResource, Table>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #bytes = new WeakMap<KubeObject, Uint8Array>();
  readonly #historyLimit: number;
  readonly #insert;
  readonly #deleteRow;
  readonly #readRow;
  /** Versions that were replaced: their bytes are not kept. */
  readonly #replaced = new WeakSet<KubeObject>();
  /** In order of revision; the first is the oldest that can be asked for. */
  #history: Entry[] = [];
  #revision = 0;
  #oldest = 0;
  #depth = 0;
  #pending: Change[] = [];
  #undo: (() => void)[] = [];
  #delivering: Change[] | undefined;

  constructor(file: string, historyLimit: number) {
    this.#historyLimit = historyLimit;
    this.#database = new DatabaseSync(file);
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;
      CREATE TABLE IF NOT EXISTS log (
        rv INTEGER PRIMARY KEY, type TEXT NOT NULL, resource TEXT NOT NULL, key TEXT NOT NULL, object TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;`);
    this.#insert = this.#database.prepare('INSERT INTO log (rv, type, resource, key, object) VALUES (?, ?, ?, ?, ?)');
    this.#deleteRow = this.#database.prepare('DELETE FROM log WHERE rv = ?');
    this.#readRow = this.#database.prepare('SELECT object FROM log WHERE rv = ?');
    this.#load();
  }

  get revision(): number {
    return this.#revision;
  }

  get oldestRevision(): number {
    return this.#oldest;
  }

  get<T extends KubeObject = KubeObject>(resource: GroupResource, namespace: string | undefined, name: string) {
    return this.#tables.get(resource)?.objects.get(objectKey(namespace, name)) as T | undefined;
  }

  list<T extends KubeObject = KubeObject>(resource: GroupResource, options: ListOptions = {}): readonly T[] {
    const table = this.#tables.get(resource);
    if (!table) return [];
    const { namespace, labels, ownerUid } = options;
    const wanted = Object.entries(labels ?? {});
    // The most selective index first; the rest is checked on what it gives.
    let keys: ReadonlySet<ObjectKey> | undefined;
    const narrow = (set: ReadonlySet<ObjectKey> | undefined) => {
      const found = set ?? nothing;
      if (!keys || found.size < keys.size) keys = found;
    };
    if (ownerUid !== undefined) narrow(table.byOwner.get(ownerUid));
    for (const [label, value] of wanted) narrow(table.byLabel.get(`${label}=${value}`));
    if (namespace !== undefined) narrow(table.byNamespace.get(namespace));
    if (!keys) return [...table.objects.values()] as T[];
    const result: T[] = [];
    for (const key of keys) {
      const object = table.objects.get(key);
      if (!object) continue;
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      if (ownerUid !== undefined && controllerUid(object) !== ownerUid) continue;
      if (wanted.every(([label, value]) => object.metadata.labels?.[label] === value)) result.push(object as T);
    }
    return result;
  }

  lookup<T extends KubeObject = KubeObject>(index: Index<T>, value: string): readonly T[] {
    const table = this.#tables.get(index.resource);
    if (!table) return [];
    let values = table.byIndex.get(index as Index);
    if (!values) {
      values = new Map();
      table.byIndex.set(index as Index, values);
      for (const [key, object] of table.objects) for (const one of index.valuesOf(object as T)) add(values, one, key);
    }
    return [...(values.get(value) ?? nothing)].flatMap((key) => (table.objects.get(key) as T | undefined) ?? []);
  }

  put<T extends KubeObject>(resource: GroupResource, object: T, expected: string | undefined): T {
    const key = keyOf(object);
    const previous = this.#tables.get(resource)?.objects.get(key);
    if (expected !== undefined && (previous?.metadata.resourceVersion ?? '') !== expected)
      throw new StoreConflict(previous);
    return this.#write(previous ? 'MODIFIED' : 'ADDED', resource, key, object, previous);
  }

  remove(resource: GroupResource, namespace: string | undefined, name: string, expected?: string) {
    const key = objectKey(namespace, name);
    const previous = this.#tables.get(resource)?.objects.get(key);
    if (expected !== undefined && previous?.metadata.resourceVersion !== expected) throw new StoreConflict(previous);
    if (!previous) return undefined;
    return this.#write('DELETED', resource, key, previous, previous);
  }

  changesSince(revision: number, resource?: GroupResource): readonly Change[] {
    if (revision < this.#oldest) throw new StoreExpired(revision, this.#oldest);
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#history[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    const entries = this.#history.slice(low);
    return this.#changesOf(resource === undefined ? entries : entries.filter((entry) => entry.resource === resource));
  }

  #changesOf(entries: readonly Entry[]): Change[] {
    // What one change left is what the next one of the same object found.
    const versions = new Map<number, KubeObject>();
    const version = (revision: number, resource: GroupResource, key: ObjectKey): KubeObject => {
      const current = this.#tables.get(resource)?.objects.get(key);
      if (current?.metadata.resourceVersion === String(revision)) return current;
      let object = versions.get(revision);
      if (!object) {
        const text = this.#readRow.get(revision)?.['object'] as string;
        object = deepFreeze(JSON.parse(text) as KubeObject);
        this.#replaced.add(object);
        this.#bytes.set(object, Buffer.from(text));
        versions.set(revision, object);
      }
      return object;
    };
    return entries.map(({ type, resource, key, revision, before }) => ({
      type,
      resource,
      key,
      revision,
      object: version(revision, resource, key),
      ...(before === undefined ? {} : { previous: version(before, resource, key) }),
    }));
  }

  subscribe(listener: (change: Change) => void): Disposable {
    // A wrapper of its own, so that the same function may subscribe twice.
    const own = (change: Change) => listener(change);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  bytes(object: KubeObject): Uint8Array {
    let bytes = this.#bytes.get(object);
    if (!bytes) {
      bytes = Buffer.from(JSON.stringify(object));
      if (!this.#replaced.has(object)) this.#bytes.set(object, bytes);
    }
    return bytes;
  }

  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    let result: T;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      this.#depth++;
      result = work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#depth === 0) throw asStoreError(error);
      this.#depth--;
      for (const undo of this.#undo.reverse()) undo();
      this.#undo = [];
      this.#pending = [];
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw asStoreError(error);
    }
    this.#depth--;
    this.#undo = [];
    const changes = this.#pending;
    this.#pending = [];
    for (const change of changes) this.#remember(change);
    this.#deliver(changes);
    this.#compact();
    return result;
  }

  close(): void {
    this.#listeners.clear();
    this.#database.close();
  }

  #remember({ type, resource, key, revision, previous }: Omit<Change, 'object'>): void {
    const before = previous && { before: Number(previous.metadata.resourceVersion) };
    this.#history.push({ type, resource, key, revision, ...before });
    if (!previous) return;
    this.#replaced.add(previous);
    this.#bytes.delete(previous);
  }

  #write<T extends KubeObject>(
    type: WatchType,
    resource: GroupResource,
    key: ObjectKey,
    object: T,
    previous: KubeObject | undefined,
  ): T {
    return this.transaction(() => {
      const before = this.#revision;
      const revision = before + 1;
      const stored = deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
      const text = JSON.stringify(stored);
      this.#insert.run(revision, type, resource, key, text);
      this.#bytes.set(stored, Buffer.from(text));
      this.#revision = revision;
      this.#apply(type, resource, key, stored, previous);
      this.#pending.push({
        type,
        resource,
        key,
        revision,
        object: stored,
        ...(previous && type !== 'ADDED' ? { previous } : {}),
      });
      this.#undo.push(() => {
        this.#revision = before;
        if (previous) this.#apply('MODIFIED', resource, key, previous, type === 'DELETED' ? undefined : stored);
        else this.#apply('DELETED', resource, key, stored, stored);
      });
      return stored;
    });
  }

  #apply(
    type: WatchType,
    resource: GroupResource,
    key: ObjectKey,
    object: KubeObject,
    previous: KubeObject | undefined,
  ) {
    let table = this.#tables.get(resource);
    if (!table) {
      table = {
        objects: new Map(),
        byNamespace: new Map(),
        byOwner: new Map(),
        byLabel: new Map(),
        byIndex: new Map(),
      };
      this.#tables.set(resource, table);
    }
    if (previous) for (const [index, value] of indexEntries(table, previous)) drop(index, value, key);
    if (type === 'DELETED') {
      table.objects.delete(key);
      return;
    }
    table.objects.set(key, object);
    for (const [index, value] of indexEntries(table, object)) add(index, value, key);
  }

  /** A listener that writes causes changes that are delivered after the running one has reached every listener. */
  #deliver(changes: Change[]): void {
    if (this.#delivering) {
      this.#delivering.push(...changes);
      return;
    }
    this.#delivering = changes;
    try {
      for (let index = 0; index < changes.length; index++) {
        const change = changes[index];
        if (change) for (const listener of [...this.#listeners]) listener(change);
      }
    } finally {
      this.#delivering = undefined;
    }
  }

  /** In steps of a tenth, so that its cost is spread. A row goes when its successor leaves the history: until then it is state or `previous`. */
  #compact(): void {
    if (this.#history.length < this.#historyLimit * 1.1) return;
    const dropped = this.#history.slice(0, this.#history.length - this.#historyLimit);
    const oldest = dropped.at(-1)?.revision ?? this.#oldest;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const { type, revision, before } of dropped) {
        if (before !== undefined) this.#deleteRow.run(before);
        if (type === 'DELETED') this.#deleteRow.run(revision);
      }
      this.#database
        .prepare("INSERT OR REPLACE INTO meta VALUES ('oldest', ?), ('revision', ?)")
        .run(oldest, this.#revision);
      this.#database.exec('COMMIT');
    } catch {
      // The write that led here is committed and stays acknowledged; a longer history harms nobody, the next write tries again.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return;
    }
    this.#history.splice(0, dropped.length);
    this.#oldest = oldest;
  }

  #load(): void {
    const meta = new Map(
      this.#database
        .prepare('SELECT name, value FROM meta')
        .all()
        .map((row) => [row['name'] as string, row['value'] as number]),
    );
    this.#oldest = meta.get('oldest') ?? 0;
    this.#revision = meta.get('revision') ?? 0;
    for (const row of this.#database.prepare('SELECT * FROM log ORDER BY rv').iterate()) {
      const { rv, type, resource, key } = row as { rv: number; type: WatchType; resource: string; key: string };
      const object = deepFreeze(JSON.parse(row['object'] as string) as KubeObject);
      const previous = this.#tables.get(resource)?.objects.get(key);
      this.#apply(type, resource, key, object, previous);
      this.#revision = Math.max(this.#revision, rv);
      if (rv > this.#oldest) {
        this.#remember({ type, resource, key, revision: rv, ...(previous && type !== 'ADDED' ? { previous } : {}) });
      }
    }
  }
}

const nothing: ReadonlySet<ObjectKey> = new Set();

/** SQLITE_FULL. */
const sqliteFull = 13;

function asStoreError(error: unknown): unknown {
  return (error as { errcode?: number }).errcode === sqliteFull ? new StoreFull(error) : error;
}

function controllerUid(object: KubeObject): string | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller)?.uid;
}

function* indexEntries(table: Table, object: KubeObject): Iterable<[Map<string, Set<ObjectKey>>, string]> {
  if (object.metadata.namespace) yield [table.byNamespace, object.metadata.namespace];
  const owner = controllerUid(object);
  if (owner) yield [table.byOwner, owner];
  for (const [label, value] of Object.entries(object.metadata.labels ?? {})) yield [table.byLabel, `${label}=${value}`];
  for (const [index, values] of table.byIndex) for (const value of index.valuesOf(object)) yield [values, value];
}

function add(index: Map<string, Set<ObjectKey>>, value: string, key: ObjectKey): void {
  const keys = index.get(value);
  if (keys) keys.add(key);
  else index.set(value, new Set([key]));
}

function drop(index: Map<string, Set<ObjectKey>>, value: string, key: ObjectKey): void {
  const keys = index.get(value);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(value);
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
