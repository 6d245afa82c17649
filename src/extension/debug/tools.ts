/** Debuggers that are no extensions, on this machine. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProgram } from '../../../emulator/pods/process/command.ts';
import { underDebugpy } from '../../../emulator/pods/process/debug-command.ts';
import type { Tools } from './debuggers.ts';

export const tools: Tools = {
  bundledDebugpy(extensionPath) {
    const folder = join(extensionPath, 'bundled', 'libs', 'debugpy');
    return existsSync(join(folder, '__main__.py')) ? folder : undefined;
  },

  hasDebugpy(argv, cwd) {
    // As it will be started, up to its name: with the application's own options of the interpreter.
    const started = underDebugpy(argv, 0, undefined);
    const [program, ...options] = started?.slice(0, started.indexOf('--listen')) ?? [];
    if (program === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      execFile(program, [...options, '--version'], { cwd, timeout: 20_000 }, (error) => resolve(error === null));
    });
  },

  delve() {
    const { GOBIN, GOPATH, PATH, Path } = process.env;
    const folders = [GOBIN, ...(GOPATH ?? join(homedir(), 'go')).split(delimiter).map((path) => join(path, 'bin'))];
    const path = [PATH ?? Path, ...folders].filter(Boolean).join(delimiter);
    try {
      return findProgram('dlv', homedir(), { PATH: path });
    } catch {
      return undefined;
    }
  },
};
