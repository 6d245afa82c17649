/** The real `main(argv)` on temporary directories, against one real platform. Needs `dist/platform.mjs` (npm run build). */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { removeTree } from '../../../src/cli/tree.ts';

const home = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
const env = {
  HOME: home,
  SLIPWAY_HOME: join(home, 'state'),
  PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
};

async function run(...argv: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await main(argv, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    env,
    cwd: home,
    interactive: false,
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
}

let port = 0;
beforeAll(async () => {
  const up = await run('up', '--detach', '--port', '0', '--json');
  expect(up.stderr + up.stdout).toContain('"ingress"');
  port = up.json<{ ingress: { port: number } }>().ingress.port;
}, 60_000);
afterAll(async () => {
  await run('down');
  await removeTree(home);
});

function visit(host: string): Promise<{ message: string; revision: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, headers: { host } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('end', () => resolve(JSON.parse(text)));
    })
      .on('error', reject)
      .end();
  });
}

describe('usage', () => {
  it.each([
    [['bogus']],
    [['ls', '--bogus']],
    [['ls', 'word']],
    [['show']],
    [['ping']],
    [['traffic', 'a', 'r=x']],
    [['logs', 'a', '--since', 'soon']],
    [['clock', 'advance', 'x']],
    [['deploy', '--env']],
  ])('%j ends with 2 and says how', async (argv) => {
    const { code, stderr, stdout } = await run(...argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage:');
  });

  it('of everything is printed by --help', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const word of ['up', 'deploy', 'ping fire', 'domain add', 'clock advance', 'doctor'])
      expect(stdout).toContain(word);
    expect(stdout).not.toContain('tour');
  });
});

describe('a platform', () => {
  it('is joined by a second up, and not started under another port', async () => {
    const again = await run('up', '--detach', '--json');
    expect([again.code, again.json<{ ingress: { port: number } }>().ingress.port]).toEqual([0, port]);
    const other = await run('up', '--detach', '--port', String(port + 1), '--json');
    expect([other.code, other.json<{ error: { code: string } }>().error.code]).toEqual([1, 'AlreadyRunning']);
  });

  it('that does not run says so, and how to start it', async () => {
    const { code, stderr } = await run('ls', '--name', 'nobody');
    expect(code).toBe(1);
    expect(stderr).toContain('slipway up --detach --name nobody');
  });

  it('says who has the port that was asked for', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: taken } = server.address() as { port: number };
    try {
      const up = await run('up', '--detach', '--name', 'second', '--port', String(taken), '--json');
      expect(up.code).toBe(1);
      const { error } = up.json<{ error: { code: string; args: { port: number; by: string } } }>();
      expect(error).toMatchObject({
        code: 'PortTaken',
        args: { port: taken },
        remedy: { type: 'command', command: 'choosePort', line: 'slipway up --detach' },
      });
      if (process.platform === 'linux') expect(error.args.by).toContain(`pid ${process.pid}`);
    } finally {
      server.close();
    }
  });
});

interface VerdictJson {
  outcome: string;
  revision: string;
  percent: number;
  cause: { code: string };
  evidence: { logs: string[]; place: { line: number } };
}

