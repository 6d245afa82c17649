/** A function as Knative's `func` CLI keeps it: what its func.yaml says, as the Knative Service that the CLI would make of it. */
import { join } from 'node:path';
import { Document } from 'yaml';
import { Fault } from '../faults.ts';
import { parseYaml } from './document.ts';
import type { HowToRun } from './how-to-run.ts';
import { type ReadText, repositoryOf } from './model.ts';
import { repositoryIn } from './repository.ts';
import { isObject, valueAt } from './values.ts';

export const functionFile = 'func.yaml';

export interface KnativeFunction {
  /** As func.yaml says it. */
  name: string | undefined;
  /** `node`, `go`, `python`...; '' where func.yaml does not say it. */
  runtime: string;
  /** It gets CloudEvents, not requests of any kind. */
  takesEvents: boolean;
  /** Repository of its image; undefined where func.yaml names neither that nor a registry. */
  image: string | undefined;
  /** Its manifest. @param env variables beside its own, which win */
  service(name: string, image: string, env: Readonly<Record<string, string>>): string;
  /** The manifests of its subscriptions; undefined where it has none. */
  triggers(name: string): string | undefined;
  /** The brokers that its subscriptions take events from, each once. */
  brokers: string[];
  /** What a manifest cannot say: its path in func.yaml and, where it tells more, its value. */
  left: string[];
}

/** @returns undefined where there is no func.yaml of that CLI. @throws Fault YamlSyntax, FileUnreadable */
export async function readFunction(dir: string, read: ReadText): Promise<KnativeFunction | undefined> {
  const file = join(dir, functionFile);
  const text = await read(file);
  if (text === undefined) return undefined;
  const { documents, problems } = parseYaml(file, text);
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new Fault(wrong.code, wrong.args, wrong.place ? { place: wrong.place } : {});
  const value = documents[0]?.value;
  // The Fn Project keeps its functions in a file of the same name.
  return valueAt(value, ['schema_version']) === undefined ? functionOf(value) : undefined;
}

/** Languages whose functions are a package without a program (function-program.ts), and what would be one. */
const withoutProgram: Readonly<Record<string, { language: string; file: string }>> = {
  go: { language: 'Go', file: 'package main' },
  python: { language: 'Python', file: 'main.py' },
};

/** Why it is not known how it is started. */
export function notStarted(name: string, { runtime }: KnativeFunction): Fault {
  const kind = Object.hasOwn(withoutProgram, runtime) ? withoutProgram[runtime] : undefined;
  return kind ? new Fault('FunctionWithoutProgram', { name, ...kind }) : new Fault('NothingToStart', { name });
}

/**
 * The runtime of functions in JavaScript and TypeScript is a program of node_modules. By its file it can be started under a debugger.
 * @returns with the variables that stood before it
 */
export function ofFunction(how: HowToRun): { how: HowToRun; env: Record<string, string> } {
  const [, assigned = '', module] = /^((?:\w+=[\w.-]* +)*)faas-js-runtime +([\w./-]+)$/.exec(how.start) ?? [];
  if (module === undefined) return { how, env: {} };
  const env = Object.fromEntries(assigned.split(/ +/).filter(Boolean).map(variable));
  return { how: { ...how, start: `node node_modules/faas-js-runtime/bin/cli.js ${module}` }, env };
}

const variable = (assigned: string): [string, string] => {
  const at = assigned.indexOf('=');
  return [assigned.slice(0, at), assigned.slice(at + 1)];
};

