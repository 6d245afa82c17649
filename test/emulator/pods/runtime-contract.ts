/** What every PodRuntime must do; run against processes and, where an engine answers, against containers. */
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { queueOf } from '../../../emulator/api/streams/queue.ts';
import {
  type ContainerSpec,
  ImageUnavailable,
  type PodRuntime,
  type PodSandbox,
  type TerminalSize,
} from '../../../emulator/pods/ports.ts';
import { aContainer, aPod } from './harness.ts';

export interface ContractSubject {
  runtime: PodRuntime;
  /** An image with `node`, `sh` and `cat`, and no program of its own. */
  image: string;
}

const server =
  "require('http').createServer((q,r)=>r.end(process.env.A+' '+process.argv.slice(1))).listen(process.env.PORT,()=>console.log('up'))";

export function runtimeContract(subject: () => ContractSubject): void {
  const aSpec = (more: Partial<ContainerSpec> = {}): ContainerSpec =>
    aContainer({ name: 'app', image: subject().image, imagePullPolicy: 'IfNotPresent', ...more });

  const inPod = async <T>(work: (box: PodSandbox) => Promise<T>, containers = 1): Promise<T> => {
    const pod = aPod('contract', {});
    for (let i = 1; i < containers; i++) pod.spec?.containers.push({ name: `side${i}`, image: subject().image });
    const box = await subject().runtime.createPod(pod);
    try {
      return await work(box);
    } finally {
      await box.remove();
    }
  };

  const collect = () => {
    const text = { stdout: '', stderr: '' };
    let seen: (() => void) | undefined;
    return {
      text,
      sink(stream: 'stdout' | 'stderr', chunk: Uint8Array) {
        text[stream] += Buffer.from(chunk).toString();
        seen?.();
      },
      async until(words: string) {
        while (!text.stdout.includes(words) && !text.stderr.includes(words))
          await new Promise<void>((resolve) => (seen = resolve));
      },
    };
  };

  it('gives all output, on its own stream, and the exit code', () =>
    inPod(async (box) => {
      const out = collect();
      const running = await box.start(aSpec({ command: ['sh', '-c', 'echo out; echo err >&2; exit 5'] }), out.sink);
      expect(await running.exited).toMatchObject({ code: 5, reason: 'Error' });
      expect(out.text).toEqual({ stdout: 'out\n', stderr: 'err\n' });
      const good = await box.start(aSpec({ command: ['sh', '-c', 'exit 0'] }), out.sink);
      expect(await good.exited).toMatchObject({ code: 0, reason: 'Completed' });
    }));

  it('serves on its port with its environment and arguments', () =>
    inPod(async (box) => {
      const out = collect();
      const port = (await box.reservePort?.(8080)) ?? 8080;
      const env = { A: 'a b', PORT: String(port) };
      const running = await box.start(
        aSpec({ command: ['node', '-e', server], args: ['x', 'y z'], env, port }),
        out.sink,
      );
      await out.until('up');
      const { host = '', port: at = 0 } = running.address ?? {};
      expect(await (await fetch(`http://${host}:${at}/`)).text()).toBe('a b x,y z');
      await running.stop(5_000);
      await expect(open(host, at)).rejects.toThrow();
    }));

  it('loses nothing of what is written just before the end', () =>
    inPod(async (box) => {
      const out = collect();
      const lines = "for(let i=0;i<20000;i++)console.log('line '+i);process.exitCode=4";
      const running = await box.start(aSpec({ command: ['node', '-e', lines] }), out.sink);
      expect(await running.exited).toMatchObject({ code: 4 });
      const all = out.text.stdout.split('\n');
      expect([all.length, all.at(-2)]).toEqual([20_001, 'line 19999']);
    }));

  it('tells what became of the image, as kubelets do', () =>
    inPod(async (box) => {
      const events: unknown[] = [];
      const spec = aSpec({ command: ['sh', '-c', 'exit 0'] });
      const running = await box.start(
        spec,
        () => undefined,
        (event) => events.push(event),
      );
      await running.exited;
      const message = `Container image "${spec.image}" already present on machine`;
      expect(events).toEqual([{ type: 'Normal', reason: 'Pulled', message }]);
      expect(running.imageId).not.toBe('');
    }));

  it('starts a container again, on the same port, after it has ended', () =>
    inPod(async (box) => {
      const port = (await box.reservePort?.(8080)) ?? 8080;
      for (const A of ['first', 'second']) {
        const out = collect();
        const env = { A, PORT: String(port) };
        const running = await box.start(aSpec({ command: ['node', '-e', server], env, port }), out.sink);
        await out.until('up');
        const { host = '', port: at = 0 } = running.address ?? {};
        expect(await (await fetch(`http://${host}:${at}/`)).text()).toBe(`${A} `);
        await running.stop(5_000);
      }
    }));

  it('can be hurried while it stops', () =>
    inPod(async (box) => {
      const out = collect();
      const rude = "process.on('SIGTERM',()=>console.log('asked'));setInterval(()=>{},1e3);console.log('up')";
      const running = await box.start(aSpec({ command: ['node', '-e', rude] }), out.sink);
      await out.until('up');
      const stopped = running.stop(600_000);
      await out.until('asked');
      await running.stop(0);
      await stopped;
      expect(await running.exited).toMatchObject({ code: 137 });
    }));

  it('says that a command to exec is not there', () =>
    inPod(async (box) => {
      const running = await box.start(aSpec({ command: ['node', '-e', 'setInterval(()=>{},1e3)'] }), () => undefined);
      const nothing = { stdout: () => undefined, stderr: () => undefined };
      const end = await running.exec(['no-such-program'], nothing);
      expect([126, 127]).toContain(end.code);
      expect(end).toMatchObject({ reason: 'ContainerCannotRun', message: expect.stringContaining('no-such-program') });
      await running.stop(0);
    }));

  it('stdin is at its end', () =>
    inPod(async (box) => {
      const running = await box.start(aSpec({ command: ['cat'] }), () => undefined);
      expect(await running.exited).toMatchObject({ code: 0 });
    }));

  it('asks with SIGTERM, then insists', () =>
    inPod(async (box) => {
      const out = collect();
      const polite =
        "process.on('SIGTERM',()=>{console.log('bye');process.exit(0)});setInterval(()=>{},1e3);console.log('up')";
      const first = await box.start(aSpec({ command: ['node', '-e', polite] }), out.sink);
      await out.until('up');
      await first.stop(10_000);
      expect(await first.exited).toMatchObject({ code: 0 });
      expect(out.text.stdout).toBe('up\nbye\n');
      const stubborn = collect();
      const rude = "process.on('SIGTERM',()=>{});setInterval(()=>{},1e3);console.log('up')";
      const second = await box.start(aSpec({ command: ['node', '-e', rude] }), stubborn.sink);
      await stubborn.until('up');
      await second.stop(1_000);
      expect(await second.exited).toMatchObject({ code: 137 });
    }));

  it('says that a program is not there', () =>
    inPod(async (box) => {
      const start = box.start(aSpec({ command: ['no-such-program'] }), () => undefined);
      await expect(start).rejects.toMatchObject({ name: 'CannotRun', code: 127 });
    }));

  it('says that an image is not there', () =>
    inPod(async (box) => {
      const start = box.start(aSpec({ image: 'dev.local/no-such:v1' }), () => undefined);
      await expect(start).rejects.toBeInstanceOf(ImageUnavailable);
    }));

  it('execs with both streams, input and an exit code', () =>
    inPod(async (box) => {
      const running = await box.start(
        aSpec({ command: ['node', '-e', 'setInterval(()=>{},1e3)'], env: { A: 'seen' } }),
        () => undefined,
      );
      const out = { stdout: '', stderr: '' };
      const stdin = (async function* () {
        yield Buffer.from('line\n');
      })();
      const io = {
        stdin,
        stdout(chunk: Uint8Array) {
          out.stdout += Buffer.from(chunk);
        },
        stderr(chunk: Uint8Array) {
          out.stderr += Buffer.from(chunk);
        },
      };
      const end = await running.exec(['sh', '-c', 'cat; echo $A; echo e >&2; exit 3'], io);
      expect(end.code).toBe(3);
      expect(out).toEqual({ stdout: 'line\nseen\n', stderr: 'e\n' });
      await running.stop(0);
    }));

  /** Input that a test writes piece by piece, and output that it waits for. */
  const anAttachment = () => {
    const out = collect();
    const input = queueOf<Uint8Array>();
    const leaving = new AbortController();
    const io = {
      stdin: input.items,
      stdout: (chunk: Uint8Array) => out.sink('stdout', chunk),
      stderr: (chunk: Uint8Array) => out.sink('stderr', chunk),
    };
    return { ...out, io, write: (text: string) => input.push(Buffer.from(text)), end: input.end, leaving };
  };
  const echoing = "process.stdin.on('data',d=>console.log('got '+d)).on('end',()=>process.exit(7));console.log('up')";

  it('attaches to its input and both outputs from then on, and leaves it running', () =>
    inPod(async (box) => {
      const log = collect();
      const command = ['node', '-e', `${echoing};process.stdin.on('data',d=>console.error('seen '+d))`];
      const running = await box.start(aSpec({ command, stdin: 'open' }), log.sink);
      await log.until('up');
      for (const word of ['first', 'second']) {
        const one = anAttachment();
        const attached = running.attach(one.io, one.leaving.signal);
        one.write(word);
        await one.until(`got ${word}`);
        await one.until(`seen ${word}`);
        expect(one.text.stdout).not.toContain('up');
        // The end of what one client writes is not the end of the container's input; leaving is not either.
        if (word === 'first') one.end();
        else one.leaving.abort();
        await attached;
      }
      await log.until('seen second');
      const last = anAttachment();
      const attached = running.attach({ ...last.io, stdin: (async function* () {})() }, last.leaving.signal);
      await attached;
      await running.stop(0);
      expect(log.text.stderr).toBe('seen first\nseen second\n');
    }));

  it('closes an input that is taken once, and stays attached until the end', () =>
    inPod(async (box) => {
      const log = collect();
      const running = await box.start(aSpec({ command: ['node', '-e', echoing], stdin: 'once' }), log.sink);
      await log.until('up');
      const one = anAttachment();
      const attached = running.attach(one.io, one.leaving.signal);
      one.write('all');
      await one.until('got all');
      one.end();
      await attached;
      expect(await running.exited).toMatchObject({ code: 7 });
    }));

  it('attaches without input where the container has none, until it ends', () =>
    inPod(async (box) => {
      const beats =
        "process.on('SIGTERM',()=>{console.log('bye');process.exit(0)});setInterval(()=>console.log('beat'),20)";
      const running = await box.start(aSpec({ command: ['node', '-e', beats] }), () => undefined);
      const one = anAttachment();
      const attached = running.attach(one.io, one.leaving.signal);
      one.write('to nobody');
      one.end();
      await one.until('beat');
      await running.stop(10_000);
      await attached;
      expect(one.text.stdout).toMatch(/beat\nbye\n$/);
    }));

  it('execs in a terminal that changes its size', () =>
    inPod(async (box) => {
      const running = await box.start(aSpec({ command: ['node', '-e', 'setInterval(()=>{},1e3)'] }), () => undefined);
      const one = anAttachment();
      const sizes = queueOf<TerminalSize>();
      const shows =
        "const o=process.stdout;o.on('resize',()=>console.log(o.columns+'x'+o.rows));process.stdin.resume();console.log('up')";
      const ended = running.exec(['node', '-e', shows], { ...one.io, tty: true, resize: sizes.items });
      await one.until('up');
      sizes.push({ columns: 123, rows: 45 });
      await one.until('123x45');
      one.write('\x04');
      one.end();
      await ended;
      await running.stop(0);
    }));

  it('execs in a terminal that has its size from the start', () =>
    inPod(async (box) => {
      const running = await box.start(aSpec({ command: ['node', '-e', 'setInterval(()=>{},1e3)'] }), () => undefined);
      const one = anAttachment();
      const sizes = queueOf<TerminalSize>();
      sizes.push({ columns: 123, rows: 45 });
      // An engine before API 1.42 sets it when the command has begun.
      const shows =
        "const o=process.stdout,size=()=>o.columns+'x'+o.rows;if(o.columns)console.log(size());" +
        "else{process.stdin.resume();o.on('resize',()=>{console.log(size());process.exit()})}";
      await running.exec(['node', '-e', shows], { ...one.io, tty: true, resize: sizes.items });
      expect(one.text.stdout).toContain('123x45');
      // A client without a terminal of its own says none.
      const other = anAttachment();
      await running.exec(['node', '-e', "console.log('began')"], {
        ...other.io,
        tty: true,
        resize: queueOf<TerminalSize>().items,
      });
      expect(other.text.stdout).toContain('began');
      await running.stop(0);
    }));

  it('containers of a pod reach each other on loopback', () =>
    inPod(async (box) => {
      const out = collect();
      const port = (await box.reservePort?.(8080)) ?? 8080;
      const env = { A: 'main', PORT: String(port) };
      const main = await box.start(aSpec({ command: ['node', '-e', server], env, port }), out.sink);
      await out.until('up');
      const ask = `fetch('http://127.0.0.1:${port}').then(r=>r.text()).then(t=>console.log(t))`;
      const side = collect();
      const second = await box.start(aSpec({ name: 'side1', command: ['node', '-e', ask] }), side.sink);
      expect(await second.exited).toMatchObject({ code: 0 });
      expect(side.text.stdout).toBe('main \n');
      await main.stop(0);
    }, 2));

  it('ends one that is above its memory limit', () =>
    inPod(async (box) => {
      const hog = 'const all=[];setInterval(()=>all.push(Buffer.alloc(2e7,1)),20)';
      const resources = { limits: { memory: '120Mi' } };
      const running = await box.start(aSpec({ command: ['node', '-e', hog], resources }), () => undefined);
      expect(await running.exited).toMatchObject({ code: 137, reason: 'OOMKilled' });
    }));
}

function open(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve();
    });
    socket.setTimeout(1_000, () => reject(new Error('no answer')));
    socket.once('error', reject);
  });
}
