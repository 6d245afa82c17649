/** Debuggers' own clients, as far as one breakpoint goes: the Debug Adapter Protocol for what speaks it, jdb for a JVM. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { DebugMessage } from '../../src/extension/debug/held-time.ts';

export interface Address {
  host: string;
  port: number;
}

export interface Breakpoint {
  file: string;
  line: number;
  /** Of the class that the line is in. */
  className: string;
}

export interface DebugClient extends AsyncDisposable {
  /** Resolves once a thread stands at the breakpoint. */
  stopped: Promise<void>;
  /** Takes the breakpoint away and lets the thread go on. */
  goOn(): Promise<void>;
}

/** Attaches with the breakpoint set, and lets the application run. */
export type Attach = (
  address: Address,
  breakpoint: Breakpoint,
  said: (message: DebugMessage) => void,
) => Promise<DebugClient>;

export const dap =
  (configuration: object): Attach =>
  async ({ host, port }, { file, line }, said) => {
    const socket = connect(port, host);
    await once(socket, 'connect');
    const initialized = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<void>();
    const answers = new Map<number, () => void>();
    let thread: number | undefined;
    let sequence = 0;
    readMessages(socket, (message) => {
      said(message);
      if (message.event === 'initialized') initialized.resolve();
      if (message.event === 'stopped') {
        thread = message.body?.threadId;
        stopped.resolve();
      }
      if (message.type === 'response') answers.get(message.request_seq ?? 0)?.();
    });
    const ask = (command: string, given: object = {}) => {
      const message = { seq: ++sequence, type: 'request', command, arguments: given };
      said(message as DebugMessage);
      const body = JSON.stringify(message);
      socket.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return new Promise<void>((resolve) => answers.set(message.seq, resolve));
    };
    const breakAt = (lines: { line: number }[]) =>
      ask('setBreakpoints', { source: { path: file }, breakpoints: lines, lines: lines.map((each) => each.line) });
    await ask('initialize', { adapterID: 'test', linesStartAt1: true, pathFormat: 'path' });
    void ask('attach', configuration);
    await initialized.promise;
    await breakAt([{ line }]);
    await ask('configurationDone');
    return {
      stopped: stopped.promise,
      async goOn() {
        await breakAt([]);
        await ask('continue', { threadId: thread });
      },
      async [Symbol.asyncDispose]() {
        socket.destroy();
      },
    };
  };

function readMessages(socket: Socket, take: (message: DebugMessage) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = rest.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(rest.toString('latin1', 0, Math.max(head, 0)))?.[1]);
      if (head === -1 || rest.length < head + 4 + length) return;
      take(JSON.parse(rest.toString('utf8', head + 4, head + 4 + length)) as DebugMessage);
      rest = rest.subarray(head + 4 + length);
    }
  });
}

/** What a debug adapter would say is said for it: jdb, too, stops the one thread that comes to the breakpoint when it is told to. */
export const jdb =
  (program: string): Attach =>
  async ({ host, port }, { line, className }, said) => {
    const child = spawn(program, ['-attach', `${host}:${port}`]);
    let output = '';
    const heard = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        for (const look of heard) look();
      });
    }
    const ended = once(child, 'exit');
    const says = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return;
          heard.delete(look);
          output = '';
          resolve();
        };
        heard.add(look);
        look();
        void ended.then(() => reject(new Error(`jdb ended without ${pattern}: ${output}`)));
      });
    const ask = (command: string, pattern: RegExp) => {
      child.stdin.write(`${command}\n`);
      return says(pattern);
    };
    await says(/VM Started/);
    await ask(`stop thread at ${className}:${line}`, /Deferring breakpoint/);
    await ask('resume', /All threads resumed|>/);
    const stopped = says(/Breakpoint hit/).then(() =>
      said({ type: 'event', event: 'stopped', body: { threadId: 1, allThreadsStopped: false } }),
    );
    // Who waits for it is told; a test that has failed before waits for nothing.
    stopped.catch(() => {});
    return {
      stopped,
      async goOn() {
        await ask(`clear ${className}:${line}`, /Removed: breakpoint/);
        child.stdin.write('resume\n');
        said({ type: 'event', event: 'continued', body: { threadId: 1 } });
      },
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };
