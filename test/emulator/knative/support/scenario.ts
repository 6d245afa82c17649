/**
 * Plays a scenario of the parity corpus on a test platform, in virtual time: the steps that write objects, wait and look at
 * them. Requests through the ingress, kubectl's own output and changes of ConfigMaps are for the running platform.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { DraftObject, KubeObject } from '../../../../emulator/kernel/object.ts';
import { isObserved } from '../../../../emulator/knative/conditions.ts';
import type { Pod } from '../../../../emulator/knative/workloads/types.ts';
import { testPlatform } from './platform.ts';

const corpus = new URL('../../../conformance/parity/', import.meta.url);
const library = (name: string) => import(new URL(`lib/${name}.mjs`, corpus).href);
const ns = 'parity-abc123';
const domain = 'example.com';
const user = { user: { username: 'slipway-admin', groups: ['system:masters'] } };

type Step = Record<string, unknown> & { name?: string };
interface Difference {
  path: string[];
  golden: unknown;
  actual: unknown;
  warning?: boolean;
}

interface Library {
  createApps(template: string, map: object): { resolve<T>(value: T): T };
  createNormalizer(platform: object): { learn(value: unknown): void; normalize<T>(value: T): T };
  compare(golden: unknown, actual: unknown): Difference[];
  compareHistories(golden: unknown, actual: unknown): Difference[];
  describe(difference: Difference): string;
  pick<T>(object: T, paths: string[]): T;
  omit<T>(object: T, paths?: string[]): T;
  valueAt(object: unknown, path: string): unknown;
  apiPath(reference: string, namespace: string): string;
  kindOf(short: string): string;
}

async function loadLibrary(): Promise<Library> {
  const parts = await Promise.all(['apps', 'normalize', 'compare', 'watch', 'paths', 'kube'].map(library));
  return Object.assign({}, ...parts) as Library;
}

/** Differences to the golden, readable; `skipped`: verbs that were not played. */
export async function playScenario(
  name: string,
): Promise<{ differences: string[]; skipped: string[]; compared: number }> {
  const lib = await loadLibrary();
  const folder = fileURLToPath(new URL(`scenarios/${name}/`, corpus));
  const scenario = JSON.parse(readFileSync(`${folder}scenario.json`, 'utf8')) as { steps: Step[] };
  const golden = JSON.parse(readFileSync(`${folder}golden.json`, 'utf8')) as { steps: Record<string, unknown> };
  const apps = lib.createApps('dev.local/{name}:v1', {});
  const normalizer = lib.createNormalizer({ ns, domain, apps });
  const platform = testPlatform({ realKinds: true, namespace: ns, instance: playedInstance });
  const { objects, store, settle } = platform;
  objects.patch(
    'configmaps',
    'knative-serving',
    'config-domain',
    { type: 'merge', patch: { data: { [domain]: '' } } },
    user,
  );
  const network = { data: { 'ingress-class': 'kourier.ingress.networking.knative.dev' } };
  objects.patch('configmaps', 'knative-serving', 'config-network', { type: 'merge', patch: network }, user);

  const expand = <T>(value: T): T => {
    const text = JSON.stringify(value).replaceAll(/\$\{(ns|domain)\}/g, (_, name) => (name === 'ns' ? ns : domain));
    return JSON.parse(text) as T;
  };
  /** `ksvc/hello` → resource, namespace, name. */
  const place = (reference: string) => {
    const path = lib.apiPath(reference, ns).split('/').filter(Boolean);
    const named = reference.includes('/');
    const plural = path[path.length - (named ? 2 : 1)] ?? '';
    const group = path[0] === 'apis' ? path[1] : '';
    const cluster = !path.includes('namespaces');
    return {
      resource: group ? `${plural}.${group}` : plural,
      namespace: cluster ? undefined : ns,
      name: named ? (path.at(-1) ?? '') : '',
    };
  };
  const find = (reference: string): KubeObject | undefined => {
    const { resource, namespace, name: wanted } = place(reference);
    return store.get(resource, namespace, wanted);
  };

  const differences: string[] = [];
  const skipped: string[] = [];
  let compared = 0;
  let watching: { from: number; kinds: string[]; fields: string[]; first: KubeObject[] } | undefined;

  const verbs: Record<string, (step: Step) => Promise<unknown> | unknown> = {
    apply(step) {
      for (const document of parseAllDocuments(readFileSync(`${folder}${String(step['apply'])}`, 'utf8'))) {
        const object = expand(apps.resolve(document.toJS() as DraftObject));
        const definition = objects.registry.byKind(object.apiVersion, object.kind)?.definition;
        if (!definition) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
        const resource = definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
        const metadata = { ...object.metadata, ...(definition.namespaced ? { namespace: ns } : {}) };
        objects.create(resource, { ...object, metadata } as DraftObject, user);
      }
    },
    patch(step) {
      const { resource, namespace, name: wanted } = place(expand(String(step['patch'])));
      const patch = expand(apps.resolve(step['body']));
      objects.patch(resource, namespace, wanted, { type: 'merge', patch }, user);
    },
    delete(step) {
      const { resource, namespace, name: wanted } = place(expand(String(step['delete'])));
      if (store.get(resource, namespace, wanted)) objects.delete(resource, namespace, wanted, user);
    },
    async wait(step) {
      const reference = expand(String(step['wait']));
      const wanted = expand(step['for'] ?? 'Ready');
      for (let second = 0; ; second++) {
        await settle();
        if (satisfied(lib, find(reference), wanted)) return undefined;
        if (second > 150) {
          const seen = JSON.stringify((find(reference)?.status as { conditions?: unknown } | undefined)?.conditions);
          throw new Error(`${reference} was not ${JSON.stringify(wanted)}: ${seen}`);
        }
        platform.clock.advance(1000);
      }
    },
    async sleep(step) {
      platform.clock.advance(Number(step['sleep']));
      await settle();
    },
    async snapshot(step) {
      await settle();
      const selector = Object.fromEntries(
        expand(String(step['selector'] ?? ''))
          .split(',')
          .filter(Boolean)
          .map((pair) => pair.split('=') as [string, string]),
      );
      const found = (step['snapshot'] as string[]).flatMap((reference) => {
        const { resource, namespace, name: wanted } = place(expand(reference));
        if (!wanted) return [...store.list(resource, { namespace: ns, labels: selector })];
        const absent = {
          apiVersion: resource.includes('.') ? 'x/v1' : 'v1',
          kind: lib.kindOf(reference.split('/')[0] ?? ''),
        };
        return [store.get(resource, namespace, wanted) ?? ({ ...absent, metadata: { name: wanted } } as KubeObject)];
      });
      found.forEach(normalizer.learn);
      const select = step['select'] as string[] | undefined;
      const shown = found.map((object) => {
        const core = object.kind === 'Service' && object.apiVersion === 'v1' ? 'core ' : '';
        const part = lib.omit(structuredClone(select ? lib.pick(object, select) : object), step['omit'] as string[]);
        return [
          normalizer.normalize(`${core}${object.kind}/${object.metadata.name}`),
          normalizer.normalize(part),
        ] as const;
      });
      return Object.fromEntries(shown.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    },
    async watch(step) {
      await settle();
      if (step['watch'] !== 'stop') {
        const kinds = step['watch'] as string[];
        const first = kinds.flatMap((kind) => store.list(place(kind).resource, { namespace: ns }));
        watching = { from: store.revision, kinds, fields: (step['fields'] as string[]) ?? [], first };
        return undefined;
      }
      if (!watching) throw new Error('nothing is watched');
      const resources = new Set(watching.kinds.map((kind) => place(kind).resource));
      const histories: Record<string, Record<string, string[]>> = {};
      const changes = store
        .changesSince(watching.from)
        .filter(({ resource, type }) => resources.has(resource) && type !== 'DELETED')
        .map(({ object }) => object);
      for (const object of [...watching.first, ...changes]) {
        const title = `${object.kind}/${object.metadata.name}`;
        const history = histories[title] ?? {};
        histories[title] = history;
        for (const [type, state] of statesOf(lib, object, watching.fields)) {
          const states = history[type] ?? [];
          history[type] = states;
          if (states.at(-1) !== state) states.push(state);
        }
      }
      return { histories: normalizer.normalize(histories) };
    },
  };

  try {
    for (const [index, step] of scenario.steps.entries()) {
      const verb = Object.keys(step).find((key) => key in verbs);
      if (!verb) {
        skipped.push(Object.keys(step)[0] ?? '');
        continue;
      }
      const result = await verbs[verb]?.(step);
      if (result === undefined) continue;
      const key = Object.keys(golden.steps).find((title) => title.startsWith(String(index + 1).padStart(2, '0')));
      const expected = key === undefined ? {} : golden.steps[key];
      compared++;
      const found =
        typeof result === 'object' && result !== null && 'histories' in result
          ? lib.compareHistories(expected, result.histories)
          : lib.compare(expected, result);
      differences.push(...found.filter(({ warning }) => !warning).map((one) => `${key}\n${lib.describe(one)}`));
    }
    differences.push(...platform.logged);
  } finally {
    await platform[Symbol.asyncDispose]();
  }
  return { differences, skipped, compared };
}

/** What the app of the corpus would do in an instance, from the variables that tell it. */
function playedInstance(pod: Pod): Partial<NonNullable<Pod['status']>> | undefined {
  const container = pod.spec?.containers[0];
  const value = (name: string) => container?.env?.find((entry) => entry.name === name)?.value;
  const base = {
    name: container?.name ?? '',
    ready: false,
    restartCount: 2,
    image: container?.image ?? '',
    imageID: '',
  };
  const exit = value('EXIT_CODE_AT_START');
  if (exit) {
    const terminated = { exitCode: Number(exit), reason: 'Error', message: `echo: exiting with ${exit}\n` };
    return {
      containerStatuses: [{ ...base, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated } }],
    };
  }
  if (container?.image.includes('no-such-image')) {
    const fault = `failed to pull and unpack image "${container.image}": failed to resolve reference "${container.image}": no`;
    const message = `Back-off pulling image "${container.image}": ErrImagePull: ${fault}`;
    return {
      phase: 'Pending',
      containerStatuses: [{ ...base, state: { waiting: { reason: 'ImagePullBackOff', message } }, lastState: {} }],
    };
  }
  if (value('READY_AFTER_MS')) {
    return {
      containerStatuses: [{ ...base, state: { running: { startedAt: '2023-11-14T22:13:20Z' } }, lastState: {} }],
    };
  }
  return undefined;
}

