/**
 * The `Editor` of the end-to-end suites: a real VS Code with the packed extension in it, in a home of its own, and page objects
 * for what a user's hand touches. Every step leaves a screenshot; errors of ours fail the suite.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { slipway } from '../cli.ts';
import { results, root, temporaryHome } from '../places.ts';
import { until } from '../until.ts';
import { launchCodeServer } from './code-server.ts';
import { type Complaints, collectComplaints } from './complaints.ts';
import { launchDesktop } from './desktop.ts';
import type { RunningEditor } from './launcher.ts';
import { titleOf } from './titles.ts';

export interface OpenOptions {
  /** Word for the folder of screenshots. */
  name: string;
  /** Makes the workspace inside the suite's own folder and returns its path; undefined = an empty window. */
  workspace?: (dir: string) => string | undefined;
  settings?: Record<string, unknown>;
  workspaceTrust?: boolean;
  env?: NodeJS.ProcessEnv;
  /** Folders of extensions of the suite's own, packed and installed beside ours. */
  extensions?: readonly string[];
  /** English where it is left out. */
  locale?: 'en' | 'zh-cn';
}

/**
 * One editor for the tests of a file, in their order. After each: a screenshot when it failed; after all: no complaint.
 * @returns the editor, once the tests run.
 */
export function useEditor(options: OpenOptions): () => Editor {
  let editor: Editor | undefined;
  beforeAll(async () => {
    editor = await openEditor(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !editor) return;
    const failed = `FAILED-${task.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 50)}`;
    keepLogs(editor, join(results, 'logs', options.name, failed));
    await editor.shot(failed);
  });
  afterAll(async () => {
    const complaints = editor?.complaints.list() ?? [];
    await editor?.close();
    expect(complaints).toEqual([]);
  });
  return () => {
    if (!editor) throw new Error('the editor is not open');
    return editor;
  };
}

/** What the editor, our extension in it and the platforms have written so far: by it a failure that comes once is explained. */
function keepLogs({ logs, env }: Editor, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(logs, join(folder, 'editor'), { recursive: true });
  const platforms = env['SLIPWAY_HOME'] ?? '';
  // Not the images, which are the applications over again, and no sockets.
  const isWanted = (path: string) =>
    basename(path) !== 'images' && (lstatSync(path).isFile() || lstatSync(path).isDirectory());
  if (existsSync(platforms)) cpSync(platforms, join(folder, 'platforms'), { recursive: true, filter: isWanted });
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.untrustedFiles': 'open',
  'window.commandCenter': false,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'files.simpleDialog.enable': true,
  // The list of problems does not scroll to the active file's: what a suite looks for stays in sight.
  'problems.autoReveal': false,
  // Where the window is a browser, the editor forwards each port that any process opens, and warns when there are many.
  'remote.autoForwardPorts': false,
};

/** A service's row in the tree by its text: in place of its revisions it says "at zero" once it is, a minute after its last request. */
export const serviceRow = (name: string): RegExp => new RegExp(`${name}.*(revision|at zero)`);

export interface Editor extends AsyncDisposable {
  page: Page;
  /** The suite's own folder; its workspace and home are inside. */
  dir: string;
  env: NodeJS.ProcessEnv;
  logs: string;
  complaints: Complaints;
  /** Runs a command of ours through the palette, by the title that it has there. */
  run(command: string): Promise<void>;
  /** The list or input box that is open on top. */
  quickInput: QuickInput;
  /** A view's section in the side bar or panel by its title. */
  view(title: string): Locator;
  /** A row of a tree by its text. */
  row(view: string, text: string | RegExp): Locator;
  /** The document of our page of this name (a folder of webview/). */
  webview(name: 'traffic' | 'logs' | 'revisions' | 'events'): Promise<FrameLocator>;
  notification(text: string | RegExp): Locator;
  openContainer(): Promise<void>;
  /** Clicks the inline action of a tree's row, by the command's title. */
  act(view: string, text: string | RegExp, command: string): Promise<void>;
  /** Takes an entry of a tree row's menu, by the command's title. */
  menu(view: string, text: string | RegExp, command: string): Promise<void>;
  /** Opens a file of the workspace at a line, as Quick Open does. */
  openAt(file: string, line: number): Promise<void>;
  /** Reloads the window. `remembered`: what must be in the workbench's saved state first, which it writes when the window loses the focus. */
  reload(...remembered: (string | RegExp)[]): Promise<void>;
  /** Saves `NN-name.png`. */
  shot(name: string, clip?: { x: number; y: number; width: number; height: number }): Promise<void>;
  close(): Promise<void>;
}

