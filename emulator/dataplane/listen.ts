/** Taking ports: the next free one where that is allowed, and by whom one is held where the system tells. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { basename } from 'node:path';

export class PortTaken extends Error {
  readonly code = 'PortTaken';
  constructor(port: number, holder: string | undefined) {
    super(`port ${port} is taken${holder ? ` by ${holder}` : ''}`);
    this.name = 'PortTaken';
  }
}

const fallbackTries = 50;

interface Where {
  host: string;
  port: number;
  fallback: boolean;
  /** A client that has said all may still be answered. Default true; TLS has its own way to say so. */
  halfOpen?: boolean;
}

/** @throws PortTaken; other errors of listening as they are. */
export async function listen(
  { host, port, fallback, halfOpen = true }: Where,
  onConnection: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  for (let tried = 0; ; tried++) {
    try {
      return await listenAt({ host, port: port === 0 ? 0 : port + tried, halfOpen }, onConnection);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (!fallback || tried >= fallbackTries || port + tried >= 65_535) {
        throw new PortTaken(port, await portHolder(port));
      }
    }
  }
}

function listenAt(
  { host, port, halfOpen }: { host: string; port: number; halfOpen: boolean },
  onConnection: (socket: Socket) => void,
) {
  return new Promise<{ server: Server; port: number }>((resolve, reject) => {
    const server = createServer({ noDelay: true, allowHalfOpen: halfOpen }, onConnection);
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address ? address.port : port });
    });
  });
}

/** `node (pid 4711)`: who listens on a port of this machine. Linux only, and only where /proc may be read. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readText(table)).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const isListening = state === '0A';
      if (isListening && Number.parseInt(local.split(':')[1] ?? '', 16) === port && inode)
        inodes.add(`socket:[${inode}]`);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of await names('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await names(`/proc/${pid}/fd`)) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (inodes.has(link)) return `${await programName(pid)} (pid ${pid})`;
    }
  }
  return undefined;
}

/** `nginx`, `node server.mjs`: an interpreter says little without its script. */
async function programName(pid: string): Promise<string> {
  const [program = '', ...given] = (await readText(`/proc/${pid}/cmdline`)).split('\0');
  const script = given.find((argument) => !argument.startsWith('-'));
  const isScript = script !== undefined && /\.(?:[cm]?[jt]s|py|rb|jar|php)$/.test(script);
  const name = basename(program) || (await readText(`/proc/${pid}/comm`)).trim();
  return isScript ? `${name} ${basename(script)}` : name;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function names(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}
