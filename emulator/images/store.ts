/**
 * The platform's own image store (decisions 2-4): content-addressed blobs, manifests, names, and laid-out trees.
 * Everything is written beside its place and renamed in, names last, so a kill at any moment leaves the state before or
 * after. Identical files are kept once over all images.
 *
 * On disk: `blobs/ab/abcd…`, `manifests/<hex>.json`, `names.json`, `trees/<hex>[.n]/`, `drafts/`.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { ImageConfig, ImageContents, ImageFile, ImageInfo, ImagePlan } from '../capabilities/protocol.ts';
import { ApiError } from '../kernel/errors.ts';
import type { LocalImages } from '../pods/kubelet-ports.ts';
import { diskError, openBlobs } from './blobs.ts';
import { digestOf, type Manifest, manifestOf, parseReference, type Reference } from './manifest.ts';
import { filesFault } from './paths.ts';
import { isUntouched, layOut, removeTree } from './tree.ts';

export interface ImageStore extends LocalImages {
  /** sha256 of blobs that are not here yet. @throws ApiError BadRequest on a plan that cannot be. */
  missing(plan: ImagePlan): string[];
  /** @throws ApiError BadRequest when the bytes are not what the digest says, InternalError when the disk is full. */
  putBlob(sha256: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws ApiError Conflict when a blob is absent. */
  commit(plan: ImagePlan): Promise<ImageInfo>;
  /** Newest first. */
  list(): ImageInfo[];
  /** What is in an image. @throws ApiError NotFound */
  contents(name: string): ImageContents;
  /** The bytes of one file of it (of a link: its target). @throws ApiError NotFound, BadRequest above 4 MiB */
  file(name: string, path: string): Promise<Uint8Array>;
  /**
   * `repo`, `repo:tag` or `repo@digest`; answers the references that are gone. Blobs nobody needs any more go too.
   * @throws ApiError NotFound, Conflict when an image is in use.
   */
  remove(name: string): Promise<string[]>;
}

export interface ImageStoreOptions {
  /** ms since the epoch. */
  now?: () => number;
  /** Who needs a digest now (a revision's name), for a refusal of `remove`. */
  usedBy?: (digest: string) => string | undefined;
}

/** repository → its digests with the time they came, and tags. */
type Names = Record<string, { digests: Record<string, number>; tags: Record<string, string> }>;

/** An upload may take a while: blobs that came within this time are not swept. */
const uploadGraceMs = 3_600_000;
/** Bytes of a file that a front end is given to show. */
const largestShown = 4 * 1024 * 1024;

