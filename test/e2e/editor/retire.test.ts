/** What cannot be taken out of the traffic, or deleted: the only revision that there is. */
import { beforeAll, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';

const workspace = useWorkspace({ name: 'retire', settings: { 'slipway.platform.keepRunning': true } });
const { editor, run, up } = workspace;

beforeAll(async () => {
  await up('--port', '0');
  const dir = workspace.path('solo');
  await run('new', 'node-web', dir);
  await run('deploy', dir);
  await editor().openContainer();
}, 240_000);

it('says why the only revision of a service cannot retire, and what to do', async () => {
  await editor().act('Applications', serviceRow('solo'), 'slipway.service.openRevisions');
  const page = await editor().webview('revisions');
  const only = page.locator('tr[data-revision="solo-00001"]');
  await only.hover();
  expect(await only.locator('button[aria-label^="Delete"]').isDisabled()).toBe(true);
  await only.locator('button[aria-label^="Retire"]').click();
  await page.getByText('No other revision can take the traffic of 00001.').waitFor();
  await page.getByText('Deploy another one first, or delete the service.').waitFor();
  await editor().shot('retire-only');
  expect(await editor().page.locator('.monaco-dialog-box').count()).toBe(0);
});
