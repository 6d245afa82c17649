/**
 * `npm run conformance`: the parity corpus (what a real Knative answered) against an embedded platform of its own.
 * Without arguments it runs all and writes its section of test/conformance/RESULTS.md; with `--gate` it runs the areas of the
 * gate and writes nothing. A scenario that differs fails unless test/conformance/differences.json lists it with its reason, as
 * does a listed one that agrees by now.
 *
 * With `--containers` the applications run in a Docker Engine, the scenarios that need an image among them, after the tests
 * of the runtime that talks to it.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/deps.mjs';
import { buildGoImage, buildGoProgram, lacksEngine } from './lib/engine.mjs';
import { dist, root } from './lib/paths.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { writeSection } from './lib/results.mjs';
import { fail, runNode, ScriptError } from './lib/run.mjs';
import { ensureKubectl } from './lib/system.mjs';

const corpus = join(root, 'test', 'conformance', 'parity');
const echoSource = join(corpus, 'apps', 'echo');
/**
 * What the gate runs: the areas in which no scenario is left that nobody has looked at. The others: `npm run conformance`.
 * Of eventing without `delivery` and `ping`, which agree with the corpus's Go application only, on which it was recorded: that
 * leaves an empty body out of what it has seen, its Node twin in the gate does not, which puts the same events in another order.
 */
const gateAreas = [
  'admission/*',
  'api/*',
  'dataplane/*',
  ...['broker-*', 'channel', 'dead-letter', 'failing', 'filters', 'reply', 'sequence', 'sinkbinding'].map(
    (name) => `eventing/${name}`,
  ),
  'objects/*',
  'status/*',
];
const echo = 'dev.local/echo:v1';
/**
 * What runs with nothing beside it, and with an application that does not begin to listen. `api/conflicts` reads a Service and
 * replaces it at once (by the runner's `replace`, which does not try again, unlike its `cases`). The controllers of any
 * Knative write that Service's status six times on its way to Ready: two as soon as it is there, four when its instance
 * answers. The latter are kept out, for on a busy machine one of them may fall between the reading and the writing.
 */
const alone = ['api/conflicts'];
const neverListens = { echo: { image: echo, env: [{ name: 'START_SLEEP_MS', value: '600000' }] } };
const runtimeTests = ['test/emulator/pods/docker-options.test.ts', 'test/emulator/pods/docker-runtime.test.ts'];
const differencesFile = join(root, 'test', 'conformance', 'differences.json');

