/** Images that are not in the platform's store: containers where an engine is there, a verdict that helps where none is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { importTestImage, testImage } from '../../support/docker-image.ts';
import { request } from '../../support/ingress.ts';
import { isReady, kubeOf, serving } from '../../support/kube.ts';
import { type TemporaryHome, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { processesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

const docker = new Docker();
const engine = process.platform === 'linux' && (await docker.ping().then(Boolean, () => false));

let home: TemporaryHome;
const run = (...args: string[]) => slipway(args, { env: home.env, cwd: home.dir });
afterEach(async () => {
  await run('down');
  for (const { pid } of processesOf(home.dir)) process.kill(pid, 'SIGKILL');
  home[Symbol.dispose]();
});

/** Answers with its name, or with the status and the text that it gets from inside the cluster at `?to=URL`. */
const server =
  "require('http').createServer(async(q,r)=>{const to=new URL(q.url,'http://x').searchParams.get('to');" +
  'if(!to)return r.end(process.env.K_SERVICE);' +
  'const a=await fetch(to).catch((e)=>({status:0,text:()=>String(e.cause)}));' +
  "r.end(a.status+' '+await a.text())}).listen(process.env.PORT)";

const aService = (name: string, image = testImage) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name },
  spec: { template: { spec: { containers: [{ image, command: ['node', '-e', server] }] } } },
});

describe.skipIf(!engine)('with a Docker Engine (needs Docker)', () => {
  beforeAll(importTestImage, 120_000);

  const leftOf = async (data: string) => {
    const filters = { label: [`slipway.dev/platform=${data}`] };
    const [containers, networks] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
    ]);
    return { containers: containers.length, networks: networks.length };
  };

  it('runs images as containers that reach each other by name, and leaves nothing behind, however it ends', async () => {
    home = temporaryHome('containers');
    const first = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env: home.env, cwd: home.dir });
    const kube = kubeOf(first.kubeconfig);
    for (const name of ['web', 'other']) await kube.call('POST', serving('default', 'services'), aService(name));
    for (const name of ['web', 'other']) {
      await until(`${name} ready`, async () => isReady(await kube.get(serving('default', 'services', name))), {
        timeout: 60_000,
      });
    }
    const ask = (up: UpAnswer, path: string) => request(up.ingress, { host: 'web.default.localhost', path });
    expect(await ask(first, '/')).toMatchObject({ status: 200, body: 'web' });
    const inside = async (url: string) => (await ask(first, `/?to=${url}`)).body;
    expect(await inside('http://other.default.svc.cluster.local/')).toBe('200 other');
    // Events are received there too, and only POSTed ones are taken.
    expect(await inside('http://broker-ingress.knative-eventing.svc.cluster.local/default/none')).toMatch(/^405 /);
    expect(await inside('http://none.default.svc.cluster.local/')).toMatch(/^0 /);
    expect((await leftOf(first.data)).containers).toBeGreaterThanOrEqual(2);

    expect((await run('down')).code).toBe(0);
    expect(await leftOf(first.data)).toEqual({ containers: 0, networks: 0 });

    const second = await slipwayJson<UpAnswer>(['up', '--detach'], { env: home.env, cwd: home.dir });
    expect(await ask(second, '/')).toMatchObject({ status: 200, body: 'web' });
    process.kill(second.pid, 'SIGKILL');
    await until('no container left', async () => (await leftOf(first.data)).containers === 0, { timeout: 20_000 });
  }, 180_000);
});

describe('without a Docker Engine', () => {
  it('a manifest with an unknown image fails, and the verdict offers what would work', async () => {
    home = temporaryHome('no-engine');
    home.env['DOCKER_HOST'] = 'unix:///no-such-engine.sock';
    const dir = join(home.dir, 'shop');
    mkdirSync(join(dir, 'deploy'), { recursive: true });
    const image = 'registry.example.com/team/shop:v3';
    writeFileSync(join(dir, 'deploy', 'service.yaml'), JSON.stringify(aService('shop', image)));
    const up = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env: home.env, cwd: home.dir });
    const { code, stdout, stderr } = await run('deploy', dir);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain(`The image ${image} is not in the image store of the platform, and no Docker`);
    expect(stdout + stderr).toMatch(/Start Docker .*slipway image build/);
    const revision = await kubeOf(up.kubeconfig).get(serving('default', 'revisions', 'shop-00001'));
    expect(revision.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'Ready',
        status: 'False',
        reason: 'ContainerMissing',
        message: expect.stringMatching(/^Unable to fetch image .*there is no container engine to pull it$/),
      }),
    );
  });
});
