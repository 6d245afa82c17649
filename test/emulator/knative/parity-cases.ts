/**
 * Runs the `create` and `cases` steps of an admission scenario of the parity corpus against the objects layer, without a
 * server, and gives what the golden holds: status, refusal, warnings, the kept parts of the object.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { kubernetesKinds } from '../../../emulator/api/kinds/kinds.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import { clone } from '../../../emulator/kernel/json.ts';
import type { DraftObject, KubeObject } from '../../../emulator/kernel/object.ts';
import { createObjects, type Objects } from '../../../emulator/kernel/objects.ts';
import { createRegistry } from '../../../emulator/kernel/registry.ts';
import type { ResourceDefinition } from '../../../emulator/kernel/resource.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { configMapAdmission } from '../../../emulator/knative/config/admission.ts';
import { configMapSeeds } from '../../../emulator/knative/config/seeds.ts';
import { knativeDefinitions } from '../../../emulator/knative/kinds.ts';

const scenarios = new URL('../../conformance/parity/scenarios/', import.meta.url);
const namespace = 'parity-abc123';
const domain = 'localhost';
const user = { username: 'slipway-admin', groups: ['system:masters'] };
const insecure = /^Kubernetes default value is insecure/;

export interface Case {
  name: string;
  set?: Record<string, unknown>;
  keep?: string[];
}

export interface Step {
  create?: string;
  cases?: Case[];
  base?: string;
  on?: string;
  at?: string;
  name?: string;
  keep?: string[];
  warnings?: 'all';
  query?: Record<string, string>;
  mask?: string[];
}

export interface Outcome {
  status: number;
  reason?: string;
  message?: string;
  causes?: unknown;
  warnings?: string[];
  object?: unknown;
}

export interface Bench {
  objects: Objects;
  run(folder: string, step: Step): Record<string, Outcome>;
  /** What `run` sends, by case; not of those that change what is stored. */
  manifests(folder: string, step: Step): Record<string, DraftObject>;
}

interface Paths {
  patched(object: unknown, path: string, value: unknown): unknown;
  pick(object: unknown, paths: string[]): unknown;
}

// Plain JavaScript of the corpus, without types.
const paths = (await import(new URL('../../conformance/parity/lib/paths.mjs', import.meta.url).href)) as Paths;

export function read(folder: string): { steps: Step[]; golden: { steps: Record<string, unknown> } } {
  const json = (file: string) =>
    JSON.parse(readFileSync(fileURLToPath(new URL(`${folder}/${file}`, scenarios)), 'utf8')) as never;
  return { steps: (json('scenario.json') as { steps: Step[] }).steps, golden: json('golden.json') };
}

const kinds: Record<string, string> = {
  ksvc: 'services.serving.knative.dev',
  config: 'configurations.serving.knative.dev',
  rev: 'revisions.serving.knative.dev',
  dm: 'domainmappings.serving.knative.dev',
};

function withConfigAdmission(definition: ResourceDefinition): ResourceDefinition {
  return definition.plural === 'configmaps' ? { ...definition, admission: configMapAdmission } : definition;
}

