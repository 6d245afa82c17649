/** Starting, joining, stopping, being killed: what a platform's process must hold whatever happens to it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/run/run.ts';
import { slipway, slipwayJson, startSlipway } from '../../support/cli.ts';
import { request } from '../../support/ingress.ts';
import { core, isReady, kubeOf, serving } from '../../support/kube.ts';
import { type TemporaryHome, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { childrenOf, describeProcesses, isAlive, processesOf } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

let home: TemporaryHome | undefined;
const fresh = (name: string): TemporaryHome => {
  home = temporaryHome(name);
  return home;
};
afterEach(async () => {
  if (!home) return;
  await slipway(['down'], { env: home.env, cwd: home.dir });
  for (const { pid } of processesOf(home.dir)) process.kill(pid, 'SIGKILL');
  home[Symbol.dispose]();
  home = undefined;
});

describe('up and down', () => {
  it('joins the platform that serves the data directory, and down leaves no process', async () => {
    const { env, dir } = fresh('join');
    const first = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env, cwd: dir });
    const second = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env, cwd: dir });
    expect(second).toMatchObject({ pid: first.pid, api: first.api, ingress: first.ingress });
    expect((await slipway(['down'], { env, cwd: dir })).code).toBe(0);
    await until('no process left', () => processesOf(dir).length === 0, { timeout: 10_000 });
  });

  it('keeps its ports and its objects over down and up', async () => {
    const { env, dir } = fresh('again');
    const first = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env, cwd: dir });
    await kubeOf(first.kubeconfig).call('POST', core('default', 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept' },
      data: { a: '1' },
    });
    await slipway(['down'], { env, cwd: dir });
    const second = await slipwayJson<UpAnswer>(['up', '--detach'], { env, cwd: dir });
    expect(second.ingress).toEqual(first.ingress);
    expect(second.api).toBe(first.api);
    expect((await kubeOf(second.kubeconfig).get(core('default', 'configmaps', 'kept'))).data).toEqual({ a: '1' });
  });

  it('names a port that is taken, and starts nothing', async () => {
    const { env, dir } = fresh('taken');
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const { port } = squatter.address() as { port: number };
    try {
      const result = await slipway(['up', '--detach', '--port', String(port)], { env, cwd: dir });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(String(port));
      expect(result.stderr).not.toContain('    at ');
      expect(describeProcesses(processesOf(dir))).toEqual([]);
    } finally {
      squatter.close();
    }
  });

  it('says that it cannot write its data directory', async () => {
    const { env, dir } = fresh('readonly');
    // A directory below a file cannot be made by anyone, root included.
    writeFileSync(join(dir, 'file'), '');
    const below = await slipway(['up', '--detach', '--data', join(dir, 'file', 'data')], { env, cwd: dir });
    expect(below.code).toBe(1);
    expect(below.stderr).toContain(join(dir, 'file', 'data'));
    expect(below.stderr).not.toContain('    at ');
    const readOnly = process.getuid?.() === 0 ? '/sys/slipway' : join(dir, 'locked');
    if (readOnly.startsWith(dir)) mkdirSync(readOnly, { mode: 0o500 });
    const locked = await slipway(['up', '--detach', '--data', readOnly], { env, cwd: dir });
    expect(locked.code).toBe(1);
    expect(locked.stderr).toMatch(/cannot (be written|write)/);
    expect(locked.stderr).toContain('--data');
  });

  it('ends with everything it started when the terminal says Ctrl-C', async () => {
    const { env, dir } = fresh('interrupt');
    const running = startSlipway(['up', '--port', '0'], { env, cwd: dir });
    const platform = await until('the platform', async () => {
      const { stdout } = await slipway(['status', '--json'], { env, cwd: dir });
      return (JSON.parse(stdout) as Partial<UpAnswer>).kubeconfig ? (JSON.parse(stdout) as UpAnswer) : undefined;
    });
    expect(existsSync(platform.kubeconfig)).toBe(true);
    running.child.kill('SIGINT');
    await running.ended;
    await until('no process left', () => processesOf(dir).length === 0, { timeout: 10_000 });
  });
});

describe('run', () => {
  it('ends with its instances, also with one that takes no notice of being told to end', async () => {
    const { env, dir } = fresh('run');
    const options = { env, cwd: dir };
    const { kubeconfig } = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], options);
    await slipway(['new', 'node-web', join(dir, 'hello')], options);
    const server = join(dir, 'hello', 'src', 'server.ts');
    writeFileSync(
      server,
      readFileSync(server, 'utf8').replace(/process\.on\('SIGTERM'.*/s, "process.on('SIGTERM', () => {});\n"),
    );
    writeFileSync(join(dir, 'hello', 'deploy', 'docker-compose.yml'), 'services: {}\n');
    const run = startSlipway(['run', join(dir, 'hello')], options);
    await run.printed(/listening/);
    await until('it', async () => isReady(await kubeOf(kubeconfig).find(serving('dev', 'services', 'hello'))));
    const instances = () => processesOf(dir).filter(({ command }) => command.includes('server.ts'));
    expect(instances()).toHaveLength(1);
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('deploy/docker-compose.yml: no Kubernetes object, passed over.');
    expect(instances()).toEqual([]);
    expect((await kubeOf(kubeconfig).get(core('dev', 'pods'))).items).toEqual([]);
  });

  it('says that it crashed below what it wrote last, also where it is started again at once', async () => {
    const { env, dir } = fresh('run-crashes');
    const options = { env, cwd: dir };
    await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], options);
    await slipway(['new', 'node-web', join(dir, 'hello')], options);
    writeFileSync(join(dir, 'hello', 'src', 'server.ts'), "throw new Error('it ends here');\n");
    const run = startSlipway(['run', join(dir, 'hello'), '--json'], options);
    // The platform starts it a second time at once, and a third time ten seconds later.
    await run.printed(/("text":"Node\.js v[\s\S]*){2}"state":"crashed"/);
    run.child.kill('SIGINT');
    const told = (await run.ended).stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RunEvent);
    const kinds = told.map((event) => {
      if (event.type === 'log') return /^Node\.js v/.test(event.line.text) ? 'last line' : 'line';
      return event.type === 'state' ? event.state : event.type;
    });
    const second = kinds.indexOf('last line', kinds.indexOf('last line') + 1);
    expect(kinds.slice(0, second).filter((kind) => kind === 'crashed').length).toBeLessThanOrEqual(1);
    expect(kinds[second + 1]).toBe('crashed');
  });

  it('builds what it starts, before the first start and at each save; what does not build leaves the one before in place', async () => {
    const { env, dir } = fresh('run-builds');
    const options = { env, cwd: dir };
    const { ingress } = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], options);
    const app = join(dir, 'made');
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{"scripts": {"build": "node build.mjs", "start": "node lib/app.js"}}\n');
    // Into a folder that is watched, unless it is known to be the build's.
    writeFileSync(
      join(app, 'build.mjs'),
      `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const text = readFileSync('app.txt', 'utf8');
if (text.includes('broken')) { console.error('app.txt:1:1: error: it is broken'); process.exit(1); }
mkdirSync('lib', { recursive: true });
writeFileSync('lib/app.js', \`require('node:http').createServer((_, answer) => answer.end('\${text} ' + process.pid)).listen(process.env.PORT);\`);
`,
    );
    const source = (text: string) => writeFileSync(join(app, 'app.txt'), text);
    const body = async () => (await request(ingress, { host: 'made.dev.localhost' })).body;
    const says = (text: string) => until(text, async () => (await body()).startsWith(`${text} `) && (await body()));
    source('one');
    expect((await slipway(['adopt', app], options)).code).toBe(0);
    source('broken');
    const failed = await slipway(['run', app], options);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('app.txt:1:1: error: it is broken');
    expect(failed.stderr).toContain('The build command `npm run build` ended with 1.');
    source('one');
    const run = startSlipway(['run', app], options);
    await run.printed(/ready/i);
    await says('one');
    source('two');
    const two = await says('two');
    source('broken again');
    await run.printed(/ended with 1/);
    // The same instance: neither that save nor what the builds wrote has started another.
    expect(await body()).toBe(two);
    source('three');
    await says('three');
    run.child.kill('SIGINT');
    const { code, stderr } = await run.ended;
    expect(code).toBe(0);
    expect(stderr.split('app.txt:1:1: error: it is broken')).toHaveLength(2);
  });
});

