/**
 * Which Node.js runs an application whose command is `node`: the one of the user's PATH, unless there is none or the
 * application's own package.json asks for a newer one (`engines.node`) and the platform's satisfies it. Then the platform's
 * own is used, and said: the application would not start otherwise, and a user's machine may have no Node.js at all.
 */
import { execFile } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import { platformNote } from '../notes.ts';

export interface NodeChoice {
  program: string;
  env: Record<string, string>;
  /** One line for the application's log; undefined where the PATH's own is used. */
  note?: string;
}

export interface OwnNode {
  program: string;
  /** `24.21.0` */
  version: string;
  /** Under Electron the program is Node only when told so. */
  electron: boolean;
}

/** What runs the platform. */
export const ownNode: OwnNode = {
  program: process.execPath,
  version: process.versions.node,
  electron: process.versions['electron'] !== undefined,
};

/** @param found the PATH's node, or undefined. @returns undefined when the platform's own would not do either. */
export async function chooseNode(
  found: string | undefined,
  directory: string,
  own: OwnNode = ownNode,
  versionOf: (program: string) => Promise<string | undefined> = nodeVersion,
): Promise<NodeChoice | undefined> {
  const range = wantedRange(directory);
  const version = found && (await versionOf(found));
  if (found && (!range || !version || satisfies(version, range))) return { program: found, env: {} };
  if (range && !satisfies(own.version, range)) return found ? { program: found, env: {} } : undefined;
  const why = found ? `package.json asks for node ${range}, the PATH has ${version}` : 'no node is on the PATH';
  return {
    program: own.program,
    env: own.electron ? { ELECTRON_RUN_AS_NODE: '1' } : {},
    note: platformNote(`started with the platform's own node ${own.version}: ${why}`),
  };
}

export function isNode(program: string): boolean {
  return /^node(\.exe)?$/i.test(basename(program)) && !/[\\/]/.test(program);
}

function wantedRange(directory: string): string | undefined {
  try {
    const { engines } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
      engines?: { node?: unknown };
    };
    const range = engines?.node;
    // One that is no range asks for nothing.
    return typeof range === 'string' && validRange(range) !== null ? range : undefined;
  } catch {
    return undefined;
  }
}

const versions = new Map<string, Promise<string | undefined>>();

/** Asked once for each program as it is now: version managers replace what a path leads to. */
function nodeVersion(program: string): Promise<string | undefined> {
  const real = realpathSync(program);
  const key = `${real} ${statSync(real).mtimeMs}`;
  const known = versions.get(key);
  if (known) return known;
  const asked = promisify(execFile)(real, ['--version'], { timeout: 5_000 }).then(
    ({ stdout }) => /^v(\d+\.\d+\.\d+\S*)/.exec(stdout.trim())?.[1],
    () => undefined,
  );
  versions.set(key, asked);
  return asked;
}
