/** Debuggers that are no extensions, on this machine. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { CannotRun } from '../../../emulator/pods/ports.ts';
import { findProgram } from '../../../emulator/pods/process/command.ts';
import { withInterpreter } from '../../../emulator/pods/process/console-script.ts';
import { underDebugpy } from '../../../emulator/pods/process/debug-command.ts';
import { baseEnvironment, withOwnPrograms } from '../../../emulator/pods/process/environment.ts';
import { shellWord } from '../../core/app/words.ts';
import type { Tools } from './debuggers.ts';

export const tools: Tools = {
  bundledDebugpy(extensionPath) {
    const folder = join(extensionPath, 'bundled', 'libs', 'debugpy');
    return existsSync(join(folder, '__main__.py')) ? folder : undefined;
  },

  throughInterpreter(argv, dir) {
    const env = environment(dir);
    try {
      const [program = '', ...words] = withInterpreter(argv, dir, env) ?? [];
      return program === '' ? undefined : [findProgram(program, dir, env), ...words];
    } catch (error) {
      // What is not there is told by the platform, with how to get it.
      if (error instanceof CannotRun) return [...argv];
      throw error;
    }
  },

  hasDebugpy(argv, cwd) {
    // As it will be started, up to its name: with the application's own options of the interpreter.
    const started = underDebugpy(argv, 0, undefined);
    const [program, ...options] = started?.slice(0, started.indexOf('--listen')) ?? [];
    if (program === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const env = environment(cwd);
      execFile(program, [...options, '--version'], { cwd, env, timeout: 20_000 }, (error) => resolve(error === null));
    });
  },

  installsDebugpy(interpreter) {
    // What uv makes has no pip.
    const settings = join(dirname(interpreter), '..', 'pyvenv.cfg');
    const byUv = existsSync(settings) && /^uv\s*=/m.test(readFileSync(settings, 'utf8'));
    const python = shellWord(interpreter);
    return byUv ? `uv pip install --python ${python} debugpy` : `${python} -m pip install debugpy`;
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

/** As an instance of it gets it, as far as programs are looked for. */
const environment = (dir: string) => withOwnPrograms(baseEnvironment(process.env), dir);
