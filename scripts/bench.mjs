/**
 * `npm run bench`: what Slipway costs on this machine, every figure with its limit; one that is not kept fails. Ratios are what to
 * compare between machines. `--only=PART` (repeatable) runs some of the parts, `--only=editor/NAME` one suite of test/bench/editor;
 * `--editor` is sizes and editor; `--json` prints one document.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataPlane, scale } from '../test/bench/peers.mjs';
import { platform } from '../test/bench/platform.mjs';
import { sizes } from '../test/bench/sizes.mjs';
import { ensureCodeServer } from './lib/code-server.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { root } from './lib/paths.mjs';
import { goFirst } from './lib/priority.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { fail, runNode, ScriptError } from './lib/run.mjs';
import { ensureSystem, needs } from './lib/system.mjs';
import { makePackage } from './package.mjs';

/** Name → figures. Each may be left out with a reason: `{skipped: {name, why}}`. */
const parts = { sizes, platform, dataplane: dataPlane, scale, editor };

async function main() {
  const words = process.argv.slice(2);
  const only = words.flatMap((word) => (word.startsWith('--only=') ? [word.slice('--only='.length)] : []));
  if (words.includes('--editor') && only.length === 0) only.push('sizes', 'editor');
  const unknown = only.filter((name) => !parts[name.split('/')[0]]);
  if (unknown.length > 0) throw new ScriptError(`no part ${unknown}; there are ${Object.keys(parts).join(', ')}`);

  const began = Date.now();
  await ensureDependencies();
  const context = { vsix: await makePackage(), suites: only.flatMap((name) => name.split('/')[1] ?? []) };
  const { first, stop } = goFirst();
  say(
    first
      ? 'measured before other work on this machine'
      : 'measured beside other work on this machine (root puts it first)',
  );
  const before = loadavg()[0];
  const results = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (only.length > 0 && !only.some((one) => one.split('/')[0] === name)) continue;
    const since = Date.now();
    say(`── ${name}`);
    // One that fails is told at the end, among the others' figures.
    const found = await measure(context).catch((error) => [{ part: name, failed: error.message ?? String(error) }]);
    results.push(...found.map((result) => ({ part: name, ...result })));
    say(`── ${name} in ${elapsed(since)}`);
  }
  stop();
  print(words.includes('--json'), results, { before, after: loadavg()[0], took: elapsed(began) });
}

/** test/bench/editor in the real editor. */
async function editor({ vsix, suites }) {
  const missing = await ensureSystem(['native', 'chromium']);
  if (missing.length > 0)
    return [{ skipped: 'figures of the editor', why: `needs ${missing.map(({ fix }) => fix).join('; ')}` }];
  const folder = mkdtempSync(join(tmpdir(), 'slipway-figures-'));
  const out = join(folder, 'figures.jsonl');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { code } = await runNode([vitest, 'run', '--config', 'test/bench/vitest.config.ts', ...suites], {
    check: false,
    pulse: 'figures of the editor',
    onLine: (line) => process.stderr.write(`${line}\n`),
    env: {
      SLIPWAY_TEST_CODE_SERVER: await ensureCodeServer(),
      SLIPWAY_TEST_CHROMIUM: needs.chromium.find(),
      SLIPWAY_TEST_VSIX: vsix,
      SLIPWAY_BENCH_FIGURES: out,
      NO_COLOR: '1',
    },
  });
  const lines = existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean) : [];
  rmSync(folder, { recursive: true, force: true });
  const figures = lines.map((line) => JSON.parse(line));
  return code === 0 ? figures : [...figures, { failed: 'a measurement in the editor failed, see above' }];
}

function print(asJson, results, { before, after, took }) {
  const over = results.filter((result) => result.failed || !kept(result));
  const machine = {
    date: new Date().toISOString(),
    cores: cpus().length,
    processor: cpus()[0]?.model,
    load: [before, after],
  };
  if (asJson) process.stdout.write(`${JSON.stringify({ ...machine, figures: results }, null, 2)}\n`);
  else {
    for (const result of results) process.stdout.write(`${lineOf(result)}\n`);
    const measured = results.filter(({ value }) => value !== undefined).length;
    process.stdout.write(
      `${machine.date}, ${machine.cores} × ${machine.processor}, load ${before.toFixed(1)} → ${after.toFixed(1)}, ${took}: ` +
        `${measured} figures, ${over.length} over or failed\n`,
    );
  }
  if (over.length > 0) process.exitCode = 1;
}

/** Those without a limit are there to be looked at: `·`. */
function lineOf(result) {
  const { name, value, unit = '', atMost, atLeast, note } = result;
  if (result.failed) return `FAIL ${result.part}: ${result.failed}`;
  if (result.skipped) return `skip ${result.skipped}: ${result.why}`;
  const limit = atMost !== undefined ? `at most ${atMost}` : atLeast !== undefined ? `at least ${atLeast}` : '';
  const mark = limit === '' ? '·   ' : kept(result) ? 'ok  ' : 'OVER';
  const words = [limit, note].filter(Boolean).join('; ');
  return `${mark} ${name.padEnd(74)} ${`${value} ${unit}`.trim()}${words === '' ? '' : ` (${words})`}`;
}

/** One that is no number keeps no limit. */
const kept = ({ value, atMost, atLeast }) =>
  (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);

main().catch(fail);
