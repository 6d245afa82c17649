/** Those who are attached to an instance that is a process: they get its output as it comes, and may write its input. */
import type { Writable } from 'node:stream';
import type { ContainerSpec, ExecStreams, RunningContainer } from '../ports.ts';

export interface Attachments {
  /** Output of the instance, for all that are attached. */
  give(stream: 'stdout' | 'stderr', chunk: Uint8Array): void;
  attach: RunningContainer['attach'];
}

/** `input`: of the instance, null where it has none. */
export function createAttachments(
  { stdin }: Pick<ContainerSpec, 'stdin'>,
  input: Writable | null,
  exited: Promise<unknown>,
): Attachments {
  const attached = new Set<ExecStreams>();
  // Whoever writes learns of its end from `exited`.
  input?.on('error', () => undefined);
  return {
    give(stream, chunk) {
      for (const io of attached) io[stream](chunk);
    },
    async attach(io, signal) {
      const left = Promise.withResolvers<void>();
      const leave = () => left.resolve();
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      attached.add(io);
      if (io.stdin && input) {
        void feed(io.stdin, input).then(() => {
          if (stdin === 'once') input.end();
          else leave();
        }, leave);
      }
      await Promise.race([exited, left.promise]);
      attached.delete(io);
      signal.removeEventListener('abort', leave);
    },
  };
}

/** Writes all of `input`, no faster than it is read; what comes after the reader's end is dropped. Does not end it. */
export async function feed(input: AsyncIterable<Uint8Array>, into: Writable): Promise<void> {
  for await (const chunk of input) {
    if (!into.writable) return;
    if (!into.write(chunk)) await writableAgain(into);
  }
}

function writableAgain(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
