/**
 * `npm run check`: everything about the sources that needs no running platform. Each check is a function that returns the
 * problems it found; an empty list is a pass.
 */
import { fileURLToPath } from 'node:url';
import { checkContributions } from './checks/contributions.mjs';
import { checkFileLengths, checkLocalPaths } from './checks/files.mjs';
import { checkImports } from './checks/imports.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { fail, run } from './lib/run.mjs';
import { missingEntries, readLock } from './lockfile.mjs';

/** A tool of node_modules: its output is the list of problems. */
const tool =
  (command, ...args) =>
  async () => {
    const { code, output } = await run(command, args, { quiet: true, check: false });
    return code === 0 ? [] : [output.trim() || `${command} ended with ${code}`];
  };

export const checks = {
  types: tool('tsc', '-p', '.'),
  'types of the webviews': tool('tsc', '-p', 'webview'),
  'lint and format': tool('biome', 'check', '--max-diagnostics=40', '--colors=off', '.'),
  'direction of imports': checkImports,
  'dead code': tool('knip', '--no-progress'),
  'contributions against code': checkContributions,
  'file length': checkFileLengths,
  'no path of a machine': checkLocalPaths,
  lockfile: () =>
    Object.keys(missingEntries(readLock())).map(
      (path) => `package-lock.json lacks ${path}: run node scripts/lockfile.mjs`,
    ),
};

async function main() {
  await ensureDependencies();
  const only = process.argv.slice(2);
  let failed = 0;
  let passed = 0;
  for (const [name, check] of Object.entries(checks)) {
    if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
    const since = Date.now();
    const problems = await check();
    if (problems.length === 0) {
      passed += 1;
      say(`ok    ${name} (${elapsed(since)})`);
    } else {
      failed += 1;
      say(`FAIL  ${name} (${elapsed(since)})`);
      process.stderr.write(`${problems.join('\n')}\n`);
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed > 0 ? 1 : 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main().catch(fail);
