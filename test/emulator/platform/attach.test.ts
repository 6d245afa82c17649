import { expect, test } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { podSubresources } from '../../../emulator/platform/pod-subresources.ts';
import type { Kubelet, OpenLogStore, PodLogQuery } from '../../../emulator/pods/kubelet-ports.ts';

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [{ name: 'app' }] },
  status: {
    containerStatuses: [{ name: 'app', restartCount: 2, state: { running: {} }, lastState: {} }],
  },
};

test('attach gives what the container writes from now on, and ends with it', async () => {
  const asked: PodLogQuery[] = [];
  const logs = {
    async *podLog(query: PodLogQuery) {
      asked.push(query);
      yield 'one\n';
      yield 'two\n';
    },
  } as Partial<OpenLogStore> as OpenLogStore;
  const ports = { kubelet: {} as Kubelet, logs, view: openStore(':memory:') };
  const written: string[] = [];
  const { signal } = new AbortController();
  const io = { stdout: (chunk: Uint8Array) => written.push(String(chunk)), stderr: () => undefined };
  const ending = await podSubresources(ports).attach?.(pod, undefined, io, signal);
  expect(ending).toEqual({ code: 0, reason: 'Completed' });
  expect(written).toEqual(['one\n', 'two\n']);
  expect(asked).toMatchObject([{ follow: true, tailLines: 0, restart: 2, podUid: 'u', signal }]);
});

test('attach to a container that waits is refused', async () => {
  const waiting = { ...pod, status: {} };
  const ports = { kubelet: {} as Kubelet, logs: {} as OpenLogStore, view: openStore(':memory:') };
  const io = { stdout: () => undefined, stderr: () => undefined };
  const attached = podSubresources(ports).attach?.(waiting, undefined, io, new AbortController().signal);
  await expect(attached).rejects.toThrow('container "app" in pod "p" is waiting to start: ContainerCreating');
});