export async function openImageStore(dir: string, options: ImageStoreOptions = {}): Promise<ImageStore> {
  const now = options.now ?? Date.now;
  const at = (...parts: string[]) => join(dir, ...parts);
  for (const folder of ['manifests', 'trees']) mkdirSync(at(folder), { recursive: true, mode: 0o700 });
  const blobs = openBlobs(at('blobs'), at('drafts'));
  const manifests = readManifests(at('manifests'));
  let names = readNames(at('names.json'), manifests);
  let writing: Promise<unknown> = Promise.resolve();
  const trees = new Map<string, Promise<string>>();
  const summaries = new Map<string, { files: number; bytes: number }>();
  await sweepDrafts(at('drafts'));

  /** Writers take turns: each sees the names that the one before has written. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = writing.then(work, work);
    writing = result.catch(() => undefined);
    return result;
  };

  const writeDurably = async (path: string, text: string) => {
    const draft = at('drafts', `${path.replaceAll(/[\\/]/g, '_').slice(-100)}.${process.pid}`);
    try {
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw diskError(error, 'nothing was changed');
    }
  };

  const writeNames = async (next: Names) => {
    await writeDurably(at('names.json'), JSON.stringify(next));
    names = next;
  };

  const infoOf = (repository: string, digest: string, tag: string): ImageInfo | undefined => {
    const manifest = manifests.get(digest);
    const entry = own(names, repository);
    if (!manifest || !entry) return undefined;
    let summary = summaries.get(digest);
    if (!summary) {
      summary = { files: manifest.files.length, bytes: manifest.files.reduce((sum, { size }) => sum + size, 0) };
      summaries.set(digest, summary);
    }
    return {
      name: repository,
      tag,
      digest,
      reference: `${repository}@${digest}`,
      ...summary,
      createdAt: entry.digests[digest] ?? 0,
      ...(manifest.inPlace === undefined ? {} : { inPlace: manifest.inPlace }),
      config: manifest.config,
    };
  };

  const resolve = (reference: string): ImageInfo | undefined => {
    const parsed = parseReference(reference);
    const entry = parsed && own(names, parsed.repository);
    if (!parsed || !entry) return undefined;
    if (parsed.digest) {
      return parsed.digest in entry.digests
        ? infoOf(parsed.repository, parsed.digest, tagOf(entry.tags, parsed.digest))
        : undefined;
    }
    const tag = parsed.tag ?? 'latest';
    const digest = own(entry.tags, tag);
    return digest ? infoOf(parsed.repository, digest, tag) : undefined;
  };

  const manifestNamed = (name: string): Manifest => {
    const manifest = manifests.get(resolve(name)?.digest ?? '');
    if (manifest) return manifest;
    throw new ApiError('NotFound', `no image "${name}" is in the platform's store`, { details: { name } });
  };

  const missing = (plan: ImagePlan): string[] => {
    check(plan);
    const wanted = new Map(plan.files.filter(({ link }) => link === undefined).map((file) => [file.sha256, file]));
    return [...wanted.values()].filter((file) => !blobs.has(file.sha256, file.size)).map(({ sha256 }) => sha256);
  };

  const tree = async (digest: string, manifest: Manifest): Promise<string> => {
    const hex = digest.slice('sha256:'.length);
    const there = (await readdir(at('trees'))).filter((name) => name === hex || name.startsWith(`${hex}.`));
    for (const name of there) if (await isUntouched(at('trees', name), manifest.files)) return at('trees', name);
    // A changed tree may still be in use by running instances: the new one stands beside it.
    let count = 0;
    while (there.includes(count === 0 ? hex : `${hex}.${count}`)) count++;
    const target = at('trees', count === 0 ? hex : `${hex}.${count}`);
    try {
      await layOut(target, at('drafts', `tree-${hex}-${process.pid}`), manifest.files, blobs.path);
    } catch (error) {
      await removeTree(at('drafts', `tree-${hex}-${process.pid}`)).catch(() => undefined);
      throw diskError(error, 'the image was not laid out');
    }
    return target;
  };

  const collect = async () => {
    const kept = new Set(Object.values(names).flatMap(({ digests }) => Object.keys(digests)));
    for (const digest of [...manifests.keys()]) {
      if (kept.has(digest)) continue;
      const hex = digest.slice('sha256:'.length);
      await rm(at('manifests', `${hex}.json`), { force: true });
      manifests.delete(digest);
      summaries.delete(digest);
      trees.delete(digest);
      for (const name of await readdir(at('trees'))) {
        if (name === hex || name.startsWith(`${hex}.`)) await removeTree(at('trees', name));
      }
    }
  };

  const store: ImageStore = {
    missing,
    putBlob: (sha256, bytes) => blobs.put(sha256, bytes),
    resolve,

    commit: (plan) =>
      inTurn(async () => {
        const absent = missing(plan);
        if (absent.length > 0) {
          throw new ApiError(
            'Conflict',
            `${absent.length} blobs of the image are not here: ${absent.slice(0, 3).join(', ')}`,
          );
        }
        const { repository, tag = 'latest' } = namesOf(plan);
        const manifest = manifestOf(plan);
        const digest = digestOf(manifest);
        if (!manifests.has(digest)) {
          await writeDurably(at('manifests', `${digest.slice('sha256:'.length)}.json`), JSON.stringify(manifest));
          manifests.set(digest, manifest);
        }
        const next = structuredClone(names);
        const entry = own(next, repository) ?? { digests: {}, tags: {} };
        entry.digests[digest] ??= now();
        entry.tags[tag] = digest;
        next[repository] = entry;
        await writeNames(next);
        const info = infoOf(repository, digest, tag);
        if (!info) throw new Error('an image that was just named is not there');
        return info;
      }),

    list: () =>
      Object.entries(names)
        .flatMap(([repository, { digests, tags }]) =>
          Object.keys(digests).flatMap((digest) => {
            const own = Object.keys(tags).filter((tag) => tags[tag] === digest);
            return (own.length > 0 ? own : ['']).map((tag) => infoOf(repository, digest, tag));
          }),
        )
        .filter((info) => info !== undefined)
        .sort((a, b) => b.createdAt - a.createdAt),

    contents(name) {
      const { config, files, inPlace } = manifestNamed(name);
      return { config, files, ...(inPlace === undefined ? {} : { inPlace }) };
    },

    async file(name, path) {
      const file = manifestNamed(name).files.find((each) => each.path === path);
      if (!file) throw new ApiError('NotFound', `image "${name}" has no file "${path}"`, { details: { name } });
      if (file.link !== undefined) return Buffer.from(file.link);
      if (file.size > largestShown) {
        throw new ApiError('BadRequest', `"${path}" has ${file.size} bytes: at most ${largestShown} can be shown`);
      }
      return readFile(blobs.path(file.sha256));
    },

    remove: (name) =>
      inTurn(async () => {
        const parsed = parseReference(name);
        const entry = parsed && own(names, parsed.repository);
        const doomed = parsed && entry ? digestsOf(parsed, entry) : [];
        if (!parsed || !entry || doomed.length === 0) {
          throw new ApiError('NotFound', `no image "${name}" is in the platform's store`, { details: { name } });
        }
        const next = structuredClone(names);
        const left = own(next, parsed.repository);
        if (!left) return [];
        const removed: string[] = [];
        for (const digest of doomed) {
          const tags = Object.keys(left.tags).filter((tag) => left.tags[tag] === digest);
          if (parsed.tag && !parsed.digest && tags.length > 1) {
            // Another tag still names it: only this one goes.
            delete left.tags[parsed.tag];
            removed.push(`${parsed.repository}:${parsed.tag}`);
            continue;
          }
          const user = options.usedBy?.(digest);
          if (user) {
            throw new ApiError(
              'Conflict',
              `image "${parsed.repository}@${digest}" is in use by ${user}: delete that first`,
            );
          }
          for (const tag of tags) {
            delete left.tags[tag];
            removed.push(`${parsed.repository}:${tag}`);
          }
          delete left.digests[digest];
          removed.push(`${parsed.repository}@${digest}`);
        }
        if (Object.keys(left.digests).length === 0) delete next[parsed.repository];
        const before = blobsOf(manifests.values());
        await writeNames(next);
        await collect();
        const needed = blobsOf(manifests.values());
        // Blobs that no manifest had belong to an upload under way.
        await blobs.sweep((sha256) => needed.has(sha256) || !before.has(sha256), 0);
        return removed;
      }),

    async checkout(digest) {
      const manifest = manifests.get(digest);
      if (!manifest) throw new ApiError('NotFound', `no image ${digest} is in the platform's store`);
      if (manifest.inPlace !== undefined) {
        if (!statSync(manifest.inPlace, { throwIfNoEntry: false })?.isDirectory()) {
          throw new ApiError('NotFound', `the directory ${manifest.inPlace}, in which this image runs, is not there`);
        }
        return { dir: manifest.inPlace, config: manifest.config };
      }
      let pending = trees.get(digest);
      if (!pending) {
        pending = tree(digest, manifest);
        trees.set(digest, pending);
        pending.catch(() => trees.delete(digest));
        return { dir: await pending, config: manifest.config };
      }
      const dir = await pending;
      // Permissions do not hold the super-user back. Looking costs time that a cold start does not have, so it is done
      // beside it: a tree that was changed is not used again.
      if (process.getuid?.() === 0) {
        void isUntouched(dir, manifest.files).then((untouched) => {
          if (!untouched && trees.get(digest) === pending) trees.delete(digest);
        });
      }
      return { dir, config: manifest.config };
    },
  };

  await collect();
  const needed = blobsOf(manifests.values());
  await blobs.sweep((sha256) => needed.has(sha256), uploadGraceMs);
  return store;
}

function blobsOf(manifests: Iterable<Manifest>): Set<string> {
  return new Set([...manifests].flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
}

/** Names come from clients: `constructor` is a fine one for a repository. */
function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function check(plan: ImagePlan): void {
  const bad = (message: string) => new ApiError('BadRequest', message);
  namesOf(plan);
  if (plan.config.cmd.length === 0 || plan.config.cmd[0] === '') throw bad('config.cmd: the start command is missing');
  if (
    [...plan.config.cmd, ...Object.values(plan.config.env)].some(
      (text) => typeof text !== 'string' || text.includes('\0'),
    )
  ) {
    throw bad('config: the start command and the environment are strings without NUL');
  }
  if (plan.inPlace !== undefined) {
    if (!isAbsolute(plan.inPlace)) throw bad('inPlace: give an absolute directory');
    if (plan.files.length > 0) throw bad('inPlace: an image that runs in place has no files');
    return;
  }
  const fault = filesFault(plan.files);
  if (fault) throw bad(`files: ${fault}`);
}

function namesOf(plan: ImagePlan): Reference {
  const parsed = parseReference(plan.name);
  if (!parsed || parsed.digest) {
    throw new ApiError(
      'BadRequest',
      `name: "${plan.name}" is no repository with an optional tag, such as dev.local/my-app:v1`,
    );
  }
  return parsed;
}

function digestsOf({ tag, digest }: Reference, entry: Names[string]): string[] {
  if (digest) return digest in entry.digests ? [digest] : [];
  if (tag === undefined) return Object.keys(entry.digests);
  const tagged = own(entry.tags, tag);
  return tagged ? [tagged] : [];
}

function tagOf(tags: Record<string, string>, digest: string): string {
  return Object.keys(tags).find((tag) => tags[tag] === digest) ?? '';
}

function readManifests(dir: string): Map<string, Manifest> {
  const manifests = new Map<string, Manifest>();
  for (const name of readdirSync(dir)) {
    const hex = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
    if (!hex) continue;
    try {
      const manifest = JSON.parse(readFileSync(join(dir, name), 'utf8')) as {
        config: ImageConfig;
        files: ImageFile[];
        inPlace?: string;
      };
      if (digestOf(manifest) === `sha256:${hex}`) manifests.set(`sha256:${hex}`, manifest);
    } catch {
      // Damaged: as if it were not there; the image is built again.
    }
  }
  return manifests;
}

function readNames(file: string, manifests: ReadonlyMap<string, Manifest>): Names {
  let names: Names;
  try {
    names = JSON.parse(readFileSync(file, 'utf8')) as Names;
  } catch {
    return {};
  }
  for (const entry of Object.values(names)) {
    for (const digest of Object.keys(entry.digests)) if (!manifests.has(digest)) delete entry.digests[digest];
    for (const [tag, digest] of Object.entries(entry.tags)) if (!manifests.has(digest)) delete entry.tags[tag];
  }
  return names;
}

async function sweepDrafts(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await removeTree(join(dir, name));
}
