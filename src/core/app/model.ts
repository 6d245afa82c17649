/**
 * An application on disk: slipway.yaml and the manifests in deploy/. Read with positions, so that every error says file,
 * line, column and what was expected; never rewritten.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Debugger, debuggerOf } from '../../../emulator/pods/process/debug-command.ts';
import type { ObjectInput } from '../client.ts';
import type { MessageArgs, Problem, ProblemCode, SourcePlace } from '../codes.ts';
import { Fault } from '../faults.ts';
import type { Phrase } from '../messages/phrases.ts';
import { pathOf } from '../target.ts';
import type { AlertLimits } from '../traffic/alerts.ts';
import { checkFields } from './check.ts';
import { withoutCloudRun } from './cloud-run.ts';
import { type Path, parseYaml, type YamlDocument } from './document.ts';
import { KnownWays } from './known-ways.ts';
import { isForeign, mayHaveObjects, objectsIn } from './objects-in.ts';
import { ownRepository } from './repository.ts';
import { slipwayFields } from './schema.ts';
import { isObject, kindOfValue, valueAt } from './values.ts';
import { commandWords } from './words.ts';

export const applicationFile = 'slipway.yaml';

export interface Application {
  dir: string;
  /** Of slipway.yaml, else of the only Service. */
  name: string;
  /** slipway.yaml, where there is one. */
  file: string | undefined;
  build: BuildSettings;
  run: RunSettings;
  environments: Record<string, Environment>;
  /** Of slipway.yaml; what it does not say is the editor's default. */
  alerts: AlertLimits;
  manifests: Manifest[];
  /** The Knative Service that the build makes the image of; one of `manifests`. */
  service: Manifest;
  /** Files among the manifests with something in them that is no Kubernetes object, such as one of Compose. */
  passedOver: readonly string[];
}

export interface BuildSettings {
  /** Repository without tag. */
  image: string;
  /** Run by the shell in the application's directory before the snapshot. */
  command: string | undefined;
  /** The Service names an image that is not this repository: it is deployed as it is, nothing is built. */
  foreign: boolean;
}

export interface RunSettings {
  /** argv of the start command; from slipway.yaml, else as its own files say (how-to-run.ts). */
  start: string[] | undefined;
  /** argv in development mode; `start` where undefined. */
  dev: string[] | undefined;
  /** The port of an application that cannot take it from PORT. */
  port: number | undefined;
  env: Record<string, string>;
  /** What the command that runs in development mode can be started under. */
  debug: Debugger | undefined;
}

export interface Environment {
  name: string;
  context?: string;
  /** Absolute. */
  kubeconfig?: string;
  /** Name of an embedded platform. */
  platform?: string;
  namespace?: string;
  registry?: string;
  /** Public host name of the service there: becomes a DomainMapping. */
  domain?: string;
  /** Merge patch (RFC 7386) over the Service manifest. */
  patch?: Record<string, unknown>;
  deploy: 'direct' | 'pipeline' | 'hook';
  /** Asks before it deploys. */
  protected: boolean;
}

export interface Manifest {
  file: string;
  /** Index of the document in its file. */
  index: number;
  /** Where it stands in its document: `[]`, or `['items', 0]` of a list. */
  at: Path;
  object: ObjectInput & { metadata: { name: string } };
  /** Fields of the file that only Cloud Run knows, with their values. */
  leftOut?: string[];
  /** Where `path` (keys and indexes) stands in the file; the nearest parent that is there. */
  place(path: Path): SourcePlace;
}

/** Reads a file's text; undefined where it is not there. An editor gives its unsaved text. */
export type ReadText = (file: string) => Promise<string | undefined>;

export interface ReadResult {
  application: Application | undefined;
  problems: Problem[];
  /** The manifests' files with their text, also where they cannot be used. */
  files: readonly ManifestFile[];
}

export interface ManifestFile {
  file: string;
  text: string;
}

/**
 * Everything wrong with it; `application` is there unless an error stands in the way of using it.
 * @param ways for who reads it again and again, and tells what changes
 */
