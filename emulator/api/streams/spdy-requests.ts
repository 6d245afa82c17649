/** exec, attach and port-forward over SPDY/3.1, on the socket itself or tunneled in a WebSocket. */
import type { Duplex } from 'node:stream';
import { ApiError } from '../../kernel/errors.ts';
import type { TerminalSize } from '../../pods/ports.ts';
import type { ApiRequest } from '../http.ts';
import { asks, runCommand, statusOf, terminalSize } from './command.ts';
import { queueOf } from './queue.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';
import { refuse, type StreamContext } from './upgrade.ts';

const commandVersions = ['v4.remotecommand.k8s.io'];

/** Each stream says what it is in a `streamtype` header; the command starts when all that were asked for are there. */
export async function commandOverSpdy(socket: Duplex, context: StreamContext, request: ApiRequest): Promise<void> {
  const offered = (request.headers['x-stream-protocol-version'] ?? '').split(',').map((name) => name.trim());
  const version = commandVersions.find((name) => offered.includes(name));
  if (!version)
    return refuse(socket, new ApiError('Forbidden', `unable to upgrade: offer one of ${commandVersions.join(', ')}`));
  switchProtocols(socket, { 'X-Stream-Protocol-Version': version });
  const { query, signal } = context;
  const asked = (name: string) => asks(query, name);
  const wanted = [
    'error',
    ...['stdin', 'stdout', 'stderr'].filter((name) => asked(name) && !(name === 'stderr' && asked('tty'))),
  ];
  const streams = new Map<string, SpdyStream>();
  const ended = new AbortController();
  const connection = new SpdyConnection(socket);
  const ready = Promise.withResolvers<void>();
  const stdin = queueOf<Uint8Array>();
  const resize = queueOf<TerminalSize>();
  connection.onStream = (stream) => {
    const type = stream.headers['streamtype'] ?? '';
    streams.set(type, stream);
    stream.accept();
    if (type === 'stdin') {
      stream.onData = (chunk) => stdin.push(chunk);
      stream.onEnd = () => stdin.end();
    }
    if (type === 'resize') {
      stream.onData = (chunk) => {
        const size = terminalSize(chunk);
        if (size) resize.push(size);
      };
    }
    if (wanted.every((name) => streams.has(name))) ready.resolve();
  };
  connection.onClose = () => {
    stdin.end();
    resize.end();
    ended.abort();
    ready.resolve();
  };
  await ready.promise;
  const status = await runCommand(
    { ...context, signal: AbortSignal.any([signal, ended.signal]) },
    {
      ...(streams.has('stdin') ? { stdin: stdin.items } : {}),
      resize: resize.items,
      stdout: (chunk) => streams.get('stdout')?.write(chunk),
      stderr: (chunk) => streams.get('stderr')?.write(chunk),
    },
  ).catch(statusOf);
  streams.get('error')?.write(Buffer.from(JSON.stringify(status)));
  for (const stream of streams.values()) stream.end();
  connection.end();
}

/** Streams come in pairs with the same `requestid`: `error` and `data` of one connection to a port. */
export async function portForwardOverSpdy(
  socket: Duplex,
  { pod, pods, signal }: StreamContext,
  request: ApiRequest | undefined,
): Promise<void> {
  if (request) switchProtocols(socket, { 'X-Stream-Protocol-Version': 'portforward.k8s.io' });
  const connection = new SpdyConnection(socket);
  const errors = new Map<string, SpdyStream>();
  const targets = new Set<Duplex>();
  connection.onStream = (stream) => {
    stream.accept();
    const id = stream.headers['requestid'] ?? '';
    if (stream.headers['streamtype'] === 'error') {
      errors.set(id, stream);
      return;
    }
    const held: Uint8Array[] = [];
    let done = false;
    stream.onData = (chunk) => held.push(chunk);
    stream.onEnd = () => {
      done = true;
    };
    const fail = (error: unknown) => {
      const failure = errors.get(id);
      failure?.write(Buffer.from(error instanceof Error ? error.message : String(error)));
      failure?.end();
      stream.end();
    };
    pods.portForward(pod, Number(stream.headers['port'])).then((target) => {
      targets.add(target);
      for (const chunk of held) target.write(chunk);
      if (done) target.end();
      stream.onData = (chunk) => void target.write(chunk);
      stream.onEnd = () => target.end();
      target.on('data', (chunk: Buffer) => stream.write(chunk));
      target.on('error', fail);
      target.on('close', () => {
        targets.delete(target);
        stream.end();
        errors.get(id)?.end();
        errors.delete(id);
      });
    }, fail);
  };
  await new Promise<void>((resolve) => {
    connection.onClose = resolve;
    signal.addEventListener('abort', () => connection.end(), { once: true });
  });
  for (const target of targets) target.destroy();
}

function switchProtocols(socket: Duplex, headers: Record<string, string>): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${lines.join('')}\r\n`);
}
