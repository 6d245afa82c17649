/** Which of the platforms that are known an environment goes to: never to a namesake in another kubeconfig. */
import { expect, it } from 'vitest';
import { type EnvironmentTarget, goesTo, pathOf, resolveTarget } from '../../../src/core/target.ts';

const env = { HOME: '/users/me', SLIPWAY_HOME: '/users/me/slipway' };
const mine = { target: resolveTarget({ context: 'prod' }, undefined, env) };
const theirs = { target: resolveTarget({ kubeconfig: '/theirs', context: 'prod' }, undefined, env) };
const stage = { target: resolveTarget({ kubeconfig: '/theirs', context: 'stage' }, undefined, env) };
const embedded = { target: resolveTarget({}, undefined, env) };
const tour = { target: resolveTarget({ name: 'tour' }, undefined, env) };
const all = [embedded, theirs, stage, mine, tour];

it.each<[string, EnvironmentTarget, readonly object[], readonly object[]]>([
  ['none: any', {}, all, all],
  ['a platform', { platform: 'tour' }, all, [tour]],
  ['a platform that is not known', { platform: 'other' }, all, []],
  ['a context with its kubeconfig', { context: 'prod', kubeconfig: '/theirs' }, all, [theirs]],
  ['a namesake only', { context: 'prod', kubeconfig: '/others' }, all, []],
  ['a context: that of the user', { context: 'prod' }, all, [mine]],
  ['a context: where it is known', { context: 'prod' }, [embedded, theirs], [theirs]],
  ['a kubeconfig: each of its contexts', { kubeconfig: '/theirs' }, all, [theirs, stage]],
  ['a context named as a platform', { context: 'tour' }, all, []],
])('an environment that names %s', (_, environment, known, expected) => {
  expect(goesTo(environment, known as typeof all, env)).toEqual(expected);
});

it('the path of a kubeconfig is from the home, or from where it was written', () => {
  expect(pathOf('~/.kube/prod', '/src/shop', env)).toBe('/users/me/.kube/prod');
  expect(pathOf('../prod', '/src/shop', env)).toBe('/src/prod');
  expect(pathOf('/etc/prod', '/src/shop', env)).toBe('/etc/prod');
});
