import { describe, expect, it } from 'vitest';
import type { PodAutoscaler } from '../../../emulator/knative/pod-autoscaler/types.ts';
import { type Images, registryOf } from '../../../emulator/knative/revision/digests.ts';
import { reconcileRevision } from '../../../emulator/knative/revision/reconcile.ts';
import type { Revision } from '../../../emulator/knative/revision/types.ts';
import type { Deployment, Pod } from '../../../emulator/knative/workloads/types.ts';
import {
  aPod,
  aPodAutoscaler,
  aRevision,
  ownedBy,
  type Part,
  withAnnotations,
  withLabels,
  withStatus,
} from './support/builders.ts';
import { child, childrenOf, conditionsOf, viewOf } from './support/view.ts';

const now = Date.parse('2023-11-14T23:00:00Z');
const none = { resolve: () => undefined, remote: () => undefined };
const resolving = {
  ResourcesAvailable: 'Unknown ResolvingDigests',
  ContainerHealthy: 'Unknown',
  Ready: 'Unknown ResolvingDigests',
};
const resolved = withStatus<Revision>(resolving, { containerStatuses: [{ name: 'user-container' }] });
const revision = (object: Revision, ...others: Parameters<typeof viewOf>) =>
  reconcileRevision(object, viewOf(...others), now, none);
const withImageOf =
  (image: string): Part<Revision> =>
  ({ spec }) => {
    for (const container of spec?.containers ?? []) container.image = image;
  };

