import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CoreV1Api, KubeConfig, type KubernetesObject, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureCerts } from '../../../emulator/api/certs.ts';
import { writeKubeconfig } from '../../../emulator/api/kubeconfig.ts';
import { type ApiListener, listenApi } from '../../../emulator/api/listen.ts';
import { type TestPlatform, testPlatform } from './support.ts';

let dir: string;
let listener: ApiListener;
let platform: TestPlatform;
let kubeconfig: string;
const run = promisify(execFile);
const hasKubectl = await run('kubectl', ['version', '--client']).then(
  () => true,
  () => false,
);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-clients-'));
  const certs = await ensureCerts(join(dir, 'pki'));
  platform = testPlatform();
  listener = await listenApi(platform.api, { port: 0, certs });
  kubeconfig = join(dir, 'kubeconfig');
  writeKubeconfig(kubeconfig, { name: 'test', server: listener.url, certs });
});
afterAll(async () => {
  platform.api.close();
  await platform.garbage[Symbol.asyncDispose]();
  await listener.close();
  rmSync(dir, { recursive: true, force: true });
});

test('an informer of the JavaScript client sees what is there, what comes, changes and goes', async () => {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const client = config.makeApiClient(CoreV1Api);
  const namespace = 'default';
  const body = (name: string, value: string): V1ConfigMap => ({ metadata: { name, namespace }, data: { value } });
  await client.createNamespacedConfigMap({ namespace, body: body('before', '1') });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    client.listNamespacedConfigMap({ namespace }),
  );
  const seen: string[] = [];
  const waiting = new Map<string, () => void>();
  const note = (event: string) => (object: KubernetesObject) => {
    const text = `${event} ${object.metadata?.name}`;
    seen.push(text);
    waiting.get(text)?.();
  };
  const until = (text: string) =>
    seen.includes(text) ? Promise.resolve() : new Promise<void>((resolve) => waiting.set(text, resolve));
  informer.on('add', note('add'));
  informer.on('update', note('update'));
  informer.on('delete', note('delete'));
  await informer.start();
  await until('add before');
  await client.createNamespacedConfigMap({ namespace, body: body('during', '1') });
  await until('add during');
  await client.replaceNamespacedConfigMap({ name: 'during', namespace, body: body('during', '2') });
  await until('update during');
  await client.deleteNamespacedConfigMap({ name: 'during', namespace });
  await until('delete during');
  await informer.stop();
  expect(informer.list(namespace).map(({ metadata }) => metadata?.name)).toEqual(['before']);
});

describe.skipIf(!hasKubectl)('kubectl', () => {
  const kubectl = async (args: string[], input?: string) => {
    const child = run('kubectl', ['--kubeconfig', kubeconfig, '--cache-dir', join(dir, 'cache'), ...args]);
    child.child.stdin?.end(input ?? '');
    return (await child).stdout.trim();
  };
  const widget = (size: number) =>
    `apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: ${size}}\n`;

  test('creates core kinds, which it sends as protobuf', async () => {
    await kubectl(['create', 'configmap', 'k', '--from-literal=a=b']);
    await kubectl(['create', 'secret', 'generic', 's', '--from-literal=p=q']);
    await kubectl(['create', 'serviceaccount', 'robot']);
    await kubectl(['create', 'deployment', 'd', '--image=x', '--replicas=0', '--port=80']);
    await kubectl(['create', 'role', 'r', '--verb=get', '--resource=pods']);
    expect(await kubectl(['get', 'cm/k', '-o', 'jsonpath={.data.a}'])).toBe('b');
    expect(await kubectl(['get', 'secret/s', '-o', 'jsonpath={.data.p}'])).toBe('cQ==');
    expect(
      await kubectl(['get', 'deploy/d', '-o', 'jsonpath={.spec.template.spec.containers[0].ports[0].containerPort}']),
    ).toBe('80');
  });

  test('creates jobs, ingresses and budgets, which it sends as protobuf', async () => {
    const create = (...args: string[]) => kubectl(['create', ...args]);
    const spec = async (what: string) => JSON.parse(await kubectl(['get', what, '-o', 'jsonpath={.spec}']));
    await create('job', 'j', '--image=x', '--', 'echo', 'hi');
    await create('cronjob', 'c', '--image=x', '--schedule=*/5 * * * *', '--', 'echo', 'hi');
    await create('ingress', 'i', '--class=slow', '--rule=a.example.com/x*=svc:http,tls=secret');
    await create('pdb', 'least', '--selector=app=x', '--min-available=1');
    await create('pdb', 'most', '--selector=app=x', '--max-unavailable=50%');
    const container = { image: 'x', command: ['echo', 'hi'] };
    expect(await spec('job/j')).toMatchObject({ template: { spec: { containers: [container] } } });
    expect(await spec('cronjob/c')).toMatchObject({
      schedule: '*/5 * * * *',
      jobTemplate: { spec: { template: { spec: { containers: [container] } } } },
    });
    const backend = { service: { name: 'svc', port: { name: 'http' } } };
    expect(await spec('ing/i')).toEqual({
      ingressClassName: 'slow',
      tls: [{ hosts: ['a.example.com'], secretName: 'secret' }],
      rules: [{ host: 'a.example.com', http: { paths: [{ path: '/x', pathType: 'Prefix', backend }] } }],
    });
    expect(await spec('pdb/least')).toMatchObject({ minAvailable: 1, selector: { matchLabels: { app: 'x' } } });
    expect(await spec('pdb/most')).toMatchObject({ maxUnavailable: '50%' });
  });

  test('applies on both sides, patches in three ways, explains, waits, deletes', async () => {
    expect(await kubectl(['apply', '-f', '-'], widget(1))).toBe('widget.example.com/w created');
    expect(await kubectl(['apply', '-f', '-'], widget(1))).toBe('widget.example.com/w unchanged');
    expect(await kubectl(['apply', '-f', '-'], widget(2))).toBe('widget.example.com/w configured');
    expect(await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], widget(3))).toBe(
      'widget.example.com/w serverside-applied',
    );
    await kubectl(['patch', 'cm/k', '-p', '{"data":{"c":"d"}}']);
    await kubectl(['patch', 'wd/w', '--type=merge', '-p', '{"spec":{"size":4}}']);
    await kubectl(['patch', 'wd/w', '--type=json', '-p', '[{"op":"replace","path":"/spec/color","value":"blue"}]']);
    expect(await kubectl(['get', 'wd', '--no-headers'])).toMatch(/^w\s+4$/);
    expect(await kubectl(['explain', 'widget.spec'])).toContain('size\t<integer> -required-');
    // Read as protobuf, as Helm does.
    expect(await kubectl(['explain', 'widget.spec', '--output=plaintext-openapiv2'])).toMatch(
      /size\s+<integer> -required-/,
    );
    expect(await kubectl(['wait', 'wd/w', '--for=jsonpath={.spec.color}=blue', '--timeout=5s'])).toContain(
      'condition met',
    );
    expect(await kubectl(['auth', 'can-i', 'delete', 'pods'])).toBe('yes');
    expect(await kubectl(['api-resources', '--api-group=example.com', '--no-headers'])).toMatch(
      /^widgets\s+wd\s+example.com\/v1\s+true\s+Widget$/,
    );
    expect(await kubectl(['describe', 'wd', 'w'])).toContain('Color:  blue');
    expect(await kubectl(['delete', 'wd/w', '--timeout=10s'])).toContain('deleted');
  });
});
