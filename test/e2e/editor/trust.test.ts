/** A workspace that is not trusted: everything can be looked at, nothing of it is started. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { temporaryHome } from '../../support/places.ts';
import { processesOf } from '../../support/processes.ts';

/** Scaffolded beforehand, as a repository that somebody cloned. */
const template = temporaryHome('trust-template');
await slipway(['new', 'node-web', join(template.dir, 'hello')], { env: template.env, cwd: template.dir });

describe('an untrusted workspace', () => {
  const editor = useEditor({
    name: 'untrusted',
    workspaceTrust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    workspace: (dir) => {
      const folder = join(dir, 'workspace');
      mkdirSync(folder);
      cpSync(join(template.dir, 'hello'), join(folder, 'hello'), { recursive: true });
      template[Symbol.dispose]();
      return folder;
    },
  });

  it('shows the application', async () => {
    await editor().openContainer();
    await editor().row('Applications', /hello/).waitFor({ timeout: 60_000 });
    await editor().shot('restricted');
  });

  it('offers no deploy and no run, and starts no process of the workspace', async () => {
    const page = editor().page;
    await page.keyboard.press('F1');
    await editor().quickInput.type('>Slipway: Deploy');
    await editor().quickInput.widget.locator('.quick-input-list .monaco-list-row').first().waitFor();
    const offered = await editor().quickInput.entry('Slipway: Deploy').count();
    await editor().shot('palette');
    if (offered > 0) {
      await editor().quickInput.entry('Slipway: Deploy').click();
      await editor().notification(/trust/i).waitFor();
    } else await editor().quickInput.cancel();
    expect(processesOf(editor().dir).filter(({ command }) => command.includes(join('workspace', 'hello')))).toEqual([]);
  });
});
