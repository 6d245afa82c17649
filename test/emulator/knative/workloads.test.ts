import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../emulator/kernel/controller.ts';
import { reconcileDeployment } from '../../../emulator/knative/workloads/deployment.ts';
import { reconcileEndpoints } from '../../../emulator/knative/workloads/endpoints.ts';
import { reconcileMirror } from '../../../emulator/knative/workloads/mirroring.ts';
import { scaleDownOrder } from '../../../emulator/knative/workloads/pods.ts';
import { reconcileReplicaSet } from '../../../emulator/knative/workloads/replica-set.ts';
import type { CoreService, Deployment, Endpoints, Pod, ReplicaSet } from '../../../emulator/knative/workloads/types.ts';
import {
  aPod,
  birth,
  deleting,
  named,
  ownedBy,
  type Part,
  running,
  withLabels,
  withStatus,
} from './support/builders.ts';
import { child, conditionsOf, viewOf } from './support/view.ts';

const now = Date.parse(birth) + 3_600_000;
const later = (seconds: number) => new Date(now + seconds * 1000).toISOString();

function aDeployment(...parts: Part<Deployment>[]): Deployment {
  const object: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'd',
      namespace: 'default',
      uid: 'uid-of-d',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: birth,
    },
    spec: {
      replicas: 1,
      progressDeadlineSeconds: 600,
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'one' }] } },
    },
  };
  for (const part of parts) part(object);
  return object;
}

/** The ReplicaSet that a Deployment would make, with these numbers. */
function itsSet(deployment: Deployment, replicas: number, available = replicas): ReplicaSet {
  const made = child<ReplicaSet>(reconcileDeployment(deployment, viewOf(), now), 'ReplicaSet');
  const object: ReplicaSet = {
    ...made,
    metadata: { ...aDeployment().metadata, ...made.metadata, uid: `uid-of-${made.metadata.name}` },
    status: { replicas, readyReplicas: available, availableReplicas: available },
  };
  if (object.spec) object.spec.replicas = replicas;
  ownedBy<ReplicaSet>(deployment)(object);
  return object;
}

const withReplicas =
  (replicas: number): Part<Deployment> =>
  ({ spec }) => {
    if (spec) spec.replicas = replicas;
  };
const withImage =
  (image: string): Part<Deployment> =>
  ({ spec }) => {
    for (const container of spec?.template.spec.containers ?? []) container.image = image;
  };
const sets = (outcome: Outcome) =>
  (outcome.children ?? []).map(({ object }) => (object.spec as { replicas: number }).replicas);
const conditions = (outcome: Outcome) => conditionsOf(outcome.status);

