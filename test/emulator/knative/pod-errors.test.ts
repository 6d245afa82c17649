/** What Kubernetes refuses in a pod, and that nothing that a client may write breaks the one who looks. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import { createObjects } from '../../../emulator/kernel/objects.ts';
import { createRegistry } from '../../../emulator/kernel/registry.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { embeddedDefinitions } from '../../../emulator/platform/definitions.ts';

const user = { username: 'tester', groups: ['system:masters'] };

/** Why a Deployment with this pod is refused; undefined when it is not. */
function refusal(spec: unknown): string | undefined {
  const store = openStore(':memory:');
  const objects = createObjects({ store, registry: createRegistry(embeddedDefinitions()), clock: new VirtualClock() });
  objects.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }, { user });
  const labels = { a: 'b' };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'default' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
  try {
    objects.create('deployments.apps', deployment, { user });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.message;
  } finally {
    store.close();
  }
}

const container = (more: object = {}) => ({ name: 'c', image: 'i', ...more });
const pod = (more: object, rest: object = {}) => ({ containers: [container(more)], ...rest });
const withVolume = (volume: object) => pod({}, { volumes: [{ name: 'v', ...volume }] });

describe('a Deployment', () => {
  it.each<[string, unknown, string | undefined]>([
    ['plain', pod({}), undefined],
    [
      'whose request is above its limit',
      pod({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'whose probe has no port',
      pod({ startupProbe: { grpc: { port: 0 } } }),
      'spec.template.spec.containers[0].startupProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive',
    ],
    [
      'whose file has no name',
      withVolume({ configMap: { name: 'm', items: [{ key: 'a' }] } }),
      'spec.template.spec.volumes[0].configMap.items[0].path: Required value',
    ],
    [
      'whose file is outside of its volume',
      withVolume({ secret: { secretName: 's', items: [{ key: 'a', path: '../a' }] } }),
      'spec.template.spec.volumes[0].secret.items[0].path: Invalid value: "../a": must not contain \'..\'',
    ],
  ])('%s', (_, spec, why) => {
    const found = refusal(spec);
    if (why === undefined) expect(found).toBeUndefined();
    else expect(found).toBe(`Deployment.apps "d" is invalid: ${why}`);
  });

  it.each<unknown>([
    pod({ env: [{}] }),
    pod({ env: [null, { valueFrom: {} }, { valueFrom: { secretKeyRef: {} } }] }),
    pod({ envFrom: [{}, null, { configMapRef: {} }] }),
    pod({ resources: { limits: { cpu: 'x' }, requests: { cpu: 'y' } } }),
    pod({ resources: null }),
    pod({ livenessProbe: {}, readinessProbe: { httpGet: {} }, startupProbe: { exec: {} } }),
    pod({ securityContext: { seccompProfile: {}, capabilities: { add: null } } }),
    pod({ volumeMounts: [{}] }),
    withVolume({ configMap: { items: [{}] } }),
    withVolume({ secret: { items: [null] } }),
    withVolume({ persistentVolumeClaim: {}, hostPath: {}, csi: {} }),
    { containers: [null] },
    { containers: [{}] },
    { containers: 5 },
    { initContainers: [{}], containers: [container()], volumes: [{}] },
  ])('with odd values is stored or refused, never an error of ours: %j', (spec) => {
    expect(() => refusal(spec)).not.toThrow();
  });
});
