/**
 * What mends the cause of a failed deploy: an edit of the line that is wrong, that line itself where only its author knows what belongs
 * there, or a command. One for each cause. Pure: the application's texts are given.
 */
import { isScalar } from 'yaml';
import { parseQuantity } from '../../../emulator/knative/quantity.ts';
import { nearestWord } from '../app/check.ts';
import type { Application, Manifest } from '../app/model.ts';
import { isObject, valueAt } from '../app/values.ts';
import type { CauseCode, MessageArgs, Problem, SourcePlace } from '../codes.ts';
import { removeAt, setValue, type TextEdit } from '../manifest/edits.ts';
import { findingsOf, slipwayFindings } from '../manifest/findings.ts';
import { fixesOf } from '../manifest/fixes.ts';
import { locate, type ManifestDocument, type ManifestSource, readSource } from '../manifest/source.ts';
import type { CompilerProblem } from './compiler-lines.ts';

/** What a front end can do by itself. */
export const fixCommands = [
  'startPlatform',
  'deployAgain',
  'showLogs',
  'showService',
  'installModule',
  'adopt',
  'createNamespace',
  'createSecret',
  'logIn',
  'doctor',
  'choosePlatform',
  'choosePort',
  'replacePlatform',
] as const;
export type FixCommand = (typeof fixCommands)[number];

export type Fix =
  /** `text` takes the place of what stands at `place`; a file that is not there is made. */
  | { type: 'edit'; place: SourcePlace; text: string; more?: { place: SourcePlace; text: string }[] }
  | { type: 'open'; place: SourcePlace }
  /** `line`: the same in a shell. */
  | { type: 'command'; command: FixCommand; args: MessageArgs; line: string };

export interface FixScene {
  app: Application;
  namespace: string;
  /** With the flags that lead to the platform (kubectlOf). */
  kubectl: string;
  /** Text of a file of the application; undefined where there is none. */
  read(file: string): string | undefined;
  /** Files of the application's sources, for a port that is written down in one. */
  sources: readonly string[];
  logs: readonly string[];
  problems: readonly CompilerProblem[];
  /** Where the refused field is, when the platform named it. */
  place: SourcePlace | undefined;
}

const container = 'spec.template.spec.containers[0]';