export async function readApplication(
  dir: string,
  from: ReadText = readText,
  ways: KnownWays = new KnownWays(),
): Promise<ReadResult> {
  const problems: Problem[] = [];
  const root = resolve(dir);
  const read: ReadText = async (file) => {
    try {
      return await from(file);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push({ code: error.code, args: error.args, place: { file, line: 1, column: 1 }, severity: 'error' });
      return undefined;
    }
  };
  const file = join(root, applicationFile);
  const text = await read(file);
  const { settings, placeOf } = readSettings(file, text, problems);
  const place = join(root, settings.manifests ?? 'deploy');
  const files: ManifestFile[] = [];
  const { manifests, passedOver } = await readManifests(place, read, problems, files);
  if (problems.some(({ severity }) => severity === 'error')) return { application: undefined, problems, files };
  const fail = (code: ProblemCode, args: MessageArgs, where?: SourcePlace): ReadResult => {
    problems.push({ code, args, severity: 'error', ...(where ? { place: where } : {}) });
    return { application: undefined, problems, files };
  };
  const services = manifests.filter(isKnativeService);
  if (manifests.length === 0) {
    return text === undefined ? fail('NoApplication', { dir: root }) : fail('NoManifests', { dir: place });
  }
  const named = services.find(({ object }) => object.metadata.name === settings.name);
  const service = named ?? (services.length === 1 ? services[0] : undefined);
  if (!service) {
    if (services.length === 0) return fail(text === undefined ? 'NoApplication' : 'NoService', { dir: place });
    const names = services.map(({ object }) => object.metadata.name).join(', ');
    if (settings.name !== undefined) {
      return fail('NoSuchService', { dir: place, names, name: settings.name }, placeOf(['name']));
    }
    return fail('SeveralServices', { dir: place, names }, services[0]?.place(['metadata', 'name']));
  }
  const name = settings.name ?? service.object.metadata.name;
  if (service.object.metadata.name !== name) {
    const got = `"${service.object.metadata.name}"`;
    const where = service.place(['metadata', 'name']);
    return fail('BadField', { path: 'metadata.name', got, expected: `"${name}", the name in slipway.yaml` }, where);
  }
  const image = settings.build?.image ?? (text === undefined ? localRepository(service) : undefined);
  const before = problems.length;
  const guess = settings.run?.start === undefined ? await ways.of(root, read) : undefined;
  // What could not be read is told each time.
  if (problems.length > before) ways.forget(root);
  const start = words(settings.run?.start ?? guess?.start);
  const dev = words(settings.run?.dev ?? guess?.dev);
  return {
    application: {
      dir: root,
      name,
      file: text === undefined ? undefined : file,
      build: {
        image: image ?? ownRepository(name),
        command: settings.build?.command ?? guess?.build,
        foreign: text === undefined && image === undefined,
      },
      run: {
        start,
        dev,
        port: settings.run?.port,
        env: Object.fromEntries(Object.entries(settings.run?.env ?? {}).map(([key, value]) => [key, String(value)])),
        debug: debuggerOf(dev ?? start),
      },
      environments: Object.fromEntries(
        Object.entries(settings.environments ?? {}).map(([key, value]) => {
          const place = value.kubeconfig === undefined ? {} : { kubeconfig: pathOf(value.kubeconfig, root) };
          return [key, { deploy: 'direct' as const, protected: false, ...value, ...place, name: key }];
        }),
      ),
      alerts: settings.alerts ?? {},
      manifests,
      service,
      passedOver,
    },
    problems,
    files,
  };
}

/** @throws Fault with the first error and its place */
export async function loadApplication(dir: string, read?: ReadText): Promise<Application> {
  const { application, problems } = await readApplication(dir, read);
  if (application) return application;
  const first = problems.find(({ severity }) => severity === 'error');
  if (!first) throw new Error('an application without an error must be there');
  throw new Fault(first.code, first.args, first.place ? { place: first.place } : {});
}

/** @throws Fault EnvironmentUnknown */
export function environmentOf(app: Application, name: string | undefined): Environment | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(app.environments, name)) return app.environments[name];
  const known = Object.keys(app.environments).join(', ') || ('none so far' satisfies Phrase);
  throw new Fault('EnvironmentUnknown', { environment: name, known });
}

/** One that Slipway itself deploys to. @throws Fault EnvironmentUnknown, NotDirect */
export function directEnvironment(app: Application, name: string | undefined): Environment | undefined {
  const environment = environmentOf(app, name);
  if (environment && environment.deploy !== 'direct') {
    throw new Fault('NotDirect', { environment: environment.name, deploy: environment.deploy });
  }
  return environment;
}

/** Repository of an image reference: without tag and digest. */
export function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]+$/, '');
}

/** The containers of a Knative Service manifest that are well formed. */
export function containersOf(object: { spec?: unknown }): { image?: unknown; [field: string]: unknown }[] {
  const template = (object.spec as { template?: { spec?: { containers?: unknown } } } | undefined)?.template;
  const containers = template?.spec?.containers;
  return Array.isArray(containers) ? containers.filter((each) => each !== null && typeof each === 'object') : [];
}

/** A repository may have links to devices, pipes and files without end in it. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) return undefined;
    const detail = unfit(found.isFile(), found.size);
    if (detail) throw new Fault('FileUnreadable', { file, detail });
    // Some editors write a mark at its beginning, which is no part of it.
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof Fault) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Fault('FileUnreadable', { file, detail: message }, { cause: error });
  }
}

const largestFile = 4 * 2 ** 20;

/** Why this is not to be read as a manifest; undefined where it may. */
function unfit(isFile: boolean, bytes: number): string | undefined {
  if (!isFile) return 'it is no regular file';
  return bytes > largestFile ? `it has more than ${largestFile / 2 ** 20} MiB` : undefined;
}

/** The shape of slipway.yaml once checked against schema.ts. */
interface Settings {
  name?: string;
  manifests?: string;
  build?: { image?: string; command?: string };
  run?: {
    start?: string | string[];
    dev?: string | string[];
    port?: number;
    env?: Record<string, string | number | boolean>;
  };
  environments?: Record<string, Partial<Environment>>;
  alerts?: AlertLimits;
}

