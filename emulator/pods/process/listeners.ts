/** Which ports a process group listens on: how an app that ignores PORT is found out (decision 5). */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Listener } from '../ports.ts';
import { membersOf } from './groups.ts';

const run = promisify(execFile);

/** By port, ascending; one entry a port. */
export async function listenersOf(pgid: number): Promise<Listener[]> {
  const found = await onThisSystem(pgid);
  const byPort = new Map<number, Listener>();
  for (const listener of found) {
    // IPv4 where an app listens on both: what every client tries first on loopback.
    if (!byPort.has(listener.port) || listener.host === '127.0.0.1') byPort.set(listener.port, listener);
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port);
}

async function onThisSystem(pgid: number): Promise<Listener[]> {
  try {
    if (process.platform === 'linux') return onLinux(membersOf(pgid));
    if (process.platform === 'win32') return parseNetstat((await run('netstat', ['-ano', '-p', 'TCP'])).stdout, pgid);
    return parseLsof((await run('lsof', ['-nP', '-a', '-g', String(pgid), '-iTCP', '-sTCP:LISTEN', '-Fn'])).stdout);
  } catch {
    // lsof exits 1 when there is nothing to list; a process may go away while it is looked at.
    return [];
  }
}

/** Resolves once anybody listens on this port: what is asked to may do it in a process that has left the group. Nothing connects to it. */
export async function listening(port: number, signal: AbortSignal, everyMs = 100): Promise<void> {
  while (!(await isListening(port))) {
    await new Promise((next) => setTimeout(next, everyMs));
    signal.throwIfAborted();
  }
}

async function isListening(port: number): Promise<boolean> {
  try {
    if (process.platform === 'linux')
      return linuxTables().some((table) => parseProcNet(table).some((each) => each.port === port));
    if (process.platform === 'win32') {
      return parseNetstat((await run('netstat', ['-ano', '-p', 'TCP'])).stdout).some((each) => each.port === port);
    }
    return parseLsof((await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fn'])).stdout).length > 0;
  } catch {
    return false;
  }
}

function onLinux(pids: readonly number[]): Listener[] {
  const inodes = new Set<string>();
  for (const pid of pids) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = socketInode(`/proc/${pid}/fd/${fd}`);
        if (inode) inodes.add(inode);
      }
    } catch {
      // Ended in the meantime.
    }
  }
  if (inodes.size === 0) return [];
  return linuxTables().flatMap((table) => parseProcNet(table, inodes));
}

/** As texts; a system without IPv6 has one. */
function linuxTables(): string[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => {
    try {
      return [readFileSync(table, 'latin1')];
    } catch {
      return [];
    }
  });
}

function socketInode(link: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
  } catch {
    return undefined;
  }
}

/** proc_net_tcp(5): `sl local_address rem_address st … inode`, addresses as host-order hex words; 0A is LISTEN. */
export function parseProcNet(text: string, inodes?: ReadonlySet<string>): Listener[] {
  const listeners: Listener[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[3] !== '0A' || (inodes && !inodes.has(fields[9] ?? ''))) continue;
    const [address = '', port = ''] = (fields[1] ?? '').split(':');
    listeners.push({ host: loopbackOf(address), port: Number.parseInt(port, 16) });
  }
  return listeners;
}

/** IPv6 loopback only where the app listens on nothing else; a dual-stack wildcard takes IPv4 too. */
function loopbackOf(hexAddress: string): string {
  return hexAddress === '00000000000000000000000001000000' ? '::1' : '127.0.0.1';
}

/** `lsof -Fn`: lines `p<pid>`, `f<fd>`, `n<address>:<port>`. */
export function parseLsof(text: string): Listener[] {
  const listeners: Listener[] = [];
  for (const line of text.split('\n')) {
    const match = /^n(.*):(\d+)$/.exec(line);
    if (match) listeners.push({ host: match[1] === '[::1]' ? '::1' : '127.0.0.1', port: Number(match[2]) });
  }
  return listeners;
}

/** Columns: protocol, local, foreign, state (translated on some systems: a foreign port 0 means listening), pid. */
export function parseNetstat(text: string, pid?: number): Listener[] {
  const listeners: Listener[] = [];
  for (const line of text.split(/\r?\n/)) {
    const fields = line.trim().split(/\s+/);
    if (fields[0] !== 'TCP' || (pid !== undefined && fields.at(-1) !== String(pid)) || !/:0$/.test(fields[2] ?? ''))
      continue;
    const match = /^(.*):(\d+)$/.exec(fields[1] ?? '');
    if (match) listeners.push({ host: match[1] === '[::1]' ? '::1' : '127.0.0.1', port: Number(match[2]) });
  }
  return listeners;
}
