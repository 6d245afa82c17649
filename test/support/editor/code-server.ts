/** VS Code in a browser: code-server's extension host is a real process on this machine, its workbench a page in Chromium. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { results } from '../places.ts';
import type { Launcher, LaunchOptions } from './launcher.ts';

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these suites with npm run test:e2e`);
  return value;
};

/** A product without a gallery: the suites reach none, and whether looking for one fails at once or never differs by machine. */
const noGallery = JSON.stringify({ serviceUrl: '' });

export const launchCodeServer: Launcher = async (options) => {
  const entry = required('SLIPWAY_TEST_CODE_SERVER');
  const env = { ...options.env, EXTENSIONS_GALLERY: noGallery };
  const userData = join(options.dir, 'user-data');
  const extensions = join(options.dir, 'extensions');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(options.settings, null, 2));
  // Settings of the machine that the extension host runs on; in a remote window the user's own do not set them.
  mkdirSync(join(userData, 'Machine'), { recursive: true });
  const ofMachine = Object.entries(options.settings).filter(([name]) => name.startsWith('slipway.'));
  writeFileSync(join(userData, 'Machine', 'settings.json'), JSON.stringify(Object.fromEntries(ofMachine), null, 2));
  writeFileSync(join(options.dir, 'config.yaml'), '{}\n');
  if (options.locale !== 'en') speak(userData, options.locale);
  const shared = [
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
    '--config',
    join(options.dir, 'config.yaml'),
  ];
  cpSync(await installed(entry, options.vsix, env), extensions, { recursive: true });
  if (options.others.length > 0) await install(entry, [...shared, ...installs(options.others)], env);

  const server = spawn(
    process.execPath,
    [
      entry,
      ...shared,
      ...['--auth', 'none', '--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check'],
      ...['--disable-getting-started-override', '--ignore-last-opened'],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...['--locale', options.locale],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await endGroup(server);
  };
  try {
    const address = await listening(server);
    browser = await chromium.launch({
      executablePath: required('SLIPWAY_TEST_CHROMIUM'),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    });
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: options.locale === 'en' ? 'en-US' : options.locale,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    await page.goto(`${address}${query(options)}`, { timeout: 90_000 });
    return { page, logs: join(userData, 'logs'), close };
  } catch (error) {
    await close();
    throw error;
  }
};

/**
 * Registers a language pack that has no texts: the editor then is in that language (its own words stay English), and extensions are
 * given theirs. The real packs come from a gallery that the suites do not reach.
 */
function speak(userData: string, locale: string): void {
  const texts = join(userData, 'main.i18n.json');
  writeFileSync(texts, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: locale,
    extensions: [{ extensionIdentifier: { id: `slipway-tests.language-pack-${locale}` }, version: '0.0.1' }],
    translations: { vscode: texts },
    label: locale,
  };
  writeFileSync(join(userData, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}

function query({ workspace }: LaunchOptions): string {
  if (!workspace) return '?ew=true';
  return `?${workspace.endsWith('.code-workspace') ? 'workspace' : 'folder'}=${encodeURIComponent(workspace)}`;
}

/**
 * The folder of extensions that the editor's own installer makes of this package: made once for all suites and copied for each, as the
 * installer takes seconds. What it writes there stays true elsewhere: it names the extension by its place in the folder, too.
 */
async function installed(entry: string, vsix: string, env: NodeJS.ProcessEnv): Promise<string> {
  const hash = createHash('sha256').update(entry).update(readFileSync(vsix)).digest('hex');
  const folder = join(results, 'installed', hash.slice(0, 16));
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    writeFileSync(join(draft, 'config.yaml'), '{}\n');
    const extensions = join(draft, 'extensions');
    const places = ['--user-data-dir', join(draft, 'user-data'), '--extensions-dir', extensions];
    await install(entry, [...places, '--config', join(draft, 'config.yaml'), ...installs([vsix])], env);
    // Another run beside this one may have been first; its is the same.
    if (!existsSync(folder)) renameSync(extensions, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

const installs = (packages: readonly string[]): string[] => [
  ...packages.flatMap((vsix) => ['--install-extension', vsix]),
  '--force',
];

function install(entry: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`installing the extension failed: ${output}`)),
    );
  });
}

/** Resolves with the address once it is printed; rejects with the output when it ends before. */
function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (text: string): void => {
      output += text;
      const address = /listening on (http:\/\/\S+)/i.exec(output)?.[1];
      if (address) resolve(address.endsWith('/') ? address : `${address}/`);
    };
    server.stdout?.setEncoding('utf8').on('data', read);
    server.stderr?.setEncoding('utf8').on('data', read);
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`code-server ended with ${code}: ${output}`)));
  });
}

/** Ends the server, its extension hosts and what they started in its group. */
function endGroup(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return resolve();
    const group = -server.pid;
    const force = setTimeout(() => kill(group, 'SIGKILL'), 5_000);
    server.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    kill(group, 'SIGTERM');
  });
}

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch {
    // It ended by itself.
  }
}
