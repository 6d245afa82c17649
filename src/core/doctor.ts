/** What this machine has and lacks, each with its fix. */
import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { dataDirectory, readRecord } from '../../emulator/platform/record.ts';
import type { MessageArgs } from './codes.ts';
import { renderDoctor } from './messages/doctor.ts';
import type { Locale } from './messages/render.ts';
import { lowestNode } from './platforms.ts';
import { portOwner } from './port-owner.ts';

export type FindingId =
  | 'node'
  | 'sqlite'
  | 'dataDirectory'
  | 'disk'
  | 'platform'
  | 'port'
  | 'localhost'
  | 'appNode'
  | 'python'
  | 'go'
  | 'java'
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
  /** Of the texts; English when left out. */
  locale?: Locale | undefined;
}

const ingressPort = 8080;
const lowestAppNode = '22.18';
/** An application with its packages has room in it. */
const lowestFreeMiB = 100;

type Say = (key: Parameters<typeof renderDoctor>[1], args?: MessageArgs) => string;
type Place = DoctorOptions & { env: NodeJS.ProcessEnv };

export async function doctor(options: DoctorOptions = {}): Promise<Finding[]> {
  const place = { ...options, env: options.env ?? process.env };
  const say: Say = (key, args) => renderDoctor(options.locale ?? 'en', key, args);
  return Promise.all([
    checkNode(say),
    checkSqlite(say),
    checkData(place, say),
    checkDisk(place, say),
    checkPlatform(place, say),
    checkPort(place, say),
    checkLocalhost(say),
    checkAppNode(place.env, say),
    ...tools.map((tool) => checkTool(tool, place.env, say)),
  ]);
}

async function checkNode(say: Say): Promise<Finding> {
  const version = process.versions.node;
  const text = say('node', { version });
  if (!olderThan(version, lowestNode)) return { id: 'node', level: 'ok', text };
  return { id: 'node', level: 'error', text, fix: say('node.fix', { lowest: lowestNode }) };
}

async function checkSqlite(say: Say): Promise<Finding> {
  try {
    await import('node:sqlite');
    return { id: 'sqlite', level: 'ok', text: say('sqlite') };
  } catch {
    const fix = say('node.fix', { lowest: lowestNode });
    return { id: 'sqlite', level: 'error', text: say('sqlite.missing'), fix };
  }
}

/** The data directory, or the directory that it would be made in. */
function existing(data: string): string {
  let at = data;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

async function checkData(place: Place, say: Say): Promise<Finding> {
  const data = dataDirectory(place, place.env);
  try {
    accessSync(existing(data), constants.W_OK);
    return { id: 'dataDirectory', level: 'ok', text: say('data', { data }) };
  } catch {
    return { id: 'dataDirectory', level: 'error', text: say('data.readOnly', { data }), fix: say('data.fix') };
  }
}

async function checkDisk(place: Place, say: Say): Promise<Finding> {
  const at = existing(dataDirectory(place, place.env));
  const { bavail, bsize } = await statfs(at);
  const mebibytes = Math.floor((bavail * bsize) / 2 ** 20);
  const free = mebibytes < 1_024 ? `${mebibytes} MiB` : `${(mebibytes / 1_024).toFixed(1)} GiB`;
  if (mebibytes >= lowestFreeMiB) return { id: 'disk', level: 'ok', text: say('disk', { free }) };
  return { id: 'disk', level: 'error', text: say('disk.full', { free, at }), fix: say('disk.fix') };
}

async function checkPlatform(place: Place, say: Say): Promise<Finding> {
  const record = readRecord(dataDirectory(place, place.env));
  if (!record) {
    const text = say('platform.none', { name: place.name ?? 'default' });
    return { id: 'platform', level: 'warning', text, fix: 'slipway up --detach' };
  }
  const { name, pid, ingress } = record;
  const text = say('platform', { name, pid, ingress: `${ingress.host}:${ingress.port}` });
  return { id: 'platform', level: 'ok', text };
}

async function checkPort(place: Place, say: Say): Promise<Finding> {
  const record = readRecord(dataDirectory(place, place.env));
  if (record) return { id: 'port', level: 'ok', text: say('port.own', { port: record.ingress.port }) };
  const port = ingressPort;
  if (await isFree(port)) return { id: 'port', level: 'ok', text: say('port.free', { port }) };
  const owner = await portOwner(port);
  const text = owner ? say('port.takenBy', { port, owner }) : say('port.taken', { port });
  return { id: 'port', level: 'warning', text, fix: say('port.fix') };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function checkLocalhost(say: Say): Promise<Finding> {
  try {
    const { address } = await lookup('hello.default.localhost');
    return { id: 'localhost', level: 'ok', text: say('localhost', { address }) };
  } catch {
    return { id: 'localhost', level: 'warning', text: say('localhost.unknown'), fix: say('localhost.fix') };
  }
}

/** The one that applications are started with: the user's own. */
async function checkAppNode(env: NodeJS.ProcessEnv, say: Say): Promise<Finding> {
  const output = await run('node', ['--version'], env);
  const version = /v(\d+\.\d+\.\d+)/.exec(output ?? '')?.[1];
  if (version && !olderThan(version, lowestAppNode))
    return { id: 'appNode', level: 'ok', text: say('appNode', { version }) };
  const text = version ? say('appNode.old', { version }) : say('appNode.none');
  return { id: 'appNode', level: 'warning', text, fix: say('node.fix', { lowest: lowestAppNode }) };
}

interface Tool {
  id: Extract<FindingId, 'python' | 'go' | 'java' | 'git' | 'kubectl' | 'docker' | 'kind'>;
  command: string;
  args: readonly string[];
}

const tools: readonly Tool[] = [
  { id: 'python', command: 'python3', args: ['--version'] },
  { id: 'go', command: 'go', args: ['version'] },
  { id: 'java', command: 'java', args: ['--version'] },
  { id: 'git', command: 'git', args: ['--version'] },
  { id: 'kubectl', command: 'kubectl', args: ['version', '--client'] },
  { id: 'docker', command: 'docker', args: ['version', '--format', 'Docker {{.Server.Version}}'] },
  { id: 'kind', command: 'kind', args: ['version'] },
];

async function checkTool({ id, command, args }: Tool, env: NodeJS.ProcessEnv, say: Say): Promise<Finding> {
  const output = await run(command, args, env);
  const line = output
    ?.trim()
    .split('\n')[0]
    ?.replace(/^Client Version: */, '');
  if (line) return { id, level: 'ok', text: line.toLowerCase().includes(id) ? line : say('tool', { id, line }) };
  const fix = say('tool.fix', { needed: say(`needed.${id}`), command });
  return { id, level: 'warning', text: say('tool.none', { command }), fix };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: 5_000 }, (error, stdout) => resolve(error ? undefined : stdout));
  });
}

/** Compares `major.minor.patch`; what is left out is 0. */
export function olderThan(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.').map(Number);
  const [a, b] = [parts(version), parts(than)];
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
