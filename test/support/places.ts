/** Where the suites find things, and temporary homes that are gone afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** Screenshots, logs of editors and reports; not in git. */
export const results = join(root, 'test-results');

export interface TemporaryHome extends Disposable {
  dir: string;
  /** Environment in which nothing of the user's own home, state or cache is seen. */
  env: NodeJS.ProcessEnv;
}

/** An empty home for one suite. @param name a word for its folder's name. */
export function temporaryHome(name: string): TemporaryHome {
  const dir = mkdtempSync(join(tmpdir(), `slipway-${name}-`));
  const home = join(dir, 'home');
  mkdirSync(home);
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const key of Object.keys(env)) {
    if (
      /^(VSCODE_|ELECTRON_|SLIPWAY_(?!TEST_)|VITEST|KUBECONFIG$|NODE_OPTIONS$|NODE_ENV$|TEST$|DEV$|PROD$|XDG_)/.test(
        key,
      )
    )
      delete env[key];
  }
  return {
    dir,
    // Applications run with the Node that the suites run with, not with whatever the machine has.
    env: {
      ...env,
      PATH: [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter),
      HOME: home,
      USERPROFILE: home,
      SLIPWAY_HOME: join(dir, 'platforms'),
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** @param files path below `dir` → text; folders between are made */
export function writeFiles(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
