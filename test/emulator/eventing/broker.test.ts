/** Brokers, channels and what they deliver: real kinds, real controllers, time that stands still, and applications that we play. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventing } from '../../../emulator/eventing/eventing.ts';
import type { Deliver, DeliveryAnswer, Eventing } from '../../../emulator/eventing/eventing-ports.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import type { DraftObject, KubeObject } from '../../../emulator/kernel/object.ts';
import { createObjects, type Objects } from '../../../emulator/kernel/objects.ts';
import { createRegistry } from '../../../emulator/kernel/registry.ts';
import { type Runner, runControllers } from '../../../emulator/kernel/runner.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';
import { configMapSeeds } from '../../../emulator/knative/config/seeds.ts';
import { embeddedDefinitions } from '../../../emulator/platform/definitions.ts';
import { eventingUser } from '../../../emulator/platform/users.ts';
import { conditionsOf } from '../knative/support/view.ts';

const user = { username: 'tester', groups: ['system:masters'] };
const ingress = 'broker-ingress.knative-eventing.svc.cluster.local';

let dir: string;
let store: Store;
let objects: Objects;
let clock: VirtualClock;
let eventing: Eventing;
let runner: Runner;
let logged: string[];
/** What reached an application: `path` of its URL, headers, body. */
let seen: { path: string; headers: Record<string, string>; body: string }[];
/** What applications answer, by path; default 200 and nothing. */
let app: (path: string, headers: Record<string, string>) => DeliveryAnswer | Promise<DeliveryAnswer>;

const nothing: DeliveryAnswer = { status: 200, headers: {}, body: new Uint8Array() };
const deliver: Deliver = async (url, headers, body) => {
  const { pathname, search } = new URL(url);
  seen.push({ path: pathname + search, headers, body: Buffer.from(body).toString() });
  return app(pathname, headers);
};

function start(): void {
  const log = (level: string, message: string) => void (level === 'error' && logged.push(message));
  eventing = createEventing(
    { objects, view: store, subscribe: (listener) => store.subscribe(listener), clock, deliver, log },
    { dir },
  );
  runner = runControllers(eventing.controllers, { objects, store, clock, log }, { user: eventingUser });
  eventing.start();
}

async function stop(): Promise<void> {
  await runner[Symbol.asyncDispose]();
  await eventing.close();
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-eventing-'));
  clock = new VirtualClock();
  store = openStore(':memory:');
  objects = createObjects({ store, registry: createRegistry(embeddedDefinitions()), clock });
  [seen, logged] = [[], []];
  app = () => nothing;
  for (const name of ['default', 'knative-serving', 'knative-eventing']) {
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { user });
  }
  for (const { resource, object } of configMapSeeds()) objects.create(resource, object, { user });
  start();
});
afterEach(async () => {
  await stop();
  store.close();
  rmSync(dir, { recursive: true, force: true });
  expect(logged).toEqual([]);
});

const settle = async () => {
  await runner.idle();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};
const resources: Record<string, string> = {
  Broker: 'brokers.eventing.knative.dev',
  Trigger: 'triggers.eventing.knative.dev',
  Channel: 'channels.messaging.knative.dev',
  InMemoryChannel: 'inmemorychannels.messaging.knative.dev',
  Subscription: 'subscriptions.messaging.knative.dev',
  Sequence: 'sequences.flows.knative.dev',
  Parallel: 'parallels.flows.knative.dev',
  SinkBinding: 'sinkbindings.sources.knative.dev',
  ApiServerSource: 'apiserversources.sources.knative.dev',
  ContainerSource: 'containersources.sources.knative.dev',
};
const apiVersions: Record<string, string> = {
  Broker: 'eventing.knative.dev/v1',
  Trigger: 'eventing.knative.dev/v1',
  Channel: 'messaging.knative.dev/v1',
  Subscription: 'messaging.knative.dev/v1',
  Sequence: 'flows.knative.dev/v1',
  Parallel: 'flows.knative.dev/v1',
  SinkBinding: 'sources.knative.dev/v1',
  ApiServerSource: 'sources.knative.dev/v1',
  ContainerSource: 'sources.knative.dev/v1',
};

