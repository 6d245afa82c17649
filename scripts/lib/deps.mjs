/** npm dependencies: installed when they are missing or do not match the lockfile, left alone otherwise. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { say } from './progress.mjs';
import { pinnedNode, run, ScriptError } from './run.mjs';

const lowestNode = 20;
const stamp = join(root, 'node_modules', '.slipway-lockfile');

export async function ensureDependencies() {
  if (Number(process.versions.node.split('.')[0]) < lowestNode) {
    throw new ScriptError(
      `Node ${lowestNode} or newer is needed, this is ${process.versions.node}: https://nodejs.org`,
    );
  }
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lockfile).digest('hex');
  const why = stale(JSON.parse(lockfile.toString('utf8')), hash);
  if (why) {
    say(`npm dependencies: ${why}; installing with npm ci (a minute or two when the cache is cold)`);
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { pulse: 'npm ci', quiet: true });
  }
  if (!pinnedNode()) await placePinnedNode();
  writeFileSync(stamp, `${hash}\n`);
}

/** Why the installed tree is not the lockfile's, or undefined when it is. Someone's own `npm install` counts as good. */
function stale(lock, hash) {
  if (!existsSync(join(root, 'node_modules'))) return 'not installed yet';
  if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === hash) return undefined;
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return 'installed incompletely';
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages ?? {};
  for (const [path, wanted] of Object.entries(lock.packages ?? {})) {
    if (path === '' || wanted.optional || wanted.link) continue;
    if (installed[path]?.version !== wanted.version)
      return `${path.replace('node_modules/', '')} is not ${wanted.version}`;
  }
  return undefined;
}

/** npm 11 may leave the `node` package's install script unrun; it only links a binary that npm did download. */
async function placePinnedNode() {
  const script = join(root, 'node_modules', 'node', 'installArchSpecificPackage.js');
  if (existsSync(script)) {
    await run(process.execPath, [script], {
      cwd: join(root, 'node_modules', 'node'),
      quiet: true,
      pulse: 'placing the pinned Node',
    });
  }
  if (!pinnedNode()) throw new ScriptError('the pinned Node is missing: remove node_modules and run `npm ci`');
}
