import { expect, test } from 'vitest';
import { type CreateFacts, createOptions, needsHolder, podNetwork } from '../../../emulator/pods/docker/options.ts';
import type { ContainerSpec } from '../../../emulator/pods/ports.ts';
import type { PodSpec } from '../../../emulator/pods/types.ts';
import { aPod } from './harness.ts';

const facts: CreateFacts = {
  pod: aPod('web', {}, {}, { uid: 'u' }),
  labels: {},
  image: { id: 'sha256:1', reference: 'sha256:1', user: '', size: 1 },
  holder: undefined,
  network: {},
  env: {},
  publish: false,
  debugPort: undefined,
};

function options(more: Partial<ContainerSpec>, given: Partial<CreateFacts> = {}) {
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
    resources: {},
    debug: undefined,
    tty: false,
    stdin: 'closed',
    ...more,
  };
  return createOptions(container, { ...facts, ...given });
}

const withResources = (resources: Record<string, Record<string, string>>) => options({ resources }).HostConfig;

test('requests and limits become the cgroup values that a kubelet sets', () => {
  expect(withResources({ limits: { cpu: '1', memory: '128Mi' }, requests: { cpu: '125m' } })).toMatchObject({
    CpuShares: 128,
    CpuPeriod: 100_000,
    CpuQuota: 100_000,
    Memory: 134_217_728,
    MemorySwap: 134_217_728,
  });
  expect(withResources({ limits: { cpu: '500m' } })).toMatchObject({ CpuShares: 512, CpuQuota: 50_000 });
  expect(withResources({ requests: { cpu: '1m' } })).toMatchObject({ CpuShares: 2 });
  expect(withResources({})).not.toHaveProperty('CpuShares');
});

test('command replaces the whole program, arguments only its own', () => {
  expect(options({ command: ['a'] })).toMatchObject({ Entrypoint: ['a'], Cmd: [] });
  expect(options({ command: ['a'], args: ['b'] })).toMatchObject({ Entrypoint: ['a'], Cmd: ['b'] });
  expect(options({ args: ['b'] })).toMatchObject({ Cmd: ['b'] });
  expect(options({ args: ['b'] })).not.toHaveProperty('Entrypoint');
});

test('users are checked as a kubelet checks them', () => {
  const user = (securityContext: Record<string, unknown>, own = '') =>
    options({ securityContext }, { image: { ...facts.image, user: own } }).User;
  expect(user({ runAsUser: 5 })).toBe('5');
  expect(user({ runAsUser: 5, runAsGroup: 6 })).toBe('5:6');
  expect(user({ runAsGroup: 6 }, '7')).toBe('7:6');
  expect(user({ runAsNonRoot: true }, '65532')).toBeUndefined();
  const where = '(pod: "web_default(u)", container: app)';
  expect(() => user({ runAsNonRoot: true })).toThrow(`container has runAsNonRoot and image will run as root ${where}`);
  expect(() => user({ runAsNonRoot: true }, 'nonroot')).toThrow(
    `container has runAsNonRoot and image has non-numeric user (nonroot), cannot verify user is non-root ${where}`,
  );
  expect(() => user({ runAsNonRoot: true, runAsUser: 0 })).toThrow("container's runAsUser breaks non-root policy");
  expect(options({ securityContext: { fsGroup: 3, supplementalGroups: [4] } }).HostConfig?.GroupAdd).toEqual([
    '3',
    '4',
  ]);
});

test('a pod’s network is held by a container of its own where one container cannot hold it', () => {
  const pod = (spec: Partial<PodSpec>) => aPod('web', {}, spec);
  expect(needsHolder(pod({}), 1)).toBe(false);
  expect(needsHolder(pod({}), 2)).toBe(true);
  expect(needsHolder(pod({ initContainers: [{ name: 'i', image: 'i' }] }), 1)).toBe(false);
  expect(needsHolder(pod({ initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always' }] }), 1)).toBe(true);
  const env = [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
  expect(needsHolder(aPod('web', { env }), 1)).toBe(true);
  const joined = options({}, { holder: 'c', network: { NetworkMode: 'n' } });
  expect(joined.HostConfig).toMatchObject({ NetworkMode: 'container:c', IpcMode: 'container:c' });
  expect(joined).not.toHaveProperty('Hostname');
});

test('a pod adds names and DNS to what the platform gives, or replaces it', () => {
  const given = { NetworkMode: 'n', Dns: ['172.18.0.1'], DnsSearch: ['d.svc.cluster.local'], DnsOptions: ['ndots:5'] };
  const network = (spec: Partial<PodSpec>) => podNetwork(aPod('web', {}, spec), given);
  expect(network({})).toEqual(given);
  expect(network({ hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b'] }] })).toEqual({
    ...given,
    ExtraHosts: ['a:10.0.0.1', 'b:10.0.0.1'],
  });
  const dnsConfig = { nameservers: ['10.0.0.2'], searches: ['x'], options: [{ name: 'ndots', value: '2' }] };
  expect(network({ dnsPolicy: 'None', dnsConfig })).toEqual({
    NetworkMode: 'n',
    Dns: ['10.0.0.2'],
    DnsSearch: ['x'],
    DnsOptions: ['ndots:2'],
  });
  expect(network({ dnsConfig }).DnsSearch).toEqual(['d.svc.cluster.local', 'x']);
  expect(network({ hostNetwork: true })).toEqual({ NetworkMode: 'host' });
});
