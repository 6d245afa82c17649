import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokens } from '../../../emulator/api/tokens.ts';
import { VirtualClock } from '../../../emulator/kernel/clock.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { createPodVolumes } from '../../../emulator/pods/pod-volumes.ts';
import type { Container, PodSpec, Volume } from '../../../emulator/pods/types.ts';
import { writeVolumeFiles } from '../../../emulator/pods/volume-files.ts';
import { aPod } from './harness.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-volumes-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const files = (entries: Record<string, string>, mode = 0o644) =>
  new Map(Object.entries(entries).map(([name, content]) => [name, { content, mode }]));
const visible = () => readdirSync(dir).filter((name) => !name.startsWith('..'));

describe('files of a volume', () => {
  it('change under the same folder, which a container has mounted', () => {
    writeVolumeFiles(dir, files({ a: '1', gone: 'x', 'deep/b': '2' }));
    const { ino } = statSync(dir);
    writeVolumeFiles(dir, files({ a: '3', 'deep/b': '4', new: '5' }));
    expect(statSync(dir).ino).toBe(ino);
    expect(visible().sort()).toEqual(['a', 'deep', 'new']);
    expect(['a', 'deep/b', 'new'].map((name) => readFileSync(join(dir, name), 'utf8'))).toEqual(['3', '4', '5']);
  });

  it('are left alone when nothing changed, and have their mode whatever the umask', () => {
    const before = process.umask(0o077);
    try {
      writeVolumeFiles(dir, files({ a: '1' }, 0o664));
    } finally {
      process.umask(before);
    }
    expect(statSync(join(dir, 'a')).mode & 0o777).toBe(0o664);
    const made = readdirSync(dir);
    writeVolumeFiles(dir, files({ a: '1' }, 0o664));
    expect(readdirSync(dir)).toEqual(made);
  });
});

describe('volumes of a pod', () => {
  function setUp(volume: Volume, spec: Partial<PodSpec> = {}) {
    const store = openStore(':memory:');
    const pod = aPod('p', {}, { volumes: [volume], ...spec });
    const clock = new VirtualClock(1_700_000_000_000);
    const tokens = createTokens(Buffer.from(randomUUID()));
    const log: string[] = [];
    const volumes = createPodVolumes(
      {
        clock,
        view: store,
        volumeDir: dir,
        log: (_, text) => void log.push(text),
        api: { url: () => 'https://127.0.0.1:6443', ca: 'the authority' },
        token: (account, seconds, bound) => tokens.issue(account, clock.now() + seconds * 1_000, bound),
      },
      () => pod,
      () => ({ podIP: '', hostIP: '', nodeName: '' }),
    );
    const container: Container = { name: 'c', image: 'i', volumeMounts: [{ name: volume.name, mountPath: '/v' }] };
    const mounts = () => volumes.mounts(container, {}, { account: true });
    return { store, clock, tokens, volumes, log, mounts, mount: () => mounts()[0]?.hostPath ?? '' };
  }

  it('a service account is where client libraries look for it, unless the pod or the account says no', () => {
    const account = { metadata: { name: 'default', namespace: 'default', uid: 'u' } } as KubeObject;
    const place = '/var/run/secrets/kubernetes.io/serviceaccount';
    const empty = { name: 'v', emptyDir: {} };
    const given = setUp(empty);
    given.store.put('serviceaccounts', account, '');
    const found = given.mounts()[1];
    expect(found).toMatchObject({ mountPath: place, readOnly: true });
    const read = (file: string) => readFileSync(join(found?.hostPath ?? '', file), 'utf8');
    expect([read('ca.crt'), read('namespace')]).toEqual(['the authority', 'default']);
    const user = given.tokens.verify(read('token'), given.clock.now());
    expect(user?.username).toBe('system:serviceaccount:default:default');
    const kubeconfig = JSON.parse(readFileSync(given.volumes.kubeconfig() ?? '', 'utf8'));
    expect(kubeconfig.clusters[0].cluster.server).toBe('https://127.0.0.1:6443');
    const { tokenFile } = kubeconfig.users[0].user;
    const first = readFileSync(tokenFile, 'utf8');
    expect(given.tokens.verify(first, given.clock.now())).toEqual(user);
    // Both are renewed before they end.
    given.clock.advance(3_600_000);
    expect(given.tokens.verify(first, given.clock.now() + 10_000)).toBeUndefined();
    for (const token of [readFileSync(tokenFile, 'utf8'), read('token')]) {
      expect(given.tokens.verify(token, given.clock.now() + 10_000)).toEqual(user);
    }

    const refused = setUp(empty, { automountServiceAccountToken: false });
    refused.store.put('serviceaccounts', account, '');
    const unwilling = setUp(empty);
    unwilling.store.put('serviceaccounts', { ...account, automountServiceAccountToken: false } as KubeObject, '');
    for (const one of [refused, unwilling, setUp(empty)]) {
      expect(one.mounts().map(({ mountPath }) => mountPath)).toEqual(['/v']);
      expect(one.volumes.kubeconfig()).toBeUndefined();
    }
  });

  it('an emptyDir can be written by any user, and goes with the pod', () => {
    const { mount, volumes } = setUp({ name: 'v', emptyDir: {} });
    const path = mount();
    expect(statSync(path).mode & 0o777).toBe(0o777);
    volumes.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('a claim can be written by any user, and stays', () => {
    const { mount, volumes } = setUp({ name: 'v', persistentVolumeClaim: { claimName: 'c' } });
    const path = mount();
    expect(statSync(path).mode & 0o777).toBe(0o777);
    volumes.remove();
    expect(existsSync(path)).toBe(true);
  });

  it('a token is the pod’s account’s, for its audience only, and is renewed before it ends', () => {
    const sources = [
      { serviceAccountToken: { path: 'api', expirationSeconds: 600 } },
      { serviceAccountToken: { path: 'other', audience: 'other' } },
    ];
    const { store, mount, clock, tokens } = setUp({ name: 'v', projected: { sources } });
    expect(mount).toThrow(
      'MountVolume.SetUp failed for volume "v" : failed to fetch token: serviceaccounts "default" not found',
    );
    store.put('serviceaccounts', account('default'), '');
    const path = mount();
    const read = (name: string) => readFileSync(join(path, name), 'utf8');
    expect(tokens.verify(read('api'), clock.now())?.username).toBe('system:serviceaccount:default:default');
    expect(tokens.verify(read('other'), clock.now())).toBeUndefined();
    clock.advance(600_000);
    expect(tokens.verify(read('api'), clock.now())?.username).toBe('system:serviceaccount:default:default');
  });
});

function account(name: string): KubeObject {
  const metadata = { name, namespace: 'default', uid: 'u', resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}
