/** Contexts that an environment of slipway.yaml may name: of the kubeconfig that a deploy would read, as files on the disk. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { resolveTarget } from '../../../src/core/target.ts';
import type { Deps } from '../../../src/extension/deps.ts';
import { worldOf } from '../../../src/extension/manifests/live-world.ts';
import { emptySnapshot } from '../../../src/extension/platform/snapshot.ts';
import { temporaryHome } from '../../support/places.ts';

const home = temporaryHome('contexts');
afterAll(() => home[Symbol.dispose]());
const shop = join(home.dir, 'shop');
mkdirSync(join(shop, '.kube'), { recursive: true });

function kubeconfig(file: string, ...names: string[]): string {
  const contexts = names.map((name) => ({ name, context: { cluster: 'c', user: 'u' } }));
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts }));
  return file;
}
const own = kubeconfig(join(home.dir, 'own'), 'mine', 'prod');
kubeconfig(join(shop, 'near'), 'near-prod');
kubeconfig(join(home.dir, 'beside'), 'beside-prod');
kubeconfig(join(home.dir, 'of-home'), 'home-prod');
writeFileSync(join(shop, 'broken'), 'contexts: [{name: half');
writeFileSync(join(shop, 'other.yaml'), 'kind: Service\n');
symlinkSync('/dev/zero', join(shop, 'endless'));

beforeEach(() => {
  vi.stubEnv('KUBECONFIG', own);
  vi.stubEnv('HOME', home.dir);
});
afterEach(() => void vi.unstubAllEnvs());

function contexts(named: string | undefined, trusted = true): Promise<string[]> {
  const target = resolveTarget({ kubeconfig: own, context: 'mine' });
  const entry = { id: 'x', label: 'x', embedded: false, target, namespace: undefined, readOnly: false };
  const deps = {
    platforms: { snapshot: emptySnapshot(entry, 'stopped'), client: undefined },
    problems: { words: { locale: 'en' } },
    applications: { items: [], containing: () => undefined },
  } as unknown as Deps;
  return worldOf(deps, { fsPath: join(shop, 'slipway.yaml') } as never, trusted).contexts(named);
}

it.each<[string, string | undefined, string[]]>([
  ['the user’s own, where the environment names none', undefined, ['mine', 'prod']],
  ['one beside slipway.yaml', 'near', ['near-prod']],
  ['one outside of the application', '../beside', ['beside-prod']],
  ['one of the home directory', '~/of-home', ['home-prod']],
  ['one by its whole path', join(home.dir, 'beside'), ['beside-prod']],
  ['one that is not there', 'gone', []],
  ['one that is no YAML', 'broken', []],
  ['a file that is no kubeconfig', 'other.yaml', []],
  ['a directory', '.kube', []],
  ['a device', 'endless', []],
])('%s', async (_, named, expected) => {
  expect(await contexts(named)).toEqual(expected);
});

it('none that a workspace names which is not trusted', async () => {
  expect(await contexts('near', false)).toEqual([]);
  expect(await contexts('~/of-home', false)).toEqual([]);
  expect(await contexts(undefined, false)).toEqual(['mine', 'prod']);
});
