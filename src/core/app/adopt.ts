/**
 * Takes an existing application as it is: writes a slipway.yaml beside what is there, and a manifest where it has none; what is there is
 * not changed.
 */
import { existsSync, lstatSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Document } from 'yaml';
import type { Problem } from '../codes.ts';
import { Fault } from '../faults.ts';
import type { Phrase } from '../messages/phrases.ts';
import { foldersIn, isApplication, looksLikeService } from './find.ts';
import { functionProgram } from './function-program.ts';
import { notStarted, ofFunction, readFunction } from './function-yaml.ts';
import { folderAt, type HowToRun, howToRun } from './how-to-run.ts';
import { applicationFile, mayBeManifest, readApplication, readText } from './model.ts';
import { isRepository, ownRepository } from './repository.ts';
import { mistakesIn, type ServiceInFile, servicesIn } from './services-in.ts';

const notSearched = new Set(['node_modules', 'dist', 'build', 'target', 'vendor', 'venv', '.git']);

export interface Adopted {
  name: string;
  /** What was written, relative to the folder; none where there was a slipway.yaml already. */
  files: string[];
  /** It is known how it is started; else its author has to say `run.start`. */
  starts: boolean;
  /** What of its func.yaml has no place in a manifest, for its author to know; undefined = it is no function. */
  left: string[] | undefined;
  /** Brokers that a function's Triggers take events from, which have to be there; undefined = it has none. */
  brokers?: string[];
}

/** The Service that is meant, where there may be several. */
export interface ServiceChoice {
  service: string;
  /** Its manifest, absolute; undefined = the first one of this name. */
  file?: string;
}

/**
 * @throws Fault NothingToStart where there is neither a Service nor a way to start it, SeveralServices where none is chosen of several,
 *   NoSuchService, NoService where something else has the name of its manifest, ApplicationThere where a slipway.yaml says another one than is
 *   chosen, FunctionWithoutProgram, DirectoryNotWritable, FileInTheWay, YamlSyntax and other mistakes in what is there, FileUnreadable
 */
export async function adopt(dir: string, choice?: ServiceChoice): Promise<Adopted> {
  const root = resolve(dir);
  const file = join(root, applicationFile);
  if (existsSync(file)) {
    const { application } = await readApplication(root);
    // It is its author's, and may say more than a name.
    if (choice && application?.name !== choice.service)
      throw new Fault('ApplicationThere', { file, name: choice.service });
    return { name: application?.name ?? basename(root), files: [], starts: true, left: undefined };
  }
  const manifest = await chosenService(root, choice);
  // A manifest beside it says what is deployed.
  const func = manifest ? undefined : await readFunction(root, readText);
  const found = await howToRun(root, readText);
  const program = func && !found ? await functionProgram(folderAt(root, readText), func) : undefined;
  const { how, env }: { how: HowToRun | undefined; env: Record<string, string> } =
    func && found ? ofFunction(found) : { how: found ?? program?.how, env: {} };
  const name = manifest?.name ?? labelOf(func?.name ?? basename(root));
  const image = manifest?.image ?? func?.image ?? ownRepository(name);
  const files: [path: string, text: string][] = [];
  if (!manifest) {
    if (!how) throw func ? notStarted(name, func) : new Fault('NothingToStart', { name });
    await requireNoManifest(root);
    files.push(['deploy/service.yaml', func ? func.service(name, image, env) : serviceText(name, image)]);
    const triggers = func?.triggers(name);
    if (triggers !== undefined) files.push(['deploy/triggers.yaml', triggers]);
    if (program) files.push(program.file);
  }
  const settings: Record<string, unknown> = { name };
  if (manifest && manifest.place !== 'deploy') settings['manifests'] = manifest.place;
  // An image that somebody else makes is deployed as it is named, until it is said how this one is.
  const isMade = how !== undefined || !isRepository(image);
  if (isMade) settings['build'] = how?.build === undefined ? { image } : { image, command: how.build };
  if (how) settings['run'] = how.dev === undefined ? { start: how.start } : { start: how.start, dev: how.dev };
  files.push([applicationFile, String(new Document(settings))]);
  await writeNew(root, files);
  return {
    name,
    files: files.map(([path]) => path),
    starts: how !== undefined,
    left: func?.left,
    ...(func?.brokers.length ? { brokers: func.brokers } : {}),
  };
}