async function apply(kind: string, name: string, spec: object = {}): Promise<void> {
  const object = { apiVersion: apiVersions[kind], kind, metadata: { name, namespace: 'default' }, spec };
  objects.create(resources[kind] ?? '', object as DraftObject, { user });
  await settle();
}

const get = (kind: string, name: string) => {
  const found = store.get<KubeObject<unknown, Record<string, unknown>>>(resources[kind] ?? '', 'default', name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
const ready = (kind: string, name: string) =>
  (conditionsOf(get(kind, name).status as Parameters<typeof conditionsOf>[0]) as Record<string, string>)['Ready'];
const at = (path: string) => ({ uri: `http://app.example.com${path}` });

async function post(host: string, path: string, attributes: Record<string, string> = {}, method = 'POST') {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const all = { specversion: '1.0', id: '1', type: 'demo', source: '/test', ...attributes };
  for (const [name, value] of Object.entries(all)) headers[`ce-${name}`] = value;
  const answer = await eventing.receive(host, { method, path, headers, body: Buffer.from('{"n":1}') });
  await settle();
  return answer?.status;
}

const paths = () => seen.map(({ path }) => path).sort();

describe('a Broker', () => {
  beforeEach(() => apply('Broker', 'default'));

  it('is ready with its channel, and so are its Triggers', async () => {
    await apply('Trigger', 'all', { broker: 'default', subscriber: at('/all') });
    expect(ready('Broker', 'default')).toBe('True');
    expect(ready('InMemoryChannel', 'default-kne-trigger')).toBe('True');
    expect(ready('Trigger', 'all')).toBe('True');
    expect(get('Trigger', 'all').status).toMatchObject({ subscriberUri: 'http://app.example.com/all' });
  });

  it('brings each event to the Triggers that want it, with the headers of Knative', async () => {
    await apply('Trigger', 'all', { broker: 'default', subscriber: at('/all') });
    await apply('Trigger', 'some', {
      broker: 'default',
      subscriber: at('/some'),
      filter: { attributes: { type: 'x' } },
    });
    expect(await post(ingress, '/default/default')).toBe(202);
    expect(paths()).toEqual(['/all']);
    expect(seen[0]).toMatchObject({
      body: '{"n":1}',
      headers: { 'ce-id': '1', 'kn-namespace': 'default', prefer: 'reply', 'content-type': 'application/json' },
    });
    expect(seen[0]?.headers['ce-knativearrivaltime']).toMatch(/^\d{4}-/);
    expect(seen[0]?.headers).not.toHaveProperty('ce-knativebrokerttl');
    expect(await post(ingress, '/default/default', { type: 'x' })).toBe(202);
    expect(paths()).toEqual(['/all', '/all', '/some']);
  });

  it.each([
    ['/', {}, 404],
    ['/default', {}, 400],
    ['/default/default/more', {}, 400],
    ['/default/nobody', {}, 404],
    ['/default/default', { id: '' }, 400],
    ['/default/default', { knativebrokerttl: '1' }, 400],
    ['/default/default/', {}, 202],
  ])('answers %s %j with %i', async (path, attributes, status) => {
    expect(await post(ingress, path, attributes)).toBe(status);
  });

  it('takes replies back, until their hops are spent', async () => {
    await apply('Trigger', 'echo', { broker: 'default', subscriber: at('/echo') });
    app = (_, headers) => ({
      status: 200,
      headers: { 'ce-specversion': '1.0', 'ce-id': `${headers['ce-id']}r`, 'ce-type': 'demo', 'ce-source': '/r' },
      body: new Uint8Array(),
    });
    await post(ingress, '/default/default', { knativebrokerttl: '4' });
    // 3 hops are left at the first ingress, then 2 and 1; a fourth is refused.
    expect(seen.map(({ headers }) => headers['ce-id'])).toEqual(['1', '1r', '1rr']);
  });

  it('tries again as delivery says, then hands over to the dead letter sink', async () => {
    const delivery = { retry: 2, backoffPolicy: 'exponential', backoffDelay: 'PT1S', deadLetterSink: at('/dead') };
    await apply('Trigger', 'fails', { broker: 'default', subscriber: at('/fails'), delivery });
    app = (path) => (path === '/fails' ? { status: 503, headers: {}, body: Buffer.from('no room') } : nothing);
    await post(ingress, '/default/default');
    expect(paths()).toEqual(['/fails']);
    clock.advance(999);
    await settle();
    expect(seen.length).toBe(1);
    clock.advance(1);
    await settle();
    expect(seen.length).toBe(2);
    clock.advance(2_000);
    await settle();
    expect(paths()).toEqual(['/dead', '/fails', '/fails', '/fails']);
    expect(seen.at(-1)?.headers).toMatchObject({
      'ce-knativeerrordest': 'http://app.example.com/fails',
      'ce-knativeerrorcode': '503',
      'ce-knativeerrordata': Buffer.from('no room').toString('base64'),
    });
  });

  it('does not try again what the subscriber refuses; an answer that is no event is a failure', async () => {
    const delivery = { retry: 1, backoffPolicy: 'linear', backoffDelay: 'PT1S', deadLetterSink: at('/dead') };
    await apply('Trigger', 'refuses', { broker: 'default', subscriber: at('/refuses'), delivery });
    app = (path) => (path === '/refuses' ? { ...nothing, status: 400 } : nothing);
    await post(ingress, '/default/default');
    expect(paths()).toEqual(['/dead', '/refuses']);
    seen = [];
    app = (path) => (path === '/refuses' ? { ...nothing, body: Buffer.from('hello') } : nothing);
    await post(ingress, '/default/default');
    clock.advance(1_000);
    await settle();
    expect(paths()).toEqual(['/dead', '/refuses', '/refuses']);
    // Knative's filter says nothing of it either.
    expect(seen.at(-1)?.headers).not.toHaveProperty('ce-knativeerrorcode');
  });

  it('keeps what it accepted over a restart', async () => {
    await apply('Trigger', 'slow', { broker: 'default', subscriber: at('/slow') });
    app = () => new Promise(() => {});
    expect(await post(ingress, '/default/default', { id: 'kept' })).toBe(202);
    expect(paths()).toEqual(['/slow']);
    // Nobody waits for the application that never answers.
    const closing = stop();
    app = () => nothing;
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, 50))]);
    seen = [];
    start();
    await settle();
    expect(seen.map(({ headers }) => headers['ce-id'])).toEqual(['kept']);
    await stop();
    seen = [];
    start();
    await settle();
    expect(seen).toEqual([]);
  });

  it('that is gone takes its channel along, and its Trigger says so', async () => {
    await apply('Trigger', 'lost', { broker: 'default', subscriber: at('/lost') });
    objects.delete(resources['Broker'] ?? '', 'default', 'default', { user });
    await settle();
    expect(ready('Trigger', 'lost')).toBe('False BrokerDoesNotExist: Broker "default" does not exist');
  });
});