it('of several Services the one that is named is adopted, and without a name they are told', async () => {
  const dir = mkdtempSync(join(home, 'several-'));
  const spec = '{template: {spec: {containers: [{image: x/y}]}}}';
  const service = (name: string) =>
    `apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
  writeFileSync(join(dir, 'service.yaml'), `${service('one')}---\n${service('two')}`);
  const without = await run('adopt', dir);
  expect(without.code).toBe(1);
  expect(without.stderr).toContain(`${dir} has several Knative Services: one, two.`);
  expect(without.stderr).toContain('slipway adopt --service NAME');
  expect((await run('adopt', dir, '--service', 'two')).code).toBe(0);
  expect(readFileSync(join(dir, 'slipway.yaml'), 'utf8')).toBe('name: two\nmanifests: service.yaml\n');
});

describe('an application', () => {
  const app = join(home, 'shop');
  const file = join(app, 'src', 'server.ts');
  const manifest = join(app, 'deploy', 'service.yaml');
  const change = (path: string, from: string, to: string) =>
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  const deploy = async (...more: string[]) => {
    const result = await run('deploy', app, '--json', ...more);
    return { ...result, verdict: result.json<VerdictJson>() };
  };

  it('is made, deployed, split, rolled back, logged and given a domain', { timeout: 90_000 }, async () => {
    expect((await run('new', 'node-web', 'shop')).code).toBe(0);
    const first = await deploy();
    expect(first.verdict).toMatchObject({ outcome: 'serving', revision: 'shop-00001', percent: 100 });
    expect(first.stderr.split('\n')[0]).toContain('Target: embedded platform default');
    expect(await visit('shop.default.localhost')).toMatchObject({ message: 'Hello, world!', revision: 'shop-00001' });
    expect((await deploy()).verdict).toMatchObject({ outcome: 'serving', unchanged: true });

    change(file, '!`;', ' again!`;');
    const second = await deploy('--no-traffic', '--tag', 'next');
    expect(second.verdict).toMatchObject({ outcome: 'ready', revision: 'shop-00002', percent: 0 });
    expect((await visit('shop.default.localhost')).revision).toBe('shop-00001');
    expect((await visit('next-shop.default.localhost')).message).toBe('Hello, world again!');

    expect((await run('traffic', 'shop', 'shop-00002=100')).code).toBe(0);
    expect((await visit('shop.default.localhost')).revision).toBe('shop-00002');
    expect((await run('rollback', 'shop')).code).toBe(0);
    expect((await visit('shop.default.localhost')).revision).toBe('shop-00001');

    const sum = await run('traffic', 'shop', 'shop-00001=90', '--json');
    expect([sum.code, sum.json<{ error: { code: string } }>().error.code]).toEqual([1, 'SplitSum']);

    expect((await run('domain', 'add', 'shop.example.com', 'shop')).code).toBe(0);
    expect((await visit('shop.example.com')).revision).toBe('shop-00001');
    expect((await run('domain', 'rm', 'shop.example.com')).code).toBe(0);
    const logs = await run('logs', 'shop', '--json');
    const lines = logs.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { revision: string; text: string });
    expect(new Set(lines.map(({ revision }) => revision))).toEqual(new Set(['shop-00001', 'shop-00002']));
  });

  it('that fails keeps the old revision serving, with the cause and its last words', { timeout: 60_000 }, async () => {
    change(file, 'const port', "console.error('out of luck'); process.exit(3);\nconst port");
    const { code, verdict } = await deploy();
    expect([code, verdict.outcome, verdict.cause]).toEqual([1, 'failed', { code: 'AppExited', args: { exitCode: 3 } }]);
    expect(verdict.evidence.logs).toContain('out of luck');
    expect((await visit('shop.default.localhost')).revision).toBe('shop-00001');
    change(file, 'process.exit(3);', '');
  });

  it('that never listens is told so', { timeout: 60_000 }, async () => {
    change(file, 'server.listen(', 'setInterval(() => {}, 1000); if (!port) server.listen(');
    expect((await deploy('--timeout', '5s')).verdict.cause.code).toBe('AppNeverListened');
    change(file, 'setInterval(() => {}, 1000); if (!port) server.listen(', 'server.listen(');
  });

  it('whose manifest is refused says which line', async () => {
    change(manifest, 'timeoutSeconds: 60', 'timeoutSeconds: 9999');
    const { code, verdict } = await deploy();
    expect([code, verdict.cause.code, verdict.evidence.place.line]).toEqual([1, 'ManifestRefused', 12]);
    change(manifest, 'timeoutSeconds: 9999', 'timeoutSeconds: 60');
  });

  it('survives the platform: the next command says what happened, up takes the state over', {
    timeout: 60_000,
  }, async () => {
    const { pid } = (await run('status', '--json')).json<{ pid: number }>();
    process.kill(pid, 'SIGKILL');
    const ls = await run('ls', '--json');
    expect([ls.code, ls.json<{ error: { code: string } }>().error.code]).toEqual([1, 'PlatformStopped']);
    const up = await run('up', '--detach', '--json');
    expect([up.code, up.json<{ ingress: { port: number } }>().ingress.port]).toEqual([0, port]);
    const services = (await run('ls', '--json')).json<{ name: string }[]>();
    expect(services.map(({ name }) => name)).toContain('shop');
  });
});
