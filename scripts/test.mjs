/**
 * `npm test`: the gate. Each part runs in its own process and reports how many passed, failed and were skipped; the last
 * line is their sum. `--only NAME` (of part, repeatable) runs some of them, `--list` names them. The long parts are test-full.mjs's.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/deps.mjs';
import { failureLines, lastLine, nodeTest, prepare, results, runPart, script, summary, vitest } from './lib/parts.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { fail, ScriptError } from './lib/run.mjs';

/**
 * A part: `needs`, `beside` (both as of `runPart`), `run(context) → {passed, failed, skipped: [{name, why}]}`. Order: what says most
 * about a mistake soonest comes first.
 */
const parts = {
  check: { beside: true, run: () => lastLine([script('check.mjs')]) },
  unit: { beside: true, run: () => vitest('unit', ['run']) },
  corpus: { beside: true, run: () => nodeTest('corpus', ['test/conformance/parity/test/*.test.mjs']) },
  platform: {
    needs: ['build', 'kubectl'],
    run: (context) => vitest('platform', ['run', '--config', 'test/e2e/vitest.config.ts', 'e2e/platform/'], context),
  },
  clients: {
    needs: ['build', 'kubectl'],
    run: (context) => vitest('clients', ['run', '--config', 'test/e2e/vitest.config.ts', 'e2e/clients/'], context),
  },
  e2e: {
    needs: ['build', 'package', 'editor'],
    run: (context) => vitest('e2e', ['run', '--config', 'test/e2e/vitest.config.ts', 'e2e/editor/'], context),
  },
  conformance: {
    needs: ['build', 'kubectl'],
    run: (context) => lastLine([script('conformance.mjs'), '--gate'], context),
  },
};

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } },
  });
  const unknown = values.only?.filter((name) => !parts[name]) ?? [];
  if (unknown.length > 0)
    throw new ScriptError(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  if (values.list) return process.stdout.write(`${Object.keys(parts).join('\n')}\n`);
  const names = values.only ?? Object.keys(parts);

  say(`the gate: ${names.join(', ')}`);
  await ensureDependencies();
  const context = await prepare(new Set(names.flatMap((name) => parts[name].needs ?? [])));
  // What the long run has done so far stays.
  mkdirSync(results, { recursive: true });
  for (const entry of readdirSync(results)) {
    if (entry !== 'full') rmSync(join(results, entry), { recursive: true, force: true });
  }

  const outcomes = [];
  for (const name of names) {
    const since = Date.now();
    say(`── ${name}`);
    const outcome = await runPart(name, parts[name], context);
    outcomes.push({ part: name, ...outcome });
    say(`── ${name}: ${summary(outcome)} in ${elapsed(since)}`);
  }
  const sum = (what) => outcomes.reduce((count, outcome) => count + outcome[what], 0);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const total = { passed: sum('passed'), failed: sum('failed'), skipped };
  for (const { name, why } of skipped) process.stdout.write(`skipped: ${name}: ${why}\n`);
  for (const line of failureLines(outcomes)) process.stdout.write(`${line}\n`);
  process.stdout.write(`${summary(total)}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

main().catch(fail);
