import { expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { View } from '../../../emulator/kernel/resource.ts';
import { apiEnvironment, containerEnvironment } from '../../../emulator/pods/container-environment.ts';
import { portTakenMessage } from '../../../emulator/pods/container-runner.ts';
import type { Pod } from '../../../emulator/pods/types.ts';

const facts = { podIP: '10.0.0.2', hostIP: '127.0.0.1', nodeName: 'slipway', fixed: {} };

it('links to the Services of its namespace that have an address, as Kubernetes writes them', () => {
  const service = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec }) as KubeObject;
  const services = [
    service('redis-main', {
      clusterIP: '10.96.0.9',
      ports: [
        { name: 'redis', port: 6379, protocol: 'TCP' },
        { name: 'gossip-1', port: 7000, protocol: 'UDP' },
      ],
    }),
    service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
    service('outside', { type: 'ExternalName', externalName: 'example.com' }),
  ];
  const view: View = { get: () => undefined, list: <T>() => services as T[] };
  const pod = (enableServiceLinks: boolean) =>
    ({ metadata: { name: 'p', namespace: 'shop' }, spec: { enableServiceLinks, containers: [] } }) as unknown as Pod;
  const container = { name: 'user-container', image: 'x' };
  expect(containerEnvironment(pod(true), container, view, facts)).toEqual({
    HOSTNAME: 'p',
    REDIS_MAIN_SERVICE_HOST: '10.96.0.9',
    REDIS_MAIN_SERVICE_PORT: '6379',
    REDIS_MAIN_SERVICE_PORT_REDIS: '6379',
    REDIS_MAIN_SERVICE_PORT_GOSSIP_1: '7000',
    REDIS_MAIN_PORT: 'tcp://10.96.0.9:6379',
    REDIS_MAIN_PORT_6379_TCP: 'tcp://10.96.0.9:6379',
    REDIS_MAIN_PORT_6379_TCP_PROTO: 'tcp',
    REDIS_MAIN_PORT_6379_TCP_PORT: '6379',
    REDIS_MAIN_PORT_6379_TCP_ADDR: '10.96.0.9',
    REDIS_MAIN_PORT_7000_UDP: 'udp://10.96.0.9:7000',
    REDIS_MAIN_PORT_7000_UDP_PROTO: 'udp',
    REDIS_MAIN_PORT_7000_UDP_PORT: '7000',
    REDIS_MAIN_PORT_7000_UDP_ADDR: '10.96.0.9',
  });
  expect(containerEnvironment(pod(false), container, view, facts)).toEqual({ HOSTNAME: 'p' });
  const own = apiEnvironment({ host: '172.18.0.1', port: 443 });
  const named = {
    ...container,
    env: [{ name: 'API', value: '$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)' }],
  };
  expect(containerEnvironment(pod(false), named, view, { ...facts, own })).toEqual({
    HOSTNAME: 'p',
    API: '172.18.0.1:443',
    KUBERNETES_SERVICE_HOST: '172.18.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: 'tcp://172.18.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://172.18.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '172.18.0.1',
  });
});

it.each<[string, string, boolean, string]>([
  [
    'Node',
    'Error: listen EADDRINUSE: address already in use :::3000',
    true,
    'could not listen on port 3000, which another process has: make the application listen on the port in the environment variable PORT.',
  ],
  [
    'Go, in a container that is given no port',
    'listen tcp :9191: bind: address already in use',
    false,
    'could not listen on port 9191, which another process has: processes share the ports of this machine: give this container another one.',
  ],
  [
    'without a number',
    'bind: Address already in use',
    true,
    'could not listen: another process has its port: make the application listen on the port in the environment variable PORT.',
  ],
])('a port that is taken: %s', (_, output, serves, words) => {
  const env = serves ? [{ name: 'PORT', value: '8080' }] : [];
  expect(portTakenMessage({ name: 'side', env }, output)).toBe(`container side ${words}`);
});
