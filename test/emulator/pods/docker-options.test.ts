import { expect, test } from 'vitest';
import { type CreateFacts, createOptions } from '../../../emulator/pods/docker/options.ts';
import type { ContainerSpec } from '../../../emulator/pods/ports.ts';

const facts: CreateFacts = {
  labels: {},
  hostname: 'pod',
  image: { id: 'sha256:1', user: '' },
  network: undefined,
  publish: false,
  debugPort: undefined,
};

function withResources(resources: Record<string, Record<string, string>>) {
  const container: ContainerSpec = {
    name: 'app',
    image: 'app',
    command: undefined,
    args: undefined,
    workingDir: undefined,
    env: {},
    mounts: [],
    port: 8080,
    imagePullPolicy: 'IfNotPresent',
    securityContext: {},
    resources,
    debug: undefined,
    tty: false,
  };
  return createOptions(container, facts).HostConfig;
}

test('requests and limits become the cgroup values that a kubelet sets', () => {
  expect(withResources({ limits: { cpu: '1', memory: '128Mi' }, requests: { cpu: '125m' } })).toMatchObject({
    CpuShares: 128,
    NanoCpus: 1e9,
    Memory: 134_217_728,
  });
  expect(withResources({ limits: { cpu: '500m' } })).toMatchObject({ CpuShares: 512, NanoCpus: 5e8 });
  expect(withResources({ requests: { cpu: '1m' } })).toMatchObject({ CpuShares: 2 });
  expect(withResources({})).not.toHaveProperty('CpuShares');
});
