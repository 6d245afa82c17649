/** A guarded canary from the command line, on real requests: what it does is read from the object and at the ingress. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCli, startSlipway } from '../../support/cli.ts';
import { request } from '../../support/ingress.ts';
import { serving } from '../../support/kube.ts';
import { usePlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const platform = usePlatform('canary');
const host = 'hello.default.localhost';
const service = () => platform().kube.get(serving('default', 'services', 'hello'));
const split = async () =>
  Object.fromEntries(
    ((await service()).spec as { traffic: { revisionName: string; percent: number }[] }).traffic
      .filter(({ percent }) => percent > 0)
      .map(({ revisionName, percent }) => [revisionName, percent]),
  );
const canary = (...args: string[]): RunningCli =>
  startSlipway(['canary', ...args], { env: platform().env, cwd: platform().dir });
const git = (...args: string[]) => execFileSync('git', ['-C', platform().at('hello'), ...args], { stdio: 'pipe' });
const limits = ['--pause', '1s', '--min-requests', '10'];

/** Requests one after the other, as long as the suite runs. */
let going = true;
let load: Promise<void> | undefined;
beforeAll(async () => {
  const { at, slipway, up } = platform();
  expect((await slipway('new', 'node-web', at('hello'))).code).toBe(0);
  git('init', '-q');
  git('add', '.');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'First "version"');
  expect((await slipway('deploy', at('hello'))).code).toBe(0);
  const source = at('hello', 'src', 'server.ts');
  const failing = "url.pathname === '/fail' && process.env.K_REVISION?.endsWith('3') ? 500 : 200";
  writeFileSync(
    source,
    readFileSync(source, 'utf8').replace('send(response, 200, { message', `send(response, ${failing}, { message`),
  );
  expect((await slipway('deploy', '--no-traffic', at('hello'))).code).toBe(0);
  load = (async () => {
    while (going) await request(up.ingress, { host, path: '/fail' }).catch(() => undefined);
  })();
}, 120_000);
afterAll(async () => {
  going = false;
  await load;
});

