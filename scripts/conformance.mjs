/**
 * `npm run conformance`: the parity corpus (what a real Knative answered) against an embedded platform of its own.
 * Without arguments it runs all and writes its section of test/conformance/RESULTS.md; with `--gate` it writes nothing, and a
 * scenario that differs fails unless test/conformance/differences.json lists it with its reason, as does a listed one that
 * agrees by now.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { elapsed, say } from './lib/progress.mjs';
import { writeSection } from './lib/results.mjs';
import { fail, runNode, ScriptError } from './lib/run.mjs';
import { ensureKubectl } from './lib/system.mjs';

const corpus = join(root, 'test', 'conformance', 'parity');
/** What the gate runs: the areas in which no scenario is left that nobody has looked at. The others: `npm run conformance`. */
const gateAreas = ['admission/*', 'dataplane/*', 'objects/*', 'status/*'];
const differencesFile = join(root, 'test', 'conformance', 'differences.json');

async function main() {
  const { values } = parseArgs({
    options: {
      gate: { type: 'boolean' },
      only: { type: 'string', multiple: true },
      jobs: { type: 'string', default: '3' },
    },
  });
  await ensureDependencies();
  if (!(await ensureKubectl())) {
    const count = scenarios().length;
    process.stdout.write(
      `skipped: conformance (${count} scenarios): needs kubectl 1.30 or newer\n0 passed, 0 failed\n`,
    );
    return;
  }
  if (!existsSync(join(dist, 'cli.mjs')))
    await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });

  const home = mkdtempSync(join(tmpdir(), 'slipway-conformance-'));
  const env = { SLIPWAY_HOME: home };
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args, '--name', 'parity'], { quiet: true, env });
  let result;
  try {
    await slipway('up', '--detach', '--port', '0');
    const platform = JSON.parse((await slipway('status', '--json')).stdout);
    await slipway('image', 'build', 'dev.local/echo:v1', join(corpus, 'apps', 'echo'), '--cmd', 'node echo.mjs');
    result = await check(platform, values.gate && !values.only ? { ...values, only: gateAreas } : values);
  } finally {
    await slipway('down').catch((error) => say(`down: ${error.message}`));
    rmSync(home, { recursive: true, force: true });
  }
  if (values.gate) gate(result);
  else {
    if (!values.only) writeResults(result);
    const failed = result.filter(({ passed }) => !passed).length;
    process.stdout.write(`${result.length - failed} passed, ${failed} failed\n`);
    process.exitCode = failed > 0 ? 1 : 0;
  }
}

/** Runs the corpus's own runner. @returns [{name, area, passed, words}] */
async function check({ kubeconfig, context, ingress }, { only = [], jobs }) {
  const args = [
    'check',
    '--kubeconfig',
    kubeconfig,
    '--context',
    context,
    '--ingress',
    `${ingress.host}:${ingress.port}`,
  ];
  args.push('--have', 'eventing,config', '--jobs', jobs, '--json');
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

function gate(result) {
  const listed = known();
  let passed = 0;
  let failed = 0;
  for (const { name, passed: agrees, words } of result) {
    if (agrees && listed[name]) {
      failed += 1;
      say(`${name}: agrees by now; take it out of test/conformance/differences.json`);
    } else if (agrees) passed += 1;
    else if (listed[name]) process.stdout.write(`skipped: ${name}: differs as listed: ${listed[name]}\n`);
    else {
      failed += 1;
      say(`${name}: differs from a real Knative\n${words.join('\n')}`);
    }
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function scenarios() {
  const folder = join(corpus, 'scenarios');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('scenario.json'));
}

function writeResults(result) {
  const listed = known();
  const areas = [...new Set(result.map(({ area }) => area))];
  const rows = areas.map((area) => {
    const all = result.filter((each) => each.area === area);
    return `| ${area} | ${all.filter(({ passed }) => passed).length} | ${all.length} |`;
  });
  const differing = result.filter(({ passed }) => !passed);
  writeSection(
    'corpus',
    `## Parity corpus

\`npm run conformance\`: what a real Knative answered (parity/RECORDED.md) against the embedded platform. Scenarios that
need containers (\`image\`) are not in it.

| area | agree | scenarios |
| --- | --- | --- |
${rows.join('\n')}
| **all** | **${result.length - differing.length}** | **${result.length}** |

${differing.length === 0 ? 'None differs.' : `These differ:\n\n${differing.map(({ name }) => `- \`${name}\`${listed[name] ? `: ${listed[name]}` : ''}`).join('\n')}`}`,
  );
}

main()
  .then(() => say(`done in ${elapsed()}`))
  .catch(fail);
