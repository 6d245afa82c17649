/** The packed extension in windows of every kind: it wakes up, is quiet, and starts nothing on its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useEditor } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { service } from '../../support/logs-application.ts';
import { processesOf } from '../../support/processes.ts';

/** A platform that nobody asked for would be one of these. */
const platformsOf = (dir: string) => processesOf(dir).filter(({ command }) => /platform\.mjs/.test(command));

describe('an empty window', () => {
  const editor = useEditor({ name: 'empty-window' });

  it('has our view container, which says what to do next', async () => {
    await editor().openContainer();
    await editor().view('Applications').waitFor();
    await editor().view('Platform').waitFor();
    await editor().view('Applications').locator('.welcome-view-content', { hasText: 'No folder is open' }).waitFor();
    await editor().shot('container');
  });

  it('starts no platform and opens nothing by itself', async () => {
    expect(platformsOf(editor().dir)).toEqual([]);
    expect(await editor().page.locator('.notification-toast').count()).toBe(0);
    expect(await editor().page.locator('.editor-group-container .tab').count()).toBe(0);
  });

  it('offers its commands in the palette and scaffolds nothing without an answer', async () => {
    await editor().run('slipway.application.new');
    await editor().quickInput.entry('node-web').waitFor();
    await editor().shot('new');
    await editor().quickInput.cancel();
    await editor().quickInput.widget.waitFor({ state: 'hidden' });
  });
});

describe('a window with a folder that has no application', () => {
  const { editor, path } = useWorkspace({ name: 'plain-folder' });

  it('wakes up for the manifest of one that came later, and starts nothing for it', async () => {
    mkdirSync(path('later', 'deploy'), { recursive: true });
    writeFileSync(
      path('later', 'slipway.yaml'),
      'name: later\nbuild:\n  image: dev.local/later\nrun:\n  start: node a.js\n',
    );
    writeFileSync(path('later', 'deploy', 'service.yaml'), service('later'));
    await editor().openAt('later/slipway.yaml', 1);
    await editor().page.locator('.codelens-decoration', { hasText: 'Deploy' }).first().waitFor();
    await editor().shot('later');
    expect(platformsOf(editor().dir)).toEqual([]);
    rmSync(path('later'), { recursive: true });
  });

  it('starts the platform on request and shows it in the status bar', async () => {
    await editor().run('slipway.platform.start');
    await editor()
      .page.locator('.statusbar-item[id*="slipway"]', { hasText: /embedded/ })
      .waitFor();
    await editor().openContainer();
    await editor()
      .row('Platform', /embedded/)
      .waitFor();
    await editor().shot('platform');
    expect(platformsOf(editor().dir)).toHaveLength(1);
  });
});
