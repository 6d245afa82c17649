/** Needs a Docker Engine (DOCKER_HOST or the usual socket); its image is made of this machine's own Node and shell. */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDockerRuntime } from '../../../emulator/pods/docker/runtime.ts';
import { type PodRuntime, podAnnotations } from '../../../emulator/pods/ports.ts';
import { aKubelet, aPod, firstContainer, isReady, webServer } from './harness.ts';
import { runtimeContract } from './runtime-contract.ts';

const platform = `test-${randomUUID()}`;
const engine = process.platform === 'linux' ? await createDockerRuntime({ platform }) : undefined;
if (!engine) console.log('skipped: needs a Docker Engine');
const image = 'dev.local/slipway-test-node:1';

/** A tar of node, sh, cat, sleep with the libraries they load. */
async function importImage(): Promise<void> {
  const docker = new Docker();
  try {
    await docker.getImage(image).inspect();
    return;
  } catch {
    // Made now.
  }
  const programs = ['/bin/sh', '/bin/cat', '/bin/sleep', '/bin/ls'];
  const libraries = [process.execPath, ...programs].flatMap(
    (program) => execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' }).match(/\/\S+(?= \()/g) ?? [],
  );
  const bin = mkdtempSync(join(tmpdir(), 'slipway-image-'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const paths = [...new Set([...programs, ...libraries])].map((path) => path.slice(1));
  const names = ['--transform', `s,^${bin.slice(1)}/node$,usr/local/bin/node,`];
  const tar = spawn('tar', ['-chC', '/', ...names, ...paths, join(bin, 'node').slice(1)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [repo, tag] = image.split(':');
  const stream = await docker.importImage(tar.stdout as never, { repo, tag });
  stream.resume();
  await once(stream, 'end');
  rmSync(bin, { recursive: true });
}

describe.skipIf(!engine)('docker runtime', () => {
  const runtime = engine as PodRuntime;
  beforeAll(importImage, 120_000);
  afterAll(async () => {
    await runtime?.close();
  });
  runtimeContract(() => ({ runtime, image }));

  it('is reaped by label, only the own ones', async () => {
    const other = await createDockerRuntime({ platform: `${platform}-other` });
    const spec = {
      name: 'a',
      image,
      command: ['sleep', '300'],
      args: undefined,
      workingDir: undefined,
      env: {},
      mounts: [],
      port: undefined,
      imagePullPolicy: 'Never' as const,
      securityContext: undefined,
      resources: undefined,
      debug: undefined,
      tty: false,
    };
    const box = await runtime.createPod(aPod('a', {}));
    const running = await box.start(spec, () => undefined);
    expect(await other?.reap()).toBe(0);
    const dead = await createDockerRuntime({ platform });
    expect(await dead?.reap()).toBe(1);
    expect(await running.exited).toMatchObject({ code: 137 });
  });

  it('runs a pod through the kubelet: volumes, probes, several containers, restarts', async () => {
    const h = await aKubelet({ more: { runtimes: { process: undefined as never, docker: runtime } } });
    try {
      h.kubelet.start();
      h.store.put(
        'configmaps',
        { ...aPod('conf', {}), kind: 'ConfigMap', spec: undefined, data: { 'a.txt': 'from the map' } } as never,
        '',
      );
      const pod = aPod(
        'web',
        {
          image,
          command: ['node', '-e', webServer],
          env: [{ name: 'PORT', value: '8080' }],
          ports: [{ containerPort: 8080 }],
          volumeMounts: [
            { name: 'c', mountPath: '/etc/c', readOnly: true },
            { name: 't', mountPath: '/scratch' },
          ],
          readinessProbe: { exec: { command: ['cat', '/etc/c/a.txt'] }, periodSeconds: 1 },
        },
        {
          volumes: [
            { name: 'c', configMap: { name: 'conf' } },
            { name: 't', emptyDir: {} },
          ],
        },
      );
      pod.spec?.containers.push({
        name: 'side',
        image,
        command: ['sh', '-c', 'echo shared > /scratch/x; sleep 300'],
        volumeMounts: [{ name: 't', mountPath: '/scratch' }],
      });
      h.create(pod);
      const ready = await h.until('web', isReady, 20_000);
      expect(ready.metadata.annotations?.[podAnnotations.runtime]).toBe('docker');
      let output = '';
      const io = {
        stdout(chunk: Uint8Array) {
          output += Buffer.from(chunk);
        },
        stderr: () => undefined,
      };
      await h.kubelet.exec('default', 'web', 'app', ['sh', '-c', 'cat /etc/c/a.txt; cat /scratch/x'], io);
      expect(output).toBe('from the mapshared\n');
      await fetch(`http://${ready.metadata.annotations?.[podAnnotations.address]}/exit`).catch(() => undefined);
      const again = await h.until('web', (now) => firstContainer(now)?.restartCount === 1 && isReady(now), 20_000);
      expect(firstContainer(again)?.lastState.terminated?.exitCode).toBe(3);
      h.delete('web', 1);
      await h.untilGone('web', 20_000);
    } finally {
      await h.kubelet.close(0);
      await h.guardian.close();
      h.store.close();
    }
  }, 60_000);
});
