/** What is typed as a secret goes to the platform that it was asked for, or nowhere, and then that is said. */
import { expect, it } from 'vitest';
import { Fault } from '../../../src/core/faults.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { createSecret } from '../../../src/extension/secret.ts';

/** Two platforms; the failure whose button is pressed is of the first. */
function platforms() {
  const made: Record<string, unknown[]> = { first: [], second: [] };
  const of = (name: string) => ({
    create: async (_: unknown, namespace: string, object: object) => {
      made[name]?.push({ namespace, ...object });
    },
  });
  const state = { current: 'first' };
  const client = async () => {
    if (state.current !== 'first') throw new Fault('PlatformChanged', { name: 'first' });
    return of(state.current);
  };
  return { made, state, client };
}
const wanted = { namespace: 'team', name: 'passwords' };

it('goes to the platform that it was asked for', async () => {
  const { made, client } = platforms();
  expect(await createSecret(wanted, { client, ask: async () => ({ token: 's3cret' }) })).toBe(true);
  const metadata = { name: 'passwords' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData: { token: 's3cret' } };
  expect(made).toEqual({ first: [{ namespace: 'team', ...secret }], second: [] });
});

it('is written nowhere where another platform is chosen while it is typed, and that is said without it', async () => {
  const { made, state, client } = platforms();
  const ask = async () => {
    state.current = 'second';
    return { token: 's3cret' };
  };
  const error = await createSecret(wanted, { client, ask }).then(String, (thrown: Fault) => thrown);
  if (!(error instanceof Fault)) throw new Error(`it was taken: ${error}`);
  expect(made).toEqual({ first: [], second: [] });
  const { text, fix } = words('en').problem(error);
  expect(`${text} ${fix}`).toMatch(/begun for first, and another platform.*Nothing was done there/);
  expect(JSON.stringify({ ...error, text, fix })).not.toContain('s3cret');
});

it('is not asked for at all once another platform is in use, and nothing is made of what is given up', async () => {
  const gone = platforms();
  gone.state.current = 'second';
  let asked = 0;
  const ask = async () => {
    asked += 1;
    return undefined;
  };
  await expect(createSecret(wanted, { client: gone.client, ask })).rejects.toMatchObject({ code: 'PlatformChanged' });
  expect(asked).toBe(0);
  const { made, client } = platforms();
  expect(await createSecret(wanted, { client, ask })).toBe(false);
  expect(asked).toBe(1);
  expect(made).toEqual({ first: [], second: [] });
});
