/** Images that are not in the platform's store: containers where an engine is there, a verdict that helps where none is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { importTestImage, pushTestImage, testImage } from '../../support/docker-image.ts';
import { request } from '../../support/ingress.ts';
import { isReady, kubeOf, serving } from '../../support/kube.ts';
import { type TemporaryHome, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { childrenOf, isAlive, processesOf } from '../../support/processes.ts';
import { startRegistry } from '../../support/registry.ts';
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

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
/**
 * Answers with its name, or with the status and the text that it gets from inside the cluster at `?to=URL`, or as its service
 * account from the API at `?api=PATH`.
 */
const server =
  "require('http').createServer(async(q,r)=>{const u=new URL(q.url,'http://x').searchParams;" +
  "let to=u.get('to'),headers={};" +
  "if(u.get('api')){to='https://'+process.env.KUBERNETES_SERVICE_HOST+':'+process.env.KUBERNETES_SERVICE_PORT+u.get('api');" +
  `headers={authorization:'Bearer '+require('fs').readFileSync('${account}/token')}}` +
  'if(!to)return r.end(process.env.K_SERVICE??process.env.HOSTNAME);' +
  'const a=await fetch(to,{headers}).catch((e)=>({status:0,text:()=>String(e.cause)}));' +
  "r.end(a.status+' '+await a.text())}).listen(process.env.PORT)";

const aService = (name: string, image = testImage) => ({
  apiVersion: 'serving.knative.dev/v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    template: {
      spec: {
        containers: [
          {
            image,
            command: ['node', '-e', server],
            env: [{ name: 'NODE_EXTRA_CA_CERTS', value: `${account}/ca.crt` }],
          },
        ],
      },
    },
  },
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
    // An ordinary Service, on a port that is not its pods' own, and one without an address.
    const container = {
      name: 'c',
      image: testImage,
      command: ['node', '-e', server],
      env: [{ name: 'PORT', value: '8080' }],
    };
    const pods = '/api/v1/namespaces/default/pods';
    await kube.call('POST', pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain', labels: { app: 'plain' } },
      spec: { terminationGracePeriodSeconds: 0, containers: [container] },
    });
    for (const [name, clusterIP] of Object.entries({ plain: undefined, headless: 'None' })) {
      await kube.call('POST', '/api/v1/namespaces/default/services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name },
        spec: {
          ...(clusterIP ? { clusterIP } : {}),
          selector: { app: 'plain' },
          ports: [{ port: 7000, targetPort: 8080 }],
        },
      });
    }
    const direct = (url: string) => until(`an answer of ${url}`, async () => (await inside(url)) === '200 plain');
    for (const name of ['plain', 'plain.default', 'plain.default.svc', 'plain.default.svc.cluster.local']) {
      await direct(`http://${name}:7000/`);
    }
    await direct('http://headless:8080/');
    // The API, as a service account that may do nothing yet.
    const api = async (path: string) => (await ask(first, `/?api=${path}`)).body;
    expect(await api('/version')).toMatch(/^200 /);
    expect(await api(pods)).toMatch(/^403 .*User .{2}system:serviceaccount:default:default.{2} cannot list resource/);
    expect(await inside('https://kubernetes.default.svc/version')).toMatch(/^200 /);
    await kube.call('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'viewer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'default' }],
    });
    expect(await api(pods)).toMatch(/^200 /);
    expect(await api('/api/v1/namespaces/default/secrets')).toMatch(/^403 /);
    expect((await leftOf(first.data)).containers).toBeGreaterThanOrEqual(2);

    expect((await run('down')).code).toBe(0);
    expect(await leftOf(first.data)).toEqual({ containers: 0, networks: 0 });

    const second = await slipwayJson<UpAnswer>(['up', '--detach'], { env: home.env, cwd: home.dir });
    expect(await ask(second, '/')).toMatchObject({ status: 200, body: 'web' });
    // In the middle of many: the engine goes on with those that it was asked for.
    const labels = { app: 'many' };
    await kubeOf(second.kubeconfig).call('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'many' },
      spec: {
        replicas: 60,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    await until('some of them', async () => (await leftOf(first.data)).containers > 6, { timeout: 60_000 });
    const guardians = childrenOf(second.pid);
    expect(guardians.length).toBeGreaterThan(0);
    process.kill(second.pid, 'SIGKILL');
    await until('the end of its guardian', () => !guardians.some(isAlive), { timeout: 60_000 });
    expect((await leftOf(first.data)).containers).toBe(0);
  }, 240_000);

  it('runs what a registry has by its digest, and says why it cannot in the words of Knative', async () => {
    home = temporaryHome('registry');
    await using registry = await startRegistry('me:secret');
    const repository = `${registry.host}/team/app`;
    const login = { username: 'me', password: 'secret' };
    const digest = await pushTestImage({ repository, tag: 'v1' }, login, 'pulled');
    try {
      const up = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env: home.env, cwd: home.dir });
      const kube = kubeOf(up.kubeconfig);
      const secret = (name: string, password: string) =>
        kube.call('POST', '/api/v1/namespaces/default/secrets', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name },
          type: 'kubernetes.io/dockerconfigjson',
          stringData: {
            '.dockerconfigjson': JSON.stringify({ auths: { [registry.host]: { username: 'me', password } } }),
          },
        });
      await secret('good', 'secret');
      await secret('bad', 'guess');
      const create = (name: string, image: string, pullSecret: string | undefined) => {
        const service = aService(name, image);
        const spec = {
          ...service.spec.template.spec,
          ...(pullSecret ? { imagePullSecrets: [{ name: pullSecret }] } : {}),
        };
        return kube.call('POST', serving('default', 'services'), { ...service, spec: { template: { spec } } });
      };
      await create('tagged', `${repository}:v1`, 'good');
      await create('pinned', `${repository}@${digest}`, 'good');
      await create('anonymous', `${repository}:v1`, undefined);
      await create('guessing', `${repository}:v1`, 'bad');
      await create('untagged', `${repository}:v9`, 'good');
      const revision = (name: string) => kube.get(serving('default', 'revisions', `${name}-00001`));
      for (const name of ['tagged', 'pinned']) {
        await until(`${name} ready`, async () => isReady(await kube.get(serving('default', 'services', name))), {
          timeout: 90_000,
        });
        expect(await revision(name)).toMatchObject({
          status: { containerStatuses: [{ name: 'user-container', imageDigest: `${repository}@${digest}` }] },
        });
      }
      const head = (tag: string, status: string) =>
        `HEAD http://${registry.host}/v2/team/app/manifests/${tag}: unexpected status code ${status} ` +
        '(HEAD responses have no body, use GET for details)';
      const refused = {
        anonymous: ['v1', head('v1', '401 Unauthorized')],
        guessing: ['v1', head('v1', '401 Unauthorized')],
        untagged: ['v9', head('v9', '404 Not Found')],
      };
      for (const [name, [tag, why]] of Object.entries(refused)) {
        const message = `Unable to fetch image "${repository}:${tag}": failed to resolve image to digest: ${why}`;
        await until(`${name} refused`, async () => {
          const { conditions = [] } = (await revision(name)).status as { conditions?: { message?: string }[] };
          return conditions.some((condition) => condition.message === message);
        });
      }
    } finally {
      await run('down');
      const left = await docker.listImages({ filters: { reference: [`${repository}:*`, repository] } });
      for (const { Id } of left) await docker.getImage(Id).remove({ force: true });
    }
  }, 240_000);
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
