/**
 * `npm run bench`: what Slipway costs on this machine. Ratios are what to compare between machines; the numbers of a real
 * Knative beside them were measured on two cores (README.md says where). `--json` prints one document.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from '../test/bench/load.mjs';
import { ensureCodeServer } from './lib/code-server.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { say } from './lib/progress.mjs';
import { fail, pinnedEnv, pinnedNode, run, runNode, ScriptError } from './lib/run.mjs';
import { ensureSystem, needs } from './lib/system.mjs';
import { largest, makePackage } from './package.mjs';

const app = `import { createServer } from 'node:http';
createServer((q, r) => r.end('hello')).listen(Number(process.env.PORT), '127.0.0.1');
`;

async function main() {
  const asJson = process.argv.includes('--json');
  await ensureDependencies();
  const vsix = await makePackage();
  const figures = await editorFigures(vsix);
  if (process.argv.includes('--editor')) return print(asJson, figures, {});
  const home = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  const env = { SLIPWAY_HOME: home };
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args], { quiet: true, env });
  const rows = {};
  try {
    rows['package, kB'] = kb(vsix);
    for (const name of readdirSync(dist)) if (/\.[cm]js$/.test(name)) rows[`${name}, kB`] = kb(join(dist, name));

    say('start-up, five times');
    const starts = [];
    for (let index = 0; index < 5; index += 1) {
      const began = performance.now();
      await slipway('up', '--detach', '--port', '0');
      starts.push(performance.now() - began);
      if (index < 4) await slipway('down');
    }
    rows['platform up, ms (command until it returns)'] = median(starts);
    const platform = JSON.parse((await slipway('status', '--json')).stdout);
    rows['platform up, ms (its own count)'] = platform.startedInMs;

    say('idle, ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    rows['idle memory, MiB'] = await residentMiB(platform.pid);
    const idle = await cpuSeconds(platform.pid);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    rows['idle CPU, % of a core'] = round(((await cpuSeconds(platform.pid)) - idle) * 20, 1);

    say('an application');
    const folder = mkdtempSync(join(home, 'app-'));
    writeFileSync(join(folder, 'app.mjs'), app);
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
    await slipway('image', 'build', 'dev.local/bench:v1', folder, '--cmd', 'node app.mjs');
    const manifest = join(folder, 'service.yaml');
    writeFileSync(
      manifest,
      `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: bench\nspec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/bench:v1\n`,
    );
    const began = performance.now();
    await run('kubectl', ['--kubeconfig', platform.kubeconfig, 'apply', '-f', manifest], { quiet: true });
    await run(
      'kubectl',
      ['--kubeconfig', platform.kubeconfig, 'wait', '--for=condition=Ready', 'ksvc/bench', '--timeout=60s'],
      { quiet: true },
    );
    rows['create → Ready, ms (with kubectl)'] = round(performance.now() - began);

    await scale(rows);
    await besideHaproxy(rows);

    say('requests, direct and through the ingress');
    const direct = spawn(pinnedNode(), [join(folder, 'app.mjs')], {
      env: pinnedEnv({ PORT: '39417' }),
      stdio: 'ignore',
    });
    await once(direct, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ingress = { port: platform.ingress.port, host: 'bench.default.localhost' };
    for (const connections of [64, 1]) {
      await load(ingress, { connections, seconds: 1 });
      const alone = await load({ port: 39417, host: 'localhost' }, { connections, seconds: 4 });
      const through = await load(ingress, { connections, seconds: 4 });
      rows[`${connections} connections: direct, req/s`] = round(alone.perSecond);
      rows[`${connections} connections: ingress, req/s`] = round(through.perSecond);
      rows[`${connections} connections: ratio`] = round(through.perSecond / alone.perSecond, 2);
      rows[`${connections} connections: ingress p50 / p99, ms`] = `${round(through.p50, 2)} / ${round(through.p99, 2)}`;
      if (through.errors > 0) throw new ScriptError(`${through.errors} requests failed`);
    }
    direct.kill();
  } finally {
    await slipway('down').catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
  print(asJson, figures, rows);
}

/** Figures with a limit come first; one that is not kept makes the bench fail. */
function print(asJson, figures, rows) {
  const date = new Date().toISOString();
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ date, cores: cpus().length, figures, ...rows }, null, 2)}\n`);
  } else {
    for (const figure of figures) {
      const { name, value, unit, atMost, atLeast } = figure;
      const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
      process.stdout.write(`${kept(figure) ? 'ok  ' : 'OVER'} ${name.padEnd(72)} ${value} ${unit} (${limit})\n`);
    }
    for (const [name, value] of Object.entries(rows)) process.stdout.write(`${name.padEnd(77)} ${value}\n`);
  }
  if (figures.some((figure) => !kept(figure))) process.exitCode = 1;
}

const kept = ({ value, atMost = Infinity, atLeast = -Infinity }) => value <= atMost && value >= atLeast;

/** Sizes, and what test/bench/editor measures in the real editor. Without one, that is said and left out. */
async function editorFigures(vsix) {
  const figures = [
    { name: 'package', value: kb(vsix), unit: 'kB', atMost: largest / 1024 },
    { name: 'what activation reads (extension.cjs)', value: kb(join(dist, 'extension.cjs')), unit: 'kB', atMost: 200 },
  ];
  const missing = await ensureSystem(['native', 'chromium']);
  if (missing.length > 0) {
    say(`no figures of the editor: needs ${missing.map(({ fix }) => fix).join('; ')}`);
    return figures;
  }
  const out = join(mkdtempSync(join(tmpdir(), 'slipway-figures-')), 'figures.jsonl');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const only = process.argv.find((word) => word.startsWith('--only='))?.slice('--only='.length);
  const { code } = await runNode([vitest, 'run', '--config', 'test/bench/vitest.config.ts', ...(only ? [only] : [])], {
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
  rmSync(join(out, '..'), { recursive: true, force: true });
  if (code !== 0) throw new ScriptError('a measurement in the editor failed, see above');
  return [...figures, ...lines.map((line) => JSON.parse(line))];
}

const round = (value, digits = 0) => Number(value.toFixed(digits));
const median = (values) => round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
const kb = (file) => Math.round(statSync(file).size / 1024);

/** Resident memory of the platform and the processes below it (guardian), MiB. Instances are not there yet. */
async function residentMiB(pid) {
  const { output } = await run('ps', ['-o', 'rss=', '-p', String(pid), '--ppid', String(pid)], { quiet: true });
  return Math.round(
    output
      .trim()
      .split(/\s+/)
      .reduce((sum, value) => sum + Number(value), 0) / 1024,
  );
}

/** CPU time that a process has used, seconds (Linux; NaN elsewhere). */
async function cpuSeconds(pid) {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

main().catch(fail);
