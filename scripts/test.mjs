/**
 * `npm test`: the gate. Each part runs in its own process and reports how many passed, failed and were skipped; the last
 * line is their sum. `--only NAME` (of part, repeatable) runs some of them, `--full` adds the long ones, `--list` names them.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCodeServer } from './lib/code-server.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { root } from './lib/paths.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { fail, runNode, ScriptError } from './lib/run.mjs';
import { ensureKubectl, ensureSystem, needs } from './lib/system.mjs';
import { makePackage } from './package.mjs';

const results = join(root, 'test-results');
const script = (name) => join(root, 'scripts', name);

/**
 * A part: `needs` (prepared before anything runs), `run(context) → {passed, failed, skipped: [{name, why}]}`. Order: what says
 * most about a mistake soonest comes first.
 */
const parts = {
  check: { run: () => lastLine([script('check.mjs')]) },
  unit: { run: () => vitest('unit', ['run']) },
  corpus: { run: () => nodeTest('corpus', ['test/conformance/parity/test/*.test.mjs']) },
  platform: {
    needs: ['build', 'kubectl'],
    run: (context) => vitest('platform', ['run', '--config', 'test/e2e/vitest.config.ts', 'platform'], context),
  },
  clients: {
    needs: ['build', 'kubectl'],
    run: (context) => vitest('clients', ['run', '--config', 'test/e2e/vitest.config.ts', 'e2e/clients'], context),
  },
  e2e: {
    needs: ['build', 'package', 'editor'],
    run: (context) => vitest('e2e', ['run', '--config', 'test/e2e/vitest.config.ts', 'editor'], context),
  },
  conformance: {
    needs: ['build', 'kubectl'],
    run: (context) => lastLine([script('conformance.mjs'), '--gate'], context),
  },
};

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, full: { type: 'boolean' }, list: { type: 'boolean' } },
  });
  const unknown = values.only?.filter((name) => !parts[name]) ?? [];
  if (unknown.length > 0)
    throw new ScriptError(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  if (values.list) return process.stdout.write(`${Object.keys(parts).join('\n')}\n`);
  const names = values.only ?? Object.keys(parts);

  say(`the gate: ${names.join(', ')}`);
  await ensureDependencies();
  const context = await prepare(new Set(names.flatMap((name) => parts[name].needs ?? [])), values.full ?? false);
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  const total = { passed: 0, failed: 0, skipped: [] };
  for (const name of names) {
    const since = Date.now();
    say(`── ${name}`);
    const lacking = (parts[name].needs ?? []).find((need) => context.lacks[need]);
    let outcome;
    if (lacking && context.lacks[lacking].whole) {
      outcome = { passed: 0, failed: 0, skipped: [{ name, why: context.lacks[lacking].why }] };
    } else {
      outcome = await parts[name].run(context).catch((error) => {
        process.stderr.write(`${error instanceof ScriptError ? error.message : error.stack}\n`);
        return { passed: 0, failed: 1, skipped: [] };
      });
    }
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped.push(...outcome.skipped);
    say(`── ${name}: ${summary(outcome)} in ${elapsed(since)}`);
  }
  for (const { name, why } of total.skipped) process.stdout.write(`skipped: ${name}: ${why}\n`);
  process.stdout.write(`${summary(total)}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

/** Sets up what the chosen parts need. What cannot be had is recorded, and its part skipped and counted. */
async function prepare(wanted, full) {
  const context = { lacks: {}, env: { SLIPWAY_TEST_FULL: full ? '1' : '' } };
  if (wanted.has('editor')) {
    const missing = await ensureSystem(['native', 'chromium']);
    if (missing.length > 0) {
      const why = `needs ${missing.map(({ fix }) => fix).join('; ')}`;
      say(why);
      context.lacks.editor = { whole: true, why };
    } else {
      context.env.SLIPWAY_TEST_CODE_SERVER = await ensureCodeServer();
      context.env.SLIPWAY_TEST_CHROMIUM = needs.chromium.find();
    }
  }
  if (wanted.has('kubectl') && !(await ensureKubectl())) {
    const why = 'needs kubectl 1.30 or newer on PATH: https://kubernetes.io/docs/tasks/tools';
    say(why);
    context.lacks.kubectl = { whole: false, why };
    context.env.SLIPWAY_TEST_NO_KUBECTL = '1';
  }
  if (wanted.has('package') && !context.lacks.editor) context.env.SLIPWAY_TEST_VSIX = await makePackage();
  else if (wanted.has('build')) await runNode([script('build.mjs')], { quiet: true, pulse: 'building' });
  return context;
}

/** Vitest with its own output as it comes, and its JSON report for the counts. */
async function vitest(name, args, context = { env: {} }) {
  const report = join(results, `${name}.json`);
  const bin = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { code } = await runNode(
    [bin, ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {
      check: false,
      env: { ...context.env, NO_COLOR: '1' },
      onLine: (line) => process.stderr.write(`${line}\n`),
      pulse: name,
    },
  );
  if (!existsSync(report)) throw new ScriptError(`${name}: vitest ended with ${code} and left no report`);
  const { testResults, numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
  const skipped = testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map((test) => ({ name: test.fullName, why: /needs [^)\]]*/.exec(test.fullName)?.[0] ?? 'marked as skipped' })),
  );
  // A file that cannot be loaded has no tests to count, and must not be a pass.
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failed = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

async function nodeTest(name, args) {
  const { output, code } = await runNode(['--test', '--test-reporter=tap', ...args], {
    check: false,
    quiet: true,
    pulse: name,
  });
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
  if (code !== 0) process.stderr.write(output);
  const skipped = Array.from({ length: count('skipped') }, () => ({ name, why: 'marked as skipped' }));
  return { passed: count('pass'), failed: code !== 0 ? Math.max(1, count('fail')) : 0, skipped };
}

/** A script of ours that ends with `N passed, N failed` and prints `skipped: NAME: WHY` lines. */
async function lastLine(args, context = { env: {} }) {
  const lines = [];
  const { code } = await runNode(args, {
    check: false,
    env: context.env,
    pulse: args[0].split(/[\\/]/).pop(),
    onLine: (line) => {
      lines.push(line);
      if (!/^\d+ passed, \d+ failed/.test(line) && !line.startsWith('skipped: ')) process.stderr.write(`${line}\n`);
    },
  });
  const counts = lines.map((line) => /^(\d+) passed, (\d+) failed/.exec(line)).findLast(Boolean);
  if (!counts) throw new ScriptError(`${args[0]}: ended with ${code} and counted nothing`);
  const skipped = lines
    .map((line) => /^skipped: (.*?): (.*)$/.exec(line))
    .filter(Boolean)
    .map(([, name, why]) => ({ name, why }));
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

main().catch(fail);