interface Status {
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  observedGeneration?: number;
}

function satisfied(lib: Library, object: KubeObject | undefined, wanted: unknown): boolean {
  if (wanted === 'absent') return !object;
  if (!object) return false;
  if (wanted === 'present') return true;
  if (typeof wanted === 'object' && wanted !== null) {
    const { path, is } = wanted as { path: string; is?: unknown };
    return lib.valueAt(object, path) === is;
  }
  const [type, status = 'True'] = String(wanted).split('=');
  const { conditions = [], observedGeneration } = (object.status ?? {}) as Status;
  const condition = conditions.find((one) => one.type === type);
  return condition?.status === status && (observedGeneration === undefined || isObserved(object));
}

function statesOf(lib: Library, object: KubeObject, fields: readonly string[]): [type: string, state: string][] {
  const { conditions = [], observedGeneration } = (object.status ?? {}) as Status;
  const followed = observedGeneration !== undefined && !object.apiVersion.includes('.internal.');
  const stale = followed && !isObserved(object) ? ' [stale]' : '';
  const states = conditions.map(({ type, status, reason, message }): [string, string] => {
    const why = [reason, message].filter(Boolean).join(': ');
    return [type, `${status}${why && ` ${why}`}${stale}`];
  });
  for (const field of fields) {
    const value = lib.valueAt(object, field);
    if (value !== undefined) states.push([field, String(value)]);
  }
  return states;
}
