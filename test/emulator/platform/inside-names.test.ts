import { expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { insideNames } from '../../../emulator/platform/inside-names.ts';

const channel = { metadata: { name: 'orders-kn-channel', namespace: 'shop' } } as KubeObject;
const exists = insideNames(
  {
    get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) =>
      (resource === 'services' && namespace === 'shop' && name === 'orders-kn-channel' ? channel : undefined) as
        | T
        | undefined,
    list: () => [],
  },
  { serves: (host) => host === 'hello.shop.svc.cluster.local' },
);

it.each<[string, boolean]>([
  ['hello.shop.svc.cluster.local', true],
  ['broker-ingress.knative-eventing.svc.cluster.local', true],
  ['broker-filter.knative-eventing.svc', true],
  ['orders-kn-channel.shop.svc.cluster.local', true],
  ['orders-kn-channel.other.svc.cluster.local', false],
  ['orders.shop.svc.cluster.local', false],
  ['broker-ingress.shop.svc.cluster.local', false],
])('%s: %s', (host, there) => {
  expect(exists(host)).toBe(there);
});
