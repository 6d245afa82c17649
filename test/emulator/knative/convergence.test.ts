/** All controllers together: from what a user writes to what the platform makes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Configuration } from '../../../emulator/knative/configuration/types.ts';
import type { Container } from '../../../emulator/knative/pod-spec/types.ts';
import type { Revision } from '../../../emulator/knative/revision/types.ts';
import type { Route } from '../../../emulator/knative/route/types.ts';
import type { Service } from '../../../emulator/knative/service/types.ts';
import type { Deployment } from '../../../emulator/knative/workloads/types.ts';
import { aService, withEnv, withImage } from './support/builders.ts';
import { type TestPlatform, type TestPlatformOptions, testPlatform } from './support/platform.ts';
import { conditionsOf } from './support/view.ts';

const ksvc = 'services.serving.knative.dev';
const config = 'configurations.serving.knative.dev';
const rev = 'revisions.serving.knative.dev';
const route = 'routes.serving.knative.dev';
const pa = 'podautoscalers.autoscaling.internal.knative.dev';
const sks = 'serverlessservices.networking.internal.knative.dev';
const king = 'ingresses.networking.internal.knative.dev';

let platform: TestPlatform;

async function start(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  platform = testPlatform(options);
  platform.config('config-domain', { 'example.com': '' });
  await platform.settle();
  return platform;
}

afterEach(async () => {
  expect(platform.logged.slice(0, 3)).toEqual([]);
  await platform[Symbol.asyncDispose]();
});

const draft = (service: Service) => ({
  apiVersion: service.apiVersion,
  kind: service.kind,
  metadata: { name: service.metadata.name, namespace: 'default' },
  spec: service.spec,
});

describe('a new Service', () => {
  it('becomes ready, through the states that Knative shows', async () => {
    const { create, settle, get, history } = await start();
    create(ksvc, draft(aService()));
    await settle();
    const service = get<Service>(ksvc, 'hello');
    expect(conditionsOf(service.status)).toEqual({ ConfigurationsReady: 'True', Ready: 'True', RoutesReady: 'True' });
    expect(service.status).toMatchObject({
      url: 'http://hello.default.example.com',
      address: { url: 'http://hello.default.svc.cluster.local' },
      latestCreatedRevisionName: 'hello-00001',
      latestReadyRevisionName: 'hello-00001',
      observedGeneration: 1,
      traffic: [{ latestRevision: true, percent: 100, revisionName: 'hello-00001' }],
    });
    expect(history(ksvc, 'hello', 'Ready')).toEqual([
      'Unknown OutOfDate: The Route is still working to reflect the latest desired specification.',
      'Unknown RevisionMissing: Configuration "hello" is waiting for a Revision to become ready.',
      'Unknown IngressNotConfigured: Ingress has not yet been reconciled.',
      'Unknown Uninitialized: Waiting for load balancer to be ready',
      'True',
    ]);
    expect(history(ksvc, 'hello', 'ConfigurationsReady')).toEqual([
      'Unknown OutOfDate: The Configuration is still working to reflect the latest desired specification.',
      'Unknown',
      'True',
    ]);
    expect(history(rev, 'hello-00001', 'Ready')).toEqual(['Unknown ResolvingDigests', 'Unknown Deploying', 'True']);
    expect(history(rev, 'hello-00001', 'ContainerHealthy')).toEqual(['Unknown', 'Unknown Deploying', 'True']);
    expect(history(king, 'hello', 'Ready')).toEqual([
      'Unknown Uninitialized: Waiting for load balancer to be ready',
      'True',
    ]);
    expect(history(sks, 'hello-00001', 'EndpointsPopulated')).toEqual([
      'Unknown NoHealthyBackends: K8s Service is not ready',
      'True',
    ]);
    // While its activators are counted anew it has no words; whether that shows depends on when the pod is ready.
    const told = history(pa, 'hello-00001', 'SKSReady').filter((state) => state !== 'Unknown NotReady');
    expect(told).toEqual([
      'Unknown NotReady: No Private Service Name',
      'Unknown NotReady: K8s Service is not ready',
      'True',
    ]);
  });

  it('has one pod, whose names follow its ReplicaSet', async () => {
    const { create, settle, pods, store } = await start();
    create(ksvc, draft(aService()));
    await settle();
    const [set] = store.list('replicasets.apps');
    expect(set?.metadata.name).toMatch(/^hello-00001-deployment-[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(pods().map(({ metadata }) => metadata.name)).toEqual([
      expect.stringMatching(`^${set?.metadata.name}-.{5}$`),
    ]);
  });

  it('that never gets ready fails at its deadline', async () => {
    const { create, settle, get, advance } = await start({ pods: 'never-ready' });
    const service = draft(aService());
    const template = {
      ...service.spec?.template,
      metadata: { annotations: { 'serving.knative.dev/progress-deadline': '15s' } },
    };
    create(ksvc, { ...service, spec: { ...service.spec, template } });
    await settle();
    await advance(16);
    const set = platform.store.list('replicasets.apps')[0]?.metadata.name;
    const late = `ReplicaSet "${set}" has timed out progressing.`;
    expect(conditionsOf(get<Revision>(rev, 'hello-00001').status)).toMatchObject({
      Active: 'Unknown Queued: Requests to the target are being buffered as resources are provisioned.',
      ContainerHealthy: 'Unknown Deploying',
      Ready: `False ProgressDeadlineExceeded: ${late}`,
      ResourcesAvailable: `False ProgressDeadlineExceeded: ${late}`,
    });
    expect(conditionsOf(get<Service>(ksvc, 'hello').status)).toEqual({
      ConfigurationsReady: `False RevisionFailed: Revision "hello-00001" failed with message: ${late}.`,
      Ready: 'False RevisionMissing: Configuration "hello" does not have any ready Revision.',
      RoutesReady: 'False RevisionMissing: Configuration "hello" does not have any ready Revision.',
    });
  });

  it('whose container exits says with which code and words', async () => {
    const { create, settle, get, advance, pods, setPod } = await start({ pods: 'never-ready' });
    create(ksvc, draft(aService()));
    await settle();
    const name = pods()[0]?.metadata.name ?? '';
    setPod(name, false, {
      containerStatuses: [
        {
          name: 'user-container',
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 7, message: 'exiting with 7\n' } },
          ready: false,
          restartCount: 3,
          image: 'x',
          imageID: '',
        },
      ],
    });
    platform.clock.advance(601_000);
    await advance(1);
    expect(conditionsOf(get<Revision>(rev, 'hello-00001').status)).toMatchObject({
      ContainerHealthy: 'False ExitCode7: Container failed with: exiting with 7\n',
      Ready: 'False ExitCode7: Container failed with: exiting with 7\n',
      ResourcesAvailable: expect.stringContaining('False ProgressDeadlineExceeded: ReplicaSet'),
    });
  });
});

describe('a changed Service', () => {
  it('makes a second revision, and the first goes into reserve', async () => {
    const { create, settle, get, patch } = await start();
    create(ksvc, draft(aService()));
    await settle();
    patch(ksvc, 'hello', { spec: { template: draft(aService(withEnv('A', '2'))).spec?.template } });
    await settle();
    expect(get<Configuration>(config, 'hello').status).toMatchObject({ latestReadyRevisionName: 'hello-00002' });
    expect(get<Route>(route, 'hello').status?.traffic).toEqual([
      { latestRevision: true, percent: 100, revisionName: 'hello-00002' },
    ]);
    const label = (name: string) => get(rev, name).metadata.labels?.['serving.knative.dev/routingState'];
    expect([label('hello-00001'), label('hello-00002')]).toEqual(['reserve', 'active']);
    expect(get(rev, 'hello-00001').metadata.annotations).not.toHaveProperty('serving.knative.dev/routes');
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
  });

  it('drops labels and annotations from what it owns', async () => {
    const { create, settle, get, patch } = await start();
    const service = draft(aService());
    create(ksvc, {
      ...service,
      metadata: { ...service.metadata, labels: { app: 'shop' }, annotations: { 'a.b/c': 'd' } },
    });
    await settle();
    expect(get(route, 'hello').metadata.labels).toMatchObject({ app: 'shop' });
    patch(ksvc, 'hello', { metadata: { labels: { app: null, tier: 'gold' }, annotations: { 'a.b/c': null } } });
    await settle();
    for (const resource of [route, config]) {
      expect(get(resource, 'hello').metadata.labels).toMatchObject({ tier: 'gold' });
      expect(get(resource, 'hello').metadata.labels).not.toHaveProperty('app');
      expect(get(resource, 'hello').metadata.annotations ?? {}).not.toHaveProperty('a.b/c');
    }
    expect(get(config, 'hello').metadata.generation).toBe(1);
  });

  it('rolls back to a revision by name, and shows every step of it', async () => {
    const { create, settle, get, patch, store, history } = await start();
    create(ksvc, draft(aService()));
    await settle();
    patch(ksvc, 'hello', { spec: { template: draft(aService(withEnv('A', '2'))).spec?.template } });
    await settle();
    const before = history(ksvc, 'hello', 'Ready').length;
    patch(ksvc, 'hello', { spec: { traffic: [{ revisionName: 'hello-00001', latestRevision: false, percent: 100 }] } });
    await settle();
    expect(store.get<Service>(ksvc, 'default', 'hello')?.status).toMatchObject({
      latestReadyRevisionName: 'hello-00002',
      traffic: [{ latestRevision: false, percent: 100, revisionName: 'hello-00001' }],
    });
    expect(history(ksvc, 'hello', 'Ready').slice(before)).toEqual([
      'Unknown OutOfDate: The Route is still working to reflect the latest desired specification.',
      'Unknown IngressNotConfigured: Ingress has not yet been reconciled.',
      'Unknown Uninitialized: Waiting for load balancer to be ready',
      'True',
    ]);
    expect(get(rev, 'hello-00002').metadata.labels?.['serving.knative.dev/routingState']).toBe('reserve');
  });

  it('keeps the old revision serving while the new one fails', async () => {
    const { create, settle, get, patch, podsAre, advance } = await start();
    create(ksvc, draft(aService()));
    await settle();
    podsAre('never-ready');
    const template = { ...draft(aService(withEnv('A', '2'))).spec?.template };
    template.metadata = { annotations: { 'serving.knative.dev/progress-deadline': '15s' } };
    patch(ksvc, 'hello', { spec: { template } });
    await settle();
    await advance(17);
    const service = get<Service>(ksvc, 'hello');
    expect(conditionsOf(service.status)).toMatchObject({
      Ready: expect.stringContaining('False RevisionFailed: Revision "hello-00002" failed with message: ReplicaSet'),
      RoutesReady: 'True',
    });
    expect(service.status).toMatchObject({
      latestCreatedRevisionName: 'hello-00002',
      latestReadyRevisionName: 'hello-00001',
      traffic: [{ latestRevision: true, percent: 100, revisionName: 'hello-00001' }],
    });
  });
});

describe('around it', () => {
  it('a change of the domain reaches every Service', async () => {
    const { create, settle, get } = await start();
    create(ksvc, draft(aService()));
    await settle();
    platform.config('config-domain', { 'example.org': '' });
    await settle();
    expect(get<Service>(ksvc, 'hello').status).toMatchObject({ url: 'http://hello.default.example.org' });
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
  });

  it('a quota that is full shows at the Service, and heals', async () => {
    const { create, settle, get, remove, advance } = await start();
    create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { pods: '0' } },
    });
    create(ksvc, draft(aService()));
    await settle();
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).ConfigurationsReady).toContain(
      'is forbidden: exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0',
    );
    remove('resourcequotas', 'none');
    await settle();
    await advance(6);
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
  });

  it.each<[string, (container: Container) => void, string]>([
    [
      'a request above its limit',
      (container) => {
        container.resources = { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } };
      },
      'resources.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
    ],
    [
      'a startup probe without its port',
      (container) => {
        container.startupProbe = { httpGet: { port: 0 } };
      },
      'startupProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
  ])(
    '%s is let through by Knative and refused by Kubernetes: it stays deploying, and an event says why',
    async (_, change, why) => {
      const { create, settle, get, store } = await start({ realKinds: true });
      const service = draft(aService());
      const [container] = service.spec?.template?.spec?.containers ?? [];
      if (container) change(container);
      create(ksvc, service);
      await settle();
      expect(store.get('deployments.apps', 'default', 'hello-00001-deployment')).toBeUndefined();
      expect(conditionsOf(get<Revision>(rev, 'hello-00001').status).Ready).toBe('Unknown Deploying');
      const events = store.list('events').map((event) => event as unknown as { reason: string; message: string });
      expect(events.find(({ reason }) => reason === 'InternalError')?.message).toBe(
        'failed to create deployment "hello-00001-deployment": Deployment.apps "hello-00001-deployment" is invalid: ' +
          `spec.template.spec.containers[0].${why}`,
      );
    },
  );

  it('an image that comes later is found', async () => {
    let stored: { digest: string } | undefined;
    const { create, settle, get, advance } = await start({
      images: { resolve: () => stored, remote: () => undefined },
    });
    create(ksvc, draft(aService(withImage('registry.example/app:v1'))));
    await settle();
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).ConfigurationsReady).toContain(
      'Unable to fetch image "registry.example/app:v1": failed to resolve image to digest',
    );
    stored = { digest: `sha256:${'a'.repeat(64)}` };
    await advance(3);
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
    expect(get<Deployment>('deployments.apps', 'hello-00001-deployment').spec?.template.spec.containers[0]?.image).toBe(
      `registry.example/app@sha256:${'a'.repeat(64)}`,
    );
  });

  it('revisions in reserve are collected when they are old', async () => {
    const { create, settle, patch, store, clock } = await start();
    platform.config('config-gc', { 'min-non-active-revisions': '1' });
    create(ksvc, draft(aService()));
    await settle();
    for (const value of ['2', '3', '4']) {
      patch(ksvc, 'hello', { spec: { template: draft(aService(withEnv('A', value))).spec?.template } });
      await settle();
    }
    expect(store.list(rev)).toHaveLength(4);
    clock.advance(49 * 3_600_000);
    await settle();
    expect(store.list(rev).map(({ metadata }) => metadata.name)).toEqual(['hello-00003', 'hello-00004']);
  });
});

describe('deletion', () => {
  it('of a Service takes everything along', async () => {
    const { create, settle, remove, store } = await start();
    create(ksvc, draft(aService()));
    await settle();
    remove(ksvc, 'hello');
    await settle();
    const left = [
      ksvc,
      config,
      rev,
      route,
      pa,
      sks,
      king,
      'deployments.apps',
      'replicasets.apps',
      'pods',
      'services',
      'endpoints',
    ].flatMap((resource) => store.list(resource).map(({ kind, metadata }) => `${kind}/${metadata.name}`));
    expect(left).toEqual([]);
  });

  it('of a routed revision: it is made again under its name', async () => {
    const { create, settle, remove, get } = await start();
    create(ksvc, draft(aService()));
    await settle();
    const { uid } = get(rev, 'hello-00001').metadata;
    remove(rev, 'hello-00001');
    await settle();
    expect(get(rev, 'hello-00001').metadata.uid).not.toBe(uid);
    await platform.advance(2);
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
  });
});

describe('scaling', () => {
  it('goes to zero after the window, and comes back', async () => {
    const { create, settle, get, advance, decide, pods, history } = await start();
    create(ksvc, draft(aService()));
    await settle();
    await advance(2);
    decide('hello-00001', 0);
    await settle();
    expect(get<Deployment>('deployments.apps', 'hello-00001-deployment').spec?.replicas).toBe(1);
    await advance(64);
    expect(get<Deployment>('deployments.apps', 'hello-00001-deployment').spec?.replicas).toBe(0);
    expect(pods()).toEqual([]);
    expect(get(pa, 'hello-00001').status).toMatchObject({ desiredScale: 0, actualScale: 0 });
    expect(conditionsOf(get<Revision>(rev, 'hello-00001').status)).toMatchObject({
      Active: 'False NoTraffic: The target is not receiving traffic.',
      Ready: 'True',
    });
    const before = history(pa, 'hello-00001', 'Ready').length;
    decide('hello-00001', 1);
    await settle();
    expect(pods()).toHaveLength(1);
    expect(conditionsOf(get<Revision>(rev, 'hello-00001').status)).toMatchObject({ Active: 'True', Ready: 'True' });
    expect(history(pa, 'hello-00001', 'Ready').slice(before)).toEqual([
      'Unknown Queued: Requests to the target are being buffered as resources are provisioned.',
      'Unknown NotReady: K8s Service is not ready',
      'Unknown NotReady',
      'True',
    ]);
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
  });

  it('by a class that is not measured stays at its lower bound, and says so', async () => {
    const { create, settle, get, store } = await start();
    const spec = draft(aService()).spec;
    const annotations = {
      'autoscaling.knative.dev/class': 'hpa.autoscaling.knative.dev',
      'autoscaling.knative.dev/min-scale': '2',
    };
    create(ksvc, {
      ...draft(aService()),
      spec: { ...spec, template: { ...spec?.template, metadata: { annotations } } },
    });
    await settle();
    expect(conditionsOf(get<Service>(ksvc, 'hello').status).Ready).toBe('True');
    expect(get(pa, 'hello-00001').status).toMatchObject({ desiredScale: 2, actualScale: 2 });
    expect(get(sks, 'hello-00001').spec).toMatchObject({ mode: 'Serve' });
    expect(store.list('events').map((event) => (event as { reason?: string }).reason)).toContain('NotScaling');
  });

  it('200 Services at initial scale 0 are ready within seconds', async () => {
    const { create, settle, store } = await start();
    platform.config('config-autoscaler', { 'allow-zero-initial-scale': 'true' });
    const spec = draft(aService()).spec;
    const template = { ...spec?.template, metadata: { annotations: { 'autoscaling.knative.dev/initial-scale': '0' } } };
    const before = process.threadCpuUsage();
    const written = store.revision;
    for (let i = 0; i < 200; i++) {
      create(ksvc, {
        apiVersion: 'serving.knative.dev/v1',
        kind: 'Service',
        metadata: { name: `s-${i}`, namespace: 'default' },
        spec: { ...spec, template },
      });
    }
    await settle();
    const { user, system } = process.threadCpuUsage(before);
    const states = store.list<Service>(ksvc).map(({ status }) => conditionsOf(status).Ready);
    expect(states.filter((state) => state === 'True')).toHaveLength(200);
    // Work per Service does not grow with their number. A real Knative takes 89 s of an idle machine; this is time of the
    // processor, so that whoever else is busy does not count.
    expect((store.revision - written) / 200).toBeLessThan(60);
    expect((user + system) / 1e6).toBeLessThan(20);
  }, 180_000);
});
