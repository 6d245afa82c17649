import { describe, expect, test } from 'vitest';
import type { ApiResponse, Route } from '../../../emulator/api/http.ts';
import { type CapabilityPorts, capabilityRoutes } from '../../../emulator/capabilities/routes.ts';
import { createTrafficStats } from '../../../emulator/capabilities/traffic-stats.ts';
import type { LogEntry, LogQuery } from '../../../emulator/pods/ports.ts';

const base = '/apis/platform.slipway.dev/v1alpha1';

/** Ports that record what they were asked. */
function ports(over: Partial<CapabilityPorts> = {}) {
  const asked: unknown[] = [];
  const blobs = new Set<string>();
  const value: CapabilityPorts = {
    info: () => ({ name: 'default' }) as ReturnType<CapabilityPorts['info']>,
    view: { get: () => undefined, list: () => [] },
    advanceClock: (ms) => ({ now: ms, offsetMs: ms }),
    images: {
      list: () => [],
      missing: (plan) => plan.files.map((file) => file.sha256).filter((sha) => !blobs.has(sha)),
      putBlob: async (sha) => void blobs.add(sha),
      commit: async (plan) => ({
        name: plan.name,
        tag: 'latest',
        digest: 'sha256:0',
        reference: `${plan.name}@sha256:0`,
        files: plan.files.length,
        bytes: 0,
        createdAt: 0,
        config: plan.config,
      }),
      contents: () => ({ config: { cmd: ['run'], env: {} }, files: [] }),
      file: async (name, path) => Buffer.from(`${name} ${path}`),
      remove: async (name) => [name],
    },
    logs: {
      async *read(query: LogQuery): AsyncIterable<LogEntry> {
        asked.push(query);
        yield {
          time: 1,
          sequence: 7,
          namespace: 'default',
          service: 'hello',
          revision: 'hello-00001',
          pod: 'p',
          container: 'user-container',
          stream: 'stdout',
          text: 'hi',
        };
      },
    },
    stats: createTrafficStats(0),
    ping: {
      schedule: () => ({ schedule: '* * * * *', timezone: '', next: [] }),
      fire: async () => ({}) as Awaited<ReturnType<CapabilityPorts['ping']['fire']>>,
      deliveries: (...args) => {
        asked.push(args);
        return [];
      },
    },
    deliver: async (...args: unknown[]) => {
      asked.push(args.slice(0, 2));
      return { status: 202, headers: {}, body: new Uint8Array() };
    },
    debug: (...args) => void asked.push(args),
    lease: (...args) => void asked.push(args),
    shutdown: () => void asked.push('shutdown'),
    reset: async () => 3,
    ...over,
  };
  return { value, asked };
}

async function call(routes: Route[], method: string, target: string, body: unknown = undefined): Promise<ApiResponse> {
  const url = new URL(base + target, 'http://x');
  for (const route of routes) {
    if (route.method !== method) continue;
    const pattern = new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
    const match = pattern.exec(url.pathname);
    if (!match) continue;
    const request = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: {},
      user: { username: 'u', groups: [] },
      body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body ?? {})),
      signal: new AbortController().signal,
    };
    return route.handle(request, { ...match.groups });
  }
  throw new Error(`no route ${method} ${target}`);
}

const plan = (sha: string) => ({
  name: 'dev.local/hello',
  config: { cmd: ['node', 'x.js'] },
  files: [{ path: 'x.js', size: 1, sha256: sha, executable: false }],
});

describe('images', () => {
  test('a commit names the blobs it lacks, and takes the plan once they are there', async () => {
    const routes = capabilityRoutes(ports().value);
    const refused = await call(routes, 'POST', '/images', plan('aa'));
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([409, { missing: ['aa'] }]);
    await call(routes, 'PUT', '/blobs/aa', 'x');
    expect((await call(routes, 'POST', '/images', plan('aa'))).status).toBe(201);
  });
  test.each([
    ['no JSON', '{', /JSON object/],
    ['a list', '[]', /JSON object/],
    ['no name', { config: { cmd: [] }, files: [] }, /name/],
    ['a start command that is a string', { name: 'x', config: { cmd: 'node x' }, files: [] }, /config.cmd/],
    ['a file without digest', { name: 'x', config: { cmd: [] }, files: [{ path: 'a', size: 1 }] }, /files/],
  ])('refuses %s', async (_, body, words) => {
    await expect(call(capabilityRoutes(ports().value), 'POST', '/images/plan', body)).rejects.toThrow(words);
  });
});