export function fixFor(cause: { code: CauseCode; args: MessageArgs }, scene: FixScene): Fix {
  const { app, namespace } = scene;
  const { args } = cause;
  const service = app.service;
  const text = (key: string): string => String(args[key] ?? '');
  const run = (command: FixCommand, line: string, more: MessageArgs = {}): Fix => ({
    type: 'command',
    command,
    args: { service: app.name, namespace, ...more },
    line,
  });
  const open = (place: SourcePlace | undefined): Fix | undefined => (place ? { type: 'open', place } : undefined);
  const field = (path: string): Fix => ({ type: 'open', place: placeIn(scene, service, path) });
  const set = (path: string, value: unknown): Fix =>
    edit(scene, service, (source, document) => setValue(source, document, path, value)) ?? field(path);
  const remove = (path: string): Fix =>
    edit(scene, service, (source, document) => {
      const at = locate(document, path);
      return at.missing === '' ? removeAt(source, at) : [];
    }) ?? field(path);
  const logs = (): Fix => run('showLogs', `slipway logs ${app.name}`);
  const show = (): Fix => run('showService', `slipway show ${app.name}`);
  const again = (): Fix => run('deployAgain', `slipway deploy ${app.dir}`);
  const setting = (path: string): Fix => open(settingPlace(scene, path)) ?? field(`${container}.image`);

  switch (cause.code) {
    case 'BuildFailed':
      return open(scene.problems.find(({ severity }) => severity === 'error')?.place) ?? setting('build.command');
    case 'BuildCommandMissing':
      return setting('build.command');
    case 'ManifestRefused':
      return (
        manifestFix((scene.place ?? service).file, scene.read, undefined, app.name) ??
        open(scene.place) ??
        field(namedField(text('detail')) ?? 'spec')
      );
    case 'ImageMissing':
    case 'ImageNeedsDocker':
    case 'RegistryUnreachable':
    case 'RegistryUnauthorized':
    case 'NoImageStore':
      return field(`${container}.image`);
    case 'SourcesNotBuilt':
      return run('adopt', `slipway adopt ${app.dir}`);
    case 'NeedsDocker':
      return needsDockerFix(text('detail'), remove, field);
    case 'StartCommandMissing':
      return setting('run.start');
    case 'ModuleMissing':
      return run('installModule', text('command'), { module: text('module'), command: text('command') });
    case 'AppNodeTooOld':
      return enginesFix(scene) ?? setting('run.start');
    case 'AppExited':
      return open(scene.problems.find(({ place }) => place.file.startsWith(app.dir))?.place) ?? logs();
    case 'AppPortInUse':
    case 'AppPortIsGateway':
    case 'AppPortRefused':
      return portFix(scene, text('port')) ?? setting('run.start');
    case 'AppNeverListened':
      return portFix(scene, undefined) ?? setting('run.start');
    case 'ProbeFailed':
      return field(`${container}.readinessProbe.httpGet.path`);
    case 'ProbeEnded':
      return field(`${container}.${text('probe')}`);
    case 'OutOfMemory':
      return set(
        `${container}.resources.limits.memory`,
        doubled(declaredAt(service, ['spec', 'template', 'spec', 'containers', 0, 'resources', 'limits', 'memory'])),
      );
    case 'StartTooSlow':
      return set(
        'spec.template.metadata.annotations.serving.knative.dev/progress-deadline',
        `${Math.max(60, Number(args['seconds']) * 4)}s`,
      );
    case 'QuotaExceeded':
      return quotaFix(cause, service, set, field);
    case 'QuotaUnspecified':
      return field(`${container}.resources`);
    case 'Unschedulable':
      return field(`${container}.resources.requests`);
    case 'ConfigMapMissing':
      return configMapFix(scene, text('name'));
    case 'SecretMissing':
      return secretFix(scene, text('name'), run);
    case 'ConfigKeyMissing':
      return configKeyFix(scene, text('kind'), text('name'), text('key')) ?? field(`${container}.env`);
    case 'RevisionNameTaken':
      return remove('spec.template.metadata.name');
    case 'TrafficRefused':
      return declaredAt(service, ['spec', 'traffic']) === undefined ? show() : remove('spec.traffic');
    case 'NamespaceMissing':
      return run('createNamespace', `${scene.kubectl} create namespace ${text('namespace')}`, {
        namespace: text('namespace'),
      });
    case 'DomainClaimed':
      return open(domainPlace(scene, text('host'))) ?? field('metadata.name');
    case 'PlatformLost':
      return run('startPlatform', 'slipway up --detach');
    case 'CredentialsRefused':
    case 'NotAllowed':
      return run('logIn', `${scene.kubectl} auth whoami`);
    case 'PlatformDiskFull':
      return run('doctor', 'slipway doctor');
    case 'ImageUploadFailed':
    case 'WebhookTimeout':
    case 'ServiceDeleted':
      return again();
    case 'RouteNotReady':
    case 'Superseded':
      return show();
    case 'TimedOut':
    case 'Unexplained':
      return logs();
  }
}

function documentOf(
  scene: FixScene,
  manifest: Manifest,
): { source: ManifestSource; document: ManifestDocument } | undefined {
  const text = scene.read(manifest.file);
  if (text === undefined) return undefined;
  const source = readSource(manifest.file, text);
  const document = source.documents.find(({ yaml, at }) => yaml === manifest.index && at.join() === manifest.at.join());
  return document && { source, document };
}

function placeIn(scene: FixScene, manifest: Manifest, path: string): SourcePlace {
  const found = documentOf(scene, manifest);
  return found ? found.source.place(locate(found.document, path).range) : manifest.place([]);
}

function edit(
  scene: FixScene,
  manifest: Manifest,
  make: (source: ManifestSource, document: ManifestDocument) => TextEdit[],
): Fix | undefined {
  const found = documentOf(scene, manifest);
  return found && asFix(found.source, make(found.source, found.document));
}

function asFix(source: ManifestSource, edits: readonly TextEdit[]): Fix | undefined {
  const [first, ...rest] = edits.map(({ start, end, text }) => ({ place: source.place({ start, end }), text }));
  return first && { type: 'edit', ...first, ...(rest.length > 0 ? { more: rest } : {}) };
}

const declaredAt = (manifest: Manifest, path: (string | number)[]): unknown => valueAt(manifest.object, path);

function settingPlace({ app, read }: FixScene, path: string): SourcePlace | undefined {
  const text = app.file === undefined ? undefined : read(app.file);
  if (app.file === undefined || text === undefined) return undefined;
  const source = readSource(app.file, text);
  const [document] = source.documents;
  return document && source.place(locate(document, path).range);
}

