import { expect, test } from 'vitest';
import type { ToDataPlane } from '../../../emulator/dataplane/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { openStore } from '../../../emulator/kernel/sqlite-store.ts';
import { watchCertificates } from '../../../emulator/platform/certificates.ts';

const object = (kind: string, name: string, fields: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'ns', uid: name, resourceVersion: '', creationTimestamp: '' },
  ...fields,
});
const ingresses = 'ingresses.networking.internal.knative.dev';
const secret = (cert: string) =>
  object('Secret', 'pair', { data: { 'tls.crt': btoa(cert), 'tls.key': btoa('the key') } });

test('follows the Ingresses that name a Secret, and the Secret', () => {
  const store = openStore(':memory:');
  const posted: ToDataPlane[] = [];
  using _watch = watchCertificates(store, (message) => posted.push(message));
  const last = () => (posted.at(-1) as (ToDataPlane & { type: 'certificates' }) | undefined)?.certificates;
  store.put('secrets', secret('one'), '');
  expect(last()).toBeUndefined();
  const tls = [{ hosts: ['Hello.test'], secretName: 'pair', secretNamespace: 'ns' }];
  store.put(ingresses, object('Ingress', 'hello', { spec: { tls } }), '');
  expect(last()).toEqual({ 'hello.test': { cert: 'one', key: 'the key' } });
  store.put('secrets', secret('two'), undefined);
  expect(last()).toEqual({ 'hello.test': { cert: 'two', key: 'the key' } });
  store.put(ingresses, object('Ingress', 'other', { spec: { rules: [] } }), '');
  expect(posted).toHaveLength(2);
  store.remove(ingresses, 'ns', 'hello');
  expect(last()).toEqual({});
});
