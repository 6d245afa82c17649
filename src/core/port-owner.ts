/** Who listens on a port, where the OS tells: for the message that a port is taken. Never throws. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** `node (pid 4711)`, or undefined when the OS does not say. */
export async function portOwner(port: number, platform = process.platform): Promise<string | undefined> {
  try {
    return platform === 'linux' ? await linuxOwner(port) : await lsofOwner(port, platform);
  } catch {
    return undefined;
  }
}

async function linuxOwner(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [, local = '', , state] = fields;
      // 0A is LISTEN.
      if (state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port) inodes.add(fields[9] ?? '');
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode && inodes.has(inode)) {
        // The name of the thread (comm) says less: every Node is a MainThread.
        const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, 2);
        const name = words.map((word) => basename(word)).filter((word) => word !== '' && !word.startsWith('-'));
        return `${name.join(' ') || 'a process'} (pid ${pid})`;
      }
    }
  }
  return undefined;
}

async function lsofOwner(port: number, platform: string): Promise<string | undefined> {
  if (platform === 'win32') return undefined;
  const output = await new Promise<string>((resolve) => {
    execFile('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: 3_000 }, (_, stdout) =>
      resolve(stdout),
    );
  });
  const pid = /^p(\d+)$/m.exec(output)?.[1];
  const name = /^c(.+)$/m.exec(output)?.[1];
  return pid ? `${name ?? 'a process'} (pid ${pid})` : undefined;
}
