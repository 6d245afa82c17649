/** A canary that a window drives, on a real API, while the window looks at another platform. */
import { afterAll, expect, it } from 'vitest';
import { connect, type PlatformClient } from '../../../src/core/client.ts';
import { kinds } from '../../../src/core/resources.ts';
import { resolveTarget } from '../../../src/core/target.ts';
import { canaryOf, pauseCanary } from '../../../src/core/traffic/canary-driver.ts';
import { Canaries } from '../../../src/extension/canaries.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { emptySnapshot, type PlatformEntry } from '../../../src/extension/platform/snapshot.ts';
import { temporaryHome } from '../../support/places.ts';
import { seededApi } from '../../support/seeded-api.ts';
import { until } from '../../support/until.ts';

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());
const home = stack.use(temporaryHome('canaries'));
const api = stack.use(await seededApi(home.dir, { services: 2, revisions: 2 }));
const target = resolveTarget({ kubeconfig: api.kubeconfig, context: api.context });
const client = stack.use(await connect(target));

const entry = (id: string): PlatformEntry => ({
  id,
  label: id,
  embedded: false,
  target,
  namespace: undefined,
  readOnly: false,
});

/** A window whose platform in use is another once `look` was called; `held` are the clients that something has. */
function aWindow() {
  let inUse = 'here';
  const held: PlatformClient[] = [];
  const told: string[] = [];
  const platforms = {
    get snapshot() {
      return emptySnapshot(entry(inUse), 'ready');
    },
    needOf: async () => {
      if (inUse !== 'here') throw new Error('nothing is to be asked of another platform');
      return client;
    },
    hold: (held_: PlatformClient) => {
      held.push(held_);
      return { [Symbol.dispose]: () => void held.splice(held.indexOf(held_), 1) };
    },
  };
  const problems = {
    words: words('en'),
    say: words('en').say,
    explain: (error: unknown) => ({ code: '', text: String(error), fix: '', place: undefined, unexpected: true }),
    tell: async (text: string) => void told.push(text),
  };
  const log = {
    info: (text: string) => void told.push(text),
    error: (text: string | Error) => void told.push(`${text}`),
  };
  const canaries = stack.use({
    of: new Canaries(platforms, problems, log),
    [Symbol.dispose]() {
      this.of.dispose();
    },
  }).of;
  return { canaries, held, told, look: (at: string) => (inUse = at) };
}

const stateOf = async (name: string) => canaryOf(await client.get(kinds.service, 'default', name));
const plan = (service: string) => ({
  revision: `${service}-00001`,
  steps: [20, 100],
  pauseSeconds: 900,
  maxErrorPercent: 5,
  maxP95Ratio: null,
  minRequests: 20,
});

it('goes on to its end while another platform is in use, and holds its client until then', async () => {
  const { canaries, held, told, look } = aWindow();
  const key = { namespace: 'default', name: 'service-0000' };
  await canaries.start(key, plan(key.name));
  expect(held).toEqual([client]);
  look('elsewhere');
  expect(await stateOf(key.name)).toMatchObject({ phase: 'running' });
  await pauseCanary(client, 'default', key.name);
  await until('it seen by the driver', () => told.includes('canary of service-0000: held (byUser)'));
  await until('its client let go', () => held.length === 0);
  expect(told.filter((text) => text.includes('lost'))).toEqual([]);
});

it('is let go where it is when the window closes, whichever platform is in use', async () => {
  const { canaries, held, look } = aWindow();
  const key = { namespace: 'default', name: 'service-0001' };
  await canaries.start(key, plan(key.name));
  expect((await stateOf(key.name))?.driver).not.toBeNull();
  look('elsewhere');
  await canaries.release();
  expect(await stateOf(key.name)).toMatchObject({ phase: 'running', driver: null });
  await until('its client let go', () => held.length === 0);
});
