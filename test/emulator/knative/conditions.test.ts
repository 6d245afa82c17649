import { describe, expect, it } from 'vitest';
import type { Condition } from '../../../emulator/kernel/object.ts';
import { beginConditions, livingConditions, manageConditions } from '../../../emulator/knative/conditions.ts';
import { childName } from '../../../emulator/knative/names.ts';
import { aRoute, birth, withGeneration, withStatus } from './support/builders.ts';
import { conditionsOf } from './support/view.ts';

const set = livingConditions('A', 'B');
const now = Date.parse('2023-11-14T23:00:00Z');
const manage = (current: Condition[] = []) => manageConditions(set, current, now);
const show = (conditions: ReturnType<typeof manage>) => conditionsOf({ conditions: conditions.list() });

describe('the happy condition', () => {
  it('is true once all dependents are', () => {
    const conditions = manage();
    conditions.markTrue('A');
    expect(show(conditions)).toEqual({ A: 'True', Ready: 'Unknown' });
    conditions.markTrue('B', 'Why', 'so');
    expect(show(conditions)).toEqual({ A: 'True', B: 'True Why: so', Ready: 'True' });
  });

  it('follows the dependent that was marked last', () => {
    const conditions = manage();
    conditions.markUnknown('A', 'Wait', 'a');
    conditions.markUnknown('B', 'Wait', 'b');
    expect(show(conditions).Ready).toBe('Unknown Wait: b');
    conditions.markFalse('A', 'Broken', 'a');
    conditions.markUnknown('B', 'Wait', 'c');
    expect(show(conditions).Ready).toBe('False Broken: a');
  });

  it('shows the newest unhappy dependent when another one turns true, False before Unknown', () => {
    const old = (type: string, status: Condition['status'], time: string, message: string): Condition => ({
      type,
      status,
      message,
      lastTransitionTime: time,
    });
    const conditions = manageConditions(
      livingConditions('A', 'B', 'C'),
      [old('A', 'Unknown', '2023-11-14T22:00:00Z', 'older'), old('B', 'Unknown', '2023-11-14T22:30:00Z', 'newer')],
      now,
    );
    conditions.markTrue('C');
    expect(show(conditions).Ready).toBe('Unknown: newer');
    conditions.markFalse('A', 'X', 'failed');
    conditions.markTrue('C', 'again');
    expect(show(conditions).Ready).toBe('False X: failed');
  });

  it('does not care for what only informs', () => {
    const conditions = manage();
    conditions.markTrue('A');
    conditions.markTrue('B');
    conditions.markFalse('Active', 'NoTraffic', 'none');
    expect(conditions.list()).toContainEqual(
      expect.objectContaining({ type: 'Active', severity: 'Info', status: 'False' }),
    );
    expect(show(conditions).Ready).toBe('True');
  });
});

describe('times', () => {
  it('stay while nothing else of a condition changes', () => {
    const conditions = manage([{ type: 'A', status: 'True', lastTransitionTime: birth }]);
    conditions.markFalse('A', 'X');
    conditions.markTrue('A');
    conditions.markTrue('B');
    const times = Object.fromEntries(
      conditions.list().map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    );
    expect(times).toEqual({ A: birth, B: '2023-11-14T23:00:00Z', Ready: '2023-11-14T23:00:00Z' });
  });
});

describe('a new generation', () => {
  const conditions = {
    AllTrafficAssigned: 'True',
    IngressReady: 'True',
    CertificateProvisioned: 'True',
    Ready: 'True',
  };
  const routes = livingConditions('AllTrafficAssigned', 'IngressReady', 'CertificateProvisioned');

  it('takes Ready away until the reconciler has spoken', () => {
    const object = aRoute(withStatus(conditions), withGeneration(2));
    expect(show(beginConditions(routes, object, now)).Ready).toBe(
      'Unknown NewObservedGenFailure: unsuccessfully observed a new generation',
    );
  });

  it('with a failure standing is a failure', () => {
    const failed = { ...conditions, IngressReady: 'False Broken: x', Ready: 'Unknown' };
    const object = aRoute(withStatus(failed), withGeneration(2));
    expect(show(beginConditions(routes, object, now)).Ready).toBe(
      'False NewObservedGenFailure: unsuccessfully observed a new generation',
    );
  });

  it('of a ready object makes conditions that are new to it true', () => {
    const { CertificateProvisioned: _, ...known } = conditions;
    expect(show(beginConditions(routes, aRoute(withStatus(known)), now)).CertificateProvisioned).toBe('True');
  });
});

describe('names of children', () => {
  const long = `long-${'n'.repeat(50)}`;
  it.each([
    ['hello', '-00001', 'hello-00001'],
    [`${long}-00001`, '-deployment', 'long-nnnnnnnnnnnnnnnfa4abeba5d156a7495055e7816c1afe5-deployment'],
    [`${long}-00001`, '-private', 'long-nnnnnnnnnnnnnnnnnnfa4abeba5d156a7495055e7816c1afe5-private'],
  ])('%s %s', (parent, suffix, name) => expect(childName(parent, suffix)).toBe(name));

  it('with a suffix that leaves no room are 63 characters, and end in a letter or digit', () => {
    const name = childName('a'.repeat(40), `-${'b'.repeat(40)}`);
    expect(name).toMatch(/^a{31}[0-9a-f]{32}$/);
    expect(childName('ab', `-${'-'.repeat(70)}`)).toMatch(/^ab[0-9a-f]{32}$/);
  });
});
