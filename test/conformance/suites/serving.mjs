/**
 * `npm run conformance:serving -- --sources DIR`: Knative Serving's own tests against an embedded platform of their own, in
 * containers. DIR is a checkout of knative/serving that you have fetched; nothing of it is kept here. Writes the sections
 * `serving-conformance` and `serving-e2e` of test/conformance/RESULTS.md. Without --sources it says what is needed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../../../scripts/lib/deps.mjs';
import { dist, root } from '../../../scripts/lib/paths.mjs';
import { elapsed, say } from '../../../scripts/lib/progress.mjs';
import { writeSection } from '../../../scripts/lib/results.mjs';
import { fail, run, runNode, ScriptError } from '../../../scripts/lib/run.mjs';
import { ensureKubectl, which } from '../../../scripts/lib/system.mjs';
import { readGoTests, table } from './go-tests.mjs';
import { alwaysConfigured, known, notRun, resources, steps, testImages } from './serving-steps.mjs';

const usage = `Knative Serving's own tests against the embedded platform.

  npm run conformance:serving -- --sources DIR [--step NAME]… [--run REGEX] [--keep]

  --sources DIR     a checkout of github.com/knative/serving with its vendor folder
  --step NAME       one of ${steps.map(({ name }) => name).join(', ')} (repeatable; default: all)
  --run REGEX       only these tests, as \`go test -run\`; RESULTS.md stays as it is
  --parallel N      tests at once, which mostly wait (default 4)
  --binaries DIR    test binaries made with \`go test -c\`, named as their package with _ for /, e.g. e2e_gc.test
  --repo PREFIX     of the test images in the Docker Engine (default dev.local), --tag TAG (default latest)
  --log DIR         where the output of each step is kept (default: a temporary folder)
  --keep            leave the platform running at the end

Needed: Go, kubectl, a Docker Engine with these images, built from the checkout's test/test_images as its test/README.md
says (an image runs as user 65532, as ko's default base has it):
  ${testImages.join(', ')}
`;

async function main() {
  const { values } = parseArgs({
    options: {
      sources: { type: 'string' },
      step: { type: 'string', multiple: true },
      run: { type: 'string' },
      parallel: { type: 'string', default: '4' },
      binaries: { type: 'string' },
      repo: { type: 'string', default: 'dev.local' },
      tag: { type: 'string', default: 'latest' },
      log: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  if (!values.sources) {
    process.stdout.write(`skipped: Knative Serving's suites: needs --sources, a checkout of knative/serving\n`);
    process.stdout.write('0 passed, 0 failed\n');
    return void process.stderr.write(usage);
  }
  const wanted = steps.filter(({ name }) => !values.step || values.step.includes(name));
  const unknown = values.step?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
  if (unknown.length > 0) throw new ScriptError(`no step ${unknown.join(', ')}\n\n${usage}`);
  const sources = resolve(values.sources);
  await prepare(sources, values);
  const log = values.log ? resolve(values.log) : mkdtempSync(join(tmpdir(), 'slipway-serving-'));
  mkdirSync(log, { recursive: true });

  const home = mkdtempSync(join(tmpdir(), 'slipway-serving-home-'));
  const env = { SLIPWAY_HOME: home };
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args, '--name', 'serving'], { quiet: true, env });
  const results = [];
  try {
    await slipway('up', '--detach', '--port', '0');
    const platform = JSON.parse((await slipway('status', '--json')).stdout);
    if (!platform.docker) throw new ScriptError('the platform sees no Docker Engine');
    const kubectl = (...args) => run('kubectl', ['--kubeconfig', platform.kubeconfig, ...args], { quiet: true });
    await configure(kubectl, alwaysConfigured);
    for (const file of resources) await kubectl('apply', '-f', join(sources, file));
    for (const step of wanted) results.push(await runStep(step, { sources, platform, kubectl, log, values }));
    if (values.keep) say(`the platform goes on: SLIPWAY_HOME=${home}, --name serving`);
  } finally {
    if (!values.keep) {
      await slipway('down').catch((error) => say(`down: ${error.message}`));
      rmSync(home, { recursive: true, force: true });
    }
  }
  report(results, { sources, partial: values.run !== undefined, log });
}

/** @throws ScriptError that names everything that is missing. */
async function prepare(sources, { binaries, repo, tag }) {
  await ensureDependencies();
  const missing = [];
  if (!existsSync(join(sources, 'test', 'conformance'))) missing.push(`${sources} is no checkout of knative/serving`);
  if (!which('go')) missing.push('Go: https://go.dev/dl');
  if (!(await ensureKubectl())) missing.push('kubectl 1.30 or newer: https://kubernetes.io/docs/tasks/tools');
  if (binaries && !existsSync(binaries)) missing.push(`${binaries} is not there`);
  if (!which('docker')) missing.push('a Docker Engine, with its client `docker`');
  else {
    const { stdout } = await run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], { quiet: true });
    const there = new Set(stdout.split('\n'));
    const absent = testImages.map((name) => `${repo}/${name}:${tag}`).filter((image) => !there.has(image));
    if (absent.length > 0) missing.push(`images in the Docker Engine: ${absent.join(', ')}`);
  }
  if (missing.length > 0)
    throw new ScriptError(`missing:\n${missing.map((what) => `- ${what}`).join('\n')}\n\n${usage}`);
  if (!existsSync(join(dist, 'cli.mjs')))
    await runNode([join(root, 'scripts', 'build.mjs')], { quiet: true, pulse: 'building' });
}

