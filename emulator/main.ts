/**
 * The platform's own process. Started by the CLI or by the editor as
 * `platform.mjs --name N --data DIR [--port P] [--lifetime detached|leased]`; answers with one line of JSON on stdout: its
 * record, or `{"error": {code, message}}` with exit code 1. Until then a blank a second says that it is still at it.
 * Everything else goes to stderr.
 */
import { parseArgs } from 'node:util';
import { startEmbedded } from './embedded.ts';
import { type PlatformFault, platformFault } from './platform/faults.ts';
import { dataDirectory, readRecord } from './platform/record.ts';

const signOfLifeMs = 1_000;

async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      name: { type: 'string', default: 'default' },
      data: { type: 'string' },
      port: { type: 'string' },
      lifetime: { type: 'string', default: 'detached' },
    },
  });
  const data = dataDirectory(values);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw platformFault('BadPort', `--port: a number between 0 and 65535, got "${values.port}"`);
  }
  const platform = await startEmbedded({
    name: values.name,
    data,
    port,
    lifetime: values.lifetime === 'leased' ? 'leased' : 'detached',
    log: (level, message) => {
      if (level !== 'debug') process.stderr.write(`${new Date().toISOString()} ${level} ${message}\n`);
    },
  });

  let ending = false;
  const end = (why: string): void => {
    // A second signal while it ends is impatience: the guardian still takes the instances down.
    if (ending) process.exit(1);
    ending = true;
    process.stderr.write(`${new Date().toISOString()} info ending: ${why}\n`);
    platform.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));
  platform.ended.then(end);
  clearInterval(atIt);
  process.stdout.write(`${JSON.stringify(platform.record)}\n`);
}

const atIt = setInterval(() => process.stdout.write(' '), signOfLifeMs);

main(process.argv.slice(2)).catch((error: unknown) => {
  clearInterval(atIt);
  const fault = error as Partial<PlatformFault> & Error;
  const code = fault.code ?? 'Bug';
  const running = code === 'AlreadyRunning' && fault.data ? readRecord(fault.data) : undefined;
  process.stdout.write(
    `${JSON.stringify({ error: { code, message: fault.message }, ...(running ? { running } : {}) })}\n`,
  );
  if (code === 'Bug') process.stderr.write(`${fault.stack ?? fault.message}\n`);
  process.exitCode = 1;
});