it('a Channel fans out to its Subscriptions, whose replies go on', async () => {
  await apply('Channel', 'in');
  await apply('Channel', 'out');
  const ref = (name: string) => ({ apiVersion: 'messaging.knative.dev/v1', kind: 'Channel', name });
  await apply('Subscription', 'a', { channel: ref('in'), subscriber: at('/a') });
  await apply('Subscription', 'b', { channel: ref('in'), subscriber: at('/b'), reply: { ref: ref('out') } });
  await apply('Subscription', 'c', { channel: ref('out'), subscriber: at('/c') });
  for (const name of ['a', 'b', 'c']) expect(ready('Subscription', name)).toBe('True');
  app = (path) =>
    path === '/b'
      ? {
          status: 200,
          headers: { 'ce-specversion': '1.0', 'ce-id': '2', 'ce-type': 'more', 'ce-source': '/b' },
          body: Buffer.from('x'),
        }
      : nothing;
  expect(await post('in-kn-channel.default.svc.cluster.local', '/')).toBe(202);
  expect(paths()).toEqual(['/a', '/b', '/c']);
  expect(await post('none-kn-channel.default.svc', '/')).toBe(404);
  expect(await post('in-kn-channel.default.svc', '/', {}, 'PUT')).toBe(405);

  // Who has left gets nothing more.
  objects.delete(resources['Subscription'] ?? '', 'default', 'a', { user });
  await settle();
  seen = [];
  await post('in-kn-channel.default.svc', '/');
  expect(paths()).toEqual(['/b', '/c']);
});