/** What is a Service but for a mistake in it is the one to take, and what else has its place is not written over. @throws Fault */
async function requireNoManifest(root: string): Promise<void> {
  const own = join(root, 'deploy', 'service.yaml');
  const { problems, files } = await readApplication(root);
  const candidates = files.filter(({ file, text }) => file === own || looksLikeService(text)).map(({ file }) => file);
  const wrong = problems.find(
    ({ severity, place }) => severity === 'error' && place && candidates.includes(place.file),
  );
  if (wrong?.place) throw new Fault(wrong.code, wrong.args, { place: wrong.place });
  if (existsSync(own)) throw new Fault('NoService', { dir: own });
}

/** All of them or none. @throws Fault DirectoryNotWritable, FileInTheWay */
async function writeNew(root: string, files: readonly [path: string, text: string][]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  for (const [path, text] of files) {
    const file = join(root, path);
    try {
      const made = await mkdir(dirname(file), { recursive: true });
      if (made !== undefined) undo.unshift(() => rm(made, { recursive: true }));
      await writeFile(file, text, { flag: 'wx' });
      undo.unshift(() => rm(file));
    } catch (error) {
      for (const step of undo) await step().catch(() => {});
      const { code } = error as NodeJS.ErrnoException;
      if (['EACCES', 'EROFS', 'EPERM'].includes(code ?? ''))
        throw new Fault('DirectoryNotWritable', { dir: file }, { cause: error });
      const inTheWay = whatStandsAt(root, path);
      if (!inTheWay) throw error;
      throw new Fault('FileInTheWay', inTheWay, { cause: error });
    }
  }
}

/** What is there and cannot be written to: a link that leads nowhere is there and is not, and a file may have the name of a folder. */
function whatStandsAt(root: string, path: string): { file: string; got: Phrase } | undefined {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++) {
    const file = join(root, ...parts.slice(0, count));
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (!stat) return undefined;
    if (stat.isSymbolicLink() && !existsSync(file)) return { file, got: 'a link that leads nowhere' };
    if (count === parts.length) return { file, got: 'there already' };
    if (stat.isFile()) return { file, got: 'a file, not a folder' };
  }
  return undefined;
}

/** A folder that `adopt` can take. */
export interface Adoptable {
  dir: string;
  /** The file of its Knative Service, relative to it; undefined = one would be written. */
  manifest: string | undefined;
  /** A command line; undefined = not known. */
  start: string | undefined;
  /** It is a function of the func CLI, in this language as its func.yaml names it. */
  runtime: string | undefined;
}

const mostAdoptable = 50;

/**
 * Folders below the roots that look like applications and are in none: what has a way to start it, or a Knative Service. The upper ones
 * first; nothing inside of one is another.
 */
export async function adoptable(roots: readonly string[], { depth = 3 } = {}): Promise<Adoptable[]> {
  const found: Adoptable[] = [];
  let level = roots.map((root) => resolve(root));
  for (let left = depth; left >= 0 && found.length < mostAdoptable; left--) {
    const below: string[] = [];
    for (const dir of level) {
      if (await isDecided(dir)) continue;
      const how = await howToRun(dir, readText).catch(() => undefined);
      const service = await firstService(dir, how ? 3 : 0).catch(() => undefined);
      const func = await readFunction(dir, readText).catch(() => undefined);
      if (how || service || func) {
        found.push({ dir, manifest: service?.file, start: how?.start, runtime: service ? undefined : func?.runtime });
      } else below.push(...(await foldersIn(dir)));
    }
    level = below;
  }
  return found.slice(0, mostAdoptable);
}

/** It is an application as it is: with several Services in deploy/ nothing says which one is. */
async function isDecided(dir: string): Promise<boolean> {
  if (!(await isApplication(dir))) return false;
  const { problems } = existsSync(join(dir, applicationFile)) ? { problems: [] } : await readApplication(dir);
  return !problems.some(({ code }) => code === 'SeveralServices');
}

async function firstService(dir: string, depth: number): Promise<FoundService | undefined> {
  for await (const service of servicesFor(dir, depth)) return service;
  return undefined;
}

/**
 * The folder of the application that a manifest is of: the nearest one, up to `root`, that says how it is started; else its own, or the one
 * that has it in its deploy/.
 */
