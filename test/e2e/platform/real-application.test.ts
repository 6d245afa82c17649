/**
 * An application that nobody here wrote: json-server from the npm registry, unmodified, deployed with a plain manifest and a
 * start command, used through the ingress, gone to zero and back.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { request } from '../../support/ingress.ts';
import { isReady, serving } from '../../support/kube.ts';
import { usePlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const platform = usePlatform('json-server');
const name = 'posts';

it('json-server runs as it is', async () => {
  const { at, slipway, kube, up } = platform();
  const dir = at('app');
  mkdirSync(dir);
  writeFileSync(at('app', 'package.json'), '{"private": true}\n');
  execFileSync('npm', ['install', 'json-server@0.17.4', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: dir,
    stdio: 'pipe',
  });
  writeFileSync(at('app', 'db.json'), JSON.stringify({ posts: [{ id: 1, title: 'first' }] }));
  // A snapshot is read-only, so the data file is copied out first, as an image's start script would.
  const command =
    'cp db.json "$DATA" && chmod u+w "$DATA" && exec node_modules/.bin/json-server --host 127.0.0.1 --port $PORT "$DATA"';
  const built = await slipway('image', 'build', `dev.local/${name}:v1`, dir, '--cmd', `sh -c '${command}'`);
  expect(built.code, built.stderr).toBe(0);
  await kube.call('POST', serving('default', 'services'), {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      template: {
        metadata: { annotations: { 'autoscaling.knative.dev/window': '6s' } },
        spec: { containers: [{ image: `dev.local/${name}:v1`, env: [{ name: 'DATA', value: at('data.json') }] }] },
      },
    },
  });
  const service = await until('json-server ready', async () => {
    const found = await kube.get(serving('default', 'services', name));
    return isReady(found) ? found : undefined;
  });
  const host = new URL(service.status?.url ?? '').host;
  const list = await request(up.ingress, { host, path: '/posts' });
  expect(JSON.parse(list.body)).toEqual([{ id: 1, title: 'first' }]);
  const created = await request(up.ingress, {
    host,
    path: '/posts',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'second' }),
  });
  expect(created.status).toBe(201);
  expect(JSON.parse((await request(up.ingress, { host, path: '/posts/2' })).body)).toEqual({ id: 2, title: 'second' });

  const autoscaler = `/apis/autoscaling.internal.knative.dev/v1alpha1/namespaces/default/podautoscalers/${service.status?.latestReadyRevisionName}`;
  await until('zero', async () => (await kube.get(autoscaler)).status?.desiredScale === 0, {
    timeout: 90_000,
    every: 250,
  });
  await until('no instance', async () => (await kube.get('/api/v1/namespaces/default/pods')).items?.length === 0, {
    timeout: 60_000,
    every: 250,
  });
  const woken = await request(up.ingress, { host, path: '/posts/1' });
  expect(woken.status).toBe(200);
  // Each instance begins with the data of the image.
  expect((await request(up.ingress, { host, path: '/posts/2' })).status).toBe(404);
}, 300_000);
