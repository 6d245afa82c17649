import { expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { chooseRuntime, unschedulable } from '../../../emulator/pods/placement.ts';
import type { PodRuntime } from '../../../emulator/pods/ports.ts';
import type { Container } from '../../../emulator/pods/types.ts';
import { aPod } from './harness.ts';

const runtime = (name: 'process' | 'docker') => ({ name }) as PodRuntime;
const node = { status: { allocatable: { cpu: '2', memory: '4Gi' } } } as unknown as KubeObject;
const local = { reference: 'dev.local/local@sha256:1' };

function place(options: { docker?: boolean } = {}) {
  return {
    nodeName: 'slipway',
    images: { resolve: (name: string) => (name === 'local' ? local : undefined) as never },
    runtimes: { process: runtime('process'), docker: options.docker === false ? undefined : runtime('docker') },
    view: { get: () => node as never, list: () => [] },
  };
}

const podOf = (containers: Container[], initContainers: Container[] = []) =>
  aPod('a', {}, { containers, initContainers });

const asking = (image: string, requests: Record<string, string>, more: Partial<Container> = {}): Container => ({
  name: 'c',
  image,
  resources: { requests },
  ...more,
});

test('a pod of containers that asks for more than the machine has stays unscheduled, in the scheduler’s words', () => {
  const greedy = podOf([asking('far', { cpu: '1500m', memory: '3Gi' }), asking('far', { cpu: '1', memory: '2Gi' })]);
  expect(unschedulable(greedy, place())).toBe(
    '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. ' +
      'preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  );
  expect(unschedulable(podOf([asking('far', { cpu: '2' })]), place())).toBeUndefined();
});

test('a claim that is not there is the scheduler’s affair', () => {
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
  const pod = aPod('a', {}, { containers: [asking('far', {})], volumes });
  const { view, ...rest } = place();
  const without = {
    ...rest,
    view: { ...view, get: ((resource: string) => (resource === 'nodes' ? node : undefined)) as never },
  };
  expect(unschedulable(pod, without)).toBe(
    '0/1 nodes are available: persistentvolumeclaim "data" not found. ' +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  );
  expect(unschedulable(pod, place())).toBeUndefined();
});

test('an init container that ends counts alone, one that stays with the others', () => {
  const main = [asking('far', { cpu: '1500m' })];
  const init = (more: Partial<Container>) => [asking('far', { cpu: '1' }, { name: 'i', ...more })];
  expect(unschedulable(podOf(main, init({})), place())).toBeUndefined();
  expect(unschedulable(podOf(main, init({ restartPolicy: 'Always' })), place())).toContain('cpu');
});

test('processes are never refused for what they request', () => {
  const pod = podOf([asking('local', { cpu: '50' })]);
  expect(unschedulable(pod, place())).toBeUndefined();
  expect(chooseRuntime(pod, place()).name).toBe('process');
});

test('one image that is not local makes the pod one of containers, or none at all', () => {
  const pod = podOf([asking('local', {}), asking('far', {}, { name: 'd' })]);
  expect(chooseRuntime(pod, place()).name).toBe('docker');
  expect(() => chooseRuntime(pod, place({ docker: false }))).toThrow(/far: not found .* no Docker Engine/);
});
