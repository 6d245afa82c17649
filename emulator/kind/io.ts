/** What a kind platform needs of the machine: programs, release files, a few facts. Hand-written fakes stand in for it in tests. */
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import type { Command } from './commands.ts';

export interface KindIo {
  /** Runs it to its end. @throws Error with the program's last words when it ends with another code than 0. */
  run<T>(command: Command<T>, signal?: AbortSignal): Promise<T>;
  /** Bytes of a URL. @throws Error that names the URL. */
  fetch(url: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Path of the first of these programs that exists, or undefined. */
  find(program: string): string | undefined;
  readText(file: string): Promise<string | undefined>;
  /** Atomically; makes the folder. */
  write(file: string, bytes: Uint8Array | string, mode: number): Promise<void>;
  remove(file: string): Promise<void>;
  /** Whether 127.0.0.1:port can be listened on. */
  portFree(port: number): Promise<boolean>;
  /** fs.inotify.max_user_instances, undefined where there is no inotify. */
  inotifyInstances(): number | undefined;
  now(): number;
}

export function machineIo(env: NodeJS.ProcessEnv = process.env): KindIo {
  const path = searchPath(env);
  return {
    run: (command, signal) => runCommand(command, { ...env, PATH: path.join(delimiter) }, signal),
    fetch: async (url, signal) => {
      const response = await fetch(url, { redirect: 'follow', signal: signal ?? null }).catch((error: Error) => {
        throw new Error(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
      });
      if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    find: (program) => {
      const name = process.platform === 'win32' ? `${program}.exe` : program;
      return path.map((folder) => join(folder, name)).find(executable);
    },
    readText: (file) => readFile(file, 'utf8').catch(() => undefined),
    write: async (file, bytes, mode) => {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const draft = `${file}.${process.pid}.tmp`;
      await writeFile(draft, bytes, { mode });
      await rename(draft, file);
    },
    remove: (file) => rm(file, { force: true }),
    portFree: (port) =>
      new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
      }),
    inotifyInstances: () => {
      try {
        return Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
      } catch {
        return undefined;
      }
    },
    now: () => performance.now(),
  };
}

/** A program that was started from macOS's Dock has a PATH without Homebrew's folders. */
function searchPath(env: NodeJS.ProcessEnv): string[] {
  const own = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const usual = process.platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : [];
  return [...own, ...usual.filter((folder) => !own.includes(folder))];
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function runCommand<T>(command: Command<T>, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.command, command.args, {
      env: { ...env, ...command.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(signal ? { signal } : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-20_000);
    });
    child.on('error', (error) => reject(new Error(`${command.command}: ${error.message}`)));
    child.on('close', (code) => {
      if (code === 0) {
        try {
          resolve(command.parse(stdout));
        } catch (error) {
          reject(error);
        }
      } else {
        const words = (stderr.trim() || stdout.trim()).split('\n').slice(-5).join('\n');
        reject(new Error(`${command.command} ${command.args.slice(0, 3).join(' ')} ended with ${code}: ${words}`));
      }
    });
    // A program that does not read what it is fed ends by itself with its own words.
    child.stdin.on('error', () => {});
    child.stdin.end(command.input ?? '');
  });
}
