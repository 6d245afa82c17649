/**
 * `npm run -s slipway -- ARGS`: the command line from the sources. Builds when a source is newer than the bundle, then
 * hands over: stdin, stdout and the exit code are the command's.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { fail, pinnedEnv, pinnedNode, runNode } from './lib/run.mjs';

const cli = join(dist, 'cli.mjs');

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

async function main() {
  await ensureDependencies();
  const sources = Math.max(...['src', 'emulator', 'webview'].map((folder) => newest(join(root, folder))));
  if (!existsSync(cli) || statSync(cli).mtimeMs < sources) {
    await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });
  }
  const child = spawn(pinnedNode(), [cli, ...process.argv.slice(2)], { stdio: 'inherit', env: pinnedEnv() });
  // The command decides what an interrupt means; the terminal has sent it the signal already.
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', () => {});
  process.removeAllListeners('SIGTERM');
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', fail);
  child.on('close', (code) => process.exit(code ?? 1));
}

main().catch(fail);