function readSettings(
  file: string,
  text: string | undefined,
  problems: Problem[],
): { settings: Settings; placeOf: (path: Path) => SourcePlace } {
  const placeOf = () => ({ file, line: 1, column: 1 });
  if (text === undefined) return { settings: {}, placeOf };
  const { documents, problems: found } = parseYaml(file, text);
  problems.push(...found);
  const [first] = documents;
  if (found.some(({ severity }) => severity === 'error')) return { settings: {}, placeOf };
  const document: Pick<YamlDocument, 'value' | 'place' | 'placeOfKey'> = first ?? {
    value: {},
    place: placeOf,
    placeOfKey: placeOf,
  };
  problems.push(...checkFields(document, slipwayFields));
  return { settings: (document.value ?? {}) as Settings, placeOf: document.place };
}

async function readManifests(
  place: string,
  read: ReadText,
  problems: Problem[],
  files: ManifestFile[],
): Promise<{ manifests: Manifest[]; passedOver: string[] }> {
  const manifests: Manifest[] = [];
  const passedOver = new Set<string>();
  for (const file of await manifestFiles(place)) {
    const text = await read(file);
    if (text === undefined) continue;
    files.push({ file, text });
    const { documents, problems: found } = parseYaml(file, text);
    if (mayHaveObjects(text)) problems.push(...found);
    else if (found.length > 0) passedOver.add(file);
    documents.forEach((document, index) => {
      if (isForeign(document.value)) passedOver.add(file);
      // A file that ends in `---` has an empty document, as kubectl allows.
      for (const { value, at } of objectsIn(document.value)) {
        const place = (path: Path) => document.place([...at, ...path]);
        const wrong = checkManifest({ value, place });
        problems.push(...wrong);
        if (wrong.length === 0)
          manifests.push({ file, index, at, ...withoutCloudRun(value as Manifest['object']), place });
      }
    });
  }
  return { manifests, passedOver: [...passedOver] };
}

/** By its name. What kustomize reads of a folder lies beside manifests and is none. */
export function mayBeManifest(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name) && !/^kustomization\.ya?ml$/.test(name);
}

async function manifestFiles(place: string): Promise<string[]> {
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile()) return [place];
  if (!found?.isDirectory()) return [];
  const names = await readdir(place);
  return names
    .filter((name) => mayBeManifest(name) && name !== applicationFile)
    .sort()
    .map((name) => join(place, name));
}

/** What kubectl would need of any manifest, and what a Knative Service needs before there is an image to put in. */
function checkManifest(document: Pick<YamlDocument, 'value' | 'place'>): Problem[] {
  const problems: Problem[] = [];
  const report = (code: ProblemCode, path: Path, args: MessageArgs & { expected: Phrase }): void => {
    problems.push({ code, args: { path: path.join('.'), ...args }, place: document.place(path), severity: 'error' });
  };
  const object = document.value;
  if (!isObject(object)) {
    report('BadField', [], { path: 'the document', got: kindOfValue(object), expected: 'a Kubernetes object' });
    return problems;
  }
  for (const [path, expected] of [
    [['apiVersion'], 'an API version such as serving.knative.dev/v1'],
    [['kind'], 'a kind such as Service'],
    [['metadata', 'name'], 'a name'],
  ] as const) {
    const value = valueAt(object, path);
    if (value === undefined || value === null) report('MissingField', path, { expected });
    else if (typeof value !== 'string' || value === '') report('BadField', path, { got: kindOfValue(value), expected });
  }
  if (problems.length > 0 || !isKnativeService({ object: object as unknown as Manifest['object'] })) return problems;
  const path = ['spec', 'template', 'spec', 'containers'];
  const expected = 'a list with one container and its image';
  const containers = valueAt(object, path);
  if (containers === undefined || containers === null) {
    const missing = path.findIndex((_, index) => !isObject(valueAt(object, path.slice(0, index + 1))));
    report('MissingField', path.slice(0, Math.max(1, missing)), { path: path.join('.'), expected });
  } else if (!Array.isArray(containers) || containers.length === 0) {
    report('BadField', path, { got: kindOfValue(containers), expected });
  } else {
    containers.forEach((container: unknown, index) => {
      const where = [...path, index];
      const image = isObject(container) ? container['image'] : undefined;
      const shown = `spec.template.spec.containers[${index}].image`;
      if (image === undefined) report('MissingField', where, { path: shown, expected: 'an image reference' });
      else if (typeof image !== 'string' || image === '') {
        report('BadField', [...where, 'image'], {
          path: shown,
          got: kindOfValue(image),
          expected: 'an image reference',
        });
      }
    });
  }
  return problems;
}

export function isKnativeService({ object }: Pick<Manifest, 'object'>): boolean {
  return object.kind === 'Service' && object.apiVersion.startsWith('serving.knative.dev/');
}

function localRepository(service: Manifest): string | undefined {
  const image = containersOf(service.object)[0]?.image;
  return typeof image === 'string' && /^(dev|kind|ko)\.local\//.test(image) ? repositoryOf(image) : undefined;
}

function words(command: string | string[] | undefined): string[] | undefined {
  return typeof command === 'string' ? commandWords(command) : command;
}
