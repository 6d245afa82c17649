/** A program that a script starts to stay (`npm run editor`): nothing of it outlives the script, however that is told to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../support/places.ts';
import { isAlive } from '../support/processes.ts';
import { until } from '../support/until.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-stay-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const script = join(dir, 'script.mjs');
writeFileSync(
  script,
  `import { stay } from ${JSON.stringify(pathToFileURL(join(root, 'scripts', 'lib', 'run.mjs')).href)};
  const child = stay(process.execPath, [process.argv[2]], { env: process.env }, (code) => process.exit(code));
  child.stdout.pipe(process.stdout);`,
);
/** A program with a program of its own, which does not listen to anybody; nor does the first unless it `listens`, but it says what it heard. */
const program = (name: string, listens: boolean) => {
  const deaf =
    "for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => console.log('heard ' + signal)); setInterval(() => {}, 1000);";
  const file = join(dir, `${name}.mjs`);
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(`${deaf} console.log('deaf')`)}], { stdio: ['ignore', 'pipe', 'ignore'] });
    ${listens ? 'setInterval(() => {}, 1000);' : deaf}
    child.stdout.once('data', () => console.log('pids ' + process.pid + ' ' + child.pid));`,
  );
  return file;
};

interface Started {
  process: ChildProcess;
  /** Of the program and of what it started. */
  pids: number[];
  /** Resolves when the program has heard of this signal. */
  heard(signal: NodeJS.Signals): Promise<unknown>;
}

async function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const started = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const pids = await until('both programs', () => /pids (\d+) (\d+)/.exec(output)?.slice(1).map(Number));
  expect(pids.every(isAlive)).toBe(true);
  const heard = (signal: NodeJS.Signals) => until(`${signal} heard`, () => output.includes(`heard ${signal}`));
  return { process: started, pids, heard };
}

const gone = ({ process: script, pids }: Started, timeout: number) =>
  until('nothing of it', () => (script.exitCode !== null || script.signalCode !== null) && !pids.some(isAlive), {
    timeout,
  });

describe.skipIf(process.platform === 'win32')('what stays while a script does', () => {
  it.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with it by %s, what does not listen a moment later',
    async (signal) => {
      const started = await start(process.execPath, [script, program('listens', true)]);
      started.process.kill(signal);
      await gone(started, 15_000);
    },
  );

  it.concurrent('ends at once when it is told twice', async () => {
    const started = await start(process.execPath, [script, program('deaf', false)]);
    started.process.kill('SIGINT');
    await started.heard('SIGINT');
    started.process.kill('SIGTERM');
    await gone(started, 15_000);
    // By the second: after its time to clean up it would have ended as of the first.
    expect(started.process.exitCode).toBe(143);
  });

  it.concurrent('ends when the shell that npm started it by is gone', async () => {
    const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(script)} ${JSON.stringify(program('shell', true))}; exit $?`;
    const started = await start('sh', ['-c', command], { npm_lifecycle_event: 'editor' });
    started.process.kill('SIGTERM');
    await gone(started, 15_000);
  });
});
