/** The domain scheme of a platform, rehearsed against its own ConfigMaps over its own API. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect, type PlatformClient } from '../../../src/core/client.ts';
import { urlOn } from '../../../src/core/url-preview.ts';
import { temporaryHome } from '../../support/places.ts';
import { type SeededApi, seededApi } from '../../support/seeded-api.ts';

const home = temporaryHome('url-preview');
let api: SeededApi;
let client: PlatformClient;
beforeAll(async () => {
  api = await seededApi(home.dir, { services: 0, revisions: 0 });
  client = await connect({ type: 'context', kubeconfig: api.kubeconfig, context: api.context });
});
afterAll(async () => {
  client[Symbol.dispose]();
  await api[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const user = { username: 'test', groups: ['system:masters'] };
function configure(name: string, data: Record<string, string | null>): void {
  api.objects.patch('configmaps', 'knative-serving', name, { type: 'merge', patch: { data } }, { user });
}

it('follows config-domain, its selectors and the template', async () => {
  const service = { name: 'shop', namespace: 'team' };
  configure('config-domain', {
    localhost: null,
    'sls-1.example.com': '',
    'vip.example.com': 'selector:\n  tier: vip\n',
  });
  configure('config-network', {
    'domain-template': '{{.Name}}-{{.Namespace}}.{{.Domain}}',
    'default-external-scheme': 'https',
  });
  expect(await urlOn(client, service)).toBe('https://shop-team.sls-1.example.com');
  expect(await urlOn(client, { ...service, labels: { tier: 'vip' } })).toBe('https://shop-team.vip.example.com');
  const local = { 'networking.knative.dev/visibility': 'cluster-local' };
  expect(await urlOn(client, { ...service, labels: local })).toBe('http://shop.team.svc.cluster.local');
});