function functionOf(value: unknown): KnativeFunction {
  /** In files of older versions of the CLI some stand at the top. */
  const at = (section: string, key: string) => valueAt(value, [section, key]) ?? valueAt(value, [key]);
  const name = textOf(valueAt(value, ['name']));
  const image = textOf(valueAt(value, ['image']));
  const registry = textOf(valueAt(value, ['registry']));
  const left: string[] = [];
  const { env, envFrom } = environment(objectsOf(at('run', 'envs')), left);
  const { volumes, volumeMounts } = mounts(at('run', 'volumes'), left);
  const subscriptions = subscriptionsOf(valueAt(value, ['deploy', 'subscriptions']), left);
  const labels = labelsOf(objectsOf(at('deploy', 'labels')), left);
  const annotations = strings(at('deploy', 'annotations'));
  const options = at('deploy', 'options');
  const option = (...path: string[]) => valueAt(options, path);
  const scaling = strings({
    'autoscaling.knative.dev/min-scale': option('scale', 'min'),
    'autoscaling.knative.dev/max-scale': option('scale', 'max'),
    'autoscaling.knative.dev/metric': option('scale', 'metric'),
    'autoscaling.knative.dev/target': option('scale', 'target'),
    'autoscaling.knative.dev/target-utilization-percentage': option('scale', 'utilization'),
  });
  const limit = (kind: string) =>
    strings({ cpu: option('resources', kind, 'cpu'), memory: option('resources', kind, 'memory') });
  const probe = (kind: string) => {
    const path = textOf(valueAt(at('deploy', 'healthEndpoints'), [kind]));
    return path === undefined ? undefined : { httpGet: { path } };
  };
  const secret = textOf(valueAt(value, ['deploy', 'imagePullSecret']));
  left.push(...notInManifest(value));
  return {
    name,
    runtime: textOf(valueAt(value, ['runtime'])) ?? '',
    takesEvents: textOf(valueAt(value, ['invoke'])) === 'cloudevent',
    image:
      image !== undefined ? repositoryOf(image) : registry && name && repositoryIn(registry.replace(/\/+$/, ''), name),
    left,
    brokers: [...new Set(subscriptions.map(({ broker }) => broker))],
    triggers: (of) =>
      subscriptions.length === 0
        ? undefined
        : subscriptions.map((each, index) => String(new Document(triggerOf(of, each, index)))).join('---\n'),
    service: (as, from, more) => {
      const own = new Set(env.map((each) => each['name']));
      const others = Object.entries(more).map(([key, text]) => ({ name: key, value: text }));
      // Knative takes those of scaling on the template only.
      const general = Object.entries(annotations).filter(([key]) => !key.startsWith('autoscaling.knative.dev/'));
      return String(
        new Document(
          filled({
            apiVersion: 'serving.knative.dev/v1',
            kind: 'Service',
            metadata: { name: as, labels, annotations: Object.fromEntries(general) },
            spec: {
              template: {
                metadata: { labels, annotations: { ...annotations, ...scaling } },
                spec: {
                  serviceAccountName: textOf(valueAt(value, ['deploy', 'serviceAccountName'])),
                  imagePullSecrets: secret === undefined ? [] : [{ name: secret }],
                  containerConcurrency: option('resources', 'limits', 'concurrency'),
                  containers: [
                    {
                      image: from,
                      env: [...others.filter((each) => !own.has(each.name)), ...env],
                      envFrom,
                      resources: { requests: limit('requests'), limits: limit('limits') },
                      livenessProbe: probe('liveness'),
                      readinessProbe: probe('readiness'),
                      volumeMounts,
                    },
                  ],
                  volumes,
                },
              },
            },
          }),
          // Labels stand there twice.
          { aliasDuplicateObjects: false },
        ),
      );
    },
  };
}

type Fields = Record<string, unknown>;

/** `{{ secret:NAME:KEY }}`, and `{{ secret:NAME }}` for all that it holds. */
const reference = /^\{\{\s*(secret|configMap):([\w.'-]+)(?::([\w.-]+))?\s*\}\}$/;

function environment(envs: readonly Fields[], left: string[]): { env: Fields[]; envFrom: Fields[] } {
  const env: Fields[] = [];
  const envFrom: Fields[] = [];
  for (const each of envs) {
    const name = textOf(each['name']);
    const value = textOf(each['value']) ?? '';
    const [, kind, from = '', key] = reference.exec(value) ?? [];
    if (kind !== undefined && name !== undefined && key !== undefined) {
      env.push({ name, valueFrom: { [`${kind}KeyRef`]: { name: from, key } } });
    } else if (kind !== undefined && name === undefined && key === undefined) {
      envFrom.push({ [`${kind}Ref`]: { name: from } });
    } else if (name === undefined || value.startsWith('{{')) {
      // A variable of whoever deploys, mostly, which a manifest has no word for.
      left.push(`run.envs ${name ?? ''}${name ? ' ' : ''}(${value})`);
    } else {
      env.push({ name, value });
    }
  }
  return { env, envFrom };
}

function labelsOf(labels: readonly Fields[], left: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of labels) {
    const key = textOf(each['key']);
    const value = textOf(each['value']) ?? '';
    if (key === undefined) continue;
    if (value.startsWith('{{')) left.push(`deploy.labels ${key} (${value})`);
    else found[key] = value;
  }
  return found;
}

interface Subscription {
  broker: string;
  /** Attributes of the events that it takes; none = all events. */
  filters: Record<string, string>;
}

/** Each by its number of the list, which names its Trigger. */
function subscriptionsOf(given: unknown, left: string[]): Subscription[] {
  return (Array.isArray(given) ? given : []).flatMap((each: unknown, at) => {
    const broker = textOf(valueAt(each, ['source']));
    if (broker !== undefined) return [{ broker, filters: strings(valueAt(each, ['filters'])) }];
    left.push(`deploy.subscriptions[${at}]`);
    return [];
  });
}

/** As the func CLI makes it, but for the owner, which is known on the platform only. */
function triggerOf(service: string, { broker, filters }: Subscription, index: number): unknown {
  return filled({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: `${service}-function-trigger-${index}` },
    spec: {
      broker,
      filter: { attributes: filters },
      subscriber: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: service } },
    },
  });
}