/**
 * What the editor offers for the first mistake of a file, else the place of the field.
 * @param problems of slipway.yaml, which has a definition of its own; a manifest is asked the platform's admission
 */
export function manifestFix(
  file: string,
  read: FixScene['read'],
  problems?: readonly Problem[],
  service?: string,
): Fix | undefined {
  const text = read(file);
  if (text === undefined) return undefined;
  const source = readSource(file, text);
  const found = problems ? slipwayFindings(source, problems) : findingsOf(source);
  const errors = found.filter(({ severity }) => severity === 'error');
  for (const finding of errors) {
    const [fix] = fixesOf(source, finding, service);
    const made = fix && asFix(source, fix.edits);
    if (made) return made;
  }
  return errors[0] && { type: 'open', place: source.place(errors[0].range) };
}

/** Of Kubernetes' words: `spec.a[0].b: Invalid value: …`, several in brackets. */
function namedField(detail: string): string | undefined {
  return /^\[?(spec\.[A-Za-z0-9.[\]]+): /.exec(detail)?.[1];
}

function needsDockerFix(detail: string, remove: (path: string) => Fix, field: (path: string) => Fix): Fix {
  const named = /\b(volumeMounts|tty|workingDir|securityContext\.\w+|resources\.limits\.memory)\b/.exec(detail)?.[1];
  return named && named !== 'volumeMounts'
    ? remove(`${container}.${named}`)
    : field(`${container}.${named ?? 'image'}`);
}

const portLiterals = /\b(listen|bind|port|PORT|run|ListenAndServe|createServer)\b/;

/** The line of a source that has the port in it; in JavaScript with what belongs there. */
function portFix({ sources, read }: FixScene, port: string | undefined): Fix | undefined {
  // What starts lies further up than clients and examples do.
  const depth = (file: string) => file.split(/[\\/]/).length;
  for (const file of [...sources].sort((one, other) => depth(one) - depth(other))) {
    const lines = read(file)?.split('\n') ?? [];
    for (const [index, line] of lines.entries()) {
      if (!portLiterals.test(line) || /^\s*(\/\/|#|\*)/.test(line) || /process\.env|environ|Getenv|getenv/.test(line))
        continue;
      const found = new RegExp(`(?<![\\w.])${port ?? '\\d{2,5}'}(?!\\w)`).exec(line);
      if (!found) continue;
      const place = {
        file,
        line: index + 1,
        column: found.index + 1,
        endLine: index + 1,
        endColumn: found.index + 1 + found[0].length,
      };
      if (/\.[cm]?[jt]sx?$/.test(file)) return { type: 'edit', place, text: `Number(process.env.PORT ?? ${found[0]})` };
      return { type: 'open', place };
    }
  }
  return undefined;
}

/** package.json that asks for a Node that runs the sources: the platform has one. */
function enginesFix({ app, read }: FixScene): Fix | undefined {
  const file = `${app.dir}/package.json`;
  const text = read(file);
  if (text === undefined) return undefined;
  const source = readSource(file, text);
  const [document] = source.documents;
  if (!document) return undefined;
  const standing = locate(document, 'engines.node');
  if (standing.missing === '') return asFix(source, [{ ...standing.range, text: '">=22.18"' }]);
  const brace = text.indexOf('{') + 1;
  return asFix(source, [{ start: brace, end: brace, text: '\n  "engines": { "node": ">=22.18" },' }]);
}

function doubled(limit: unknown): string {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(limit ?? ''));
  return match?.[1] ? `${Number(match[1]) * 2}${match[2] ?? ''}` : '512Mi';
}

function quotaFix(
  { args }: { args: MessageArgs },
  service: Manifest,
  set: (path: string, value: unknown) => Fix,
  field: (path: string) => Fix,
): Fix {
  const resource = String(args['resource']);
  if (resource === 'pods' || resource === 'count/pods') {
    return set(
      'spec.template.metadata.annotations.autoscaling.knative.dev/min-scale',
      String(Math.max(0, Number(args['limited']) - 1)),
    );
  }
  const [kind, name] = /^(requests|limits)\.(.+)$/.exec(resource)?.slice(1) ?? ['requests', resource];
  const path = `${container}.resources.${kind}.${name}`;
  // Of what is used a part may be this very service's: only the limit itself is certain.
  if (String(args['used']) !== '0') return field(path);
  const declared = declaredAt(service, [
    'spec',
    'template',
    'spec',
    'containers',
    0,
    'resources',
    kind ?? '',
    name ?? '',
  ]);
  const room = roomFor(declared, args);
  return room === undefined ? field(path) : set(path, room);
}

/** What the container may ask for within the limit: the queue-proxy beside it asks, too. In the unit of the declared one. */
function roomFor(declared: unknown, args: MessageArgs): string | undefined {
  const nano = (quantity: unknown): bigint => parseQuantity(String(quantity))?.nano ?? 0n;
  const others = nano(args['requested']) - nano(declared);
  const room = nano(args['limited']) - (others > 0n && nano(declared) > 0n ? others : 0n);
  if (room <= 0n) return undefined;
  const unit = /[A-Za-z]+$/.exec(String(declared))?.[0] ?? '';
  const whole = room / nano(`1${unit}`);
  if (whole > 0n && whole * nano(`1${unit}`) === room) return `${whole}${unit}`;
  return parseQuantity(`${room}n`)?.canonical;
}

/** The keys that a Service takes out of a ConfigMap or Secret one by one. */
function referencedKeys(service: Manifest, field: 'configMapKeyRef' | 'secretKeyRef', name: string): string[] {
  const keys = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isObject(value)) return;
    const reference = value[field];
    if (isObject(reference) && reference['name'] === name) keys.add(String(reference['key']));
    Object.values(value).forEach(visit);
  };
  visit(service.object);
  return [...keys];
}

