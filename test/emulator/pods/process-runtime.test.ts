import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../../emulator/pods/ports.ts';
import { installAdvice } from '../../../emulator/pods/process/command.ts';
import { baseEnvironment } from '../../../emulator/pods/process/environment.ts';
import { parseLsof, parseNetstat, parseProcNet } from '../../../emulator/pods/process/listeners.ts';
import { parseQuantity } from '../../../emulator/pods/process/refusals.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';
import { aContainer, aKubelet, type Harness } from './harness.ts';
import { runtimeContract } from './runtime-contract.ts';

const python = findProgram('', 'python3');

describe('process runtime', () => {
  let h: Harness;
  beforeAll(async () => {
    h = await aKubelet();
    await h.build('dev.local/empty', {}, ['sh']);
  });
  afterAll(() => h[Symbol.asyncDispose]());
  runtimeContract(() => ({ runtime: h.runtime, image: 'dev.local/empty' }));

  const debugged = async (image: string, debug: ContainerSpec['debug'], more: Partial<ContainerSpec> = {}) => {
    const box = await h.runtime.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', uid: 'u', resourceVersion: '', creationTimestamp: '' },
    });
    const said = { output: '' };
    const running = await box.start(aContainer({ image, debug, ...more }), (_, chunk) => {
      said.output += Buffer.from(chunk);
    });
    return { box, running, said };
  };

  it('finds the programs of its own dependencies first, as in the image that a Dockerfile would make', async () => {
    const program = (text: string) => `#!/bin/sh\necho ${text}\n`;
    await h.build(
      'dev.local/own-programs',
      {
        'node_modules/.bin/next': program('next'),
        '.venv/bin/gunicorn': program('gunicorn'),
        '.venv/bin/ls': program('mine'),
      },
      ['sh', '-c', 'next; gunicorn; ls'],
    );
    const { box, running, said } = await debugged('dev.local/own-programs', undefined);
    expect(await running.exited).toMatchObject({ code: 0 });
    expect(said.output).toBe('next\ngunicorn\nmine\n');
    await box.remove();
    await h.build('dev.local/own-program', { 'node_modules/.bin/next': program('alone') }, ['next']);
    const { box: second, running: alone, said: words } = await debugged('dev.local/own-program', undefined);
    expect(await alone.exited).toMatchObject({ code: 0 });
    expect(words.output).toBe('alone\n');
    await second.remove();
  });

  it('waits for a debugger, in the application and not in what starts it', async () => {
    await h.build('dev.local/debug', { 'app.js': "console.log('ran', process.env.NODE_OPTIONS)" }, [
      'sh',
      '-c',
      'node app.js; true',
    ]);
    const { box, running, said } = await debugged('dev.local/debug', { kind: 'node', tool: undefined });
    const { host = '', port = 0 } = running.debugAddress ?? {};
    let targets: { webSocketDebuggerUrl: string }[] = [];
    while (targets.length === 0) {
      targets = await fetch(`http://${host}:${port}/json`).then(
        (answer) => answer.json() as Promise<typeof targets>,
        () => [],
      );
      if (targets.length === 0) await new Promise((next) => setTimeout(next, 20));
    }
    expect(said.output).not.toContain('ran');
    const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
    await new Promise((opened) => socket.addEventListener('open', opened));
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' }));
    await new Promise((answered) => socket.addEventListener('message', answered));
    socket.close();
    expect(await running.exited).toMatchObject({ code: 0 });
    expect(said.output).toMatch(/ran --require \S+[\\/]sites[\\/]node\.cjs\n/);
    await box.remove();
  });

  /** What debugpy does as far as the platform sees it: it listens, waits for a client, and runs what stands behind its own options. */
  const listener = `
import runpy, socket, sys
host, port = sys.argv[2].split(':')
server = socket.create_server((host, int(port)))
server.accept()
sys.argv = sys.argv[4:]
runpy.run_path(sys.argv[0], run_name='__main__')
`;

  const commands = [
    { how: 'script', command: ['python3', 'app.py', '--x'] },
    { how: 'server', command: ['bin/uvicorn', '--x'] },
    { how: 'shell', command: ['/bin/sh', '-c', 'exec python3 app.py $OPTION'] },
  ];

  it.runIf(python).each(commands)(
    'of Python: a $how waits under debugpy, whose address is told once it listens',
    async ({ how, command }) => {
      await h.build(
        `dev.local/debugpy-${how}`,
        {
          'debugpy/__main__.py': listener,
          'app.py': "import sys; print('ran', sys.argv)",
          'bin/uvicorn': `#!${python}\nimport sys; print('ran', sys.argv)\n`,
        },
        command,
      );
      const debug = { kind: 'debugpy', tool: './debugpy' } as const;
      const { box, running, said } = await debugged(`dev.local/debugpy-${how}`, debug, { env: { OPTION: '--x' } });
      await running.debugListens;
      expect(said.output).toBe('');
      const { host = '', port = 0 } = running.debugAddress ?? {};
      const socket = connect(port, host);
      expect(await running.exited).toMatchObject({ code: 0 });
      expect(said.output).toMatch(how === 'server' ? /^ran \['\/\S+bin\/uvicorn', '--x'\]/ : "ran ['app.py', '--x']");
      socket.destroy();
      await box.remove();
    },
  );

  /** Listens where it is told to, as a JVM does, or on PORT where the pom has its own word about its JVM. */
  const maven = `#!${process.execPath}
const { createServer } = require('node:net');
const wanted = process.argv.includes('exec:java') ? process.env.MAVEN_OPTS : process.argv.at(-1);
const port = process.env.OWN_WORD ? process.env.PORT : /-Xmx1g -agentlib:jdwp=\\S+:(\\d+)$/.exec(wanted)[1];
createServer((socket) => socket.end()).listen(port, '127.0.0.1').once('connection', () => process.exit());
`;
  const ownDebugger = { MAVEN_OPTS: '-agentlib:jdwp=transport=dt_socket,server=y,address=5005 -Xmx1g' };
  const goals = [['exec:java'], ['spring-boot:run', '-Dspring-boot.run.jvmArguments=-Xmx1g']];

  it.runIf(process.platform !== 'win32').each(goals)('of Java: the JVM that %s runs it in waits', async (...words) => {
    await h.build('dev.local/maven', { mvnw: maven }, ['./mvnw', ...words]);
    const debug = { kind: 'jdwp', tool: undefined } as const;
    const { box, running, said } = await debugged('dev.local/maven', debug, { env: ownDebugger });
    await running.debugListens;
    const { host = '', port = 0 } = running.debugAddress ?? {};
    const socket = connect(port, host);
    expect(await running.exited).toMatchObject({ code: 0 });
    expect(said.output).toBe('');
    socket.destroy();
    await box.remove();
  });

  it.runIf(process.platform !== 'win32')(
    'of Java: one that serves without having waited says so in its log',
    async () => {
      await h.build('dev.local/maven', { mvnw: maven }, ['./mvnw', 'spring-boot:run']);
      const other = await h.runtime.createPod({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'port', uid: 'port', resourceVersion: '', creationTimestamp: '' },
      });
      const port = await other.reservePort?.(8080);
      const debug = { kind: 'jdwp', tool: undefined } as const;
      const { box, running, said } = await debugged('dev.local/maven', debug, { port, env: { OWN_WORD: '1' } });
      await until('the note', () =>
        said.output.includes('slipway: runs without a debugger, which cannot start "./mvnw spring-boot:run" for it'),
      );
      await running.stop(2_000);
      await box.remove();
      await other.remove();
    },
  );

  it('what its debugger cannot start runs without, and its log says so', async () => {
    await h.build('dev.local/not-debugged', {}, ['sh', '-c', 'echo ran']);
    const { box, running, said } = await debugged('dev.local/not-debugged', { kind: 'debugpy', tool: undefined });
    expect(running.debugAddress).toBeUndefined();
    expect(await running.exited).toMatchObject({ code: 0 });
    expect(said.output).toContain('slipway: runs without a debugger, which cannot start "sh -c echo ran" for it\n');
    expect(said.output).toContain('\nran\n');
    await box.remove();
  });
});

