/**
 * Where a line was written (issue "logs at the source line"): a named pipe beside the output, that preloads of Node and Python
 * write to. A record is in the pipe before its line is in the output, so the pipe is emptied, in the same turn, whenever output
 * has come; nothing waits, and a full pipe loses places, never output. Without mkfifo (Windows) there are no places.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { promisify } from 'node:util';
import { nodePreload } from './node-preload.ts';
import { pythonPreload } from './python-preload.ts';
import { InstanceSites } from './records.ts';

export interface SiteChannel extends Disposable {
  /** Takes in what was told so far; called when output has come, before its lines are asked for. */
  drain(): void;
  /** Resolves once instances can use it; `open` before that tells nothing. */
  readonly ready: Promise<void>;
  /** Adds what an instance needs to `env`; undefined where the channel or the instance does without. */
  open(env: Record<string, string>): OpenSites | undefined;
}

export interface OpenSites extends Disposable {
  /** Once the process is there. */
  attach(pid: number): InstanceSites;
}

/** `off` in an instance's environment: no preload in it. */
export const sitesVariable = 'SLIPWAY_LOG_SITES';

export function createSiteChannel(dir: string): SiteChannel {
  const folder = join(dir, 'sites');
  const pipe = join(folder, 'sites.pipe');
  const script = join(folder, 'node.cjs');
  const python = join(folder, 'python');
  const instances = new Map<string, InstanceSites>();
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.allocUnsafe(65_536);
  let fd: number | undefined;
  let closed = false;
  let rest = '';
  let count = 0;

  const prepare = async () => {
    if (process.platform === 'win32') return;
    mkdirSync(python, { recursive: true, mode: 0o700 });
    writeFileSync(script, nodePreload);
    writeFileSync(join(python, 'sitecustomize.py'), pythonPreload);
    rmSync(pipe, { force: true });
    await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
    // For reading and writing: so there is always a writer, and an empty pipe is not an ended one.
    if (!closed) fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  };
  const ready = prepare().catch(() => undefined);

  const drain = () => {
    if (fd === undefined) return;
    for (;;) {
      let size: number;
      try {
        size = readSync(fd, buffer);
      } catch {
        // EAGAIN: it is empty.
        return;
      }
      const records = (rest + decoder.write(buffer.subarray(0, size))).split('\n');
      rest = records.pop() ?? '';
      for (const record of records) {
        const fields = record.split('\u001f');
        instances.get(fields[1] ?? '')?.add(fields);
      }
      if (size < buffer.length) return;
    }
  };

  return {
    ready,
    drain,
    open(env) {
      if (fd === undefined || env[sitesVariable] === 'off') return undefined;
      const key = (count++).toString(36);
      env['SLIPWAY_SITES'] = `${key} ${pipe}`;
      const option = `--require ${/[\s"\\]/.test(script) ? JSON.stringify(script) : script}`;
      env['NODE_OPTIONS'] = env['NODE_OPTIONS'] ? `${option} ${env['NODE_OPTIONS']}` : option;
      env['PYTHONPATH'] = env['PYTHONPATH'] ? `${python}${delimiter}${env['PYTHONPATH']}` : python;
      return {
        attach(pid) {
          const sites = new InstanceSites({ pid, inodes: inodesOf(pid) });
          instances.set(key, sites);
          return sites;
        },
        [Symbol.dispose]: () => void instances.delete(key),
      };
    },
    [Symbol.dispose]() {
      closed = true;
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
      rmSync(pipe, { force: true });
    },
  };
}

/** Of stdout and stderr, where the system tells them (Linux). */
function inodesOf(pid: number): [string, string] | undefined {
  if (process.platform !== 'linux') return undefined;
  const inode = (number: number) => {
    try {
      return String(statSync(`/proc/${pid}/fd/${number}`).ino);
    } catch {
      return '';
    }
  };
  return [inode(1), inode(2)];
}
