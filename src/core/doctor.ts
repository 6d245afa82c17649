/** What this machine has and lacks, each with its fix. */
import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { dataDirectory, readRecord } from '../../emulator/platform/record.ts';
import { lowestNode } from './platforms.ts';
import { portOwner } from './port-owner.ts';

export type FindingId =
  | 'node'
  | 'sqlite'
  | 'dataDirectory'
  | 'platform'
  | 'port'
  | 'localhost'
  | 'appNode'
  | 'python'
  | 'git'
  | 'kubectl'
  | 'docker'
  | 'kind';

export interface Finding {
  id: FindingId;
  /** `warning` = missing, and only some features need it. */
  level: 'ok' | 'warning' | 'error';
  text: string;
  fix?: string;
}

export interface DoctorOptions {
  name?: string | undefined;
  data?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
}

const ingressPort = 8080;

export async function doctor(options: DoctorOptions = {}): Promise<Finding[]> {
  const env = options.env ?? process.env;
  return Promise.all([
    checkNode(),
    checkSqlite(),
    checkData(options, env),
    checkPlatform(options, env),
    checkPort(options, env),
    checkLocalhost(),
    checkAppNode(env),
    checkTool('python', 'python3', ['--version'], env, 'applications in Python (template python-web)'),
    checkTool('git', 'git', ['--version'], env, 'nothing of Slipway itself'),
    checkTool('kubectl', 'kubectl', ['version', '--client'], env, 'looking at a platform with kubectl'),
    checkTool(
      'docker',
      'docker',
      ['version', '--format', 'Docker {{.Server.Version}}'],
      env,
      'containers and --engine kind',
    ),
    checkTool('kind', 'kind', ['version'], env, '--engine kind'),
  ]);
}

async function checkNode(): Promise<Finding> {
  const version = process.versions.node;
  if (olderThan(version, lowestNode)) {
    return { id: 'node', level: 'error', text: `Node.js ${version}`, fix: `install Node.js ${lowestNode} or newer` };
  }
  return { id: 'node', level: 'ok', text: `Node.js ${version}` };
}

async function checkSqlite(): Promise<Finding> {
  try {
    await import('node:sqlite');
    return { id: 'sqlite', level: 'ok', text: 'node:sqlite is there' };
  } catch {
    const fix = `install Node.js ${lowestNode} or newer`;
    return { id: 'sqlite', level: 'error', text: 'this Node.js has no node:sqlite', fix };
  }
}

async function checkData(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding> {
  const data = dataDirectory(options, env);
  let at = data;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  try {
    accessSync(at, constants.W_OK);
    return { id: 'dataDirectory', level: 'ok', text: `data in ${data}` };
  } catch {
    const fix = 'give a directory that you own with --data, or set SLIPWAY_HOME';
    return { id: 'dataDirectory', level: 'error', text: `${data} cannot be written`, fix };
  }
}

async function checkPlatform(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding> {
  const record = readRecord(dataDirectory(options, env));
  const name = options.name ?? 'default';
  if (!record) {
    return { id: 'platform', level: 'warning', text: `platform ${name} does not run`, fix: 'slipway up --detach' };
  }
  const text = `platform ${record.name} runs (pid ${record.pid}, ingress ${record.ingress.host}:${record.ingress.port})`;
  return { id: 'platform', level: 'ok', text };
}

async function checkPort(options: DoctorOptions, env: NodeJS.ProcessEnv): Promise<Finding> {
  const record = readRecord(dataDirectory(options, env));
  if (record) return { id: 'port', level: 'ok', text: `ingress port ${record.ingress.port} is the platform's` };
  if (await isFree(ingressPort)) return { id: 'port', level: 'ok', text: `port ${ingressPort} is free` };
  const owner = await portOwner(ingressPort);
  const text = `port ${ingressPort} is taken${owner ? ` by ${owner}` : ''}`;
  return { id: 'port', level: 'warning', text, fix: 'none needed: the next free port is used, or give --port' };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function checkLocalhost(): Promise<Finding> {
  try {
    const { address } = await lookup('hello.default.localhost');
    return { id: 'localhost', level: 'ok', text: `*.localhost resolves to ${address}` };
  } catch {
    return {
      id: 'localhost',
      level: 'warning',
      text: 'the resolver of this machine does not know *.localhost (browsers and curl do by themselves)',
      fix: 'from other programs call 127.0.0.1 with the Host header of the URL',
    };
  }
}

/** The one that applications are started with: the user's own. */
async function checkAppNode(env: NodeJS.ProcessEnv): Promise<Finding> {
  const output = await run('node', ['--version'], env);
  const version = /v(\d+\.\d+\.\d+)/.exec(output ?? '')?.[1];
  if (!version) {
    const text = 'no node in PATH, for applications in Node.js';
    return { id: 'appNode', level: 'warning', text, fix: 'install Node.js 22.18 or newer' };
  }
  if (olderThan(version, '22.18.0')) {
    const text = `node in PATH is ${version}: it does not run TypeScript as it is (templates node-web, cron-job)`;
    return { id: 'appNode', level: 'warning', text, fix: 'install Node.js 22.18 or newer' };
  }
  return { id: 'appNode', level: 'ok', text: `applications run on node ${version}` };
}

async function checkTool(
  id: FindingId,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  needed: string,
): Promise<Finding> {
  const output = await run(command, args, env);
  const line = output?.trim().split('\n')[0];
  if (line) return { id, level: 'ok', text: line.toLowerCase().includes(id) ? line : `${id}: ${line}` };
  return { id, level: 'warning', text: `no ${command}`, fix: `needed for ${needed}; install ${command} for it` };
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: 5_000 }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

/** Compares `major.minor.patch`. */
export function olderThan(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [a, b] = [parts(version), parts(than)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
