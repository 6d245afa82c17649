/** Runs the command of an exec or attach request and says how it ended, as the error channel reports it. */
import { ApiError } from '../../kernel/errors.ts';
import type { ExecStreams, TerminalSize } from '../../pods/ports.ts';
import { containerOf } from '../pod-container.ts';
import type { StreamContext } from './upgrade.ts';

export async function runCommand({ pod, pods, path, query, signal }: StreamContext, io: ExecStreams): Promise<object> {
  const container = containerOf(pod, query.get('container'));
  const streams: ExecStreams = asks(query, 'tty') ? { ...io, tty: true } : io;
  if (path.subresource === 'attach') {
    await pods.attach(pod, container, streams, signal);
    // How the container ended is in the pod's status; attaching has succeeded.
    return ending(0);
  }
  const argv = query.getAll('command');
  if (argv.length === 0) throw new ApiError('BadRequest', 'you must specify at least 1 command for the container');
  return ending((await pods.exec(pod, container, argv, streams, signal)).code);
}

/** Whether a request asks for a stream or a terminal. */
export function asks(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '');
}

/** What clients write into the resize channel: `{"Width":80,"Height":24}`. Undefined for anything else. */
export function terminalSize(bytes: Uint8Array): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { Width?: unknown; Height?: unknown };
    const sizes = [Width, Height].every((size) => Number.isInteger(size) && Number(size) > 0 && Number(size) < 65_536);
    return sizes ? { columns: Number(Width), rows: Number(Height) } : undefined;
  } catch {
    return undefined;
  }
}

function ending(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** A refusal as the error channel carries it. */
export function statusOf(error: unknown): object {
  if (error instanceof ApiError) return error.toStatus();
  return new ApiError('InternalError', (error as Error).message).toStatus();
}