export interface QuickInput {
  /** Waits for the box with this in its title, placeholder or message. */
  expect(text: string | RegExp): Promise<void>;
  /** `timeout` in ms: the box may close meanwhile. */
  type(text: string, timeout?: number): Promise<void>;
  /** Waits for an entry and takes it. */
  choose(text: string | RegExp): Promise<void>;
  entry(text: string | RegExp): Locator;
  accept(timeout?: number): Promise<void>;
  /** Presses the key that opens the box unless it is open; rejects when it does not open soon. */
  reopen(key: string): Promise<void>;
  cancel(): Promise<void>;
  /** Waits for this validation message. */
  expectMessage(text: string | RegExp): Promise<void>;
  widget: Locator;
}

const ready = 60_000;
/** ms for a step on something that may close by itself. */
const soon = 2_000;

export async function openEditor(options: OpenOptions): Promise<Editor> {
  const home = temporaryHome(options.name);
  const vsix = process.env['SLIPWAY_TEST_VSIX'];
  if (!vsix || !existsSync(vsix))
    throw new Error('SLIPWAY_TEST_VSIX names no package: run these suites with npm run test:e2e');
  const env = { ...home.env, ...options.env };
  const launch = process.env['SLIPWAY_TEST_EDITOR'] === 'desktop' ? launchDesktop : launchCodeServer;
  const editorDir = join(home.dir, 'editor');
  mkdirSync(editorDir);
  let running: RunningEditor;
  try {
    running = await launch({
      workspace: options.workspace?.(home.dir),
      vsix,
      others: (options.extensions ?? []).map((folder) => packed(folder, home.dir)),
      dir: editorDir,
      env,
      settings: { ...quietSettings, ...options.settings },
      workspaceTrust: options.workspaceTrust ?? false,
      locale: options.locale ?? 'en',
    });
  } catch (error) {
    home[Symbol.dispose]();
    throw error;
  }
  const { page, logs } = running;
  page.setDefaultTimeout(ready);
  const complaints = collectComplaints(page, logs);
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: ready });
  const devTools = await page.context().newCDPSession(page);
  let shots = 0;

  const quickInput = quickInputOf(page);
  const close = async (): Promise<void> => {
    await running.close();
    // A platform that the editor started outlives it by its lease; a suite's must not.
    await slipway(['down'], { env, cwd: home.dir });
    home[Symbol.dispose]();
  };
  const editor: Editor = {
    page,
    dir: home.dir,
    env,
    logs,
    complaints,
    quickInput,
    run: async (command) => {
      const title = command.startsWith('slipway.') ? titleOf(command, true, options.locale) : command;
      const entry = quickInput.entry(title);
      // The palette knows an extension's commands only once its host has told it, seconds after the start, and does not look
      // again by itself: asked anew until then. What opens meanwhile, such as a file that was just scaffolded or the page that
      // the command before has opened, takes the focus and closes the palette at any moment: each step gives up soon, and the
      // next look opens it again.
      await page.keyboard.press('F1');
      await until(
        `"${title}" in the palette`,
        async () => {
          await quickInput.reopen('F1');
          await quickInput.type('>', soon);
          await quickInput.type(`>${title}`, soon);
          await entry.waitFor({ timeout: soon });
          // One that gave up after it had clicked would run the command twice.
          await entry.click({ timeout: 15_000 });
          return true;
        },
        { timeout: ready },
      );
    },
    view: (title) => page.locator('.pane', { has: page.locator('.pane-header', { hasText: title }) }),
    row: (view, text) => editor.view(view).locator('.monaco-list-row', { hasText: text }).first(),
    webview: (name) => webviewOf(page, name),
    notification: (text) => page.locator('.notifications-toasts .notification-toast', { hasText: text }),
    openContainer: () => openContainer(page),
    act: async (view, text, command) => {
      const row = editor.row(view, text);
      // A row's action is named by its title without the category.
      const action = row.locator(`.action-label[aria-label^="${titleOf(command, false, options.locale)}"]`).first();
      await row.waitFor({ timeout: ready });
      // It is there only under the mouse, and a row that is drawn anew meanwhile may stand elsewhere.
      const press = async () => {
        await row.hover({ timeout: 2_000 });
        await action.click({ timeout: 2_000 });
        return true;
      };
      await until(`${command} of the row ${text}`, press, { timeout: ready });
    },
    menu: async (view, text, command) => {
      const row = editor.row(view, text);
      await row.waitFor({ timeout: ready });
      const entries = page.locator('.monaco-menu .action-item');
      const title = titleOf(command, false, options.locale);
      const wanted = entries.filter({ has: page.getByText(title, { exact: true }) });
      // By the keyboard: a menu that has just opened takes no click for a moment. A row that is drawn anew just then has no menu, or
      // that of another; a tree that has just been drawn takes the focus back, which closes a menu that opened meanwhile. Nothing is
      // taken before the right entry is known to be the focused one.
      const focused = wanted.and(page.locator('.focused')).first();
      const open = async () => {
        await row.click({ button: 'right', timeout: soon });
        try {
          await wanted.first().waitFor({ timeout: 5_000 });
          const count = await entries.count();
          for (let moved = 0; moved < count; moved += 1) {
            await page.keyboard.press('ArrowDown');
            if (await focused.isVisible()) break;
          }
          await focused.waitFor({ timeout: soon });
        } catch (error) {
          await page.keyboard.press('Escape');
          throw error;
        }
        return true;
      };
      await until(`${command} in the menu of the row ${text}`, open, { timeout: ready });
      await page.keyboard.press('Enter');
      await entries.first().waitFor({ state: 'detached' });
    },
    openAt: async (file, line) => {
      const name = file.split('/').at(-1) ?? file;
      // The list follows the text a moment later: what is taken is what stands first, and of several of that name the one in the folder.
      const first = quickInput.widget
        .locator('.quick-input-list .monaco-list-row.focused')
        .filter({ hasText: name })
        .filter({ hasText: file.slice(0, -name.length).replace(/\/$/, '') });
      const group = page.locator('.editor-group-container.active');
      let isFirstTry = true;
      await page.keyboard.press('Control+p');
      await until(
        `${file} by Quick Open`,
        async () => {
          await quickInput.reopen('Control+p');
          await quickInput.type(`${file}:${line}`, soon);
          try {
            await first.waitFor({ timeout: soon });
          } catch (error) {
            // A box that is open does not look anew for files that have come since.
            await quickInput.cancel();
            throw error;
          }
          // The box knows which row is the focused one a moment after it shows it, and takes the one of before until then: a row that is
          // clicked is taken itself.
          if (isFirstTry) await quickInput.accept(soon);
          else await first.click({ timeout: soon });
          isFirstTry = false;
          await group.locator('.tab.active', { hasText: name }).waitFor({ timeout: soon });
          return true;
        },
        { timeout: ready },
      );
      // The keys that come next are meant for the text, at this line: in a file that was in front already, the tab says neither.
      await page.locator('[id="status.editor.selection"]', { hasText: `Ln ${line},` }).waitFor();
      await group.locator('.monaco-editor.focused').waitFor();
    },
    reload: async (...remembered) => {
      const isIn = (state: string) => (each: string | RegExp) =>
        typeof each === 'string' ? state.includes(each) : each.test(state);
      if (remembered.length > 0)
        await until('the saved state', async () => remembered.every(isIn(await page.evaluate<string>(savedState))), {
          timeout: 90_000,
          every: 1_000,
        });
      await page.reload({ timeout: ready });
      await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: ready });
    },
    shot: async (name, clip) => {
      shots += 1;
      const folder = join(results, 'screenshots', options.name);
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${String(shots).padStart(2, '0')}-${name}.png`);
      // Menus and hovers fade in; what never ends, such as a bar of progress, is not waited for.
      await page.evaluate(`Promise.all(
        document.getAnimations()
          .filter((one) => one.playState === 'running' && one.effect.getComputedTiming().endTime <= 1_000)
          .map((one) => one.finished.catch(() => {})),
      ).then(() => {})`);
      if (clip) return void (await page.screenshot({ path, clip }));
      // Written with little effort: there are hundreds in a run, and packing them well takes a second of a slow machine each.
      const { data } = await devTools.send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true });
      writeFileSync(path, data, 'base64');
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return editor;
}

/** Our view container, in a window that may be opening it by itself: as it was there before a reload, or in another window. */
export async function openContainer(page: Page): Promise<void> {
  const tab = page.locator('.activitybar .action-item', { has: page.locator('[aria-label^="Slipway"]') });
  const ours = page.locator('.sidebar .composite.title .title-label', { hasText: /slipway/i });
  await tab.waitFor({ timeout: ready });
  // A click on the tab that is open closes it.
  await until('our view container', async () => {
    if (await ours.isVisible()) return true;
    await tab.click({ timeout: soon });
    return ours.waitFor({ timeout: soon }).then(
      () => true,
      () => false,
    );
  });
}

/**
 * What the workbench in a browser has stored; runs in the page. It stores once a minute, and when the user goes to another window: that it
 * is told, as no other window takes a headless page's focus away.
 */
const savedState = `(async () => {
  for (const gone of [true, false]) {
    if (gone) document.hasFocus = () => false;
    else delete document.hasFocus;
    document.dispatchEvent(new Event('visibilitychange'));
  }
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('vscode-web-state-db')) continue;
    const database = await done(indexedDB.open(name));
    if (database.objectStoreNames.contains('ItemTable')) {
      const items = database.transaction('ItemTable', 'readonly').objectStore('ItemTable');
      found.push(...(await done(items.getAll())));
    }
    database.close();
  }
  return found.join();
})()`;

/** A .vsix of an extension that is plain JavaScript. */
function packed(folder: string, dir: string): string {
  const file = join(dir, `${basename(folder)}.vsix`);
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  execFileSync(process.execPath, [vsce, 'package', ...options], { cwd: folder, stdio: 'pipe' });
  return file;
}

function quickInputOf(page: Page): QuickInput {
  const widget = page.locator('.quick-input-widget');
  const input = widget.locator('.quick-input-box input');
  const entry = (text: string | RegExp) =>
    widget.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  return {
    widget,
    entry,
    expect: async (text) => {
      await widget
        .filter({ hasText: text })
        .or(widget.filter({ has: page.locator(attribute('placeholder', text)) }))
        .first()
        .waitFor();
    },
    type: (text, timeout = ready) => input.fill(text, { timeout }),
    choose: async (text) => {
      await entry(text).click();
    },
    accept: (timeout = ready) => input.press('Enter', { timeout }),
    reopen: async (key) => {
      // A key that was pressed a moment ago has its box soon; pressed again it would close it.
      const isOpen = await widget.waitFor({ timeout: soon }).then(
        () => true,
        () => false,
      );
      if (isOpen) return;
      await page.keyboard.press(key);
      await widget.waitFor({ timeout: soon });
    },
    cancel: () => page.keyboard.press('Escape'),
    expectMessage: (text) => widget.locator('.quick-input-message', { hasText: text }).waitFor(),
  };
}

const attribute = (name: string, text: string | RegExp) =>
  `input[${name}*="${text instanceof RegExp ? text.source : text}"]`;

/**
 * A webview is a frame in a frame with random names: ours is the one that loads our page's script. It is known again by its origin,
 * which the editor keeps for each kind of page: its place among the frames changes as others come and go, its name when it is shown anew.
 */
async function webviewOf(page: Page, name: string): Promise<FrameLocator> {
  return await until(
    `the ${name} page`,
    async () => {
      const addresses = await page
        .locator('iframe.webview')
        .evaluateAll((frames) => frames.map((frame) => (frame as unknown as { src: string }).src));
      for (const address of addresses) {
        const origin = URL.parse(address)?.searchParams.get('origin');
        if (!origin) continue;
        const inner = page
          .frameLocator(`iframe.webview[src*="origin=${origin}"]`)
          .first()
          .frameLocator('#active-frame');
        const script = inner.locator(`script[src*="/${name}.js"]`);
        if ((await script.count().catch(() => 0)) > 0) return inner;
      }
      return undefined;
    },
    { timeout: ready, every: 250 },
  );
}
