/** The embedded platform as a user has it, from the bundles: start-up, rest, a first application, a cold start, requests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dist } from '../../scripts/lib/paths.mjs';
import { say } from '../../scripts/lib/progress.mjs';
import { pinnedEnv, pinnedNode, run, runNode, ScriptError } from '../../scripts/lib/run.mjs';
import { load } from './load.mjs';
import { median, round } from './numbers.mjs';

const app = `import { createServer } from 'node:http';
const server = createServer((q, r) => r.end('hello'));
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.(server.address().port));
`;
const manifest = (name) => `apiVersion: serving.knative.dev/v1
kind: Service
metadata:
  name: ${name}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/window: "6s"
    spec:
      containers:
        - image: dev.local/bench:v1
`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Figures of a real Knative are those of one node on two cores: Kubernetes 1.36, Serving, Kourier, Eventing. */
export async function platform() {
  const home = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  const slipway = (...args) => runNode([join(dist, 'cli.mjs'), ...args], { quiet: true, env: { SLIPWAY_HOME: home } });
  try {
    return [
      ...(await startUp(slipway)),
      ...(await rest(slipway)),
      ...(await application(slipway, home)),
      ...(await requests(slipway, home)),
    ];
  } finally {
    await slipway('down').catch(() => {});
    rmSync(home, { recursive: true, force: true });
  }
}

const statusOf = async (slipway) => JSON.parse((await slipway('status', '--json')).stdout);

async function startUp(slipway) {
  say('start-up, seven times');
  const [commands, own] = [[], []];
  for (let index = 0; index < 7; index += 1) {
    if (index > 0) await slipway('down');
    const began = performance.now();
    await slipway('up', '--detach', '--port', '0');
    commands.push(performance.now() - began);
    own.push((await statusOf(slipway)).startedInMs);
  }
  return [
    {
      name: 'platform up (its own count, median of 7)',
      value: median(own),
      unit: 'ms',
      atMost: 1_000,
      note: 'a real one: 81 s',
    },
    { name: 'platform up (the command, until it returns)', value: round(median(commands)), unit: 'ms' },
  ];
}

async function rest(slipway) {
  const { pid } = await statusOf(slipway);
  say('at rest, fifteen seconds');
  await pause(10_000);
  const memory = await residentMiB(pid);
  const before = cpuSeconds(pid);
  await pause(5_000);
  return [
    {
      name: 'platform at rest, memory (guardian too)',
      value: memory,
      unit: 'MiB',
      atMost: 256,
      note: 'a real one: 1,680 MiB',
    },
    {
      name: 'platform at rest, processor',
      value: round((cpuSeconds(pid) - before) * 20, 1),
      unit: '% of a core',
      atMost: 2,
    },
  ];
}

async function application(slipway, home) {
  say('an application');
  const folder = mkdtempSync(join(home, 'app-'));
  writeFileSync(join(folder, 'app.mjs'), app);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  await slipway('image', 'build', 'dev.local/bench:v1', folder, '--cmd', 'node app.mjs');
  const { kubeconfig, ingress } = await statusOf(slipway);
  const kubectl = (...args) => run('kubectl', ['--kubeconfig', kubeconfig, ...args], { quiet: true });
  const times = [];
  for (const name of ['bench', 'bench-b', 'bench-c']) {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, manifest(name));
    const began = performance.now();
    await kubectl('apply', '-f', file);
    await kubectl('wait', '--for=condition=Ready', `ksvc/${name}`, '--timeout=60s');
    times.push(performance.now() - began);
  }
  say('cold starts');
  const colds = [];
  for (let index = 0; index < 5; index += 1) {
    await kubectl('wait', '--for=delete', 'pod', '-l', 'serving.knative.dev/service=bench-b', '--timeout=60s');
    const cold = await load({ port: ingress.port, host: 'bench-b.default.localhost' }, { connections: 1, seconds: 0 });
    if (cold.errors > 0) throw new ScriptError('a cold start failed');
    colds.push(cold.p50);
  }
  return [
    {
      name: 'create → Ready, with kubectl (median of 3)',
      value: round(median(times)),
      unit: 'ms',
      atMost: 1_700,
      note: 'a real one: 1,700 ms',
    },
    {
      name: 'cold start of a Node application, first answer (median of 5)',
      value: round(median(colds)),
      unit: 'ms',
      atMost: 810,
      note: 'a real one, static Go: 810 ms',
    },
  ];
}

async function requests(slipway, home) {
  say('requests, direct and through the ingress');
  const { ingress } = await statusOf(slipway);
  const folder = mkdtempSync(join(home, 'direct-'));
  writeFileSync(join(folder, 'app.mjs'), app);
  const direct = spawn(pinnedNode(), [join(folder, 'app.mjs')], {
    env: pinnedEnv({ PORT: '0' }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [port] = await once(direct, 'message');
  const through = { port: ingress.port, host: 'bench.default.localhost' };
  const figures = [];
  try {
    for (const connections of [64, 1]) {
      await load(through, { connections, seconds: 1 });
      const rounds = [];
      for (let index = 0; index < 3; index += 1) {
        const alone = await load({ port, host: 'localhost' }, { connections, seconds: 2 });
        const both = await load(through, { connections, seconds: 2 });
        if (both.errors > 0) throw new ScriptError(`${both.errors} requests failed`);
        rounds.push({ ...both, alone: alone.perSecond, ratio: both.perSecond / alone.perSecond });
      }
      const of = (key) => median(rounds.map((one) => one[key]));
      const name = `a Node application, ${connections} connection${connections === 1 ? '' : 's'}`;
      figures.push(
        {
          name: `${name}: through the ingress, to direct`,
          value: round(of('ratio'), 2),
          unit: '×',
          atLeast: 0.25,
          note: `${round(of('perSecond'))} to ${round(of('alone'))} req/s; client and application share the cores`,
        },
        { name: `${name}: p50 / p99`, value: `${round(of('p50'), 2)} / ${round(of('p99'), 2)}`, unit: 'ms' },
      );
    }
  } finally {
    direct.kill();
  }
  return figures;
}

/** Resident memory of the platform and the processes below it (guardian), MiB. Instances are not there yet. */
async function residentMiB(pid) {
  const { output } = await run('ps', ['-o', 'rss=', '-p', String(pid), '--ppid', String(pid)], { quiet: true });
  const kilobytes = output.trim().split(/\s+/).map(Number);
  return Math.round(kilobytes.reduce((sum, value) => sum + value, 0) / 1024);
}

/** CPU time that a process has used, seconds (Linux; NaN elsewhere). */
function cpuSeconds(pid) {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