describe('Deployment', () => {
  it('makes a ReplicaSet named after its template', () => {
    const outcome = reconcileDeployment(aDeployment(), viewOf(), now);
    expect(child(outcome, 'ReplicaSet')).toMatchObject({
      metadata: {
        name: expect.stringMatching(/^d-[bcdfghjklmnpqrstvwxz2456789]+$/),
        annotations: { 'deployment.kubernetes.io/desired-replicas': '1', 'deployment.kubernetes.io/revision': '1' },
      },
      spec: { replicas: 1, selector: { matchLabels: { app: 'd', 'pod-template-hash': expect.any(String) } } },
    });
    expect(outcome.metadata?.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(conditions(outcome)).toMatchObject({ Progressing: expect.stringMatching(/^True NewReplicaSetCreated/) });
  });

  it('finds its ReplicaSet again, whatever the order of keys', () => {
    const set = itsSet(aDeployment(), 1);
    const { spec } = set;
    if (spec) spec.template = { spec: spec.template.spec, metadata: { ...spec.template.metadata } };
    const outcome = reconcileDeployment(aDeployment(), viewOf(set), now);
    expect(outcome.children?.map(({ object }) => object.metadata.name)).toEqual([set.metadata.name]);
    expect(conditions(outcome)).toMatchObject({
      Available: 'True MinimumReplicasAvailable: Deployment has minimum availability.',
      Progressing: `True NewReplicaSetAvailable: ReplicaSet "${set.metadata.name}" has successfully progressed.`,
    });
  });

  it('rolls a new template out step by step, never below what has to be there', () => {
    const before = aDeployment(withReplicas(4));
    const after = aDeployment(withReplicas(4), withImage('two'));
    const old = itsSet(before, 4);
    // 25 % of 4: one more, and one less.
    const first = reconcileDeployment(after, viewOf(old), now);
    expect(sets(first)).toEqual([1, 3]);
    const newest = itsSet(after, 1, 0);
    newest.metadata.name = String(child(first, 'ReplicaSet') && first.children?.[0]?.object.metadata.name);
    const waiting = itsSet(before, 3);
    expect(sets(reconcileDeployment(after, viewOf(waiting, newest), now))).toEqual([2, 3]);
    const available = itsSet(after, 2);
    expect(sets(reconcileDeployment(after, viewOf(waiting, available), now))).toEqual([2, 1]);
    const done = reconcileDeployment(after, viewOf(itsSet(before, 0), itsSet(after, 4)), now);
    expect(sets(done)).toEqual([4, 0]);
  });

  it('takes those away first that never got ready', () => {
    const before = aDeployment(withReplicas(4));
    const broken = itsSet(before, 4, 2);
    expect(sets(reconcileDeployment(aDeployment(withReplicas(4), withImage('two')), viewOf(broken), now))).toEqual([
      1, 3,
    ]);
  });

  it('keeps no more old ReplicaSets than it should', () => {
    const old = itsSet(aDeployment(withImage('zero')), 0);
    const keepNone: Part<Deployment> = ({ spec }) => {
      if (spec) spec.revisionHistoryLimit = 0;
    };
    const newest = itsSet(aDeployment(), 1);
    expect(sets(reconcileDeployment(aDeployment(), viewOf(old, newest), now))).toEqual([1, 0]);
    expect(sets(reconcileDeployment(aDeployment(keepNone), viewOf(old, newest), now))).toEqual([1]);
  });

  it('gives up at its deadline, counted from the last progress', () => {
    const set = itsSet(aDeployment(), 1, 0);
    const progressing: Part<Deployment> = (object) => {
      const condition = {
        type: 'Progressing',
        status: 'True' as const,
        reason: 'ReplicaSetUpdated',
        lastUpdateTime: birth,
      };
      object.status = { replicas: 1, updatedReplicas: 1, conditions: [condition] };
    };
    const at = (seconds: number) =>
      reconcileDeployment(aDeployment(progressing), viewOf(set), Date.parse(birth) + seconds * 1000);
    expect(at(599).requeueAfter).toBe(1000);
    expect(conditions(at(599))['Progressing']).toBe('True ReplicaSetUpdated');
    expect(conditions(at(600))['Progressing']).toBe(
      `False ProgressDeadlineExceeded: ReplicaSet "${set.metadata.name}" has timed out progressing.`,
    );
  });

  it('scaled to zero has made progress', () => {
    const given: Part<Deployment> = (object) => {
      object.status = {
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime: birth },
        ],
      };
    };
    const outcome = reconcileDeployment(
      aDeployment(withReplicas(0), given),
      viewOf(itsSet(aDeployment(withReplicas(0)), 0)),
      now,
    );
    expect(conditions(outcome)['Progressing']).toMatch(/^True NewReplicaSetAvailable/);
  });

  it('says what keeps its ReplicaSet from making pods', () => {
    const set = itsSet(aDeployment(), 0);
    set.status = {
      replicas: 0,
      conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'quota' }],
    };
    expect(conditions(reconcileDeployment(aDeployment(), viewOf(set), now))['ReplicaFailure']).toBe(
      'True FailedCreate: quota',
    );
  });
});

