/** The platforms that the settings name. */
import { expect, it } from 'vitest';
import { contextEntries } from '../../../src/extension/platform/context-entries.ts';

const env = { HOME: '/users/me' };

it('are contexts, by their names; a namesake in another kubeconfig is a platform of its own', () => {
  const entries = contextEntries(
    [
      { context: 'prod' },
      { context: 'prod', kubeconfig: '~/theirs' },
      { name: 'Stage', context: 'stage', namespace: 'team', readOnly: true },
      { name: 'dev' },
      { kubeconfig: '/nameless' },
    ],
    env,
  );
  expect(entries.map(({ id, label, target }) => [id, label, target.context, target.kubeconfig])).toEqual([
    ['context:prod (/users/me/.kube/config)', 'prod (/users/me/.kube/config)', 'prod', '/users/me/.kube/config'],
    ['context:prod (/users/me/theirs)', 'prod (/users/me/theirs)', 'prod', '/users/me/theirs'],
    ['context:Stage', 'Stage', 'stage', '/users/me/.kube/config'],
    ['context:dev', 'dev', 'dev', '/users/me/.kube/config'],
  ]);
  expect(entries[2]).toMatchObject({ namespace: 'team', readOnly: true, embedded: false });
  expect(entries[0]).toMatchObject({ namespace: undefined, readOnly: false });
});

it.each([[{ context: 'prod' }], ['prod'], [null], [[null, 7, { name: 7 }, { context: '' }]]])(
  'of %o there are none',
  (value) => {
    expect(contextEntries(value)).toEqual([]);
  },
);

it('what is meant to protect does, however it is written', () => {
  expect(contextEntries([{ context: 'prod', readOnly: 'yes', namespace: 7 }])).toMatchObject([
    { label: 'prod', readOnly: true, namespace: undefined },
  ]);
});
