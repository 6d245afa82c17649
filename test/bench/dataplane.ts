/**
 * The data plane beside one-thread haproxy, in turns on the same machine and the same backend: ratios, since absolute
 * numbers are the machine's. `node test/bench/dataplane.ts [seconds] [rounds]` prints one JSON object. Needs haproxy and
 * wrk (packages of those names); prints `skipped: needs …` without.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromDataPlane, ToDataPlane } from '../../emulator/dataplane/protocol.ts';

const [seconds = 4, rounds = 3] = process.argv.slice(2).map(Number);
const host = 'hello.test';

interface Measured {
  requestsPerSecond: number;
  p50: number;
  p99: number;
  /** µs of processor time a request. */
  cpu: number;
}

interface Target {
  name: string;
  port: number;
  pid: number;
}

const missing = ['haproxy', 'wrk'].filter((name) => !has(name));
if (missing.length > 0) console.log(`skipped: needs ${missing.join(' and ')}`);
else await main();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  const children: ChildProcess[] = [];
  try {
    const [backend, front] = [await freePort(), await freePort()];
    const proxy = startHaproxy(folder, backend, front);
    children.push(proxy);
    await listening(backend);
    await listening(front);
    const plane = await startDataPlane(backend);
    children.push(plane.child);
    const targets: Target[] = [
      { name: 'haproxy', port: front, pid: proxy.pid ?? 0 },
      { name: 'dataplane', port: plane.port, pid: plane.child.pid ?? 0 },
    ];
    for (const { port } of targets) run(port, 64, 1);
    const results: Record<string, unknown> = {};
    for (const connections of [64, 1]) results[`connections ${connections}`] = compare(targets, connections);
    console.log(JSON.stringify(results, undefined, 2));
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Medians of the rounds, each of which asks one after the other. */
function compare(targets: Target[], connections: number) {
  const all = new Map<string, Measured[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, port, pid } of targets) {
      const before = cpuTime(pid);
      const { requests, ...measured } = run(port, connections, seconds);
      const cpu = ((cpuTime(pid) - before) * 1e6) / Math.max(1, requests);
      all.get(name)?.push({ ...measured, cpu });
    }
  }
  const middle = Object.fromEntries([...all].map(([name, list]) => [name, medians(list)]));
  const [haproxy, dataplane] = [middle['haproxy'], middle['dataplane']];
  const ratio = haproxy && dataplane ? dataplane.requestsPerSecond / haproxy.requestsPerSecond : Number.NaN;
  return { ...middle, ratio: Number(ratio.toFixed(3)) };
}

function medians(list: Measured[]): Measured {
  const of = (key: keyof Measured) => {
    const sorted = list.map((one) => one[key]).sort((a, b) => a - b);
    return Number((sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(3));
  };
  return { requestsPerSecond: of('requestsPerSecond'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
}

function run(port: number, connections: number, duration: number) {
  const text = execFileSync(
    'wrk',
    ['-t1', `-c${connections}`, `-d${duration}s`, '--latency', '-H', `Host: ${host}`, `http://127.0.0.1:${port}/`],
    { encoding: 'utf8' },
  );
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? Number.NaN);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`errors under load:\n${text}`);
  return {
    requests: number(/(\d+) requests in/),
    requestsPerSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
    p99: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
  };
}

function milliseconds(match: RegExpExecArray | null): number {
  const factor = { us: 0.001, ms: 1, s: 1000 }[match?.[2] ?? 'ms'] ?? 1;
  return Number(match?.[1]) * factor;
}

/** Seconds of processor time that a process has used. */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** One process, one thread: the proxy; and the backend in another process, so that both fronts meet the same one. */
function startHaproxy(folder: string, backend: number, front: number): ChildProcess {
  const common =
    'global\n  nbthread 1\n  maxconn 4096\ndefaults\n  mode http\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n';
  const files = {
    backend: `${common}frontend app\n  bind 127.0.0.1:${backend}\n  http-request return status 200 content-type text/plain string "Hello, world!"\n`,
    front: `${common}frontend in\n  bind 127.0.0.1:${front}\n  option forwardfor\n  default_backend app\nbackend app\n  http-reuse always\n  server a 127.0.0.1:${backend}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const app = spawn('haproxy', ['-f', join(folder, 'backend')], { stdio: 'ignore' });
  const proxy = spawn('haproxy', ['-f', join(folder, 'front')], { stdio: 'ignore' });
  proxy.on('exit', () => app.kill('SIGKILL'));
  return proxy;
}

async function startDataPlane(backend: number): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [new URL('./dataplane-process.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const post = (message: ToDataPlane) => child.send(message);
  const next = <T extends FromDataPlane['type']>(type: T) =>
    new Promise<Extract<FromDataPlane, { type: T }>>((resolve) => {
      child.on('message', (message) => {
        const told = message as FromDataPlane;
        if (told.type === type) resolve(told as Extract<FromDataPlane, { type: T }>);
      });
    });
  const applied = next('applied');
  const split = { revision: 'default/hello-00001', percent: 100, headers: {} };
  post({
    type: 'snapshot',
    snapshot: {
      version: 1,
      traceHeaders: true,
      hosts: { [host]: { service: 'default/hello', paths: [{ splits: [split] }] } },
      localHosts: {},
      revisions: {
        'default/hello-00001': {
          key: 'default/hello-00001',
          service: 'default/hello',
          configuration: 'default/hello',
          containerConcurrency: 0,
          timeoutSeconds: 300,
          responseStartTimeoutSeconds: 0,
          idleTimeoutSeconds: 0,
          protocol: 'http1',
          mode: 'Proxy',
          instances: [{ pod: 'a', host: '127.0.0.1', port: backend, draining: false, held: false }],
        },
      },
    },
  });
  await applied;
  const told = next('listening');
  post({ type: 'listen', host: '127.0.0.1', port: 0, fallback: false });
  return { child, port: (await told).port };
}

function has(name: string): boolean {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${port}`);
}
