/** Output of containers as it comes, and commands in them. */
import { Writable } from 'node:stream';
import type Docker from 'dockerode';
import type { ExecStreams, ExitInfo } from '../ports.ts';

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
  const exec = await container.exec({
    Cmd: argv,
    AttachStdin: io.stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    Tty: io.tty === true,
  });
  const stream = await exec.start({ hijack: true, stdin: io.stdin !== undefined, Tty: io.tty === true });
  let output = '';
  const ended = readOutput(docker, stream, io.tty === true, (name, chunk) => {
    if (output.length < 4_096) output += Buffer.from(chunk);
    io[name](chunk);
  });
  if (io.stdin) {
    void (async (input) => {
      for await (const chunk of input) stream.write(chunk);
      stream.end();
    })(io.stdin).catch(() => stream.destroy());
  }
  if (io.tty && io.resize) {
    void (async (sizes) => {
      // One that has ended meanwhile has no terminal any more.
      for await (const { rows, columns } of sizes) await exec.resize({ h: rows, w: columns }).catch(() => undefined);
    })(io.resize);
  }
  await ended;
  const { ExitCode } = await exec.inspect();
  // What the engine says of a program that it cannot start comes as output.
  if ((ExitCode === 126 || ExitCode === 127) && /OCI runtime exec failed/.test(output)) {
    return { code: ExitCode, reason: 'ContainerCannotRun', message: output.trim() };
  }
  return exitInfo(ExitCode ?? 0, false);
}

export function exitInfo(code: number, outOfMemory: boolean): ExitInfo {
  return { code, reason: outOfMemory ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error' };
}
