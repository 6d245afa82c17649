/**
 * From a place that an instance names (in a log line, in a stack, from the platform's call sites) to the workspace. An instance
 * runs from a snapshot or in place, maybe compiled: source maps are followed, and the workspace's file is compared with what the
 * instance has. Who shows something at a line uses only `same`; who follows a link says what else it is.
 */
import { SourceMap } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Place {
  /** As named: absolute, a file: URL, or below `root`. */
  path: string;
  /** From 1. */
  line: number;
  /** From 1; 0 = unknown. */
  column: number;
  /** The instance's folder of the application, where it is known. */
  root?: string | undefined;
  /** Of the file when the instance loaded it, ms; where it is known. */
  mtime?: number | undefined;
}

export interface Located {
  /** In the workspace. */
  file: string;
  line: number;
  column: number;
  /** Whether the instance's text is the workspace's: `unknown` where the instance's cannot be had. */
  text: 'same' | 'changed' | 'unknown';
  /** What the instance has, where it is another text. */
  own?: string;
}

export interface SourceFiles {
  /** undefined where there is no such file. */
  read(file: string): Promise<string | undefined>;
  /** ms; undefined where there is no such file. */
  mtime(file: string): Promise<number | undefined>;
  /** Without symbolic links; the same where it cannot be told. */
  real(file: string): Promise<string>;
}

/** `folders`: applications of the workspace, in order of preference. undefined where nothing fits: no link is better than a wrong one. */
export async function locate(
  place: Place,
  folders: readonly string[],
  files: SourceFiles,
): Promise<Located | undefined> {
  const named = plainPath(place.path);
  if (named.split('/').includes('..')) return undefined;
  const absolute = isAbsolute(named) || /^[A-Za-z]:\//.test(named);
  const root = place.root;
  const own = absolute ? named : root === undefined ? undefined : join(root, named);
  const ownText = own === undefined ? undefined : await files.read(own);
  const mapped = own !== undefined && ownText !== undefined ? await throughMap(own, ownText, place, files) : undefined;
  if (mapped === null) return undefined;
  // The compiled file that the instance loaded must be the one that is mapped.
  if (mapped && own && (await isNewer(own, place, files))) return undefined;
  const target = mapped?.file ?? own ?? named;
  const { line, column } = mapped ?? place;
  const found = await inWorkspace(target, root, folders, files);
  if (!found) return undefined;
  const at = { file: found, line, column };
  const text = await files.read(found);
  if (text === undefined) return undefined;
  if (mapped?.content !== undefined) return compared(at, text, mapped.content);
  const inPlace = own !== undefined && (await files.real(target)) === (await files.real(found));
  if (inPlace && !mapped) return { ...at, text: (await isNewer(found, place, files)) ? 'unknown' : 'same' };
  if (inPlace && own) {
    // No content in the map: a source that is newer than what was made of it may be another one.
    const [made, source] = [await files.mtime(own), await files.mtime(found)];
    return { ...at, text: made !== undefined && source !== undefined && source <= made ? 'same' : 'unknown' };
  }
  const instances = mapped ? await files.read(mapped.file) : ownText;
  return instances === undefined ? { ...at, text: 'unknown' } : compared(at, text, instances);
}

function compared(at: Omit<Located, 'text'>, text: string, own: string): Located {
  return text === own ? { ...at, text: 'same' } : { ...at, text: 'changed', own };
}

async function isNewer(file: string, { mtime }: Place, files: SourceFiles): Promise<boolean> {
  if (mtime === undefined) return false;
  const now = await files.mtime(file);
  return now === undefined || Math.abs(now - mtime) >= 1;
}

function plainPath(path: string): string {
  if (path.startsWith('file://')) {
    try {
      return fileURLToPath(path).replaceAll('\\', '/');
    } catch {
      return path.slice('file://'.length);
    }
  }
  return path.replaceAll('\\', '/').replace(/^\.\//, '');
}

async function inWorkspace(
  file: string,
  root: string | undefined,
  folders: readonly string[],
  files: SourceFiles,
): Promise<string | undefined> {
  const exists = async (candidate: string) => (await files.mtime(candidate)) !== undefined;
  const absolute = isAbsolute(file);
  if (absolute) {
    for (const folder of folders) {
      for (const start of new Set([folder, await files.real(folder)])) {
        if (file.startsWith(start + sep) && (await exists(file))) return join(folder, relative(start, file));
      }
    }
  }
  for (const start of root === undefined ? [] : new Set([root, await files.real(root)])) {
    if (absolute && !file.startsWith(start + sep)) continue;
    const below = absolute ? relative(start, file) : file;
    for (const folder of folders) if (await exists(join(folder, below))) return join(folder, below);
    return undefined;
  }
  // Where the instance's folder is not known: the longest end of the path that is a file of an application.
  const parts = file.split('/').filter((part) => part !== '' && part !== '.');
  for (let from = 0; from < parts.length; from++) {
    for (const folder of folders) {
      const candidate = join(folder, ...parts.slice(from));
      if (await exists(candidate)) return candidate;
    }
  }
  return undefined;
}

interface Mapped {
  file: string;
  line: number;
  column: number;
  content: string | undefined;
}

/** undefined: not compiled. null: compiled, and the map does not tell. */
async function throughMap(
  file: string,
  text: string,
  { line, column }: Place,
  files: SourceFiles,
): Promise<Mapped | undefined | null> {
  if (!/\.[cm]?jsx?$/.test(file)) return undefined;
  const url = [...text.matchAll(/^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm)].at(-1)?.[1];
  if (url === undefined) return undefined;
  const map = await readMap(file, url, files);
  if (!map) return undefined;
  const entry = new SourceMap(map as never).findEntry(line - 1, Math.max(0, column - 1));
  if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return null;
  const source = entry.originalSource;
  const index = map.sources.findIndex(
    (candidate) => candidate === source || `${map.sourceRoot ?? ''}${candidate}` === source,
  );
  const base = dirname(url.startsWith('data:') ? file : resolve(dirname(file), decodeURI(url)));
  return {
    file: source.startsWith('file://') ? fileURLToPath(source) : resolve(base, source),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
    content: map.sourcesContent?.[index] ?? undefined,
  };
}

interface RawMap {
  sources: string[];
  sourceRoot?: string;
  sourcesContent?: (string | null)[];
}

async function readMap(file: string, url: string, files: SourceFiles): Promise<RawMap | undefined> {
  try {
    const inline = /^data:application\/json;(?:charset=[\w-]+;)?base64,(.*)$/.exec(url)?.[1];
    const text =
      inline === undefined
        ? await files.read(resolve(dirname(file), decodeURI(url)))
        : Buffer.from(inline, 'base64').toString('utf8');
    const map = text === undefined ? undefined : (JSON.parse(text) as Partial<RawMap>);
    return Array.isArray(map?.sources) ? (map as RawMap) : undefined;
  } catch {
    return undefined;
  }
}
