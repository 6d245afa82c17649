/** The page "Revisions & Traffic" alone in a browser, without an editor: what it tells of one platform while another is chosen. */
import { expect, it } from 'vitest';
import { openPage } from '../../support/pages/page-harness.ts';
import { revisionsOf } from '../../support/pages/states.ts';

it('says what stands in the way of a change on the page of its platform, not on that of the one chosen meanwhile', async () => {
  await using revisions = await openPage('revisions', {
    ...{ width: 900, height: 900 },
    first: [{ name: 'state', payload: revisionsOf({ canRollBack: true }) }],
  });
  const { page } = revisions;
  const problem = (text: string, code = 'RevisionFailed') => ({ code, text, fix: '' });
  const rollBack = async () => {
    await revisions.answer('rollback', undefined);
    const before = (await revisions.asked()).length;
    await page.locator('#rollback').click();
    expect((await revisions.asked()).slice(before)).toMatchObject([{ method: 'rollback' }]);
  };
  await rollBack();
  await revisions.answerNow('rollback', problem('Refused here.'));
  await page.getByText('Refused here.').waitFor();
  await rollBack();
  await revisions.send('state', revisionsOf({ on: 'elsewhere', canRollBack: true }));
  await page.getByText('Refused here.').waitFor({ state: 'detached' });
  await revisions.answerNow('rollback', problem('Refused there.'));
  await revisions.painted();
  expect(await page.getByText('Refused there.').count()).toBe(0);
  await rollBack();
  await revisions.send('state', revisionsOf({ on: 'third', canRollBack: true }));
  await revisions.painted();
  await revisions.answerNow('rollback', problem('Another one is in use.', 'PlatformChanged'));
  await page.getByText('Another one is in use.').waitFor();
});