describe('flows', () => {
  const answers = (path: string): DeliveryAnswer => ({
    status: 200,
    headers: { 'ce-specversion': '1.0', 'ce-id': path, 'ce-type': `after${path}`, 'ce-source': '/flow' },
    body: new Uint8Array(),
  });

  it('a Sequence leads from step to step', async () => {
    await apply('Sequence', 'seq', { steps: [at('/one'), at('/two')], reply: at('/end') });
    expect(ready('Sequence', 'seq')).toBe('True');
    app = answers;
    await post('seq-kn-sequence-0-kn-channel.default.svc', '/');
    expect(seen.map(({ path, headers }) => `${path} ${headers['ce-type']}`)).toEqual([
      '/one demo',
      '/two after/one',
      '/end after/two',
    ]);
  });

  it('a Parallel runs the branches whose filter answers with an event', async () => {
    const branches = [
      { filter: at('/yes'), subscriber: at('/first'), reply: at('/own') },
      { filter: at('/no'), subscriber: at('/never') },
      { subscriber: at('/always') },
    ];
    await apply('Parallel', 'par', { branches, reply: at('/all') });
    expect(ready('Parallel', 'par')).toBe('True');
    app = (path) => (path === '/no' ? nothing : answers(path));
    await post('par-kn-parallel-kn-channel.default.svc', '/');
    expect(paths()).toEqual(['/all', '/always', '/first', '/no', '/own', '/yes']);
  });
});

it('a SinkBinding gives its subject the sink, and takes it away again', async () => {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i', env: [{ name: 'MINE', value: '1' }] }] },
  };
  const spec = { replicas: 0, selector: { matchLabels: { a: 'b' } }, template };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' }, spec };
  const subject = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
  await apply('SinkBinding', 'bind', { subject, sink: at('/sink'), ceOverrides: { extensions: { a: 'b' } } });
  expect(ready('SinkBinding', 'bind')).toBe('False SubjectMissing: deployments.apps "d" not found');
  objects.create('deployments.apps', deployment, { user });
  await settle();
  const env = () => {
    const found = store.get<KubeObject<typeof spec>>('deployments.apps', 'default', 'd');
    return found?.spec?.template.spec.containers[0]?.env;
  };
  expect(ready('SinkBinding', 'bind')).toBe('True');
  expect(env()).toEqual([
    { name: 'MINE', value: '1' },
    { name: 'K_SINK', value: 'http://app.example.com/sink' },
    { name: 'K_CE_OVERRIDES', value: '{"extensions":{"a":"b"}}' },
  ]);
  objects.delete(resources['SinkBinding'] ?? '', 'default', 'bind', { user });
  await settle();
  expect(env()).toEqual([{ name: 'MINE', value: '1' }]);
});

