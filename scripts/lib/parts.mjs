/** What the gate (test.mjs) and the long run (test-full.mjs) share: setting up, running a part in its own process, counting. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makePackage } from '../package.mjs';
import { ensureCodeServer } from './code-server.mjs';
import { root } from './paths.mjs';
import { say } from './progress.mjs';
import { runNode, ScriptError } from './run.mjs';
import { ensureKubectl, ensureSystem, needs } from './system.mjs';

/** Reports, and what failed tests leave. */
export const results = join(root, 'test-results');
export const script = (name) => join(root, 'scripts', name);

/**
 * Runs a part `{needs?: string[], beside?: boolean, run(context)}`; what it lacks makes it skipped, what it throws failed. `beside`: it
 * runs while something is still being installed, which takes the time of others.
 * @returns {Promise<{passed: number, failed: number, skipped: {name: string, why: string}[], failures?: {name: string, why: string}[]}>}
 */
export async function runPart(name, part, context) {
  if (!part.beside) await Promise.allSettled(Object.values(context.coming));
  try {
    for (const need of part.needs ?? []) Object.assign(context.env, await context.coming[need]);
  } catch (error) {
    return broken(name, error);
  }
  const lacking = (part.needs ?? []).map((need) => context.lacks[need]).find((lack) => lack?.whole);
  if (lacking) return { passed: 0, failed: 0, skipped: [{ name, why: lacking.why }] };
  return part.run(context).catch((error) => broken(name, error));
}

function broken(name, error) {
  process.stderr.write(`${error instanceof ScriptError ? error.message : error.stack}\n`);
  return { passed: 0, failed: 1, skipped: [], failures: [{ name, why: error.message }] };
}

/** What failed, a line each, for the end of a long output: whoever reads only its tail must see which tests, and why. */
export function failureLines(outcomes) {
  return outcomes.flatMap(({ part, failed, failures = [] }) => {
    const lines = failures.map(({ name, why }) => `failed: ${part}: ${name}: ${oneLine(why)}`);
    return failed > lines.length ? [...lines, `failed: ${part}: ${failed - lines.length} more, see above`] : lines;
  });
}

const oneLine = (text) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
};

export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

/**
 * Sets up what the chosen parts need. What cannot be had is recorded, and its part skipped and counted. The editor takes minutes the
 * first time: it is `coming`, a promise of what it adds to the environment.
 */
export async function prepare(wanted, env = {}) {
  const context = { lacks: {}, env: { ...env }, coming: {} };
  if (wanted.has('editor')) {
    const missing = await ensureSystem(['native', 'chromium']);
    if (missing.length > 0) {
      const why = `needs ${missing.map(({ fix }) => fix).join('; ')}`;
      say(why);
      context.lacks.editor = { whole: true, why };
    } else {
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
  if (wanted.has('editor') && !context.lacks.editor) {
    context.coming.editor = ensureCodeServer().then((entry) => ({ SLIPWAY_TEST_CODE_SERVER: entry }));
    // Told by the part that waits for it.
    context.coming.editor.catch(() => {});
  }
  return context;
}

/** Vitest with its own output as it comes, and its JSON report for the counts. */
export async function vitest(name, args, context = { env: {} }) {
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
  const failures = [
    ...testResults.flatMap((file) => file.assertionResults.filter(({ status }) => status === 'failed')),
    ...broken.map(({ name: file, message }) => ({ fullName: relative(root, file), failureMessages: [message] })),
  ].map((test) => ({ name: test.fullName, why: test.failureMessages.join(' ') }));
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, skipped, failures };
}

export async function nodeTest(name, args) {
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
export async function lastLine(args, context = { env: {} }) {
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
