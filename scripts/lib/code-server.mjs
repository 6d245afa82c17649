/**
 * A real VS Code without a download from Microsoft: code-server from npm has VS Code's workbench and extension host. It is
 * 600 MB and takes minutes to build, so it is no dependency: one copy per version in the cache, outside the repository.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheHome } from './paths.mjs';
import { say } from './progress.mjs';
import { pinnedNode, run, ScriptError } from './run.mjs';

/** 4.139.1 is VS Code 1.139. Changing it installs a second copy beside the first. */
export const codeServerVersion = '4.139.1';

const home = join(cacheHome, `code-server-${codeServerVersion}`);
const entry = (folder) => join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');

/** @returns path of code-server's entry script, to be started with the pinned Node. */
export async function ensureCodeServer() {
  if (existsSync(entry(home))) return entry(home);
  const draft = `${home}.${process.pid}`;
  say(`code-server ${codeServerVersion} (VS Code's own workbench and extension host): installed once into ${home}`);
  removeDrafts();
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), '{"private": true}\n');
  const node = pinnedNode();
  if (!node) throw new ScriptError('the pinned Node is not installed');
  try {
    await run('npm', ['install', `code-server@${codeServerVersion}`, '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: draft,
      quiet: true,
      pulse: 'npm install code-server (2 to 5 minutes)',
      env: {
        // Its own install script runs npm again for VS Code's modules, four of which are C++ and built here against the headers
        // that came with the pinned Node. This folder holds nothing else, so approving all scripts in it approves these.
        npm_config_dangerously_allow_all_scripts: 'true',
        npm_config_nodedir: nodeHeaders(node),
        npm_config_loglevel: 'error',
      },
    });
    if (!existsSync(entry(draft))) throw new ScriptError('code-server: npm ended well, but its entry is missing');
    // The only step that makes it count: an interrupted installation is never taken for a whole one.
    if (!existsSync(home)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return entry(home);
}

/** Half of an installation that was killed, and that nobody goes on with: hundreds of MB. */
export function removeDrafts(folder = cacheHome) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const owner = /^code-server-\d+\.\d+\.\d+\.(\d+)$/.exec(name)?.[1];
    // Our own pid's is an earlier process's: ours is not begun.
    if (owner === undefined || (Number(owner) !== process.pid && isAlive(Number(owner)))) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The folder that has include/node of the pinned Node. */
function nodeHeaders(node) {
  const folder = dirname(dirname(node));
  const arch = `node-${process.platform}-${process.arch}`;
  const places = [folder, join(folder, 'node_modules', arch), join(dirname(folder), arch)];
  const found = places.find((place) => existsSync(join(place, 'include', 'node', 'node.h')));
  if (!found) throw new ScriptError(`no headers of Node found beside ${node}`);
  return found;
}