it('a ContainerSource has a Deployment that knows the sink, and is ready when that is available', async () => {
  const template = {
    metadata: { labels: { team: 'a' }, annotations: { note: 'n' } },
    spec: { containers: [{ image: 'i', env: [{ name: 'MINE', value: '1' }] }] },
  };
  await apply('ContainerSource', 'clock', { template, sink: at('/sink'), ceOverrides: { extensions: { a: 'b' } } });
  const deploymentOf = () => {
    const found = store.get<KubeObject<{ template: { spec: { containers: object[] } } }>>(
      'deployments.apps',
      'default',
      'clock-deployment',
    );
    if (!found) throw new Error('no Deployment');
    return found;
  };
  expect(get('SinkBinding', 'clock-sinkbinding')).toMatchObject({
    metadata: { ownerReferences: [{ kind: 'ContainerSource', name: 'clock', controller: true }] },
    spec: { subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'clock-deployment' } },
  });
  const deployment = deploymentOf();
  const labels = {
    team: 'a',
    'sources.knative.dev/source': 'container-source-controller',
    'sources.knative.dev/containerSource': 'clock',
  };
  expect(deployment.metadata).toMatchObject({ labels, annotations: { note: 'n' } });
  expect(deployment.spec).toMatchObject({ selector: { matchLabels: labels }, template: { metadata: { labels } } });
  expect(deployment.spec?.template.spec.containers).toMatchObject([
    {
      name: 'clock-0',
      env: [
        { name: 'MINE', value: '1' },
        { name: 'K_SINK', value: 'http://app.example.com/sink' },
        { name: 'K_CE_OVERRIDES', value: '{"extensions":{"a":"b"}}' },
      ],
    },
  ]);
  expect(ready('ContainerSource', 'clock')).toBe(
    "Unknown DeploymentUnavailable: The Deployment 'clock-deployment' is unavailable.",
  );
  expect(get('ContainerSource', 'clock').status).toMatchObject({ sinkUri: 'http://app.example.com/sink' });

  const conditions = [{ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' }];
  objects.update('deployments.apps', { ...deployment, status: { conditions } }, { user, subresource: 'status' });
  await settle();
  expect(ready('ContainerSource', 'clock')).toBe('True');
  // The two that write to it agree: nothing changes any more.
  const version = deploymentOf().metadata.resourceVersion;
  await settle();
  expect(deploymentOf().metadata).toMatchObject({ generation: 2, resourceVersion: version });
});

it('an ApiServerSource tells what is there, what changes, and what no longer matches', async () => {
  const map = (labels: Record<string, string>) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'watched', namespace: 'default', labels },
    data: { a: '1' },
  });
  objects.create('configmaps', map({ seen: 'yes' }), { user });
  const selector = { matchLabels: { seen: 'yes' } };
  await apply('ApiServerSource', 'source', {
    mode: 'Reference',
    resources: [{ apiVersion: 'v1', kind: 'ConfigMap', selector }],
    serviceAccountName: 'default',
    sink: at('/in'),
  });
  expect(ready('ApiServerSource', 'source')).toBe('True');
  const patch = async (change: object) => {
    objects.patch('configmaps', 'default', 'watched', { type: 'merge', patch: change }, { user });
    await settle();
  };
  await patch({ data: { a: '2' } });
  await patch({ metadata: { labels: { seen: 'no' } } });
  await patch({ data: { a: '3' } });
  expect(seen.map(({ headers }) => headers['ce-type'])).toEqual([
    'dev.knative.apiserver.ref.add',
    'dev.knative.apiserver.ref.update',
    'dev.knative.apiserver.ref.delete',
  ]);
  expect(seen[0]?.headers).toMatchObject({
    'ce-subject': '/apis/v1/namespaces/default/configmaps/watched',
    'ce-kind': 'ConfigMap',
  });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    kind: 'ConfigMap',
    namespace: 'default',
    name: 'watched',
    apiVersion: 'v1',
  });
});

it('an ApiServerSource with a selector watches the namespaces that it chooses, also those that come later', async () => {
  const namespace = (name: string, labels: Record<string, string>) =>
    objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, { user });
  const map = (of: string) =>
    objects.create(
      'configmaps',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: of } },
      { user },
    );
  for (const [name, env] of [
    ['one', 'test'],
    ['two', 'test'],
    ['prod', 'prod'],
  ] as const) {
    namespace(name, { env });
  }
  map('one');
  map('default');
  await apply('ApiServerSource', 'source', {
    resources: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
    namespaceSelector: { matchLabels: { env: 'test' } },
    sink: at('/in'),
  });
  expect(get('ApiServerSource', 'source').status).toMatchObject({ namespaces: ['one', 'two'] });
  for (const name of ['two', 'prod']) map(name);
  await settle();
  objects.patch(
    'namespaces',
    undefined,
    'prod',
    { type: 'merge', patch: { metadata: { labels: { env: 'test' } } } },
    { user },
  );
  await settle();
  expect(seen.map(({ headers }) => `${headers['ce-type']} ${headers['ce-namespace']}`)).toEqual([
    'dev.knative.apiserver.ref.add one',
    'dev.knative.apiserver.ref.add two',
    'dev.knative.apiserver.ref.add prod',
  ]);
});

it('a Trigger with format json gets each event as one document', async () => {
  await apply('Broker', 'default');
  await apply('Trigger', 'all', { broker: 'default', subscriber: at('/all'), delivery: { format: 'json' } });
  await post(ingress, '/default/default', { subject: 's', extone: 'x' });
  expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', prefer: 'reply' });
  expect(Object.keys(seen[0]?.headers ?? {}).filter((name) => name.startsWith('ce-'))).toEqual([]);
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    specversion: '1.0',
    id: '1',
    type: 'demo',
    source: '/test',
    subject: 's',
    extone: 'x',
    datacontenttype: 'application/json',
    knativearrivaltime: expect.any(String),
    data: { n: 1 },
  });
});