/** Sets keys of ConfigMaps of knative-serving: `{map: {key: value}}`. */
async function configure(kubectl, maps) {
  for (const [map, data] of Object.entries(maps)) {
    await kubectl('-n', 'knative-serving', 'patch', 'configmap', map, '--type=merge', '-p', JSON.stringify({ data }));
  }
}

/** @returns {step, tests: [{name, outcome, seconds, reason}]} */
async function runStep(step, { sources, platform, kubectl, log, values }) {
  say(`── ${step.name}`);
  const since = Date.now();
  const flags = (repo) => [
    `--kubeconfig=${platform.kubeconfig}`,
    `--ingressendpoint=${platform.ingress.host}`,
    '--resolvabledomain=false',
    '--ingress-class=kourier.ingress.networking.knative.dev',
    '--enable-alpha',
    '--enable-beta',
    `--dockerrepo=${repo}`,
    `--tag=${values.tag}`,
  ];
  // The ConfigMaps' own defaults are put back by removing the keys.
  const undo = Object.fromEntries(
    Object.entries(step.config ?? {}).map(([map, data]) => [
      map,
      Object.fromEntries(Object.keys(data).map((key) => [key, null])),
    ]),
  );
  await configure(kubectl, step.config ?? {});
  const found = readGoTests((test) => say(`${test.outcome} ${test.name} (${test.seconds} s)`));
  const lines = [];
  const onLine = (line) => {
    lines.push(line);
    found.line(line);
  };
  try {
    for (const entry of step.folders) {
      const { folder, only, repo = values.repo } = typeof entry === 'string' ? { folder: entry } : entry;
      if (only && values.run) continue;
      found.folder(folder);
      const start = values.binaries ? binary : goTest;
      const { command, args } = start(folder, { ...values, only: only ?? values.run, timeout: step.timeout });
      await run(command, [...args, ...flags(repo)], {
        cwd: values.binaries ? join(sources, 'test', folder) : sources,
        env: { KO_DOCKER_REPO: repo, SYSTEM_NAMESPACE: 'knative-serving' },
        check: false,
        onLine,
        pulse: folder,
      });
    }
  } finally {
    writeFileSync(join(log, `${step.name}.jsonl`), lines.join('\n'));
    await configure(kubectl, undo);
  }
  const tests = found.tests();
  if (tests.length === 0 && !values.run) {
    throw new ScriptError(`${step.name}: no test ran:\n${lines.slice(-20).join('\n')}`);
  }
  say(`── ${step.name}: ${summary(tests)} in ${elapsed(since)}`);
  return { step, tests };
}

/** Both end where the tests' own flags follow. */
function goTest(folder, { only, parallel, timeout }) {
  const args = ['test', '-json', '-tags=e2e', '-count=1', `-timeout=${timeout}`, `-parallel=${parallel}`];
  if (only) args.push(`-run=${only}`);
  return { command: 'go', args: [...args, `./test/${folder}`, '-args'] };
}

function binary(folder, { binaries, only, parallel, timeout }) {
  const program = join(resolve(binaries), `${folder.replaceAll('/', '_')}.test`);
  const args = ['tool', 'test2json', '-t', program, '-test.v=test2json', `-test.timeout=${timeout}`];
  if (only) args.push(`-test.run=${only}`);
  return { command: 'go', args: [...args, `-test.parallel=${parallel}`] };
}

function count(tests, outcome) {
  return tests.filter((test) => test.outcome === outcome).length;
}

function summary(tests) {
  return `${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed, ${count(tests, 'skipped')} skipped`;
}

function report(results, { sources, partial, log }) {
  const all = results.flatMap(({ tests }) => tests);
  if (!partial) {
    const isConformance = ({ step }) => step.name === 'conformance';
    write('serving-conformance', "Knative Serving's conformance tests", results.filter(isConformance), sources);
    write(
      'serving-e2e',
      "Knative Serving's end-to-end tests",
      results.filter((each) => !isConformance(each)),
      sources,
    );
  }
  for (const { name, outcome, reason } of all) {
    if (outcome === 'failed') process.stderr.write(`failed: ${name}: ${reason}\n`);
    if (outcome === 'skipped') process.stdout.write(`skipped: ${name}: ${reason}\n`);
  }
  say(`output of each step: ${log}`);
  process.stdout.write(`${summary(all)}\n`);
  process.exitCode = count(all, 'failed') > 0 ? 1 : 0;
}

/** A section is written whole or not at all: who ran some steps only leaves the others' lines where they are not. */
function write(section, title, results, sources) {
  const wanted = steps.filter(({ name }) => (name === 'conformance') === (section === 'serving-conformance'));
  if (results.length < wanted.length) return;
  const commit = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: sources, encoding: 'utf8' }).trim();
  const rows = results.map(({ step, tests }) => ({ name: step.name, note: step.note, toggles: step.config, tests }));
  const left = section === 'serving-e2e' ? notRun : [];
  const suite = `knative/serving ${commit}, in containers on the embedded platform`;
  writeSection(section, table({ title, suite, command: 'npm run conformance:serving', rows, left, known }));
}

main()
  .then(() => say(`done in ${elapsed()}`))
  .catch(fail);
