/** Taking revisions out of the traffic: the only one that there is, and those that serve alone beside others. */
import { writeFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { serving } from '../../support/kube.ts';
import { until } from '../../support/until.ts';

const workspace = useWorkspace({ name: 'retire', settings: { 'slipway.platform.keepRunning': true } });
const { editor, kube, path, run, up } = workspace;
/** Who serves as the object asks for it: `solo-00001 100`, or `@latest 100`. */
const shares = async (): Promise<string> => {
  const { traffic = [] } = (await kube().get(serving('default', 'services', 'solo'))).spec as {
    traffic?: { revisionName?: string; percent?: number }[];
  };
  return traffic
    .filter(({ percent = 0 }) => percent > 0)
    .map(({ revisionName = '@latest', percent }) => `${revisionName} ${percent}`)
    .join();
};
const deployAnew = async (text: string): Promise<void> => {
  writeFileSync(path('solo', 'PRICES'), text);
  await run('deploy', path('solo'));
};
/** Reads the question, and says yes. */
const confirm = async (short: string, ...says: RegExp[]): Promise<void> => {
  const dialog = editor().page.locator('.monaco-dialog-box', { hasText: `Retire revision ${short}?` });
  for (const each of says) await dialog.getByText(each).waitFor();
  await editor().shot(`retire-${short}`);
  await dialog.getByRole('button', { name: 'Retire' }).click();
};

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

it('gives all that the latest has to the newest other one, and the next deploy does not take it back', async () => {
  await deployAnew('pears');
  const page = await editor().webview('revisions');
  const latest = page.locator('tr[data-revision="solo-00002"]');
  await latest.getByText('100 %').first().waitFor();
  await latest.hover();
  await latest.locator('button[aria-label^="Retire"]').click();
  await confirm('00002', /100 % go to the others.*00001 100 %/, /the next deploy takes none/);
  await until('the split', async () => (await shares()) === 'solo-00001 100');
  await deployAnew('apples');
  expect(await shares()).toBe('solo-00001 100');
});

it('is in the tree, too: from one that serves alone all goes to the latest', async () => {
  await editor().row('Applications', '00003').waitFor();
  await editor()
    .row('Applications', /00001.*100 %/)
    .waitFor();
  await editor().menu('Applications', '00001', 'slipway.revision.retire');
  await confirm('00001', /100 % go to the others.*00003 100 %/);
  await until('the split', async () => (await shares()) === '@latest 100');
});

it('is in the palette, too, which says where there is nothing to do', async () => {
  await editor()
    .row('Applications', /00003.*100 %/)
    .waitFor();
  await editor().run('slipway.revision.retire');
  await editor().quickInput.choose('00003');
  await confirm('00003', /100 % go to the others.*00002 100 %/, /the next deploy takes none/);
  await until('the split', async () => (await shares()) === 'solo-00002 100');
  await editor()
    .row('Applications', /00002.*100 %/)
    .waitFor();
  await editor().run('slipway.revision.retire');
  await editor().quickInput.choose('00003');
  await editor().notification('00003 takes no traffic and has no tag').waitFor();
});
