/** `npm start`: sets up what is missing, builds, and runs the tour. */
import { join } from 'node:path';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { say } from './lib/progress.mjs';
import { fail, runNode } from './lib/run.mjs';

async function main() {
  say('Slipway: one moment, getting ready');
  await ensureDependencies();
  await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });
  say('the tour begins: an application from an empty folder to production habits, on a platform of its own');
  const { code } = await runNode([join(dist, 'cli.mjs'), 'tour', ...process.argv.slice(2)], { check: false });
  process.exit(code);
}

main().catch(fail);