describe('a deploy', () => {
  it('notes who made a revision and from which commit, and makes no new one for a commit alone', async () => {
    const { at, json, kube } = platform();
    const first = await kube.get(serving('default', 'revisions', 'hello-00001'));
    const commit = execFileSync('git', ['-C', at('hello'), 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    expect(first.metadata.annotations).toMatchObject({
      'slipway.dev/commit': commit,
      'slipway.dev/commit-subject': 'First "version"',
      'slipway.dev/deployed-by': expect.stringMatching(/./),
    });
    expect(first.metadata.annotations).not.toHaveProperty('slipway.dev/commit-dirty');
    const second = await kube.get(serving('default', 'revisions', 'hello-00002'));
    expect(second.metadata.annotations).toMatchObject({ 'slipway.dev/commit-dirty': 'true' });
    expect(await json<unknown[]>('diff', 'hello', 'hello-00001', 'hello-00002')).toHaveLength(1);
    git('add', '.');
    git('-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'Second');
    const again = await json<{ revision: string; unchanged: boolean }>('deploy', '--no-traffic', at('hello'));
    expect(again).toMatchObject({ revision: 'hello-00002', unchanged: true });
  });

  it('starts each instance once: nothing is written to a revision that would replace them', async () => {
    const { items } = await platform().kube.get('/api/v1/namespaces/default/events');
    const replaced = ((items ?? []) as unknown as { reason: string; message: string }[]).filter(
      ({ reason, message }) => reason === 'ScalingReplicaSet' && message.startsWith('Scaled down'),
    );
    expect(replaced).toEqual([]);
  });
});

describe('a guarded canary', () => {
  it('that does well ends with all traffic; the way is in the history, the split before in its annotation', async () => {
    expect(await split()).toEqual({ 'hello-00001': 100 });
    const running = canary('start', 'hello', 'hello-00002', '--steps', '20,60,100', '--max-p95', 'off', ...limits);
    await running.printed(/20 %, watching/);
    const { code, stdout } = await running.ended;
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/Step 2 of 3: 60 %, watching/);
    expect(stdout).toMatch(/hello-00002 takes 100 %/);
    expect(await split()).toEqual({ 'hello-00002': 100 });
    const noted = (await service()).metadata.annotations ?? {};
    const shares = (JSON.parse(noted['slipway.dev/traffic-history'] ?? '[]') as { split: object }[]).map(
      (each) => each.split,
    );
    expect(shares.slice(-3)).toEqual([
      { 'hello-00002': 20, 'hello-00001': 80 },
      { 'hello-00002': 60, 'hello-00001': 40 },
      { 'hello-00002': 100 },
    ]);
    expect(JSON.parse(noted['slipway.dev/traffic-before'] ?? '')).toMatchObject([{ revisionName: 'hello-00001' }]);
  });

  it('that answers with errors is rolled back by itself and says why', async () => {
    const { at, slipway } = platform();
    writeFileSync(at('hello', 'VERSION'), 'three\n');
    expect((await slipway('deploy', '--no-traffic', at('hello'))).code).toBe(0);
    const { code, stdout } = await canary('start', 'hello', 'hello-00003', '--steps', '50,100', '--pause', '60s').ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/Rolled back to the split before: \d+ % of \d+ answers were errors, the limit is 1 %/);
    expect(await split()).toEqual({ 'hello-00002': 100 });
  });

  it('holds when its driver is killed, is taken up by another, and is ended at any time', async () => {
    const { slipway } = platform();
    const first = canary('start', 'hello', 'hello-00001', '--steps', '30,100', '--pause', '60s', '--max-p95', 'off');
    await first.printed(/30 %, watching/);
    expect((await slipway('canary', 'start', 'hello', 'hello-00001')).stderr).toContain('under way on hello already');
    first.child.kill('SIGINT');
    expect((await first.ended).stderr).toContain('slipway canary resume hello');
    expect((await slipway('canary', 'status', 'hello')).stdout).toContain('Holds at 30 %');
    expect(await split()).toEqual({ 'hello-00001': 30, 'hello-00002': 70 });
    const second = canary('resume', 'hello');
    await second.printed(/30 %, watching/);
    expect((await slipway('canary', 'abort', 'hello')).stdout).toContain('Rolled back');
    expect((await second.ended).code).toBe(1);
    expect(await split()).toEqual({ 'hello-00002': 100 });
  });

  it('touches nothing any more once somebody else has moved the split', async () => {
    const { slipway } = platform();
    const running = canary('start', 'hello', 'hello-00001', '--steps', '10,100', '--pause', '60s', '--max-p95', 'off');
    await running.printed(/10 %, watching/);
    expect((await slipway('traffic', 'hello', 'hello-00001=45', 'hello-00002=55')).code).toBe(0);
    const { stdout } = await running.ended;
    expect(stdout).toContain('the split was changed elsewhere');
    expect(await split()).toEqual({ 'hello-00001': 45, 'hello-00002': 55 });
    await until('the split in force', async () =>
      (await service()).status?.traffic?.some(({ percent }) => percent === 45),
    );
  });

  it.each([
    [['start', 'hello', 'hello-00001', '--steps', '50,10'], 1, 'whole per cent'],
    [['start', 'hello', 'hello-00001', '--steps', 'x'], 1, 'whole per cent'],
    [['start', 'hello', 'hello-00001', '--pause', 'soon'], 2, 'no duration'],
    [['start', 'hello', 'hello-00009'], 1, 'no revision'],
    [['resume', 'nobody'], 1, 'nobody'],
  ])('refuses %j', async (args, code, words) => {
    await platform().slipway('canary', 'abort', 'hello');
    const result = await canary(...args).ended;
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(words)]);
  });
});