/** Its values only its owner can type. `keys` of the command: separated by commas, empty where the Service takes whatever there is. */
function secretFix(
  { app, namespace, kubectl }: FixScene,
  name: string,
  run: (command: FixCommand, line: string, more: MessageArgs) => Fix,
): Fix {
  const keys = referencedKeys(app.service, 'secretKeyRef', name);
  const literals = (keys.length > 0 ? keys : ['KEY']).map((key) => `--from-literal=${key}=VALUE`).join(' ');
  const line = `${kubectl} create secret generic ${name} -n ${namespace} ${literals}`;
  return run('createSecret', line, { name, keys: keys.join() });
}

/** A manifest of its own beside the Service's, with the keys that are asked for. */
function configMapFix({ app, namespace }: FixScene, name: string): Fix {
  const file = app.service.file.replace(/[^/\\]+$/, `${name}.yaml`);
  const keys = referencedKeys(app.service, 'configMapKeyRef', name);
  const data = keys.length > 0 ? `data:\n${keys.map((key) => `  ${key}: ""\n`).join('')}` : 'data: {}\n';
  const ofNamespace = app.service.object.metadata.namespace === undefined ? '' : `  namespace: ${namespace}\n`;
  return {
    type: 'edit',
    place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 },
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${ofNamespace}${data}`,
  };
}

/** The nearest key that there is, at the reference; else the missing one, in the map's own manifest. */
function configKeyFix(scene: FixScene, kind: string, name: string, key: string): Fix | undefined {
  const declared = scene.app.manifests.find(({ object }) => object.kind === kind && object.metadata.name === name);
  const keys = Object.keys((declared?.object['data'] ?? {}) as object);
  const near = nearestWord(key, keys);
  const env = declaredAt(scene.app.service, ['spec', 'template', 'spec', 'containers', 0, 'env']);
  const index = Array.isArray(env)
    ? env.findIndex((each: unknown) => {
        const reference = valueAt(each, ['valueFrom', kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef']);
        return isObject(reference) && reference['name'] === name && reference['key'] === key;
      })
    : -1;
  if (index < 0) return undefined;
  const path = `${container}.env[${index}].valueFrom.${kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef'}.key`;
  if (near) return edit(scene, scene.app.service, (source, document) => setValue(source, document, path, near));
  if (declared) return edit(scene, declared, (source, document) => setValue(source, document, `data.${key}`, ''));
  return { type: 'open', place: placeIn(scene, scene.app.service, path) };
}

function domainPlace(scene: FixScene, host: string): SourcePlace | undefined {
  const mapping = scene.app.manifests.find(
    ({ object }) => object.kind === 'DomainMapping' && object.metadata.name === host,
  );
  if (mapping) return placeIn(scene, mapping, 'metadata.name');
  const text = scene.app.file === undefined ? undefined : scene.read(scene.app.file);
  if (scene.app.file === undefined || text === undefined) return undefined;
  const source = readSource(scene.app.file, text);
  const [document] = source.documents;
  for (const name of Object.keys(scene.app.environments)) {
    const at = document && locate(document, `environments.${name}.domain`);
    if (at?.missing === '' && isScalar(at.node) && at.node.value === host) return source.place(at.range);
  }
  return undefined;
}