function aDeployment(...parts: Part<Deployment>[]): Deployment {
  const made = child<Deployment>(revision(aRevision('hello-00001', resolved)), 'Deployment');
  const object: Deployment = { ...made, metadata: { ...aRevision(made.metadata.name).metadata, ...made.metadata } };
  ownedBy(aRevision())(object);
  for (const part of parts) part(object);
  return object;
}
const up = withStatus<Deployment>(
  { Progressing: 'True NewReplicaSetAvailable' },
  { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
);
const late = withStatus<Deployment>(
  { Progressing: 'False ProgressDeadlineExceeded: ReplicaSet "x" has timed out progressing.' },
  { replicas: 1 },
);
const anAutoscaler = (conditions: Record<string, string>, fields: object = {}): PodAutoscaler =>
  aPodAutoscaler(ownedBy(aRevision()), withStatus(conditions, { serviceName: 'hello-00001', ...fields }));
const aFailingPod = (status: Partial<NonNullable<Pod['status']>>) =>
  aPod('p', withLabels({ 'serving.knative.dev/revisionUID': 'uid-of-hello-00001' }), (pod) => {
    pod.status = { phase: 'Running', ...status };
  });
const container = { name: 'user-container', ready: false, restartCount: 1, image: 'x', imageID: '' };

describe('digests', () => {
  it('are first told to be resolved', () => {
    const outcome = revision(aRevision());
    expect(conditionsOf(outcome.status)).toMatchObject({ Ready: 'Unknown ResolvingDigests' });
    expect(outcome.children).toBeUndefined();
  });

  it.each([
    ['dev.local/app', 'its tags are not resolved', ''],
    ['registry.example/app:v1', 'in the store', 'registry.example/app@sha256:1234'],
    ['registry.example/app@sha256:1234', 'by digest', 'registry.example/app@sha256:1234'],
  ])('%s: %s', (image, _, digest) => {
    const images = {
      resolve: (reference: string) =>
        reference.startsWith('registry.example/app') ? { digest: 'sha256:1234' } : undefined,
      remote: () => undefined,
    };
    const outcome = reconcileRevision(
      aRevision('hello-00001', withImageOf(image), withStatus(resolving)),
      viewOf(),
      now,
      images,
    );
    expect(outcome.status?.['containerStatuses']).toEqual([
      { name: 'user-container', ...(digest ? { imageDigest: digest } : {}) },
    ]);
    expect(child(outcome, 'Image')).toMatchObject({ spec: { image: digest } });
    expect(child<Deployment>(outcome, 'Deployment').spec?.template.spec.containers[0]?.image).toBe(digest || image);
  });

  it.each(['nowhere/app', 'dev.local/app@sha256:1234'])('%s, which nobody has, is missing', (image) => {
    const outcome = revision(aRevision('hello-00001', withImageOf(image), withStatus(resolving)));
    expect(conditionsOf(outcome.status).Ready).toMatch(
      `False ContainerMissing: Unable to fetch image "${image}": failed to resolve image to digest: `,
    );
    expect(outcome.children).toBeUndefined();
    expect(outcome.requeueAfter).toBeGreaterThan(0);
  });

  it('are asked of the registry where an engine is there, and the revision waits for the answer', () => {
    const image = 'registry.example.com/app:v1';
    const asked: unknown[] = [];
    const reconcile = (answer: ReturnType<Images['remote']>) =>
      reconcileRevision(aRevision('hello-00001', withImageOf(image), withStatus(resolving)), viewOf(), now, {
        resolve: () => undefined,
        remote: (...question) => {
          asked.push(question);
          return answer;
        },
      });
    const waiting = reconcile('asking');
    expect(conditionsOf(waiting.status).Ready).toMatch('Unknown ResolvingDigests');
    expect(waiting.children).toBeUndefined();
    expect(asked[0]).toMatchObject([image, { namespace: 'default' }, 10_000]);
    const digest = 'registry.example.com/app@sha256:12';
    const found = reconcile({ digest: 'sha256:12' });
    expect(found.status?.['containerStatuses']).toEqual([{ name: 'user-container', imageDigest: digest }]);
    expect(child<Deployment>(found, 'Deployment').spec?.template.spec.containers[0]?.image).toBe(digest);
    expect(conditionsOf(reconcile({ missing: 'manifest unknown' }).status).Ready).toMatch(
      `False ContainerMissing: Unable to fetch image "${image}": failed to resolve image to digest: manifest unknown`,
    );
  });

  it('are left alone where only the engine has the image', () => {
    const images = { resolve: () => undefined, remote: () => ({ digest: '' }) };
    const outcome = reconcileRevision(
      aRevision('hello-00001', withImageOf('nginx'), withStatus(resolving)),
      viewOf(),
      now,
      images,
    );
    expect(outcome.status?.['containerStatuses']).toEqual([{ name: 'user-container' }]);
  });

  it.each([
    ['nginx', 'index.docker.io'],
    ['library/nginx:1', 'index.docker.io'],
    ['dev.local/app:v1', 'dev.local'],
    ['localhost/app', 'localhost'],
    ['registry:5000/app', 'registry:5000'],
  ])('registry of %s', (image, registry) => expect(registryOf(image)).toBe(registry));
});

describe('Deployment of a revision', () => {
  it('runs the user’s container with what Knative adds, and queue-proxy', () => {
    const { spec } = child<Deployment>(revision(aRevision('hello-00001', resolved)), 'Deployment');
    expect(spec?.template.spec).toMatchObject({
      terminationGracePeriodSeconds: 300,
      enableServiceLinks: false,
      containers: [
        {
          name: 'user-container',
          ports: [{ name: 'user-port', containerPort: 8080, protocol: 'TCP' }],
          env: [
            { name: 'PORT', value: '8080' },
            { name: 'K_REVISION', value: 'hello-00001' },
            { name: 'K_CONFIGURATION', value: 'hello' },
            { name: 'K_SERVICE', value: 'hello' },
          ],
          lifecycle: { preStop: { httpGet: { path: '/wait-for-drain', port: 8022, scheme: 'HTTP' } } },
        },
        { name: 'queue-proxy' },
      ],
    });
    expect(spec?.template.spec.containers[0]).not.toHaveProperty('readinessProbe');
    expect(spec?.template.spec).not.toHaveProperty('containerConcurrency');
    const probe = spec?.template.spec.containers[1]?.env?.find(({ name }) => name === 'SERVING_READINESS_PROBE')?.value;
    expect(JSON.parse(probe ?? '')).toEqual({ successThreshold: 1, tcpSocket: { host: '127.0.0.1', port: 8080 } });
  });

  it('keeps the scale that the autoscaler gave, and changes only when what it is made of does', () => {
    const scaled = aDeployment(({ spec }) => {
      if (spec) spec.replicas = 5;
    });
    const unchanged = revision(aRevision('hello-00001', resolved), scaled);
    expect(unchanged.children?.[0]?.update).toBe('create-only');
    const changed = revision(
      aRevision('hello-00001', resolved, withAnnotations({ 'serving.knative.dev/progress-deadline': '15s' })),
      scaled,
    );
    expect(child<Deployment>(changed, 'Deployment').spec).toMatchObject({ replicas: 5, progressDeadlineSeconds: 15 });
  });

  it('starts at the initial scale', () => {
    const three = revision(
      aRevision('hello-00001', resolved, withAnnotations({ 'autoscaling.knative.dev/initial-scale': '3' })),
    );
    expect(child<Deployment>(three, 'Deployment').spec?.replicas).toBe(3);
  });

  it('sizes the sidecar by the user’s container', () => {
    const sized = aRevision(
      'hello-00001',
      resolved,
      withAnnotations({ 'queue.sidecar.serving.knative.dev/resource-percentage': '10' }),
      ({ spec }) => {
        for (const one of spec?.containers ?? [])
          one.resources = { requests: { cpu: '2', memory: '1Gi' }, limits: { memory: '4Gi' } };
      },
    );
    const queue = child<Deployment>(revision(sized), 'Deployment').spec?.template.spec.containers[1];
    expect(queue?.resources).toEqual({
      requests: { cpu: '100m', memory: expect.stringMatching(/^107374182\.?4?|107374182400m$/) },
      limits: { memory: expect.anything() },
    });
  });
});

describe('status of a revision', () => {
  const gone = { Ready: 'False NoTraffic: none', Active: 'False NoTraffic: none' };

  it.each<[string, Parameters<typeof viewOf>, Record<string, string>]>([
    ['its deployment is new', [], { Ready: 'Unknown Deploying', Active: 'Unknown Deploying' }],
    [
      'its pods are up, its scale target not yet',
      [aDeployment(up), anAutoscaler({ Ready: 'Unknown Queued: q', ScaleTargetInitialized: 'Unknown' })],
      {
        ResourcesAvailable: 'Unknown Deploying',
        ContainerHealthy: 'True',
        Active: 'Unknown Queued: q',
        Ready: 'Unknown Deploying',
      },
    ],
    [
      'all is up',
      [aDeployment(up), anAutoscaler({ Ready: 'True', ScaleTargetInitialized: 'True' })],
      { ResourcesAvailable: 'True', ContainerHealthy: 'True', Active: 'True', Ready: 'True' },
    ],
    [
      'it is at zero',
      [aDeployment(up), anAutoscaler({ ...gone, ScaleTargetInitialized: 'True' })],
      { Active: 'False NoTraffic: none', Ready: 'True' },
    ],
    [
      'it went to zero before it ever came up',
      [
        aDeployment(withStatus({ Progressing: 'True NewReplicaSetAvailable' })),
        anAutoscaler({ ...gone, ScaleTargetInitialized: 'Unknown' }),
      ],
      { Ready: 'False ProgressDeadlineExceeded: Initial scale was never achieved' },
    ],
    [
      'a quota forbids its pods',
      [
        aDeployment(
          withStatus({ Progressing: 'True ReplicaSetUpdated', ReplicaFailure: 'True FailedCreate: exceeded quota' }),
        ),
      ],
      { ResourcesAvailable: 'False FailedCreate: exceeded quota', Ready: 'False FailedCreate: exceeded quota' },
    ],
    [
      'its pod cannot be scheduled',
      [
        aDeployment(withStatus({ Progressing: 'True ReplicaSetUpdated' })),
        aFailingPod({
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' }],
        }),
      ],
      { ResourcesAvailable: 'False Unschedulable: no node' },
    ],
    [
      'its container exits',
      [
        aDeployment(late),
        aFailingPod({
          containerStatuses: [
            { ...container, state: { waiting: {} }, lastState: { terminated: { exitCode: 7, message: 'oh' } } },
          ],
        }),
      ],
      {
        ContainerHealthy: 'False ExitCode7: Container failed with: oh',
        ResourcesAvailable: expect.stringContaining('timed out'),
      },
    ],
    [
      'its container ends well, which is not well',
      [
        aDeployment(late),
        aFailingPod({
          containerStatuses: [{ ...container, state: { waiting: {} }, lastState: { terminated: { exitCode: 0 } } }],
        }),
      ],
      { ContainerHealthy: 'False ExitCode0: Container failed with: container exited with no error' },
    ],
    [
      'its image cannot be pulled, once the deadline has passed',
      [
        aDeployment(late),
        aFailingPod({
          containerStatuses: [
            { ...container, state: { waiting: { reason: 'ImagePullBackOff', message: 'no such' } }, lastState: {} },
          ],
        }),
      ],
      { ResourcesAvailable: 'False ImagePullBackOff: no such', Ready: 'False ImagePullBackOff: no such' },
    ],
    [
      'somebody else has its deployment',
      [
        aDeployment(({ metadata }) => {
          metadata.ownerReferences = [];
        }),
      ],
      { Ready: 'False NotOwned: There is an existing Deployment "hello-00001-deployment" that we do not own.' },
    ],
  ])('when %s', (_, others, expected) => {
    expect(conditionsOf(revision(aRevision('hello-00001', resolved), ...others).status)).toMatchObject(expected);
  });

  it('shows the replicas of its PodAutoscaler', () => {
    const scaled = anAutoscaler({ Ready: 'True', ScaleTargetInitialized: 'True' }, { actualScale: 2, desiredScale: 3 });
    expect(revision(aRevision('hello-00001', resolved), aDeployment(up), scaled).status).toMatchObject({
      actualReplicas: 2,
      desiredReplicas: 3,
    });
  });

  it('takes from its PodAutoscaler the scaling annotations that it no longer has, and no others', () => {
    const stale = anAutoscaler({ Ready: 'True' });
    stale.metadata.annotations = {
      'autoscaling.knative.dev/min-scale': '3',
      'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev',
      'autoscaling.knative.dev/metric': 'concurrency',
      'example.com/mine': 'stays',
    };
    const { patches } = revision(aRevision('hello-00001', resolved), aDeployment(up), stale);
    expect(patches?.map(({ patch }) => patch)).toEqual([
      { metadata: { annotations: { 'autoscaling.knative.dev/min-scale': null } } },
    ]);
  });

  it.each<[string, Part<Revision>[], string | undefined]>([
    ['routed', [], 'Reachable'],
    ['in reserve', [withLabels({ 'serving.knative.dev/routingState': 'reserve' })], 'Unreachable'],
    ['pending', [withLabels({ 'serving.knative.dev/routingState': 'pending' })], undefined],
  ])('%s: reachability', (_, parts, reachability) => {
    const outcome = revision(aRevision('hello-00001', resolved, ...parts));
    expect(child<PodAutoscaler>(outcome, 'PodAutoscaler').spec?.reachability).toBe(reachability);
  });

  it('is out of reach while it is broken', () => {
    const outcome = revision(aRevision('hello-00001', resolved), aDeployment(late));
    expect(child<PodAutoscaler>(outcome, 'PodAutoscaler').spec?.reachability).toBe('Unreachable');
    expect(childrenOf(outcome)).toContain('Deployment/hello-00001-deployment');
  });
});
