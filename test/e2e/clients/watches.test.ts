/**
 * Other people's watchers against a platform of its own: twenty of them see every one of 10,000 changes (1,000 of them without
 * `SLIPWAY_TEST_FULL`), and none lists again. Python's client and Go's reflector run in the long test only.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { countersOf } from '../../support/counters.ts';
import { root } from '../../support/places.ts';
import { usePlatform } from '../../support/platform.ts';
import { findProgram, program } from '../../support/program.ts';

const watchers = 20;
const objects = 10;
const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const changes = full ? 10_000 : 1_000;
const target = changes / objects;
const sources = join(root, 'test', 'e2e', 'clients', 'watchers');
const python = full ? findProgram('SLIPWAY_TEST_PYTHON', 'python3') : undefined;
const go = full ? findProgram('SLIPWAY_TEST_GO', 'go') : undefined;
const platform = usePlatform('watches');

interface Report {
  events: number;
  gaps: number;
  lists: number;
  /** WatchList: watches that ask for the present first. */
  initial: number;
  watches: number;
}

/** A namespace of its own, with counters in it. */
async function counters(namespace: string) {
  const { kube, up } = platform();
  await kube.call('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return countersOf(up.kubeconfig, namespace, objects);
}

/** Runs a program that prints `ready`, then counts, then reads its report. */
async function watched(path: string, args: string[], namespace: string, env = process.env): Promise<Report> {
  const { count } = await counters(namespace);
  const running = program(path, [], env).start(...args);
  await running.printed(/^ready$/m);
  await count(1, target);
  const { code, stdout, stderr } = await running.ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
}

it(`twenty informers of @kubernetes/client-node see ${changes} changes, and list once each`, async () => {
  const { count } = await counters('javascript');
  const config = new KubeConfig();
  config.loadFromFile(platform().up.kubeconfig);
  const client = config.makeApiClient(CoreV1Api);
  const seen: Report = { events: 0, gaps: 0, lists: 0, initial: 0, watches: 0 };
  const informers = Array.from({ length: watchers }, () => {
    const last = new Map<string, number>();
    const done = Promise.withResolvers<void>();
    const informer = makeInformer(config, '/api/v1/namespaces/javascript/configmaps', () => {
      seen.lists++;
      return client.listNamespacedConfigMap({ namespace: 'javascript' });
    });
    informer.on('add', ({ metadata, data }: V1ConfigMap) => last.set(metadata?.name ?? '', Number(data?.['n'])));
    informer.on('update', ({ metadata, data }: V1ConfigMap) => {
      const name = metadata?.name ?? '';
      const n = Number(data?.['n']);
      seen.events++;
      if (n !== (last.get(name) ?? 0) + 1) seen.gaps++;
      last.set(name, n);
      if ([...last.values()].filter((value) => value >= target).length === objects) done.resolve();
    });
    informer.on('error', (error) => done.reject(error));
    return { informer, done: done.promise };
  });
  await Promise.all(informers.map(({ informer }) => informer.start()));
  await count(1, target);
  await Promise.all(informers.map(({ done }) => done));
  await Promise.all(informers.map(({ informer }) => informer.stop()));
  expect(seen).toMatchObject({ events: watchers * changes, gaps: 0, lists: watchers });
}, 600_000);

const hasKubernetes = python
  ? (await program(python, [], process.env).run(['-c', 'import kubernetes'])).code === 0
  : false;

describe.skipIf(!hasKubernetes)(full ? '(needs python kubernetes)' : '(needs npm run test:full)', () => {
  it(`twenty watches of Python's client see ${changes} changes`, async () => {
    const args = [platform().up.kubeconfig, 'python', String(watchers), String(objects), String(target)];
    const report = await watched(python ?? '', [join(sources, 'watchers.py'), ...args], 'python');
    expect(report).toMatchObject({ events: watchers * changes, gaps: 0, lists: watchers, watches: watchers });
  }, 600_000);
});

describe.skipIf(!go)(full ? '(needs go)' : '(needs npm run test:full)', () => {
  const clientGo = process.env['SLIPWAY_TEST_CLIENT_GO'] || 'v0.37.2';
  const build = async (): Promise<string> => {
    const folder = platform().at('go');
    mkdirSync(folder, { recursive: true });
    cpSync(join(sources, 'main.go'), join(folder, 'main.go'));
    const modules = ['k8s.io/api', 'k8s.io/apimachinery', 'k8s.io/client-go'].map((name) => `${name} ${clientGo}`);
    writeFileSync(join(folder, 'go.mod'), `module watchers\n\ngo 1.25\n\nrequire (\n${modules.join('\n')}\n)\n`);
    const built = program(go ?? '', ['-C', folder], { ...process.env, GOFLAGS: '-mod=mod' });
    await built.out(['build', '-o', 'watchers', '.']);
    return join(folder, 'watchers');
  };
  const args = (namespace: string) => [
    ...['--kubeconfig', platform().up.kubeconfig, '--namespace', namespace],
    ...['--watchers', String(watchers), '--objects', String(objects), '--target', String(target)],
  ];

  it(`twenty reflectors of client-go see ${changes} changes through WatchList, without one list`, async () => {
    const report = await watched(await build(), args('go'), 'go');
    expect(report).toMatchObject({ events: watchers * changes, gaps: 0, lists: 0, initial: watchers });
  }, 900_000);

  it('reflectors that come back after the history has moved on ask for the present once, and go on', async () => {
    const { at } = platform();
    const { count } = await counters('go-gap');
    const running = program(await build(), [], process.env).start(...args('go-gap'), '--gap', at('open'));
    await running.printed(/^ready$/m);
    await count(1, target / 2);
    await running.printed(/^cut$/m);
    // The server remembers 10,000 changes, and forgets a tenth at a time.
    const others = await counters('go-others');
    await others.count(1, 1_200);
    writeFileSync(at('open'), '');
    await count(target / 2 + 1, target);
    const { code, stdout, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
    expect(report).toMatchObject({ gaps: 0, lists: 0, initial: 2 * watchers });
    // One that tries to go on where it was, and is told 410.
    expect(report.watches).toBeLessThanOrEqual(2 * watchers);
  }, 900_000);
});
