/** The main flows on the command line; every claim is checked at the ingress and the API, not in what the command says. */
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { distribution, request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import { usePlatform } from '../../support/platform.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';

const platform = usePlatform('flows');
const service = () => platform().kube.get(serving('default', 'services', 'hello'));
const host = async (): Promise<string> => new URL((await service()).status?.url ?? '').host;

interface Revision {
  metadata: { name: string };
}
const revisions = async (): Promise<string[]> => {
  const list = await platform().kube.get(serving('default', 'revisions'));
  return (list.items as Revision[]).map(({ metadata }) => metadata.name).sort();
};

it('scaffolds and deploys; the application answers at its host', async () => {
  const { at, slipway, up } = platform();
  expect((await slipway('new', 'node-web', at('hello'))).code).toBe(0);
  const deployed = await slipway('deploy', at('hello'));
  expect(deployed.code, deployed.stderr).toBe(0);
  expect(isReady(await service())).toBe(true);
  const answer = await request(up.ingress, { host: await host() });
  expect(answer.status).toBe(200);
});

it('deploys a change as a second revision and leaves the split alone', async () => {
  const { at, slipway, up } = platform();
  writeFileSync(at('hello', 'VERSION'), 'two\n');
  const before = await revisions();
  expect((await slipway('deploy', at('hello'))).code).toBe(0);
  expect(await revisions()).toHaveLength(before.length + 1);
  expect((await request(up.ingress, { host: await host() })).status).toBe(200);
});

it('moves traffic: 1,000 requests show 70/30 within seven points', async () => {
  const { slipway, up } = platform();
  const [one, two] = await revisions();
  const moved = await slipway('traffic', 'hello', `${one}=70`, `${two}=30`);
  expect(moved.code, moved.stderr).toBe(0);
  await until('the route', async () => (await service()).status?.traffic?.some(({ percent }) => percent === 70));
  const counts = await distribution(
    up.ingress,
    { host: await host(), headers: { 'x-slipway-trace': '1' } },
    1_000,
    ({ status, headers }) =>
      `${status} ${String(headers['x-slipway-revision'] ?? '')
        .split('/')
        .pop()}`,
  );
  expect(Object.keys(counts).sort()).toEqual([`200 ${one}`, `200 ${two}`]);
  expect((counts[`200 ${one}`] ?? 0) / 10).toBeGreaterThan(63);
  expect((counts[`200 ${one}`] ?? 0) / 10).toBeLessThan(77);
});

it('gives a tag its own host, and a custom domain the service', async () => {
  const { slipway, up } = platform();
  const [, two] = await revisions();
  expect((await slipway('traffic', 'hello', '--tag', `${two}=candidate`)).code).toBe(0);
  await until('the tag', async () => (await service()).status?.traffic?.some(({ tag }) => tag === 'candidate'));
  const tagged = await request(up.ingress, { host: `candidate-${await host()}`, headers: { 'x-slipway-trace': '1' } });
  expect(String(tagged.headers['x-slipway-revision'])).toContain(two);
  const added = await slipway('domain', 'add', 'shop.example.test', 'hello');
  expect(added.code, added.stderr).toBe(0);
  expect((await request(up.ingress, { host: 'shop.example.test' })).status).toBe(200);
});

it('rolls back to the split before', async () => {
  const { slipway } = platform();
  const [one, two] = await revisions();
  expect((await slipway('traffic', 'hello', `${two}=100`)).code).toBe(0);
  await until('the move', async () =>
    (await service()).status?.traffic?.some(({ revisionName, percent }) => revisionName === two && percent === 100),
  );
  const back = await slipway('rollback', 'hello');
  expect(back.code, back.stderr).toBe(0);
  await until('the split before', async () =>
    (await service()).status?.traffic?.some(({ revisionName, percent }) => revisionName === one && percent === 70),
  );
});

it('fires a cron event into the application, and tells its delivery', async () => {
  const { kube, json } = platform();
  await kube.call('POST', '/apis/sources.knative.dev/v1/namespaces/default/pingsources', {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 3 * * *',
      contentType: 'application/json',
      data: '{"do":"it"}',
      sink: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'hello' } },
    },
  });
  await until('the source', async () =>
    isReady(await kube.get('/apis/sources.knative.dev/v1/namespaces/default/pingsources/nightly')),
  );
  const fired = await json<{ status?: number; attempts?: { status?: number }[] }>('ping', 'fire', 'nightly');
  expect(JSON.stringify(fired)).toMatch(/"status":\s*20\d/);
});

it('goes to zero and comes back on a request', async () => {
  const { kube, slipway, up } = platform();
  await kube.call(
    'PATCH',
    serving('default', 'services', 'hello'),
    { spec: { template: { metadata: { annotations: { 'autoscaling.knative.dev/window': '6s' } } } } },
    'application/merge-patch+json',
  );
  await slipway('traffic', 'hello', '@latest=100');
  const latest = await until('the new revision', async () => {
    const { status } = await service();
    return status?.latestReadyRevisionName !== (await revisions())[1] ? status?.latestReadyRevisionName : undefined;
  });
  await until(
    'zero',
    async () => {
      const endpoints = await kube.get(
        `/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/default/podautoscalers/${latest}`,
      );
      return endpoints.status?.desiredScale === 0;
    },
    { timeout: 60_000, every: 250 },
  );
  const woken = await request(up.ingress, { host: await host() });
  expect(woken.status).toBe(200);
});

it('reads the logs of instances that are gone', async () => {
  const { slipway } = platform();
  const logs = await slipway('logs', 'hello');
  expect(logs.code, logs.stderr).toBe(0);
  expect(logs.stdout.trim().split('\n').length).toBeGreaterThan(3);
});

it('serves an application that ignores PORT where it listens, and says so', async () => {
  const { at, slipway, up, kube } = platform();
  expect((await slipway('new', 'node-web', at('stubborn'))).code).toBe(0);
  const own = await freePort();
  writeFileSync(
    at('stubborn', 'src', 'server.ts'),
    `import { createServer } from 'node:http';\ncreateServer((_, answer) => answer.end('from ${own}')).listen(${own});\n`,
  );
  const deployed = await slipway('deploy', at('stubborn'));
  expect(deployed.code, deployed.stderr).toBe(0);
  const { host: its } = new URL((await kube.get(serving('default', 'services', 'stubborn'))).status?.url ?? '');
  expect((await request(up.ingress, { host: its })).body).toBe(`from ${own}`);
  const { items } = await kube.get('/api/v1/namespaces/default/events?fieldSelector=reason%3DPortIgnored');
  expect((items as unknown as { message: string }[]).map(({ message }) => message).join()).toContain(
    `listens on port ${own} `,
  );
});