export async function folderOfManifest(file: string, root: string): Promise<string> {
  for (let at = dirname(resolve(file)); ; at = dirname(at)) {
    if (await howToRun(at, readText).catch(() => undefined)) return at;
    if (at !== resolve(root) && dirname(at) !== at) continue;
    const own = dirname(resolve(file));
    return basename(own) === 'deploy' && own !== resolve(root) ? dirname(own) : own;
  }
}

export interface FoundService extends ServiceInFile {
  /** Relative to the folder. */
  file: string;
  /** Directory of its file relative to the folder, or the file where it lies in the folder itself. */
  place: string;
}

/** The Services that this folder can be adopted with: those in deploy/, else all, the upper ones first; none where it has a slipway.yaml. */
export async function servicesToAdopt(dir: string): Promise<FoundService[]> {
  const root = resolve(dir);
  if (existsSync(join(root, applicationFile))) return [];
  return lookForServices(root, []);
}

async function lookForServices(root: string, broken: Problem[]): Promise<FoundService[]> {
  const found = new Map<string, FoundService>();
  // What is patched for each environment has the name of its base.
  for await (const service of servicesFor(root, 3, broken))
    if (!found.has(service.name)) found.set(service.name, service);
  return [...found.values()];
}

async function chosenService(root: string, choice: ServiceChoice | undefined): Promise<FoundService | undefined> {
  const broken: Problem[] = [];
  const found =
    choice?.file === undefined
      ? await lookForServices(root, broken)
      : await servicesOfFile(root, resolve(root, choice.file), broken);
  const names = found.map(({ name }) => name).join(', ');
  if (choice === undefined) {
    if (found.length > 1) throw new Fault('SeveralServices', { dir: root, names });
    if (found.length === 0) throwFirst(broken);
    return found[0];
  }
  const chosen = found.find(({ name }) => name === choice.service);
  if (chosen) return chosen;
  throwFirst(broken);
  const none: Phrase = 'none so far';
  throw new Fault('NoSuchService', { dir: choice.file ?? root, name: choice.service, names: names || none });
}

function throwFirst([first]: readonly Problem[]): void {
  if (first) throw new Fault(first.code, first.args, first.place ? { place: first.place } : {});
}

/**
 * What lies in deploy/ is the application's, and what else there is, such as examples, is not asked about.
 * @param broken gets what looks like a Service and cannot be read as one
 */
async function* servicesFor(root: string, depth = 3, broken: Problem[] = []): AsyncGenerator<FoundService> {
  let isThere = false;
  for await (const service of servicesBelow(root, 0, broken, join(root, 'deploy'))) {
    isThere = true;
    yield service;
  }
  if (!isThere && broken.length === 0) yield* servicesBelow(root, depth, broken);
}

async function* servicesBelow(
  root: string,
  depth: number,
  broken: Problem[],
  dir = root,
): AsyncGenerator<FoundService> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    if (dir === root)
      throw new Fault('FileUnreadable', { file: root, detail: (error as Error).message }, { cause: error });
    return [];
  });
  entries.sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || a.name.localeCompare(b.name));
  for (const entry of entries) {
    const path = join(dir, entry.name);
    // A link to a folder has no text.
    if ((entry.isFile() || entry.isSymbolicLink()) && mayBeManifest(entry.name)) {
      // What is no manifest may be of any size.
      yield* await servicesOfFile(root, path, broken).catch(() => []);
    } else if (entry.isDirectory() && depth > 0 && !notSearched.has(entry.name) && !entry.name.startsWith('.')) {
      if (!existsSync(join(path, applicationFile))) yield* servicesBelow(root, depth - 1, broken, path);
    }
  }
}

const slashed = (path: string) => path.split(sep).join('/');

async function servicesOfFile(root: string, path: string, broken: Problem[]): Promise<FoundService[]> {
  const file = slashed(relative(root, path));
  const place = file.includes('/') ? file.replace(/\/[^/]*$/, '') : file;
  const text = (await readText(path)) ?? '';
  const services = servicesIn(path, text);
  if (services.length === 0) broken.push(...mistakesIn(path, text));
  return services.map((service) => ({ ...service, file, place }));
}

/** A service's name from a directory's: `My App` → `my-app`. */
export function labelOf(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return label === '' ? 'app' : label;
}

function serviceText(name: string, image: string): string {
  return `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - image: ${image}
`;
}
