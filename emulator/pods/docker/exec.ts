/** Output of containers as it comes, and commands in them. */
import { once } from 'node:events';
import { type Duplex, Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { ContainerSpec, ExecStreams, ExitInfo, TerminalSize } from '../ports.ts';
import { sizesOf } from '../terminal-size.ts';

/** Splits what the engine sends into both streams. Resolves once it has ended, in whatever way. */
export function readOutput(
  docker: Docker,
  stream: NodeJS.ReadWriteStream,
  tty: boolean,
  take: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void,
): Promise<void> {
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        take(name, chunk);
        done();
      },
    });
  if (tty) stream.pipe(sink('stdout'));
  else docker.modem.demuxStream(stream, sink('stdout'), sink('stderr'));
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  });
}

export async function execIn(
  docker: Docker,
  container: Docker.Container,
  argv: string[],
  io: ExecStreams,
): Promise<ExitInfo> {
  const sizes = io.tty && io.resize ? await sizesOf(io.resize) : undefined;
  const first = sizes?.first;
  // Engines before API 1.42 take no notice: there the command may see 0×0 for a moment, as it may on a cluster.
  const size: Pick<Docker.ExecCreateOptions, 'ConsoleSize'> = first ? { ConsoleSize: [first.rows, first.columns] } : {};
  const exec = await container.exec({
    Cmd: argv,
    AttachStdin: io.stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    Tty: io.tty === true,
    ...size,
  });
  const stream = await exec.start({ hijack: true, stdin: io.stdin !== undefined, Tty: io.tty === true });
  let output = '';
  const ended = readOutput(docker, stream, io.tty === true, (name, chunk) => {
    if (output.length < 4_096) output += Buffer.from(chunk);
    io[name](chunk);
  });
  if (io.stdin) feed(io.stdin, stream);
  if (sizes) {
    if (first) await exec.resize({ h: first.rows, w: first.columns }).catch(() => undefined);
    void follow(sizes.later, exec);
  }
  await ended;
  const { ExitCode } = await exec.inspect();
  // What the engine says of a program that it cannot start comes as output.
  if ((ExitCode === 126 || ExitCode === 127) && /OCI runtime exec failed/.test(output)) {
    return { code: ExitCode, reason: 'ContainerCannotRun', message: output.trim() };
  }
  return exitInfo(ExitCode ?? 0, false);
}

/** The engine itself knows what the end of the input means: it was told `OpenStdin` and `StdinOnce`. */
export async function attachTo(
  docker: Docker,
  container: Docker.Container,
  { stdin, tty }: Pick<ContainerSpec, 'stdin' | 'tty'>,
  io: ExecStreams,
  signal: AbortSignal,
): Promise<void> {
  const input = stdin === 'closed' ? undefined : io.stdin;
  const stream = (await container.attach({
    stream: true,
    hijack: true,
    stdin: input !== undefined,
    stdout: true,
    stderr: true,
    detachKeys: neverTyped,
  })) as Duplex;
  const leave = () => stream.destroy();
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  if (input) feed(input, stream);
  if (tty && io.resize) void follow(io.resize, container);
  await readOutput(docker, stream, tty, (name, chunk) => io[name](chunk));
  signal.removeEventListener('abort', leave);
}

/** The engine's own way to detach (Ctrl-P, Ctrl-Q) would swallow keys of a shell's history, and cannot be left out. */
const neverTyped = 'ctrl-@,ctrl-@,ctrl-@,ctrl-@';

function feed(input: AsyncIterable<Uint8Array>, stream: Duplex): void {
  void (async () => {
    for await (const chunk of input) if (!stream.write(chunk)) await once(stream, 'drain');
    stream.end();
  })().catch(() => stream.destroy());
}

/** One that has ended meanwhile has no terminal any more. */
async function follow(
  sizes: AsyncIterable<TerminalSize>,
  terminal: { resize(size: { h: number; w: number }): Promise<unknown> },
): Promise<void> {
  for await (const { rows, columns } of sizes) await terminal.resize({ h: rows, w: columns }).catch(() => undefined);
}

export function exitInfo(code: number, outOfMemory: boolean): ExitInfo {
  return { code, reason: outOfMemory ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error' };
}