describe('logs', () => {
  test('are lines of JSON, and the query reaches the log store', async () => {
    const { value, asked } = ports();
    const target = '/namespaces/default/services/hello/logs?revision=hello-00001&tail=5&follow=1&since=1000';
    const answer = await call(capabilityRoutes(value), 'GET', target);
    let text = '';
    for await (const chunk of answer.body as AsyncIterable<string>) text += chunk;
    expect(JSON.parse(text)).toMatchObject({ sequence: 7, text: 'hi' });
    expect(asked[0]).toMatchObject({
      namespace: 'default',
      service: 'hello',
      revision: 'hello-00001',
      tail: 5,
      follow: true,
      sinceMs: 1000,
    });
  });
  test.each(['tail=x', 'since=-1'])('refuses %s', async (query) => {
    await expect(
      call(capabilityRoutes(ports().value), 'GET', `/namespaces/d/services/s/logs?${query}`),
    ).rejects.toMatchObject({ code: 400 });
  });
});

describe('the clock, leases and the debugger', () => {
  test('the clock does not go back', async () => {
    const routes = capabilityRoutes(ports().value);
    await expect(call(routes, 'POST', '/clock/advance', { ms: -1 })).rejects.toThrow(/forward only/);
    expect((await call(routes, 'POST', '/clock/advance', { ms: 5 })).status).toBe(200);
  });
  test('a debug lease needs its pod', async () => {
    await expect(
      call(capabilityRoutes(ports().value), 'PUT', '/namespaces/d/pods/p/debug', { paused: true, ttlMs: 1 }),
    ).rejects.toMatchObject({ code: 404 });
  });
  test.each([undefined, -1, 1e9, 'x'])('a lease of %j ms is refused', async (ttlMs) => {
    await expect(call(capabilityRoutes(ports().value), 'PUT', '/leases/a', { ttlMs })).rejects.toThrow(/ttlMs/);
  });
});

test('traffic counts ready pods only', async () => {
  const pod = (name: string, ready: string, deletionTimestamp?: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
      labels: { 'serving.knative.dev/revision': 'hello-00001' },
      ...(deletionTimestamp ? { deletionTimestamp } : {}),
    },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });
  const pods = [pod('a', 'True'), pod('b', 'False'), pod('c', 'True', 'now')];
  const { value } = ports({ view: { get: () => undefined, list: () => pods as never } });
  const answer = await call(capabilityRoutes(value), 'GET', '/namespaces/default/services/hello/traffic');
  expect(JSON.parse(String(answer.body)).revisions['hello-00001'].instances).toBe(1);
});

test('an event goes to the address inside, and a service without one is not found', async () => {
  const address = { url: 'http://hello.default.svc.cluster.local' };
  const service = { metadata: { name: 'hello' }, status: { address } };
  const view = {
    get: (resource: string, _: unknown, name: string) =>
      name === 'hello' && /^(services.serving|brokers.eventing)/.test(resource) ? service : undefined,
    list: () => [],
  };
  const { value, asked } = ports({ view: view as never });
  const send = (name: string, body: unknown) =>
    call(capabilityRoutes(value), 'POST', `/namespaces/default/services/${name}/event`, body);
  const sent = { headers: { 'ce-type': 'greeting' }, body: '{}' };
  expect(JSON.parse(String((await send('hello', sent)).body))).toMatchObject({ status: 202 });
  expect(asked).toEqual([[address.url, sent.headers]]);
  await expect(send('gone', sent)).rejects.toMatchObject({ code: 404 });
  const to = (plural: string) =>
    call(capabilityRoutes(value), 'POST', `/namespaces/default/${plural}/hello/event`, sent);
  expect((await to('brokers')).status).toBe(200);
  await expect(to('channels')).rejects.toMatchObject({ code: 404 });
  const hostile = { headers: { 'x-a': 'b\r\nhost: evil' }, body: '' };
  await expect(send('hello', hostile)).rejects.toMatchObject({ code: 400 });
});