describe('what processes get', () => {
  it('is the user’s environment without editor, npm and Node launcher', () => {
    const env = {
      PATH: '/repo/node_modules/.bin:/usr/lib/node_modules/npm/node-gyp-bin:/usr/bin:/bin',
      HOME: '/home/u',
      VSCODE_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      npm_config_x: 'y',
      NPM_TOKEN: 't',
      INIT_CWD: '/x',
      AWS_PROFILE: 'mine',
    };
    expect(baseEnvironment(env, 'linux')).toEqual({
      PATH: '/usr/bin:/bin',
      HOME: '/home/u',
      AWS_PROFILE: 'mine',
      PYTHONUNBUFFERED: '1',
    });
  });

  it('is its port, also for frameworks that go by a variable of their own, unless the application says it', async () => {
    const h = await aKubelet();
    await h.build('dev.local/port', {}, [
      'sh',
      '-c',
      'echo "$PORT $SERVER_PORT $QUARKUS_HTTP_PORT $ASPNETCORE_URLS $FUNC_PORT"',
    ]);
    const box = await h.runtime.createPod({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', uid: 'u', resourceVersion: '', creationTimestamp: '' },
    });
    let output = '';
    const running = await box.start(
      aContainer({ image: 'dev.local/port', env: { QUARKUS_HTTP_PORT: '5000' }, port: 4321 }),
      (_, chunk) => {
        output += Buffer.from(chunk);
      },
    );
    await running.exited;
    expect(output).toBe('4321 4321 5000 http://+:4321 4321\n');
    await box.remove();
    await h[Symbol.asyncDispose]();
  });

  it('says what to install', () => {
    expect(installAdvice('python3', 'linux')).toBe('install it with: apt-get install python3');
    expect(installAdvice('go', 'darwin')).toBe('install it with: brew install go');
    expect(installAdvice('node', 'win32')).toBe('install Node.js (https://nodejs.org)');
  });

  it('reads quantities', () => {
    expect(['64Mi', '1G', '100m', '1e3', 5, '1.5Gi', 'x'].map(parseQuantity)).toEqual([
      67108864,
      1e9,
      0.1,
      1000,
      5,
      1610612736,
      undefined,
    ]);
  });
});

describe('listening ports', () => {
  it('are read from Linux, macOS and Windows', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1
   1: 00000000:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1
   2: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 111 1`;
    expect(parseProcNet(table, new Set(['111']))).toEqual([{ host: '127.0.0.1', port: 8080 }]);
    const six = `  sl  local_address\n   0: 00000000000000000000000001000000:1F91 0:0 0A 0 0 0 0 0 333 1`;
    expect(parseProcNet(six, new Set(['333']))).toEqual([{ host: '::1', port: 8081 }]);
    expect(parseLsof('p12\nf20\nn*:3000\nf21\nn[::1]:3001\n')).toEqual([
      { host: '127.0.0.1', port: 3000 },
      { host: '::1', port: 3001 },
    ]);
    const netstat =
      '  TCP    0.0.0.0:3000     0.0.0.0:0    ABHÖREN   77\r\n  TCP    127.0.0.1:5    1.2.3.4:80   ESTABLISHED   77\r\n  TCP    0.0.0.0:9     0.0.0.0:0    LISTENING   78';
    expect(parseNetstat(netstat, 77)).toEqual([{ host: '127.0.0.1', port: 3000 }]);
  });
});
