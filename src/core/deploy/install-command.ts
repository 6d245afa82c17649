/** The command that brings what an application asks for and is not installed, as the application keeps its dependencies. Pure. */
import { join } from 'node:path';
import { isPythonServer } from '../../../emulator/pods/process/debug-command.ts';
import { packageManagerOf, parsePackageJson } from '../app/package-manager.ts';
import { isObject } from '../app/values.ts';
import type { Cause } from './diagnose.ts';

/** Text of a file; undefined where it cannot be read. */
type Read = (file: string) => string | undefined;

/** Comes with pip, too, and is no server that a debugger starts. */
const isOfPython = (program: string) => isPythonServer(program) || program === 'streamlit';

/**
 * A missing module with the command that fits the application, and a program of its dependencies that was not found as the missing
 * module that it is. All else as it was.
 */
export function withInstall(cause: Cause, dir: string, read: Read): Cause {
  switch (cause.code) {
    case 'ModuleMissing': {
      const module = String(cause.args['module']);
      const install = { pip: pythonInstall, npm: nodeInstall }[String(cause.args['command']).split(' ', 1)[0] ?? ''];
      return install ? { ...cause, args: { ...cause.args, command: install(module, dir, read) } } : cause;
    }
    case 'StartCommandMissing': {
      const detail = String(cause.args['detail']);
      const program = /(?:^|[\s":])([\w.-]+)"?: (?:executable file |command )?not found/.exec(detail)?.[1];
      if (program === undefined) return cause;
      const isPython = isOfPython(program);
      if (!isPython && !isListedProgram(program, dir, read)) return cause;
      const command = isPython ? pythonInstall(program, dir, read) : nodeInstall(undefined, dir, read);
      return { code: 'ModuleMissing', args: { module: program, command } };
    }
    default:
      return cause;
  }
}

const dependencyFields = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** Everything that package.json lists, or this module where it does not. */
function nodeInstall(module: string | undefined, dir: string, read: Read): string {
  const found = packageJson(dir, read);
  const manager = packageManagerOf(found.packageManager, (file) => read(join(dir, file)) !== undefined);
  const isListed =
    module === undefined || dependencyFields.some((field) => Object.hasOwn(record(found[field]), module));
  if (isListed) return `${manager} install`;
  return manager === 'npm' ? `npm install ${module}` : `${manager} add ${module}`;
}

/** Of a package that package.json lists: `next` of next, `eslint` of @eslint/eslint, `nest` of @nestjs/cli. */
function isListedProgram(program: string, dir: string, read: Read): boolean {
  const found = packageJson(dir, read);
  const names = dependencyFields.flatMap((field) => Object.keys(record(found[field])));
  const cli = new RegExp(`^@${program.replaceAll('.', '\\.')}(js)?/cli$`);
  return names.some((name) => name === program || name.endsWith(`/${program}`) || cli.test(name));
}

const packageJson = (dir: string, read: Read) => parsePackageJson(read(join(dir, 'package.json')));

const record = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});

/**
 * Into the environment that the application has in its folder, which is made where there is none: the platform finds it there, and the
 * Pythons of Debian and Homebrew take nothing else.
 */
function pythonInstall(module: string, dir: string, read: Read): string {
  const what = read(join(dir, 'requirements.txt')) === undefined ? module : '-r requirements.txt';
  const folder = ['.venv', 'venv'].find((name) => read(join(dir, name, 'pyvenv.cfg')) !== undefined);
  const programs = process.platform === 'win32' ? 'Scripts' : 'bin';
  const install = `${join(folder ?? '.venv', programs, 'pip')} install ${what}`;
  if (folder !== undefined) return install;
  return process.platform === 'win32' ? `py -m venv .venv; ${install}` : `python3 -m venv .venv && ${install}`;
}
