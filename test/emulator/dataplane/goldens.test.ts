/**
 * The data plane's own part of the parity corpus, without the rest of the platform: the requests of the scenarios
 * `dataplane/*` against the corpus' echo application, compared with what a real Knative answered.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { HostRoute, RevisionTarget } from '../../../emulator/dataplane/protocol.ts';
import { anInstance, aRevision, type Plane, startPlane } from './support.ts';

const corpus = new URL('../../conformance/parity/', import.meta.url);
/** cold-start and update-under-load are about the platform around it. */
const scenarios = [
  'bodies',
  'cluster-local',
  'concurrency',
  'forwarded',
  'h2c',
  'headers',
  'hosts',
  'methods',
  'paths',
  'probes',
  'timeouts',
  'trailers',
  'websocket',
];

interface Service {
  metadata: { name: string; labels?: Record<string, string> };
  spec: {
    template: {
      spec: {
        containerConcurrency?: number;
        timeoutSeconds?: number;
        containers: { ports?: { name?: string }[]; env?: { name: string; value: string }[] }[];
      };
    };
  };
}

interface Difference {
  path: string[];
  golden: unknown;
  actual: unknown;
}

/** The corpus' own runner: plain JavaScript, so its shapes are said here. */
interface Runner {
  http(step: object, run: object): Promise<unknown>;
  createNormalizer(platform: object): object;
  createApps(images: string, map: object): object;
  compare(golden: unknown, actual: unknown): Difference[];
}

async function loadRunner(): Promise<Runner> {
  const load = (path: string) => import(/* @vite-ignore */ new URL(path, corpus).href);
  const [dataplane, normalize, apps, compare] = await Promise.all(
    ['lib/steps/dataplane.mjs', 'lib/normalize.mjs', 'lib/apps.mjs', 'lib/compare.mjs'].map(load),
  );
  return { ...dataplane, ...normalize, ...apps, ...compare };
}

const children: ChildProcess[] = [];
let plane: Plane | undefined;

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await plane?.[Symbol.asyncDispose]();
  plane = undefined;
});

async function startEcho(name: string, inside: number): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL('apps/echo/echo.mjs', corpus))], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      K_SERVICE: name,
      K_CONFIGURATION: name,
      K_REVISION: `${name}-00001`,
      HTTP_PROXY: `http://127.0.0.1:${inside}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout ?? child, 'data');
  return port;
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function readServices(folder: URL, names: readonly string[]): Service[] {
  return names.flatMap((name) =>
    parseAllDocuments(readFileSync(new URL(name, folder), 'utf8')).map((document) => document.toJS() as Service),
  );
}

async function serve(services: readonly Service[], ns: string, domain: string): Promise<Record<string, string>> {
  plane = await startPlane();
  const hosts: Record<string, HostRoute> = {};
  const localHosts: Record<string, HostRoute> = {};
  const revisions: Record<string, RevisionTarget> = {};
  const urls: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const { name, labels = {} } = metadata;
    const { containerConcurrency = 0, timeoutSeconds = 300, containers } = spec.template.spec;
    const key = `${ns}/${name}-00001`;
    const isH2c = containers.some(({ ports }) => ports?.some((port) => port.name === 'h2c'));
    const route = { service: `${ns}/${name}`, paths: [{ splits: [{ revision: key, percent: 100, headers: {} }] }] };
    revisions[key] = aRevision(key, {
      containerConcurrency,
      timeoutSeconds,
      protocol: isH2c ? 'h2c' : 'http1',
      instances: [anInstance(await startEcho(name, plane.inside))],
    });
    const host = `${name}.${ns}.${domain}`;
    if (labels['networking.knative.dev/visibility'] !== 'cluster-local') hosts[host] = route;
    for (const suffix of ['', '.svc', '.svc.cluster.local']) localHosts[`${name}.${ns}${suffix}`] = route;
    urls[`ksvc/${name}`] = host;
  }
  await plane.apply({ hosts, localHosts, revisions });
  return urls;
}

function expand(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return value.replace(/\$\{(\w+)\}/g, (whole, name) => variables[name] ?? whole);
  return value;
}

describe('parity of the data plane', () => {
  it.each(scenarios)('%s', { timeout: 60_000 }, async (name) => {
    const runner = await loadRunner();
    const folder = new URL(`scenarios/dataplane/${name}/`, corpus);
    const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const { steps }: { steps: Record<string, unknown>[] } = read('scenario.json');
    const golden: { steps: Record<string, unknown> } = read('golden.json');
    const [ns, domain] = ['parity-golden', 'example.test'];
    const applied = steps.flatMap((step) => (typeof step['apply'] === 'string' ? [step['apply']] : []));
    const hosts = await serve(readServices(folder, applied), ns, domain);
    const apps = runner.createApps('dev.local/{name}:v1', {});
    const run = {
      ingress: { host: '127.0.0.1', port: plane?.port },
      hosts,
      normalizer: runner.createNormalizer({ ns, domain, apps }),
      expand: (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value), (_, one) => expand(one, { ns, domain })) as unknown,
    };
    const differences: Difference[] = [];
    let compared = 0;
    for (const [index, step] of steps.entries()) {
      if (!('http' in step)) continue;
      const label = Object.keys(golden.steps).find((key) => key.startsWith(`${String(index + 1).padStart(2, '0')} `));
      const actual = await runner.http(step, run);
      compared++;
      for (const difference of runner.compare(golden.steps[label ?? ''], JSON.parse(JSON.stringify(actual)))) {
        differences.push({ ...difference, path: [label ?? '', ...difference.path] });
      }
    }
    expect(compared).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });
});