export function createBench(): Bench {
  const store = openStore(':memory:');
  const registry = createRegistry([...kubernetesKinds.map(withConfigAdmission), ...knativeDefinitions]);
  const objects = createObjects({ store, registry, clock: new VirtualClock() });
  for (const name of [namespace, 'knative-serving', 'knative-eventing']) {
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { user });
  }
  for (const { resource, object } of configMapSeeds()) objects.create(resource, object, { user });

  const expand = (text: string) => text.replace(/\$\{ns\}/g, namespace).replace(/\$\{domain\}/g, domain);

  function manifest(folder: string, file: string): DraftObject {
    const text = expand(readFileSync(fileURLToPath(new URL(`${folder}/${file}`, scenarios)), 'utf8'));
    const [document] = parseAllDocuments(text);
    const object = document?.toJS() as DraftObject;
    object.metadata.namespace = namespace;
    return object;
  }

  function resourceOf(object: { apiVersion: string; kind: string }): string | undefined {
    const match = registry.byKind(object.apiVersion, object.kind);
    if (!match) return undefined;
    const { group, plural } = match.definition;
    return group ? `${plural}.${group}` : plural;
  }

  function located(reference: string): { resource: string; namespace: string; name: string } {
    const path = /^\/api\/v1\/namespaces\/([^/]+)\/configmaps\/(.+)$/.exec(reference);
    if (path) return { resource: 'configmaps', namespace: path[1] ?? '', name: path[2] ?? '' };
    const [kind = '', name = ''] = expand(reference).split('/');
    return { resource: kinds[kind] ?? kind, namespace, name };
  }

  function attempt(
    status: number,
    step: Step,
    keep: string[] | undefined,
    work: (warn: (text: string) => void) => KubeObject,
  ): Outcome {
    const heard: string[] = [];
    const warn = (text: string) => void heard.push(text);
    const told = () => {
      const shown = heard.filter((text) => step.warnings === 'all' || !insecure.test(text));
      return shown.length > 0 ? { warnings: shown } : {};
    };
    try {
      const object = work(warn);
      return { status, ...told(), ...(keep ? { object: normalized(paths.pick(object, keep)) } : {}) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const causes = error.details?.causes;
      return {
        status: error.code,
        reason: error.reason,
        message: (step.mask ?? []).reduce(
          (text, mask) => text.replace(new RegExp(mask, 'g'), '<masked>'),
          normalized(error.message) as string,
        ),
        ...(causes && !step.mask ? { causes: normalized(causes) } : {}),
        ...told(),
      };
    }
  }

  const varied = (step: Step, one: Case, object: unknown): unknown =>
    Object.entries(one.set ?? {}).reduce((changed, [path, value]) => {
      const whole = step.at ? (path ? `${step.at}.${path}` : step.at) : path;
      return paths.patched(changed, whole, JSON.parse(expand(JSON.stringify(value))));
    }, object);

  return {
    objects,
    manifests(folder, step) {
      const all: Record<string, DraftObject> = {};
      if (step.create) all[''] = manifest(folder, step.create);
      for (const one of step.on ? [] : (step.cases ?? [])) {
        all[one.name] = varied(step, one, manifest(folder, step.base ?? '')) as DraftObject;
      }
      return all;
    },
    run(folder, step) {
      const results: Record<string, Outcome> = {};
      if (step.create) {
        const object = manifest(folder, step.create);
        results[''] = attempt(201, step, step.keep, (warn) =>
          objects.create(resourceOf(object) ?? '', object, {
            user,
            warn,
            fieldValidation: 'Warn',
            dryRun: step.query?.['dryRun'] === 'All',
          }),
        );
      }
      for (const one of step.cases ?? []) {
        const keep = one.keep ?? step.keep;
        const options = { user, dryRun: true, fieldValidation: 'Warn' as const };
        if (step.on) {
          const { resource, namespace: within, name } = located(step.on);
          const stored = objects.view.get(resource, within, name);
          if (!stored) throw new Error(`${step.on} is not there`);
          const changed = varied(step, one, clone(stored)) as KubeObject;
          results[one.name] = attempt(200, step, keep, (warn) =>
            objects.update(resource, changed, { ...options, warn }),
          );
        } else {
          const object = varied(step, one, manifest(folder, step.base ?? '')) as DraftObject;
          const resource = resourceOf(object);
          results[one.name] =
            resource === undefined
              ? { status: 404, message: '404 page not found\n' }
              : attempt(201, step, keep, (warn) => objects.create(resource, object, { ...options, warn }));
        }
      }
      return results;
    },
  };
}

const userKeys = /"((?:serving|eventing|messaging|sources|flows)\.knative\.dev\/(?:creator|lastModifier))":"[^"]*"/g;

function normalized(value: unknown): unknown {
  const text = JSON.stringify(value)
    .replaceAll(namespace, '<ns>')
    .replaceAll(`.${domain}`, '.<domain>')
    .replace(userKeys, '"$1":"<user>"')
    .replace(/(dry-run-validation)[a-z0-9]{5}/g, '$1<random>')
    .replace(/"name":"web-[a-z0-9]{5}"/g, '"name":"web-<random>"')
    .replace(/"creationTimestamp":"[^"]*"/g, '"creationTimestamp":"<time>"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>');
  return JSON.parse(text);
}
