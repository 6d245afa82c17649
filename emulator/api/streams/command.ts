/** Runs the command of an exec or attach request and says how it ended, as the error channel reports it. */
import { ApiError } from '../../kernel/errors.ts';
import { at } from '../../kernel/json.ts';
import type { ExecStreams, TerminalSize } from '../../pods/ports.ts';
import type { StreamContext } from './upgrade.ts';

export async function runCommand({ pod, pods, path, query, signal }: StreamContext, io: ExecStreams): Promise<object> {
  const containers = ((at(pod, 'spec', 'containers') ?? []) as { name: string }[]).map(({ name }) => name);
  const container = query.get('container') || containers[0];
  if (container && !containers.includes(container)) {
    throw new ApiError('BadRequest', `container ${container} is not valid for pod ${pod.metadata.name}`);
  }
  const tty = query.get('tty') === 'true' || query.get('tty') === '1';
  const streams: ExecStreams = tty ? { ...io, tty } : io;
  if (path.subresource === 'attach') {
    if (!pods.attach)
      throw new ApiError('BadRequest', 'attaching to a running instance is not possible here; use logs or exec');
    return ending((await pods.attach(pod, container, streams, signal)).code);
  }
  const argv = query.getAll('command');
  if (argv.length === 0) throw new ApiError('BadRequest', 'you must specify at least 1 command for the container');
  return ending((await pods.exec(pod, container, argv, streams, signal)).code);
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
