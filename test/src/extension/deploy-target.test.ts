/** Which platform a deploy goes to: the environment, what is in use and what a person answers decide. */
import { describe, expect, it } from 'vitest';
import type { EnvironmentTarget, Target } from '../../../src/core/target.ts';
import { deployTarget, type TargetQuestions } from '../../../src/extension/deploy-target.ts';
import type { PlatformEntry } from '../../../src/extension/platform/snapshot.ts';

function entry(id: string, target: Target): PlatformEntry {
  return { id, label: id, embedded: target.type === 'platform', target, namespace: undefined, readOnly: false };
}
const context = (name: string, kubeconfig = '/kube/config'): Target => ({ type: 'context', kubeconfig, context: name });
const local = entry('local', { type: 'platform', name: 'default', data: '/d', kubeconfig: '/d/k', context: undefined });
const staging = entry('staging', context('staging'));
const first = entry('first', context('prod', '/kube/one'));
const second = entry('second', context('prod', '/kube/two'));

/** A window with these, the first of which is in use; what was asked is noted in order. */
function aWindow(...entries: PlatformEntry[]) {
  const known = { entries, snapshot: { entry: entries[0] ?? local } };
  const asked: string[] = [];
  const answers: { which?: PlatformEntry; wanted?: boolean; chosen?: PlatformEntry; found?: PlatformEntry } = {};
  const ask: TargetQuestions = {
    which: async (fitting) => {
      asked.push(`which of ${fitting.map(({ id }) => id).join()}`);
      return answers.which;
    },
    isOtherWanted: async () => {
      asked.push('another?');
      if (answers.found) entries.push(answers.found);
      return answers.wanted === true;
    },
    choose: async () => {
      asked.push('choose');
      if (answers.chosen) known.snapshot.entry = answers.chosen;
      delete answers.chosen;
    },
  };
  const to = (environment: EnvironmentTarget | undefined, more: { use?: boolean; on?: PlatformEntry } = {}) =>
    deployTarget({ environment, use: false, ...more }, known, ask);
  return { to, asked, answers, known };
}

describe('without a question', () => {
  it('the platform in use, where no environment or one that names it is asked for', async () => {
    const { to, asked } = aWindow(staging, local);
    expect(await to(undefined)).toBe(staging);
    expect(await to({})).toBe(staging);
    expect(await to({ context: 'staging' })).toBe(staging);
    expect(asked).toEqual([]);
  });

  it('the only one that fits, where it may be put in use', async () => {
    const { to, asked } = aWindow(local, staging, first);
    expect(await to({ context: 'staging' }, { use: true })).toBe(staging);
    expect(asked).toEqual([]);
  });

  it('none where nobody can be asked', async () => {
    const known = { entries: [local, first, second], snapshot: { entry: local } };
    const wish = { environment: { context: 'prod' }, use: true };
    expect(await deployTarget(wish, known, undefined)).toBeUndefined();
    expect(await deployTarget({ ...wish, use: false }, known, undefined)).toBeUndefined();
  });
});

describe('where several fit', () => {
  it('they alone are offered, and it goes on with the one that is chosen', async () => {
    const { to, asked, answers } = aWindow(local, first, staging, second);
    answers.which = second;
    expect(await to({ context: 'prod' }, { use: true })).toBe(second);
    expect(asked).toEqual(['which of first,second']);
  });

  it('it does not go on where none is chosen', async () => {
    const { to } = aWindow(local, first, second);
    expect(await to({ context: 'prod' }, { use: true })).toBeUndefined();
  });
});

describe('where the one in use does not fit and none may be put in use unasked', () => {
  it('it is said, and goes on with one that fits when another is wanted', async () => {
    const { to, asked, answers } = aWindow(local, staging);
    expect(await to({ context: 'staging' })).toBeUndefined();
    answers.wanted = true;
    answers.which = staging;
    expect(await to({ context: 'staging' })).toBe(staging);
    expect(asked).toEqual(['another?', 'another?', 'which of staging']);
  });

  it('one that has come since it was asked is offered', async () => {
    const { to, asked, answers } = aWindow(local);
    Object.assign(answers, { wanted: true, found: staging, which: staging });
    expect(await to({ context: 'staging' }, { use: true })).toBe(staging);
    expect(asked).toEqual(['another?', 'which of staging']);
  });

  it('and none is known that does: what is chosen is looked at once more', async () => {
    const { to, asked, answers } = aWindow(local, first);
    Object.assign(answers, { wanted: true, chosen: first });
    expect(await to({ context: 'gone' }, { use: true })).toBeUndefined();
    // First: put in use, and it does not fit either. Then nothing is chosen any more.
    expect(asked).toEqual(['another?', 'choose', 'another?', 'choose']);
  });
});

describe('what is done once more', () => {
  it('goes to its own platform or nowhere', async () => {
    const { to, known } = aWindow(local, staging);
    expect(await to(undefined, { on: local })).toBe(local);
    known.snapshot.entry = staging;
    await expect(to(undefined, { on: local })).rejects.toMatchObject({ code: 'PlatformChanged' });
    await expect(to({}, { on: local })).rejects.toMatchObject({ code: 'PlatformChanged' });
    known.snapshot.entry = local;
    expect(await to({ context: 'staging' }, { use: true, on: staging })).toBe(staging);
  });
});
