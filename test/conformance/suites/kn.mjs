/**
 * `npm run conformance:kn -- --kn PATH --sources DIR`: kn's own end-to-end tests against an embedded platform of their own. DIR is
 * a checkout of knative/client that you have fetched, PATH a kn made from it; nothing of either is kept here. The images that the
 * tests name are local ones made from `hello/`; with --containers they are those of the Docker Engine, for some tests want what a
 * process cannot have. Writes the section `kn-e2e` of test/conformance/RESULTS.md.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../../../scripts/lib/deps.mjs';
import { dist, root } from '../../../scripts/lib/paths.mjs';
import { elapsed, say } from '../../../scripts/lib/progress.mjs';
import { writeSection } from '../../../scripts/lib/results.mjs';
import { fail, run, runNode, ScriptError } from '../../../scripts/lib/run.mjs';
import { ensureKubectl, which } from '../../../scripts/lib/system.mjs';
import { readGoTests, table } from './go-tests.mjs';

/** Images that the tests name. */
const images = ['helloworld', 'grpc-ping', 'servingcontainer', 'sidecarcontainer'];

const usage = `kn's own tests against the embedded platform.

  npm run conformance:kn -- --kn PATH --sources DIR [--containers] [--repo PREFIX] [--run REGEX] [--binary FILE]

  --kn PATH       the program under test (default: what SLIPWAY_TEST_KN names)
  --sources DIR   a checkout of github.com/knative/client
  --containers    with images in the Docker Engine: ${images.join(', ')}, made from the checkout's
                  test/test_images (the last two from knative/serving's), with the tag latest
  --repo PREFIX   of the images (default dev.local)
  --run REGEX     only these tests, as \`go test -run\`; RESULTS.md stays as it is
  --binary FILE   the tests, made with \`go test -c -tags e2e ./test/e2e\`
  --log DIR       where their output is kept (default: a temporary folder)
  --keep          leave the platform running at the end

Needed: Go and kubectl.
`;

async function main() {
  const { values } = parseArgs({
    options: {
      kn: { type: 'string', default: process.env.SLIPWAY_TEST_KN },
      containers: { type: 'boolean', default: false },
      repo: { type: 'string', default: 'dev.local' },
      sources: { type: 'string' },
      run: { type: 'string' },
      binary: { type: 'string' },
      log: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  if (!values.kn || !values.sources) {
    process.stdout.write("skipped: kn's suite: needs --kn and --sources, a checkout of knative/client\n");
    return void process.stderr.write(usage);
  }
  const sources = resolve(values.sources);
  await prepare(sources, values);
  const log = values.log ? resolve(values.log) : mkdtempSync(join(tmpdir(), 'slipway-kn-'));
  mkdirSync(log, { recursive: true });

  const home = mkdtempSync(join(tmpdir(), 'slipway-kn-home-'));
  const env = { SLIPWAY_HOME: home };
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args, '--name', 'kn'], { quiet: true, env });
  let tests = [];
  try {
    // The tests run kn and kubectl as they find them.
    mkdirSync(join(home, 'bin'));
    symlinkSync(resolve(values.kn), join(home, 'bin', 'kn'));
    await slipway('up', '--detach', '--port', '0');
    const platform = JSON.parse((await slipway('status', '--json')).stdout);
    const app = join(root, 'test', 'conformance', 'suites', 'hello');
    for (const image of values.containers ? [] : images) {
      await slipway('image', 'build', `${values.repo}/${image}:latest`, app, '--cmd', 'node hello.mjs');
    }
    tests = await runTests(sources, { platform, home, log, values });
    if (values.keep) say(`the platform goes on: SLIPWAY_HOME=${home}, --name kn`);
  } finally {
    if (!values.keep) {
      await slipway('down').catch((error) => say(`down: ${error.message}`));
      rmSync(home, { recursive: true, force: true });
    }
  }
  report(tests, { sources, partial: values.run !== undefined, log, containers: values.containers });
}

/** @throws ScriptError that names everything that is missing. */
async function prepare(sources, { kn, binary, containers, repo }) {
  await ensureDependencies();
  const missing = [];
  if (!existsSync(kn)) missing.push(`${kn} is not there`);
  if (binary && !existsSync(binary)) missing.push(`${binary} is not there`);
  if (!existsSync(join(sources, 'test', 'e2e'))) missing.push(`${sources} is no checkout of knative/client`);
  if (!which('go')) missing.push('Go: https://go.dev/dl');
  if (!(await ensureKubectl())) missing.push('kubectl 1.30 or newer: https://kubernetes.io/docs/tasks/tools');
  if (containers && which('docker')) {
    const { stdout } = await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], { quiet: true });
    const absent = images.map((name) => `${repo}/${name}:latest`).filter((image) => !stdout.includes(image));
    if (absent.length > 0) missing.push(`images in the Docker Engine: ${absent.join(', ')}`);
  } else if (containers) missing.push('a Docker Engine, with its client `docker`');
  if (missing.length > 0)
    throw new ScriptError(`missing:\n${missing.map((what) => `- ${what}`).join('\n')}\n\n${usage}`);
  if (!existsSync(join(dist, 'cli.mjs')))
    await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });
}

