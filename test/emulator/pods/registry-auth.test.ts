/** Logins for pulls: which entry of a config.json is for an image, and which Secrets of a pod hold one. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { rememberAnswers } from '../../../emulator/pods/docker/digests.ts';
import { authIn, userAuth } from '../../../emulator/pods/docker/registry-auth.ts';
import { pullConfigs } from '../../../emulator/pods/pull-secrets.ts';
import { aPod } from './harness.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('remembers for a while what a registry has answered, for controllers that do not wait', async () => {
  let now = 0;
  let told = 0;
  const ask = rememberAnswers<{ digest: string }>(
    () => told++,
    () => now,
  );
  const question = Promise.withResolvers<{ digest: string }>();
  expect(ask('a', () => question.promise)).toBe('asking');
  expect(ask('a', () => Promise.reject(new Error('asked twice')))).toBe('asking');
  question.resolve({ digest: '1' });
  await question.promise;
  await Promise.resolve();
  expect(told).toBe(1);
  const never = () => Promise.reject(new Error('asked again'));
  expect(ask('a', never)).toEqual({ digest: '1' });
  now = 10_001;
  expect(ask('a', () => Promise.resolve({ digest: '2' }))).toBe('asking');
  await new Promise(setImmediate);
  expect(ask('a', never)).toEqual({ digest: '2' });
  // A question that could not even be asked is asked anew.
  expect(ask('b', never)).toBe('asking');
  await new Promise(setImmediate);
  expect(ask('b', () => Promise.resolve({ digest: '3' }))).toBe('asking');
});

it('takes the entry with the longest name that leads to the image', () => {
  const config = {
    auths: {
      'registry.example.com': { auth: base64('all:a:b') },
      'https://registry.example.com/team': { username: 'team', password: 't' },
      'https://index.docker.io/v1/': { auth: base64('hub:h') },
      'ghcr.io': { identitytoken: 'token' },
    },
  };
  const user = (image: string) => authIn(config, image)?.username;
  expect(authIn(config, 'registry.example.com/app:1')).toEqual({
    username: 'all',
    password: 'a:b',
    serveraddress: 'registry.example.com',
  });
  expect(user('registry.example.com/team/app@sha256:00')).toBe('team');
  expect(user('registry.example.com/teams/app')).toBe('all');
  expect(user('registry.example.com:5000/app')).toBeUndefined();
  expect([user('nginx'), user('library/nginx:1')]).toEqual(['hub', 'hub']);
  expect(authIn(config, 'ghcr.io/x/y')).toEqual({ identitytoken: 'token', serveraddress: 'ghcr.io' });
});

it('asks the credential helper of the user, else reads their config', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-login-'));
  folders.push(folder);
  const helper = join(folder, 'docker-credential-test');
  writeFileSync(helper, '#!/bin/sh\nread server\necho "{\\"Username\\":\\"of $server\\",\\"Secret\\":\\"s\\"}"\n');
  chmodSync(helper, 0o755);
  const config = { credHelpers: { 'a.example.com': 'test' }, auths: { 'b.example.com': { auth: base64('b:p') } } };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  vi.stubEnv('DOCKER_CONFIG', folder);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  expect(await userAuth('a.example.com/app')).toMatchObject({ username: 'of a.example.com', password: 's' });
  expect(await userAuth('b.example.com/app')).toMatchObject({ username: 'b', password: 'p' });
  expect(await userAuth('c.example.com/app')).toBeUndefined();
});

it('reads the Secrets that the pod and its service account name', () => {
  const store = openStore(':memory:');
  const put = (resource: string, name: string, more: object) =>
    store.put(resource, { ...aPod(name, {}), spec: undefined, ...more } as unknown as KubeObject, '');
  const auths = (user: string) => ({ 'r.example.com': { username: user, password: 'p' } });
  put('secrets', 'own', { data: { '.dockerconfigjson': base64(JSON.stringify({ auths: auths('own') })) } });
  put('secrets', 'old', { data: { '.dockercfg': base64(JSON.stringify(auths('old'))) } });
  put('secrets', 'broken', { data: { '.dockerconfigjson': base64('{') } });
  put('serviceaccounts', 'robot', { imagePullSecrets: [{ name: 'old' }, { name: 'own' }] });
  const names = (spec: object) =>
    pullConfigs('default', spec, store).map((config) => authIn(config, 'r.example.com/a')?.username);
  const imagePullSecrets = [{ name: 'broken' }, { name: 'absent' }, { name: 'own' }];
  expect(names({ imagePullSecrets, serviceAccountName: 'robot' })).toEqual(['own', 'old']);
  expect(names({ imagePullSecrets })).toEqual(['own']);
  expect(names({})).toEqual([]);
  store.close();
});
