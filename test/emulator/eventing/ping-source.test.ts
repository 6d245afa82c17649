import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HTTP } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventing } from '../../../emulator/eventing/eventing.ts';
import type { Deliver, Eventing } from '../../../emulator/eventing/eventing-ports.ts';
import { decodeHeader, encodeHeader } from '../../../emulator/eventing/events.ts';
import { pingSourceController } from '../../../emulator/eventing/ping-source/controller.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import { type KubeObject, keyOf } from '../../../emulator/kernel/object.ts';
import type { Objects } from '../../../emulator/kernel/objects.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import type { Store } from '../../../emulator/kernel/store.ts';
import type { PingSource, PingSourceSpec } from '../../../emulator/knative/ping-source/types.ts';

let dir: string;
let store: Store;
let clock: VirtualClock;
let eventing: Eventing;
let sent: { url: string; headers: Record<string, string>; body: string }[];
let answers: (number | Error)[];
let waited: number[];

const deliver: Deliver = async (url, headers, body) => {
  sent.push({ url, headers, body: Buffer.from(body).toString() });
  const answer = answers.shift() ?? 202;
  if (answer instanceof Error) throw answer;
  return { status: answer, headers: {}, body: new Uint8Array() };
};

const start = () => {
  eventing = createEventing(
    {
      objects: undefined as unknown as Objects,
      view: store,
      subscribe: (listener) => store.subscribe(listener),
      clock,
      deliver,
      log: () => undefined,
    },
    { dir, random: () => 0.999, wait: async (ms) => void waited.push(ms) },
  );
  eventing.start();
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-eventing-'));
  store = openStore(join(dir, 'store.db'));
  clock = new VirtualClock(Date.parse('2026-01-01T00:00:30Z'));
  [sent, answers, waited] = [[], [], []];
  start();
});
afterEach(async () => {
  await eventing.close();
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const metadata = (name: string) => ({
  name,
  namespace: 'default',
  uid: `uid-${name}`,
  resourceVersion: '',
  creationTimestamp: '',
  generation: 1,
});

function aSource(name: string, spec: Partial<PingSourceSpec>): PingSource {
  const sink = { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'sink' }, uri: '/in' };
  return {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: metadata(name),
    spec: { sink, ...spec },
  };
}

const aSink = (url: string | undefined): KubeObject => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: metadata('sink'),
  status: url ? { address: { url } } : {},
});

/** What the platform's runner does with an outcome. */
function reconcile(source: PingSource): PingSource {
  const { status = {}, metadata: change } = pingSourceController.reconcile(source, store, clock.now());
  const finalizers = change?.finalizers ?? source.metadata.finalizers ?? [];
  const next = {
    ...source,
    metadata: { ...source.metadata, finalizers },
    status: { ...status, observedGeneration: 1 },
  };
  return store.put('pingsources.sources.knative.dev', next as PingSource, undefined);
}

function aReadySource(name: string, spec: Partial<PingSourceSpec> = {}): PingSource {
  store.put('services.serving.knative.dev', aSink('http://sink.default.svc.cluster.local'), undefined);
  return reconcile(store.put('pingsources.sources.knative.dev', aSource(name, spec), undefined));
}

const settled = () => new Promise((next) => setTimeout(next, 5));
const conditions = (source: PingSource) =>
  Object.fromEntries(
    (source.status?.conditions ?? []).map(({ type, status, reason }) => [
      type,
      reason ? `${status} ${reason}` : status,
    ]),
  );