async function main() {
  const { values } = parseArgs({
    options: {
      gate: { type: 'boolean', default: false },
      containers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      jobs: { type: 'string', default: '3' },
    },
  });
  const { gate, containers } = values;
  await ensureDependencies();
  const lacking = (await ensureKubectl()) ? undefined : 'needs kubectl 1.30 or newer';
  const lacks = lacking ?? (containers ? ((await lacksEngine()) ?? (await buildGoImage(echo, echoSource))) : undefined);
  if (lacks) {
    process.stdout.write(
      `skipped: conformance${containers ? ' in containers' : ''} (${scenarios().length} scenarios): ${lacks}\n`,
    );
    process.stdout.write('0 passed, 0 failed\n');
    return;
  }
  if (!existsSync(join(dist, 'cli.mjs')))
    await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });

  const total = containers && !values.only ? await testRuntime() : { passed: 0, failed: 0 };
  const home = mkdtempSync(join(tmpdir(), 'slipway-conformance-'));
  const env = { SLIPWAY_HOME: home };
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args, '--name', 'parity'], { quiet: true, env });
  let result;
  let twin = '';
  try {
    await slipway('up', '--detach', '--port', '0');
    const platform = JSON.parse((await slipway('status', '--json')).stdout);
    // What is in the platform's store runs as a process; so in containers it has to be the engine's alone.
    twin = containers ? '' : await placeEcho(slipway, gate);
    const only = values.only ?? (gate ? gateAreas : []);
    const have = [...(containers ? ['image'] : []), 'eventing', 'config'];
    const wanted = scenarios().filter((name) => only.length === 0 || only.some((glob) => matchesGlob(name, glob)));
    const first = alone.filter((name) => wanted.includes(name));
    const others = wanted.filter((name) => !alone.includes(name));
    result = [
      ...(first.length > 0 ? await check(platform, { only: first, have, jobs: '1', apps: appsFile(home) }) : []),
      ...(others.length > 0 ? await check(platform, { only: others, have, jobs: values.jobs }) : []),
    ];
    result.sort((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    await slipway('down').catch((error) => say(`down: ${error.message}`));
    rmSync(home, { recursive: true, force: true });
  }
  if (!gate && !values.only) writeResults(result, containers, twin);
  const counts = judge(result);
  process.stdout.write(`${total.passed + counts.passed} passed, ${total.failed + counts.failed} failed\n`);
  process.exitCode = total.failed + counts.failed > 0 ? 1 : 0;
}

/**
 * The corpus's application as a local image: its Go program, with which the corpus was recorded, where Go is there; else, and
 * in the gate, its Node twin.
 */
async function placeEcho(slipway, gate) {
  const program = gate || process.platform === 'win32' ? undefined : await buildGoProgram(echoSource);
  const [folder, command] = program ? [program, './app'] : [echoSource, 'node echo.mjs'];
  await slipway('image', 'build', echo, folder, '--cmd', command);
  if (program) rmSync(program, { recursive: true });
  return program ? 'the Go program, with which it was recorded' : 'the Node twin';
}

/** The contract that both runtimes fulfil, and what only containers can do, on the engine. */
async function testRuntime() {
  const report = join(mkdtempSync(join(tmpdir(), 'slipway-report-')), 'vitest.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', ...runtimeTests, '--reporter=json', `--outputFile=${report}`];
  const { output } = await runNode(args, { check: false, quiet: true, pulse: 'the container runtime' });
  if (!existsSync(report))
    throw new ScriptError(`the tests of the container runtime did not run:\n${output.slice(-2000)}`);
  const { numPassedTests, numFailedTests, success } = JSON.parse(readFileSync(report, 'utf8'));
  rmSync(join(report, '..'), { recursive: true });
  if (!success) say(output);
  return { passed: numPassedTests, failed: success ? 0 : Math.max(1, numFailedTests) };
}

function appsFile(folder) {
  const file = join(folder, 'apps.json');
  writeFileSync(file, JSON.stringify(neverListens));
  return file;
}

/** Runs the corpus's own runner. @returns [{name, area, passed, words}] */
async function check({ kubeconfig, context, ingress }, { only, have, jobs, apps }) {
  const args = [
    'check',
    '--kubeconfig',
    kubeconfig,
    '--context',
    context,
    '--ingress',
    `${ingress.host}:${ingress.port}`,
  ];
  args.push('--have', have.join(','), '--jobs', jobs, '--json');
  if (apps) args.push('--apps', apps);
  for (const glob of only) args.push('--only', glob);
  const { output, stdout } = await runNode([join(corpus, 'parity.mjs'), ...args], {
    check: false,
    pulse: 'the parity corpus',
    onLine: (line) => {
      for (const { name, passed } of parse(line)) say(`${passed ? 'agrees ' : 'differs'} ${name}`);
    },
  });
  const found = parse(stdout);
  if (found.length === 0) throw new ScriptError(`the corpus's runner reported nothing:\n${output.slice(-2000)}`);
  return found;
}

/** One JSON object a line; anything else is the runner's prose. */
function parse(output) {
  const found = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { name, passed, lines = [] } = JSON.parse(line);
    if (name) found.push({ name, area: name.split('/')[0], passed: passed === true, words: lines });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function known() {
  return existsSync(differencesFile) ? JSON.parse(readFileSync(differencesFile, 'utf8')) : {};
}

/** Says what differs unexpectedly: elsewhere than listed counts as well. */
function judge(result) {
  const listed = known();
  let passed = 0;
  let failed = 0;
  for (const { name, passed: agrees, words } of result) {
    const { at = [], why } = listed[name] ?? {};
    if (agrees && why) {
      failed += 1;
      say(`${name}: agrees by now; take it out of test/conformance/differences.json`);
    } else if (agrees) passed += 1;
    else if (why && words.every((difference) => at.includes(difference.trim().split('\n')[0]))) {
      process.stdout.write(`skipped: ${name}: differs as listed: ${why}\n`);
    } else {
      failed += 1;
      say(`${name}: differs from a real Knative\n${words.join('\n')}`);
    }
  }
  return { passed, failed };
}

/** The names of all: `<area>/<name>`. */
function scenarios() {
  const folder = join(corpus, 'scenarios');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'scenario.json')
    .map((path) => dirname(path).split(sep).join('/'))
    .sort();
}

/** As the corpus's runner reads a glob: `*` is anything. */
function matchesGlob(name, glob) {
  const pattern = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${pattern}$`).test(name);
}

function writeResults(result, containers, twin) {
  const listed = known();
  const areas = [...new Set(result.map(({ area }) => area))];
  const rows = areas.map((area) => {
    const all = result.filter((each) => each.area === area);
    return `| ${area} | ${all.filter(({ passed }) => passed).length} | ${all.length} |`;
  });
  const differing = result.filter(({ passed }) => !passed);
  const about = containers
    ? `\`npm run conformance -- --containers\`: the same corpus with its application in a Docker Engine, and the scenarios that need
one (missing images, mounts, several containers, \`kubectl logs\` and \`exec\`) among them.`
    : `\`npm run conformance\`: what a real Knative answered (parity/RECORDED.md) against the embedded platform, whose applications
run as processes (of the corpus's application ${twin}). Scenarios that need containers (\`image\`) are in the next section.`;
  const line = ({ name }) => `- \`${name}\`${listed[name] ? `, on purpose: ${listed[name].why}` : ''}`;
  writeSection(
    containers ? 'corpus-containers' : 'corpus',
    `## Parity corpus${containers ? ', in containers' : ''}

${about}

| area | agree | scenarios |
| --- | --- | --- |
${rows.join('\n')}
| **all** | **${result.length - differing.length}** | **${result.length}** |

${differing.length === 0 ? 'None differs.' : `These differ:\n\n${differing.map(line).join('\n')}`}`,
  );
}

main()
  .then(() => say(`done in ${elapsed()}`))
  .catch(fail);
