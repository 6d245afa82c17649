/** What must hold of every manifest that is admitted, tried on those of the parity corpus and on random mixtures of them. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';
import { createBench } from './parity-cases.ts';

const user = { username: 'slipway-admin', groups: ['system:masters'] };
const namespace = 'parity-abc123';

/** Parts of containers, templates and traffic that may be had in any combination. */
const containerParts: object[] = [
  { name: 'web' },
  {
    env: [
      { name: 'A', value: '1' },
      { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ],
  },
  { envFrom: [{ configMapRef: { name: 'c' } }] },
  { ports: [{ containerPort: 9000 }] },
  { ports: [{ name: 'h2c', containerPort: 9000 }] },
  { resources: { limits: { cpu: 1, memory: '1000Mi' }, requests: { cpu: '0.5' } } },
  { readinessProbe: { httpGet: { path: '/ready' }, periodSeconds: 5 } },
  { readinessProbe: { grpc: {} } },
  { livenessProbe: { tcpSocket: {} } },
  { securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } } },
  { command: ['node'], args: ['a.js'], workingDir: '/srv' },
  { imagePullPolicy: 'Always', terminationMessagePolicy: 'File' },
];
const templateParts: object[] = [
  { containerConcurrency: 5 },
  { timeoutSeconds: 30, responseStartTimeoutSeconds: 5, idleTimeoutSeconds: 3 },
  { serviceAccountName: 'robot', automountServiceAccountToken: false },
  { imagePullSecrets: [{ name: 'pull' }] },
  { enableServiceLinks: true },
];
const annotationParts: Record<string, string>[] = [
  { 'autoscaling.knative.dev/min-scale': '1', 'autoscaling.knative.dev/max-scale': '3' },
  { 'autoscaling.knative.dev/metric': 'rps', 'autoscaling.knative.dev/target': '10' },
  { 'autoscaling.knative.dev/window': '30s' },
  { 'serving.knative.dev/progress-deadline': '30s' },
];
const trafficParts: object[][] = [
  [],
  [{ latestRevision: true, percent: 100 }],
  [
    { latestRevision: true, percent: 90 },
    { revisionName: 'hello-00001', percent: 10, tag: 'old' },
  ],
  [{ percent: 100, tag: 'now' }],
];

/** A small generator of its own, so that a failure can be seen again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomService(seed: number): KubeObject {
  const next = generator(seed);
  const some = <T extends object>(parts: T[]) => Object.assign({}, ...parts.filter(() => next(3) === 0)) as T;
  const traffic = trafficParts[next(trafficParts.length)] ?? [];
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: `hello-${seed}`, namespace } as KubeObject['metadata'],
    spec: {
      template: {
        metadata: { annotations: some(annotationParts) },
        spec: { ...some(templateParts), containers: [{ image: 'dev.local/echo', ...some(containerParts) }] },
      },
      ...(traffic.length > 0 ? { traffic } : {}),
    },
  };
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);

it('admits every mixture of right parts', () => {
  for (const seed of seeds) expect(admitManifest(randomService(seed))?.errors, `seed ${seed}`).toEqual([]);
});

it('defaults once: what is stored is not changed by defaulting again', () => {
  for (const seed of seeds) {
    const stored = admitManifest(randomService(seed))?.object;
    expect(admitManifest(stored)?.object.spec, `seed ${seed}`).toEqual(stored?.spec);
  }
});

describe('on the objects layer', () => {
  const bench = createBench();
  const resource = 'services.serving.knative.dev';

  it('stores what the editor shows', () => {
    for (const seed of seeds.slice(0, 60)) {
      const manifest = randomService(seed);
      const shown = admitManifest(manifest)?.object.spec;
      expect(bench.objects.create(resource, structuredClone(manifest), { user }).spec, `seed ${seed}`).toEqual(shown);
    }
  });

  it('takes back what it gave out: no new generation, no other lastModifier', () => {
    for (const seed of seeds.slice(0, 60)) {
      const stored = bench.objects.view.get(resource, namespace, `hello-${seed}`) as KubeObject;
      const copy = structuredClone(stored);
      copy.metadata.labels = { touched: 'yes' };
      const other = { username: 'somebody-else', groups: [] };
      const after = bench.objects.update(resource, copy, { user: other });
      expect(after.metadata.generation).toBe(stored.metadata.generation);
      expect(after.metadata.annotations).toEqual(stored.metadata.annotations);
    }
  });

  it('notes who changed the spec', () => {
    const copy = structuredClone(bench.objects.view.get(resource, namespace, 'hello-1')) as KubeObject<{
      template: { spec: { timeoutSeconds?: number } };
    }>;
    if (copy.spec) copy.spec.template.spec.timeoutSeconds = 77;
    const after = bench.objects.update(resource, copy, { user: { username: 'somebody-else', groups: [] } });
    expect(after.metadata.annotations).toMatchObject({
      'serving.knative.dev/creator': 'slipway-admin',
      'serving.knative.dev/lastModifier': 'somebody-else',
    });
    expect(after.metadata.generation).toBe(2);
  });
});