describe('PingSource', () => {
  it('reports its sink, and that it is missing, as Knative does', () => {
    const oidc = 'True authentication-oidc feature disabled';
    const missing = reconcile(store.put('pingsources.sources.knative.dev', aSource('a', {}), ''));
    expect(conditions(missing)).toEqual({
      Deployed: 'Unknown',
      OIDCIdentityCreated: oidc,
      Ready: 'False NotFound',
      SinkProvided: 'False NotFound',
    });
    const ready = aReadySource('a');
    expect(conditions(ready)).toEqual({
      Deployed: 'True',
      OIDCIdentityCreated: oidc,
      Ready: 'True',
      SinkProvided: 'True',
    });
    expect(ready.status).toMatchObject({
      sinkUri: 'http://sink.default.svc.cluster.local/in',
      ceAttributes: [{ source: '/apis/v1/namespaces/default/pingsources/a', type: 'dev.knative.sources.ping' }],
    });
    expect(ready.metadata.finalizers).toEqual(['pingsources.sources.knative.dev']);
    const watch = pingSourceController.watches?.find(({ resource }) => resource === 'services.serving.knative.dev');
    expect(watch?.keys(aSink(undefined), store)).toEqual([keyOf(ready)]);
    expect(watch?.keys({ ...aSink(undefined), metadata: metadata('other') }, store)).toEqual([]);
  });

  it.each([
    [{ uri: 'http://example.com/x' }, 'http://example.com/x'],
    [{ ref: { apiVersion: 'v1', kind: 'Service', name: 'plain' } }, 'http://plain.default.svc.cluster.local'],
    [
      { ref: { apiVersion: 'v1', kind: 'Service', name: 'plain' }, uri: 'deep/er?q=1' },
      'http://plain.default.svc.cluster.local/deep/er?q=1',
    ],
    [
      { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace: 'other' } },
      'http://broker/other/default',
    ],
  ])('resolves the sink %j', (sink, uri) => {
    store.put('services', { apiVersion: 'v1', kind: 'Service', metadata: metadata('plain') }, undefined);
    const broker = {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Broker',
      metadata: { ...metadata('default'), namespace: 'other' },
    };
    store.put(
      'brokers.eventing.knative.dev',
      { ...broker, status: { address: { url: 'http://broker/other/default' } } },
      undefined,
    );
    expect(aReadySource('a', { sink } as PingSourceSpec).status?.sinkUri).toBe(uri);
  });

  it('fires at its times by the platform’s clock, at most half a second late', async () => {
    aReadySource('tick', {
      data: '{"b": 1.0, "a":[1, 2]}',
      contentType: 'application/json',
      ceOverrides: { extensions: { extra: 'yes' } },
    });
    clock.advance(29_999);
    await settled();
    expect(sent).toEqual([]);
    clock.advance(501);
    await settled();
    expect(sent).toHaveLength(1);
    clock.advance(60_000);
    await settled();
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({ url: 'http://sink.default.svc.cluster.local/in', body: '{"a":[1,2],"b":1.0}' });
    const event = HTTP.toEvent({ headers: sent[0]?.headers ?? {}, body: sent[0]?.body });
    if (Array.isArray(event)) throw new Error('one event was sent');
    // The CloudEvents SDK validates what it reads.
    expect(event).toMatchObject({
      specversion: '1.0',
      type: 'dev.knative.sources.ping',
      source: '/apis/v1/namespaces/default/pingsources/tick',
      datacontenttype: 'application/json',
      extra: 'yes',
      data: { b: 1, a: [1, 2] },
    });
    expect(new Set(sent.map(({ headers }) => headers['ce-id'])).size).toBe(2);
    expect(eventing.deliveries('default', 'tick', 10).map(({ fired, status }) => [fired, status])).toEqual([
      ['schedule', 202],
      ['schedule', 202],
    ]);
  });

  it('sends no content type without data, and base64 data as it stands', async () => {
    aReadySource('none', { contentType: 'text/plain' });
    await eventing.fire('default', 'none');
    expect(sent[0]?.headers['content-type']).toBeUndefined();
    expect(sent[0]?.body).toBe('');
    aReadySource('base', { dataBase64: 'aGk=', contentType: 'text/plain' });
    await eventing.fire('default', 'base');
    expect(sent[1]).toMatchObject({ body: 'aGk=' });
  });

  it('tries again five times from 50 ms on what may pass, and not on what will not', async () => {
    aReadySource('retry');
    answers = [503, 404, new Error('refused'), 429, 500, 408];
    const delivery = await eventing.fire('default', 'retry');
    expect(delivery).toMatchObject({ attempts: 6, status: 408, error: 'the sink answered 408', fired: 'now' });
    expect(waited).toEqual([50, 100, 200, 400, 800]);
    answers = [400];
    expect(await eventing.fire('default', 'retry')).toMatchObject({ attempts: 1, status: 400 });
    answers = [new Error('refused'), 200];
    const passed = await eventing.fire('default', 'retry');
    expect(passed).toMatchObject({ attempts: 2, status: 200 });
    expect(passed).not.toHaveProperty('error');
  });

  it('stops with its deletion, follows a new schedule, and does not start over when only its status changes', async () => {
    const source = aReadySource('tick', { schedule: '0 * * * *' });
    const every = { ...source, spec: { ...source.spec, schedule: '* * * * *' } };
    store.put('pingsources.sources.knative.dev', every, undefined);
    clock.advance(61_000);
    await settled();
    expect(sent).toHaveLength(1);
    store.remove('pingsources.sources.knative.dev', 'default', 'tick');
    clock.advance(600_000);
    await settled();
    expect(sent).toHaveLength(1);
  });

  it('tells the next fires and the last delivery, also after a restart', async () => {
    aReadySource('tick', { schedule: '0 9 * * *', timezone: 'Asia/Shanghai' });
    await eventing.fire('default', 'tick');
    await eventing.close();
    start();
    expect(eventing.schedule('default', 'tick', 2)).toMatchObject({
      schedule: '0 9 * * *',
      timezone: 'Asia/Shanghai',
      next: [Date.parse('2026-01-01T01:00:00Z'), Date.parse('2026-01-02T01:00:00Z')],
      last: { source: 'tick', fired: 'now', status: 202 },
    });
    expect(() => eventing.schedule('default', 'none', 2)).toThrow('pingsources.sources.knative.dev "none" not found');
    store.put('pingsources.sources.knative.dev', aSource('lost', {}), '');
    await expect(eventing.fire('default', 'lost')).rejects.toThrow(/has no sink yet/);
  });
});

describe('CloudEvents headers', () => {
  it('carry any text, as the binding says', () => {
    expect(encodeHeader('Euro € 😀')).toBe('Euro%20%E2%82%AC%20%F0%9F%98%80');
    expect(encodeHeader('a"b%c\u0000')).toBe('a%22b%25c%00');
    for (const text of ['plain', 'Euro € 😀 "100%"', '日本', '%41'])
      expect(decodeHeader(encodeHeader(text))).toBe(text);
    expect(decodeHeader('100%')).toBe('100%');
  });
});