describe('ReplicaSet', () => {
  const set = (replicas: number) => itsSet(aDeployment(), replicas);
  const its = (name: string, ...parts: Part<Pod>[]) => aPod(name, ownedBy(set(1)), withLabels({ app: 'd' }), ...parts);

  it('makes what is missing, each under a name of its own', () => {
    const outcome = reconcileReplicaSet(set(3), viewOf(its('p', running(true))), now);
    const names = outcome.ensure?.map(({ object }) => object.metadata.name) ?? [];
    expect(new Set(names).size).toBe(2);
    expect(outcome.ensure?.[0]?.object).toMatchObject({
      kind: 'Pod',
      metadata: {
        name: expect.stringMatching(/^d-[a-z0-9]+-[a-z0-9]{5}$/),
        generateName: expect.stringMatching(/^d-[a-z0-9]+-$/),
        ownerReferences: [{ kind: 'ReplicaSet', controller: true }],
      },
    });
    expect(outcome.status).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
  });

  it('replaces what has failed or is being deleted', () => {
    const failed: Part<Pod> = (pod) => {
      pod.status = { phase: 'Failed' };
    };
    const outcome = reconcileReplicaSet(set(1), viewOf(its('failed', failed), its('leaving', deleting)), now);
    expect(outcome.ensure).toHaveLength(1);
    expect(outcome.deletes).toBeUndefined();
  });

  it('takes away what is not ready first', () => {
    const view = viewOf(its('a', running(true)), its('b', running(false)), its('c'), its('d', running(true)));
    expect(reconcileReplicaSet(set(2), view, now).deletes?.map(({ key }) => key)).toEqual(['default/c', 'default/b']);
  });

  it('makes as many as a quota lets it, and says what is in the way', () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { ...aDeployment().metadata, name: 'few' },
      spec: { hard: { pods: '2' } },
    };
    const outcome = reconcileReplicaSet(set(3), viewOf(quota, its('p', running(true))), now);
    expect(outcome.ensure).toHaveLength(1);
    expect(conditionsOf(outcome.status).ReplicaFailure).toMatch(
      /^True FailedCreate: pods "d-\w+-\w{5}" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2$/,
    );
  });

  it('counts requests of cpu and memory against a quota', () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { ...aDeployment().metadata, name: 'small' },
      spec: { hard: { 'requests.cpu': '250m', 'limits.memory': '1Gi' } },
    };
    const asking = itsSet(
      aDeployment(({ spec }) => {
        for (const one of spec?.template.spec.containers ?? [])
          one.resources = { limits: { cpu: '100m', memory: '512Mi' } };
      }),
      3,
    );
    const outcome = reconcileReplicaSet(asking, viewOf(quota), now);
    expect(outcome.ensure).toHaveLength(2);
    expect(conditionsOf(outcome.status).ReplicaFailure).toMatch(
      /requested: limits.memory=512Mi,requests.cpu=100m, used: limits.memory=1Gi,requests.cpu=200m|requested: requests.cpu=100m,limits.memory=512Mi, used: requests.cpu=200m,limits.memory=1Gi/,
    );
  });

  it('counts a pod as available after its time', () => {
    const slow = set(1);
    if (slow.spec) slow.spec.minReadySeconds = 10;
    const outcome = reconcileReplicaSet(slow, viewOf(its('p', running(true, later(-4)))), now);
    expect(outcome.status).toMatchObject({ readyReplicas: 1 });
    expect(outcome.status).not.toHaveProperty('availableReplicas');
    expect(outcome.requeueAfter).toBe(6000);
  });
});

describe('who goes first', () => {
  const cost =
    (value: string): Part<Pod> =>
    ({ metadata }) => {
      metadata.annotations = { 'controller.kubernetes.io/pod-deletion-cost': value };
    };
  it.each<[string, Pod[]]>([
    ['unassigned', [aPod('b'), aPod('a', running(false))]],
    ['not ready', [aPod('b', running(false)), aPod('a', running(true))]],
    ['cheap', [aPod('b', running(true), cost('-1')), aPod('a', running(true))]],
    ['ready for a shorter time', [aPod('b', running(true, later(0))), aPod('a', running(true, later(-60)))]],
  ])('%s', (_, [first, second]) => {
    if (!first || !second) throw new Error('two pods');
    expect(scaleDownOrder([second, first]).map(({ metadata }) => metadata.name)).toEqual(['b', 'a']);
  });
});

