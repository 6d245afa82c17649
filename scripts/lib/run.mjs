/** Starts programs for the scripts: with the pinned Node first on PATH, with a pulse, and taking them along when we end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isWindows, root } from './paths.mjs';
import { startPulse } from './progress.mjs';

/** A failure whose message says all: no stack is printed. */
export class ScriptError extends Error {}

/** The Node of package.json's `node` package, wherever npm put it; undefined when it is not installed. */
export function pinnedNode() {
  const name = isWindows ? 'node.exe' : join('bin', 'node');
  const arch = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const places = [
    join(root, 'node_modules', 'node', name),
    join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node'),
    join(root, 'node_modules', 'node', 'node_modules', arch, name),
    join(root, 'node_modules', arch, name),
  ];
  return places.find((place) => existsSync(place));
}

/** The environment in which everything of the project runs. */
export function pinnedEnv(extra = {}) {
  const node = pinnedNode();
  const path = [...(node ? [dirname(node)] : []), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''];
  return { ...withoutOuterNpm(process.env), PATH: path.join(delimiter), ...extra };
}

/**
 * What the npm that runs this script says of itself (`npm_config_user_agent` names its Node) would be taken for settings by an npm
 * that we start with another Node. Settings that the user made (registry, proxy, cache) stay.
 */
function withoutOuterNpm(env) {
  const own =
    /^npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(user_agent|local_prefix|global_prefix|prefix)$)/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !own.test(name)));
}

const children = new Set();
/** What has been asked to end gets this long. */
const graceMs = 5_000;

/** @returns whether there was anything of it that could be told. */
function tell(child, signal) {
  try {
    // Those that stay lead a group of their own: a signal to us must reach what they started too.
    return child.ownGroup ? process.kill(-child.pid, signal) : child.kill(signal);
  } catch {
    // It ended between the signal and now.
    return false;
  }
}

function endChildren(signal) {
  for (const child of children) tell(child, signal);
}
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const code = signal === 'SIGINT' ? 130 : 143;
    // The children get a moment to clean up after themselves; a second signal does not wait.
    const now = asked || children.size === 0;
    asked = true;
    endChildren(now ? 'SIGKILL' : signal);
    if (now) process.exit(code);
    setTimeout(() => {
      endChildren('SIGKILL');
      process.exit(code);
    }, graceMs).unref();
  });
}

/**
 * Starts a program that stays, and ends with it. What it started in turn leads no life of its own: all of it ends with us, whoever
 * is told to end, and also when the shell that npm put between itself and us dies of a signal without passing it on.
 * @param options as of `spawn`; stdout and stderr are pipes.
 * @param onEnd gets the exit code, once nothing of it is left; what then still runs of it has been killed.
 */
export function stay(command, args, options, onEnd) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: !isWindows });
  child.ownGroup = !isWindows;
  children.add(child);
  const parent = process.ppid;
  const watch =
    process.env.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid === parent) return;
          clearInterval(watch);
          process.emit('SIGTERM');
        }, 500);
  child.on('error', fail);
  child.on('exit', (code) => {
    clearInterval(watch);
    const since = Date.now();
    const look = () => {
      if (!child.ownGroup || !tell(child, 0)) return ended();
      if (Date.now() - since < graceMs) return setTimeout(look, 50);
      tell(child, 'SIGKILL');
      ended();
    };
    const ended = () => {
      children.delete(child);
      onEnd(code ?? 0);
    };
    look();
  });
  return child;
}

/**
 * Runs a program to its end.
 * @param options `cwd`, `env` (added), `pulse` (what it does, in words: said at once and every few seconds of silence),
 *   `quiet` (output is kept and shown only when it fails), `onLine` (gets each line of stdout and stderr, and swallows it),
 *   `check: false` (a non-zero exit is returned, not thrown).
 * @returns {Promise<{code: number, output: string, stdout: string}>} When piped: `output` is the last 200 kB of both streams.
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = {}, pulse: doing, quiet = false, onLine, check = true } = options;
  const piped = quiet || onLine !== undefined;
  const pulse = doing ? startPulse(doing) : undefined;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: pinnedEnv(env),
      stdio: piped ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: isWindows && /^(npm|npx)$/.test(command),
    });
    children.add(child);
    let output = '';
    let stdout = '';
    if (piped) {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
      });
    }
    for (const stream of piped ? [child.stdout, child.stderr] : []) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        output = (output + text).slice(-200_000);
        if (!onLine) return;
        pulse?.beat();
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
      stream.on('end', () => {
        if (onLine && rest) onLine(rest);
      });
    }
    child.on('error', (error) => {
      pulse?.done();
      children.delete(child);
      reject(
        new ScriptError(error.code === 'ENOENT' ? `${command}: not found on PATH` : `${command}: ${error.message}`),
      );
    });
    child.on('close', (code, signal) => {
      pulse?.done();
      children.delete(child);
      const exit = code ?? (signal === 'SIGINT' ? 130 : 1);
      if (exit !== 0 && check) {
        if (quiet) process.stderr.write(output.endsWith('\n') || output === '' ? output : `${output}\n`);
        reject(new ScriptError(`${command} ${args.join(' ')}: ended with ${signal ?? `exit code ${exit}`}`));
      } else resolve({ code: exit, output, stdout });
    });
  });
}

/** Runs one of our scripts (or a bundle) with the pinned Node. */
export function runNode(args, options = {}) {
  const node = pinnedNode();
  if (!node) throw new ScriptError('the pinned Node is not installed: run `npm ci`');
  return run(node, args, options);
}

/** Ends the script with the error's own words; a bug keeps its stack. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof ScriptError ? error.message : (error?.stack ?? error)}\n`);
  process.exit(1);
}
