/** exec and attach over a WebSocket: `v4.channel.k8s.io` and `v5.channel.k8s.io` (which can close stdin). */
import type { WebSocket } from 'ws';
import type { TerminalSize } from '../../pods/ports.ts';
import { asks, runCommand, statusOf, terminalSize } from './command.ts';
import { queueOf } from './queue.ts';
import type { StreamContext } from './upgrade.ts';

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 };

export async function commandOverWebSocket(
  webSocket: WebSocket,
  protocol: string,
  context: StreamContext,
): Promise<void> {
  const { query } = context;
  const stdin = asks(query, 'stdin') ? queueOf<Uint8Array>() : undefined;
  const resize = queueOf<TerminalSize>();
  const ended = new AbortController();
  webSocket.on('message', (data: Buffer) => {
    const channel = data[0];
    if (channel === channels.stdin) stdin?.push(data.subarray(1));
    else if (channel === channels.resize) {
      const size = terminalSize(data.subarray(1));
      if (size) resize.push(size);
    } else if (channel === channels.close && protocol.startsWith('v5') && data[1] === channels.stdin) stdin?.end();
  });
  webSocket.on('close', () => {
    stdin?.end();
    resize.end();
    ended.abort();
  });
  webSocket.on('error', () => ended.abort());
  const send = (channel: number, bytes: Uint8Array) => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([channel]), bytes]));
  };
  const status = await runCommand(
    { ...context, signal: AbortSignal.any([context.signal, ended.signal]) },
    {
      ...(stdin ? { stdin: stdin.items } : {}),
      resize: resize.items,
      stdout: (chunk) => send(channels.stdout, chunk),
      stderr: (chunk) => send(channels.stderr, chunk),
    },
  ).catch(statusOf);
  send(channels.error, Buffer.from(JSON.stringify(status)));
  webSocket.close(1000);
}