describe('endpoints', () => {
  const service = (...parts: Part<CoreService>[]): CoreService => {
    const object: CoreService = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...aDeployment().metadata, name: 'svc', labels: { a: 'b' } },
      spec: {
        selector: { app: 'd' },
        ports: [
          { name: 'http', port: 80, targetPort: 8012 },
          { port: 90, targetPort: 'metrics' },
        ],
      },
    };
    for (const part of parts) part(object);
    return object;
  };
  const member = (name: string, ...parts: Part<Pod>[]) => aPod(name, withLabels({ app: 'd' }), ...parts);
  const ofPorts: Part<Pod> = ({ spec }) => {
    spec?.containers.push({ name: 'c', image: 'x', ports: [{ name: 'metrics', containerPort: 9090 }] });
  };

  it('are the pods of the selector, ready ones apart, those that leave no more', () => {
    const outcome = reconcileEndpoints(
      service(),
      viewOf(
        member('ready', running(true), ofPorts),
        member('booting', running(false), ofPorts),
        member('leaving', running(true), ofPorts, deleting),
        member('pending'),
        aPod('stranger', running(true)),
      ),
    );
    const { subsets } = child<Endpoints>(outcome, 'Endpoints', 'svc');
    expect(subsets).toHaveLength(1);
    expect(subsets?.[0]?.addresses?.map(({ targetRef }) => targetRef?.name)).toEqual(['ready']);
    expect(subsets?.[0]?.notReadyAddresses?.map(({ targetRef }) => targetRef?.name)).toEqual(['booting']);
    expect(subsets?.[0]?.ports).toEqual([
      { name: 'http', port: 8012, protocol: 'TCP' },
      { port: 9090, protocol: 'TCP' },
    ]);
    const slice = outcome.children?.find(({ object }) => object.kind === 'EndpointSlice')?.object as unknown as {
      metadata: { labels: object };
      endpoints: { conditions: object }[];
    };
    expect(slice.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'svc' });
    expect(slice.endpoints.map((endpoint) => endpoint.conditions)).toEqual([
      { ready: false, serving: false, terminating: false },
      { ready: false, serving: true, terminating: true },
      { ready: true, serving: true, terminating: false },
    ]);
  });

  it('of a Service without a selector are left to whoever made it', () => {
    const bare = service(({ spec }) => {
      delete spec?.selector;
    });
    expect(reconcileEndpoints(bare, viewOf(member('p', running(true))))).toEqual({});
  });
});

it('parts compose', () => {
  const pod = aPod('x', named('y'), withStatus({ Ready: 'True' }));
  expect([pod.metadata.name, conditionsOf(pod.status)]).toEqual(['y', { Ready: 'True' }]);
});

describe('mirrored EndpointSlices', () => {
  const metadata = { ...aDeployment().metadata, name: 's', uid: 'uid-of-s' };
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [
      { addresses: [{ ip: '10.0.0.1' }], notReadyAddresses: [{ ip: '10.0.0.2' }], ports: [{ name: 'http', port: 80 }] },
      { addresses: [{ ip: '10.0.0.3' }], ports: [{ name: 'http', port: 81 }] },
    ],
  };
  const aService = (spec: object): CoreService => ({ apiVersion: 'v1', kind: 'Service', metadata, spec });

  it('show what somebody wrote into Endpoints by hand, a slice a subset', () => {
    const { children = [] } = reconcileMirror(endpoints, viewOf(aService({ ports: [{ port: 80 }] })));
    expect(new Set(children.map(({ object }) => object.metadata.name)).size).toBe(2);
    expect(children[0]?.object).toMatchObject({
      metadata: { labels: { 'kubernetes.io/service-name': 's' } },
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: true } },
        { addresses: ['10.0.0.2'], conditions: { ready: false } },
      ],
      ports: [{ name: 'http', port: 80 }],
    });
  });

  it('are left to the Service’s own controller where it selects pods, and wanted by nobody without a Service', () => {
    expect(reconcileMirror(endpoints, viewOf(aService({ selector: { app: 'x' } }))).children ?? []).toEqual([]);
    expect(reconcileMirror(endpoints, viewOf()).children ?? []).toEqual([]);
  });
});