/** @returns [{name, outcome, seconds, reason}] */
async function runTests(sources, { platform, home, log, values }) {
  const flags = [`--kubeconfig=${platform.kubeconfig}`, `--dockerrepo=${values.repo}`, '--tag=latest'];
  const found = readGoTests((test) => say(`${test.outcome} ${test.name} (${test.seconds} s)`));
  found.folder('e2e');
  const lines = [];
  const goEnv = JSON.parse((await run('go', ['env', '-json', 'GOPATH', 'GOCACHE'], { quiet: true })).stdout);
  const program = resolve(values.binary ?? '.');
  const args = values.binary
    ? ['tool', 'test2json', '-t', program, '-test.v=test2json', '-test.timeout=45m', ...only('-test.run', values.run)]
    : ['test', '-json', '-tags=e2e', '-count=1', '-timeout=45m', ...only('-run', values.run), './test/e2e', '-args'];
  try {
    await run('go', [...args, ...flags], {
      cwd: values.binary ? join(sources, 'test', 'e2e') : sources,
      env: {
        PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}`,
        KUBECONFIG: platform.kubeconfig,
        HOME: home,
        // Found by HOME otherwise.
        GOPATH: goEnv['GOPATH'],
        GOCACHE: goEnv['GOCACHE'],
        KN_E2E_NAMESPACE: 'kne2etests',
      },
      check: false,
      pulse: "kn's tests",
      onLine: (line) => {
        lines.push(line);
        found.line(line);
      },
    });
  } finally {
    writeFileSync(join(log, 'kn.jsonl'), lines.join('\n'));
  }
  const tests = found.tests();
  if (tests.length === 0) throw new ScriptError(`no test ran:\n${lines.slice(-20).join('\n')}`);
  return tests;
}

function only(flag, regex) {
  return regex ? [`${flag}=${regex}`] : [];
}

function report(tests, { sources, partial, log, containers }) {
  const count = (outcome) => tests.filter((test) => test.outcome === outcome).length;
  if (!partial) {
    const commit = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: sources, encoding: 'utf8' }).trim();
    writeSection(
      'kn-e2e',
      table({
        title: "kn's end-to-end tests",
        suite: `knative/client ${commit}, ${containers ? 'in containers' : 'as processes'} on the embedded platform`,
        command: 'npm run conformance:kn',
        rows: [{ name: 'e2e', tests }],
        left: [],
      }),
    );
  }
  for (const { name, outcome, reason } of tests) {
    if (outcome === 'failed') process.stderr.write(`failed: ${name}: ${reason}\n`);
    if (outcome === 'skipped') process.stdout.write(`skipped: ${name}: ${reason}\n`);
  }
  say(`output: ${join(log, 'kn.jsonl')}`);
  process.stdout.write(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  process.exitCode = count('failed') > 0 ? 1 : 0;
}

main()
  .then(() => say(`done in ${elapsed()}`))
  .catch(fail);