describe('kill -9', () => {
  it('in the middle of a deploy loses nothing that was acknowledged and leaves no orphan', async () => {
    const { env, dir } = fresh('kill');
    const options = { env, cwd: dir };
    const before = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], options);
    const kube = kubeOf(before.kubeconfig);
    await slipway(['new', 'node-web', join(dir, 'hello')], options);
    expect((await slipway(['deploy', join(dir, 'hello')], options)).code).toBe(0);
    const host = new URL((await kube.get(serving('default', 'services', 'hello'))).status?.url ?? '').host;
    expect((await request(before.ingress, { host })).status).toBe(200);
    const children = childrenOf(before.pid);
    // The guardian and at least one instance.
    expect(children.length).toBeGreaterThanOrEqual(2);

    writeFileSync(join(dir, 'hello', 'extra.txt'), 'a new version');
    const acknowledged: string[] = [];
    const deploying = startSlipway(['deploy', join(dir, 'hello')], options);
    const writing = (async () => {
      for (let index = 0; ; index += 1) {
        const name = `acknowledged-${index}`;
        await kube.call('POST', core('default', 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name },
        });
        acknowledged.push(name);
      }
    })().catch(() => {});
    await until(
      'the second revision',
      async () => (await kube.get(serving('default', 'revisions'))).items?.length === 2,
      { every: 5 },
    );
    process.kill(before.pid, 'SIGKILL');
    const killedAt = performance.now();
    await writing;

    // Before any restart: the guardian has ended every instance.
    const left = () => processesOf(dir).filter(({ command }) => !command.includes('cli.mjs'));
    await until('no orphan', () => left().length === 0 && !children.some(isAlive), { timeout: 4_000, every: 20 });
    expect(performance.now() - killedAt).toBeLessThan(4_000);
    const cut = await deploying.ended;
    expect(cut.code).toBe(1);
    expect(cut.stderr).not.toContain('    at ');

    const after = await slipwayJson<UpAnswer>(['up', '--detach'], options);
    const again = kubeOf(after.kubeconfig);
    const kept = new Set((await again.get(core('default', 'configmaps'))).items?.map(({ metadata }) => metadata.name));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
    await until('the service ready again', async () =>
      isReady(await again.get(serving('default', 'services', 'hello'))),
    );
    expect((await request(after.ingress, { host })).status).toBe(200);
  });

  it('is noticed by the next command, which says how to go on', async () => {
    const { env, dir } = fresh('noticed');
    const up = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], { env, cwd: dir });
    process.kill(up.pid, 'SIGKILL');
    await until('its end', () => processesOf(dir).length === 0, { timeout: 4_000 });
    const result = await slipway(['ls'], { env, cwd: dir });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('slipway up');
    expect(result.stderr).not.toContain('    at ');
  });
});
