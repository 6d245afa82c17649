import { describe, expect, test } from 'vitest';
import { type Facts, judge } from '../../../emulator/kind/check.ts';
import { type KindIo, KindNotReady, kindDown, kindUp } from '../../../emulator/kind/kind.ts';
import {
  type Command,
  clusterConfig,
  createCluster,
  engineInfo,
  kindVersion,
  listClusters,
  releaseFiles,
  versions,
} from '../../../emulator/kind/plan.ts';

const good: Facts = {
  platform: 'linux',
  engineClient: true,
  engine: { server: '28.2.2', memoryBytes: 16 * 1024 ** 3, cpus: 4 },
  kind: { path: '/usr/bin/kind', version: '0.29.0', sha256: 'a' },
  publishedSha256: 'a',
  inotifyInstances: 8192,
  portHolder: undefined,
  port: 8080,
  proxy: undefined,
};
const codes = (facts: Partial<Facts>) => judge({ ...good, ...facts }).map(({ code }) => code);

describe('what a machine lacks', () => {
  test.each<[Partial<Facts>, string[]]>([
    [{}, []],
    [{ engineClient: false, engine: undefined }, ['EngineMissing']],
    [{ engine: undefined }, ['EngineDown']],
    [{ engine: { server: '28', memoryBytes: 2 * 1024 ** 3, cpus: 2 } }, ['MemoryLow']],
    [{ kind: undefined }, ['KindMissing']],
    [{ kind: { path: 'k', version: '0.9.0', sha256: 'a' } }, ['KindTooOld']],
    [{ publishedSha256: 'b' }, ['KindChecksum']],
    [{ publishedSha256: undefined }, ['KindUnverified']],
    [{ inotifyInstances: 128 }, ['InotifyLow']],
    [{ portHolder: 'nginx (pid 7)' }, ['PortTaken']],
    [{ proxy: 'http://proxy:3128' }, ['ProxySet']],
  ])('%j → %j', (facts, expected) => {
    expect(codes(facts)).toEqual(expected);
  });
  test('every finding says what to do', () => {
    const all = judge({
      ...good,
      engine: undefined,
      kind: undefined,
      inotifyInstances: 1,
      portHolder: 'x',
      proxy: 'y',
    });
    expect(all.every(({ fix }) => fix.length > 5)).toBe(true);
  });
});

describe('commands', () => {
  const plan = { cluster: 'slipway', kubeconfig: '/data/kubeconfig', port: 8081, versions };
  test('a cluster is made with its own kubeconfig, the port on loopback only', () => {
    const { command, args, stdin } = createCluster(plan);
    expect([command, ...args].join(' ')).toBe(
      'kind create cluster --name slipway --kubeconfig /data/kubeconfig --config - --wait 120s',
    );
    expect(stdin).toContain('hostPort: 8081');
    expect(clusterConfig(plan)).toContain('listenAddress: 127.0.0.1');
  });
  test('release files name their version', () => {
    expect(releaseFiles(versions).servingCore.url).toBe(
      `https://github.com/knative/serving/releases/download/knative-v${versions.serving}/serving-core.yaml`,
    );
  });
  test('parsers', () => {
    expect(kindVersion.parse('kind v0.29.0 go1.24.2 linux/amd64')).toBe('0.29.0');
    expect(listClusters.parse('a\nb-c\n')).toEqual(['a', 'b-c']);
    expect(listClusters.parse('No kind clusters found.\n')).toEqual([]);
    expect(engineInfo.parse('{"ServerVersion":"28","MemTotal":5,"NCPU":2}')).toEqual({
      server: '28',
      memoryBytes: 5,
      cpus: 2,
    });
    expect(engineInfo.parse('{"ServerErrors":["Cannot connect"]}')).toBeUndefined();
    expect(engineInfo.parse('garbage')).toBeUndefined();
  });
});

/** Records what is run; `failAt` makes the first command that contains it fail. */
function fake(options: { clusters?: string[]; failAt?: string } = {}) {
  const ran: string[] = [];
  const io: KindIo = {
    progress: () => undefined,
    download: async (file) => `# ${file.name}`,
    async run<Result>(command: Command<Result>): Promise<Result> {
      const line = [command.command, ...command.args, command.stdin?.startsWith('#') ? command.stdin : '']
        .join(' ')
        .trim();
      ran.push(line);
      if (options.failAt && line.includes(options.failAt)) throw new Error(`failed: ${options.failAt}`);
      return command.parse(command.args[0] === 'get' ? (options.clusters ?? []).join('\n') : '');
    },
  };
  return { io, ran };
}
const where = (ran: string[], part: string) => ran.findIndex((line) => line.includes(part));

describe('bringing it up', () => {
  test('in the order that works: kinds before what uses them, each waited for', async () => {
    const { io, ran } = fake();
    const platform = await kindUp({ data: '/data' }, io, good);
    const order = [
      'create cluster',
      'serving-crds',
      'crd --all',
      'serving-core',
      'kourier.yaml',
      'config-network',
      'eventing-crds',
      'mt-channel-broker',
      '/readyz',
    ];
    const places = order.map((part) => where(ran, part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(platform).toMatchObject({
      context: 'kind-slipway',
      kubeconfig: '/data/kubeconfig',
      ingress: { port: 8080 },
    });
  });
  test('a step that fails takes the new cluster back and says why', async () => {
    const { io, ran } = fake({ failAt: 'serving-core' });
    await expect(kindUp({ data: '/data' }, io, good)).rejects.toThrow('failed: serving-core');
    expect(where(ran, 'delete cluster')).toBeGreaterThan(where(ran, 'serving-core'));
    expect(where(ran, 'kourier.yaml')).toBe(-1);
  });
  test('a cluster that failed to start is taken back as well', async () => {
    const { io, ran } = fake({ failAt: 'create cluster' });
    await expect(kindUp({ data: '/data' }, io, good)).rejects.toThrow('create cluster');
    expect(where(ran, 'delete cluster')).toBeGreaterThan(0);
  });
  test('a cluster that was there is used, and never deleted', async () => {
    const { io, ran } = fake({ clusters: ['slipway'], failAt: 'kourier.yaml' });
    await expect(kindUp({ data: '/data' }, io, { ...good, portHolder: 'docker' })).rejects.toThrow('kourier.yaml');
    expect([where(ran, 'create cluster'), where(ran, 'delete cluster')]).toEqual([-1, -1]);
  });
  test('what is missing is said before anything is touched', async () => {
    const { io, ran } = fake();
    await expect(kindUp({ data: '/data' }, io, { ...good, engine: undefined })).rejects.toThrow(KindNotReady);
    expect(ran).toEqual([]);
  });
  test('an aborted start takes the cluster back', async () => {
    const stop = new AbortController();
    const { io, ran } = fake();
    const download = io.download;
    io.download = async (file) => {
      if (file.name.includes('kourier')) stop.abort();
      return download(file);
    };
    await expect(kindUp({ data: '/data' }, io, good, stop.signal)).rejects.toThrow();
    expect(where(ran, 'delete cluster')).toBeGreaterThan(0);
  });
});

test('down deletes only a cluster that is there', async () => {
  const none = fake();
  expect(await kindDown({ data: '/data' }, none.io)).toBe(false);
  const one = fake({ clusters: ['slipway'] });
  expect(await kindDown({ data: '/data' }, one.io)).toBe(true);
  expect(one.ran.at(-1)).toBe('kind delete cluster --name slipway --kubeconfig /data/kubeconfig');
});
