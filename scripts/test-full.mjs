/**
 * `npm run test:full`: the long run (hours): soaks, fuzzing, kills, containers, other people's suites, every theme and
 * language. It can be stopped and goes on where it was: a part that passed at this commit is not run again.
 *
 *   --only NAME           this part (repeatable)      --list   names them, with what each last found
 *   --again               also what passed at this commit already
 *   --sources NAME=DIR    a checkout of other people's tests: serving=… (knative/serving)
 *
 * What each part found stands in test/conformance/RESULTS.md with its date and commit.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/deps.mjs';
import { failureLines, lastLine, prepare, results, runPart, script, summary, vitest } from './lib/parts.mjs';
import { root } from './lib/paths.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { commit, longRunTable, readSection, writeSection } from './lib/results.mjs';
import { fail, ScriptError } from './lib/run.mjs';

const stateFile = join(results, 'full', 'state.json');
const suite = (name) => join(root, 'test', 'conformance', 'suites', name);

/** Vitest files with the sizes of the long run. */
const sized = (name, files, env) => (context) =>
  vitest(name, ['run', ...files], { ...context, env: { ...context.env, ...env } });
const sizedE2e = (name, files, env) => sized(name, ['--config', 'test/e2e/vitest.config.ts', ...files], env);

/** What each shows, for RESULTS.md, and how it is run. A part like the gate's (lib/parts.mjs). */
function partsOf(sources) {
  const parts = {
    'api-fuzz': {
      about: 'mutated API requests: 100,000',
      run: sized('api-fuzz', ['test/emulator/api/fuzz.test.ts'], { SLIPWAY_FUZZ_REQUESTS: '100000' }),
    },
    'framing-fuzz': {
      about: 'HTTP framing against llhttp: 100,000 cases; the data plane under 20,000 rounds of chaos',
      run: sized('framing-fuzz', ['test/emulator/dataplane/framing.test.ts', 'test/emulator/dataplane/chaos.test.ts'], {
        SLIPWAY_FUZZ_CASES: '100000',
        SLIPWAY_CHAOS_ROUNDS: '20000',
      }),
    },
    'kill-store': {
      about: 'SIGKILL of a writing store: 400 rounds; a full disk',
      run: sized('kill-store', ['test/emulator/kernel/durability.test.ts'], { SLIPWAY_KILL_ROUNDS: '400' }),
    },
    'kill-platform': {
      about: 'SIGKILL of a platform under load over HTTPS: 100 rounds; a full disk, a dead guardian',
      needs: ['build'],
      run: sizedE2e('kill-platform', ['platform/durability'], { SLIPWAY_PLATFORM_KILLS: '100' }),
    },
    templates: {
      about: 'every web template deployed as it is made, where the machine has its language',
      needs: ['build'],
      run: sizedE2e('templates', ['platform/templates'], {}),
    },
    languages: {
      about:
        'applications of Go, Python, Quarkus, Spring Boot and Gradle, adopted and run, and at breakpoints, where the machine has their tools',
      needs: ['build'],
      run: sizedE2e('languages', ['platform/languages', 'platform/debuggers'], {}),
    },
    scale: {
      about: '1,000 Services: work grows with their number, 50 watchers',
      run: sized('scale', ['test/emulator/knative/scale.test.ts'], { SLIPWAY_SCALE: '1000' }),
    },
    clients: {
      about: 'kubectl, client libraries and reflectors: 10,000 changes, 20 watchers',
      needs: ['build', 'kubectl'],
      run: sizedE2e('clients', ['e2e/clients'], {}),
    },
    corpus: {
      about: 'parity corpus on processes',
      needs: ['build', 'kubectl'],
      run: (context) => lastLine([script('conformance.mjs')], context),
    },
    containers: {
      about: "the runtime's contract and the parity corpus in containers",
      needs: ['build', 'kubectl'],
      run: (context) => lastLine([script('conformance.mjs'), '--containers'], context),
    },
    editor: {
      about:
        'the editor in every theme and language; the whole gallery of failures, kills, a folder that is on no disk',
      needs: ['build', 'package', 'editor'],
      run: sizedE2e('editor', ['e2e/editor/'], {}),
    },
  };
  for (const [name, about] of Object.entries({ serving: "Knative Serving's own tests", kn: "kn's own tests" })) {
    if (!existsSync(suite(`${name}.mjs`))) continue;
    const given = sources[name] ? ['--sources', sources[name]] : [];
    parts[`suite-${name}`] = {
      about,
      needs: ['build', 'kubectl'],
      run: (context) => lastLine([suite(`${name}.mjs`), ...given], context),
    };
  }
  return parts;
}

async function main() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      sources: { type: 'string', multiple: true, default: [] },
      again: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const sources = Object.fromEntries(values.sources.map(sourceOf));
  const parts = partsOf(sources);
  const unknown = values.only?.filter((name) => !parts[name]) ?? [];
  if (unknown.length > 0)
    throw new ScriptError(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  const names = values.only ?? Object.keys(parts);
  const state = readState();
  if (values.list) {
    for (const name of names) process.stdout.write(`${name.padEnd(16)} ${parts[name].about}${last(state[name])}\n`);
    return;
  }

  const at = commit();
  const isDone = (name) => !values.again && state[name]?.commit === at && /^[0-9a-f]+$/.test(at) && isGood(state[name]);
  const open = names.filter((name) => !isDone(name));
  say(`the long run at ${at}: ${open.join(', ') || 'nothing is left'}`);
  await ensureDependencies();
  mkdirSync(join(results, 'full'), { recursive: true });
  const context = await prepare(new Set(open.flatMap((name) => parts[name].needs ?? [])), { SLIPWAY_TEST_FULL: '1' });
  for (const name of open) {
    const since = Date.now();
    say(`── ${name}: ${parts[name].about}`);
    const outcome = await runPart(name, parts[name], context);
    const minutes = Math.ceil((Date.now() - since) / 60_000);
    state[name] = { ...outcome, commit: at, date: new Date().toISOString().slice(0, 10), minutes };
    // After each part: what was done so far is kept, however this run ends.
    writeFileSync(stateFile, JSON.stringify(state, null, 2));
    writeSection('full', longRunTable(partsOf(sources), state, readSection('full')));
    say(`── ${name}: ${summary(outcome)} in ${elapsed(since)}`);
  }
  const all = names.map((name) => ({ part: name, ...state[name] }));
  for (const { skipped } of all)
    for (const { name, why } of skipped) process.stdout.write(`skipped: ${name}: ${why}\n`);
  for (const line of failureLines(all)) process.stdout.write(`${line}\n`);
  const sum = (what) => all.reduce((total, part) => total + part[what], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

function sourceOf(text) {
  const equals = text.indexOf('=');
  if (equals < 1) throw new ScriptError(`--sources ${text}: as NAME=DIR, e.g. serving=../serving`);
  return [text.slice(0, equals), resolve(text.slice(equals + 1))];
}

/** A part that found nothing wrong and ran: one that was skipped as a whole may run elsewhere, or later. */
const isGood = ({ passed, failed }) => failed === 0 && passed > 0;

function readState() {
  return existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : {};
}

function last(done) {
  return done ? ` (${done.date}, ${done.commit}: ${summary(done)})` : '';
}

main().catch(fail);
