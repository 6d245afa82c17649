/** A CloudEvent from a form: what is refused before it is sent, and what arrives. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HTTP } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlatformClient } from '../../../src/core/client.ts';
import { draftFaults, type EventDraft } from '../../../src/core/event-draft.ts';
import { findReceiver, sendEvent } from '../../../src/core/events.ts';

const draft = (changes: Partial<EventDraft> = {}): EventDraft => ({
  type: 'com.example.order.created',
  source: '/my/desk',
  subject: '',
  contentType: 'application/json',
  data: '{"id": 1}',
  ...changes,
});

describe('draftFaults', () => {
  it.each<[Partial<EventDraft>, string[]]>([
    [{}, []],
    [{ data: '' }, []],
    [{ contentType: 'text/plain; charset=utf-8', data: 'not json' }, []],
    [{ type: ' ' }, ['type']],
    [{ source: '' }, ['source']],
    [{ source: 'my desk' }, ['source']],
    [{ contentType: 'json' }, ['contentType']],
    [{ contentType: 'application/cloudevents+json', data: '{' }, ['data']],
  ])('%o has faults in %o', (changes, expected) => {
    expect(draftFaults(draft(changes))).toEqual(expected);
  });
});

const shop = (url: string) => ({ namespace: 'default', name: 'shop', url });

describe('findReceiver', () => {
  const objects: Record<string, object> = {
    'services/shop': { status: { url: 'http://shop.default.localhost' } },
    'brokers/default': {
      status: { address: { url: 'http://broker-ingress.knative-eventing.svc.cluster.local/default/default' } },
    },
    'channels/new': { status: {} },
  };
  const client = {
    find: async ({ plural }: { plural: string }, _: string, name: string) => objects[`${plural}/${name}`],
  } as unknown as PlatformClient;

  it.each([
    ['shop', 'services', 'http://shop.default.localhost'],
    ['service/shop', 'services', 'http://shop.default.localhost'],
    ['broker/default', 'brokers', 'http://broker-ingress.knative-eventing.svc.cluster.local/default/default'],
  ])('%s is one of the %s', async (target, plural, url) => {
    expect(await findReceiver(client, 'default', target)).toMatchObject({ plural, url, namespace: 'default' });
  });

  it.each(['nobody', 'broker/nobody', 'channel/new', 'pod/shop'])('%s is refused', async (target) => {
    await expect(findReceiver(client, 'default', target)).rejects.toMatchObject({ code: 'EventNotSent' });
  });
});

describe('sendEvent', () => {
  const received: { headers: Record<string, string | string[] | undefined>; body: string; host: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body, host: request.headers.host ?? '' });
      response.writeHead(202).end('x'.repeat(10_000));
    });
  });
  let client: PlatformClient;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    client = { platform: async () => ({ ingress: { host: '127.0.0.1', port } }) } as unknown as PlatformClient;
  });
  afterAll(() => void server.close());

  it('goes through the gateway under the host of the service, and is an event for the SDK', async () => {
    const subject = 'Größe "1" 100 %';
    const result = await sendEvent(client, shop('http://shop.default.localhost:8080/in?x=1'), draft({ subject }));
    expect(result).toMatchObject({ status: 202 });
    expect(result.body).toHaveLength(4_096);
    const last = received.at(-1);
    expect(last?.host).toBe('shop.default.localhost:8080');
    const event = HTTP.toEvent({ headers: last?.headers ?? {}, body: last?.body });
    expect(event).toMatchObject({
      type: 'com.example.order.created',
      source: '/my/desk',
      id: result.id,
      data: { id: 1 },
    });
    expect(decodeURIComponent(String(last?.headers['ce-subject']))).toBe(subject);
  });

  it('goes through the platform to a service that has no URL outside', async () => {
    const calls: unknown[] = [];
    const inside = {
      capabilities: async () => new Set(['events']),
      capability: async (...call: unknown[]) => {
        calls.push(call.slice(0, 2));
        return { status: 204, ms: 3, body: '' };
      },
    } as unknown as PlatformClient;
    expect(await sendEvent(inside, shop('http://shop.default.svc.cluster.local'), draft())).toMatchObject({
      status: 204,
    });
    expect(calls).toEqual([['POST', '/namespaces/default/services/shop/event']]);
  });

  it('says that nothing answers', async () => {
    const gone = { platform: async () => ({ ingress: { host: '127.0.0.1', port: 1 } }) } as unknown as PlatformClient;
    await expect(sendEvent(gone, shop('http://shop.default.localhost'), draft())).rejects.toMatchObject({
      code: 'EventNotSent',
    });
  });
});