function mounts(given: unknown, left: string[]): { volumes: Fields[]; volumeMounts: Fields[] } {
  const volumes = new Map<string, Fields>();
  const volumeMounts: Fields[] = [];
  for (const [at, each] of (Array.isArray(given) ? given : []).entries()) {
    const secret = textOf(valueAt(each, ['secret']));
    const configMap = textOf(valueAt(each, ['configMap']));
    const claim = textOf(valueAt(each, ['persistentVolumeClaim', 'claimName']));
    const emptyDir = valueAt(each, ['emptyDir']);
    const volume: Fields | undefined =
      (secret && { name: `secret-${secret}`, secret: { secretName: secret } }) ||
      (configMap && { name: `config-map-${configMap}`, configMap: { name: configMap } }) ||
      (claim && { name: `pvc-${claim}`, persistentVolumeClaim: valueAt(each, ['persistentVolumeClaim']) }) ||
      (isObject(emptyDir) ? { name: `empty-dir-${at}`, emptyDir } : undefined);
    const path = textOf(valueAt(each, ['path']));
    if (!volume || path === undefined) {
      const kinds = isObject(each) ? Object.keys(each).filter((key) => key !== 'path') : [];
      left.push(`run.volumes ${path ?? `[${at}]`} (${kinds.join(', ') || '?'})`);
      continue;
    }
    volumes.set(String(volume['name']), volume);
    volumeMounts.push({ name: volume['name'], mountPath: path });
  }
  return { volumes: [...volumes.values()], volumeMounts };
}

/** Settings of the CLI's own builders. */
const ofBuilders = /^(BP|BPL|BPE|S2I|MAVEN)_/;

function notInManifest(value: unknown): string[] {
  const found: string[] = [];
  const namespace = textOf(valueAt(value, ['namespace'])) ?? textOf(valueAt(value, ['deploy', 'namespace']));
  if (namespace) found.push(`namespace (${namespace})`);
  const domain = textOf(valueAt(value, ['domain']));
  if (domain) found.push(`domain (${domain})`);
  const deployer = textOf(valueAt(value, ['deployer'])) ?? textOf(valueAt(value, ['deploy', 'deployer']));
  if (deployer && deployer !== 'knative') found.push(`deployer (${deployer})`);
  for (const each of objectsOf(valueAt(value, ['build', 'buildEnvs']) ?? valueAt(value, ['buildEnvs']))) {
    const name = textOf(each['name']);
    if (name !== undefined && !ofBuilders.test(name)) found.push(`build.buildEnvs ${name}`);
  }
  if (isObject(valueAt(value, ['run', 'kafka']))) found.push('run.kafka');
  if (valueAt(value, ['run', 'startTimeout'])) found.push('run.startTimeout');
  return found;
}

function textOf(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) && value !== '' ? String(value) : undefined;
}

function objectsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function strings(value: unknown): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.flatMap(([key, each]) => (textOf(each) === undefined ? [] : [[key, String(each)]])),
  );
}

/** Without what says nothing: undefined, and what is empty; an `emptyDir` says all by being there. */
function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled);
  if (!isObject(value)) return value;
  const says = (key: string, each: unknown) =>
    each !== undefined &&
    (key === 'emptyDir' || typeof each !== 'object' || each === null || Object.keys(each).length > 0);
  const kept = Object.entries(value)
    .map(([key, each]) => [key, filled(each)] as const)
    .filter(([key, each]) => says(key, each));
  return Object.fromEntries(kept);
}
