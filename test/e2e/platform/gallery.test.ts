/**
 * The gallery of failures: each is really provoked on a real platform, and `slipway deploy --json` must end in one cause, one fix and its
 * evidence. What only a cluster does (credentials, certificates, registries, webhooks) comes from a door before the platform's API
 * that answers single requests itself. The gate has a representative set; SLIPWAY_TEST_FULL=1 runs all.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fix } from '../../../src/core/deploy/fix.ts';
import { type ApiDoor, openDoor } from '../../support/api-door.ts';
import { serving } from '../../support/kube.ts';
import { type UpAnswer, usePlatform } from '../../support/platform.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { type Ended, type Failure, withPort, writeApplication } from './gallery-application.ts';
import { failures, skipped } from './gallery-failures.ts';

/** Without a container engine, also where the machine has one: what only one could do is a failure of its own here. */
const platform = usePlatform('gallery', { DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
/** A small disk can be made here. */
const mounts = process.getuid?.() === 0 && existsSync('/usr/bin/mount');
const full = process.env['SLIPWAY_TEST_FULL'] === '1';
let door: ApiDoor;

beforeAll(async () => {
  door = await openDoor(platform().up.kubeconfig, platform().dir);
});
afterAll(() => door?.close());
function application(name: string, failure: Failure): string {
  const dir = platform().at(name);
  writeApplication(dir, name, failure);
  return dir;
}

async function deployed(dir: string, args: string[] = []): Promise<Ended> {
  const result = await platform().slipway('deploy', dir, '--json', ...args);
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(1);
  expect(result.stderr).not.toMatch(/^\s+at .*dist[\\/].*:\d+:\d+/m);
  const said = JSON.parse(result.stdout) as Ended & {
    error?: Pick<Ended, 'fix' | 'remedy'> & Ended['cause'] & Pick<Ended['evidence'], 'place'>;
  };
  if (!said.error) return said;
  const { code, args: values, fix, place, remedy } = said.error;
  return {
    cause: { code, args: values },
    fix,
    ...(remedy ? { remedy } : {}),
    evidence: { logs: [], conditions: [], ...(place ? { place } : {}) },
  };
}

/** What the file holds once the fix has been made. */
function mended(fix: Extract<Fix, { type: 'edit' }>): string {
  const { file } = fix.place;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const offset = (line: number, column: number) =>
    text
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, each) => sum + each.length + 1, 0) +
    column -
    1;
  return [{ place: fix.place, text: fix.text }, ...(fix.more ?? [])]
    .map(({ place, text: inserted }) => ({
      start: offset(place.line, place.column),
      end: offset(place.endLine ?? place.line, place.endColumn ?? place.column),
      inserted,
    }))
    .sort((a, b) => b.start - a.start)
    .reduce((changed, { start, end, inserted }) => changed.slice(0, start) + inserted + changed.slice(end), text);
}

describe('each failure ends in one cause, one fix and its evidence', () => {
  for (const failure of failures({ platform, door: () => door, deployed }).filter(({ gate }) => full || gate)) {
    const why = skipped(failure);
    it.skipIf(why !== undefined)(
      `${failure.name}${why ? ` [${why}]` : ''}`,
      async () => {
        const port = await freePort();
        const taken = failure.name === 'port-taken' ? createServer().listen(port, '127.0.0.1') : undefined;
        const dir = application(failure.name, withPort(failure, port));
        await failure.before?.(dir);
        const run = (): Promise<Ended> => deployed(dir, failure.args);
        const ended = await (failure.deploy ? failure.deploy(dir, run) : run());
        taken?.close();
        const told = JSON.stringify(ended, undefined, 1);
        expect(ended.cause.code, told).toBe(failure.cause);
        if (failure.causeArgs) expect(ended.cause.args).toMatchObject(failure.causeArgs);
        if (failure.evidence) {
          expect(
            [...ended.evidence.logs, ...ended.evidence.conditions, ...Object.values(ended.cause.args)].join('\n'),
          ).toMatch(failure.evidence);
        }
        const { remedy } = ended;
        if (failure.edits) {
          if (remedy?.type !== 'edit') throw new Error(`no edit: ${told}`);
          expect(remedy.place.file).toBe(join(dir, failure.edits.file));
          const text = mended(remedy);
          expect(text).toContain(failure.edits.gives);
          if (failure.mends === true) {
            writeFileSync(remedy.place.file, text);
            const again = await platform().slipway('deploy', dir, ...(failure.args ?? []));
            expect(again.code, again.stderr).toBe(0);
          }
        }
        if (failure.opens) {
          const place = ended.evidence.place;
          expect(place?.file, told).toBe(join(dir, failure.opens.file));
          expect(String(place?.line), told).toBe(failure.opens.line);
          if (remedy) expect(remedy).toMatchObject({ type: 'open', place: { file: place?.file, line: place?.line } });
        }
        if (failure.runs)
          expect(remedy).toMatchObject({
            type: 'command',
            command: failure.runs.command,
            line: expect.stringMatching(failure.runs.line),
          });
        // Always exactly one thing to do.
        expect(ended.fix, told).not.toBe('');
        expect(ended.fix).not.toMatch(/\{\w+\}/);
      },
      120_000,
    );
  }

  it.runIf(full)(
    `the platform's disk is full${mounts ? '' : ' [needs root and mount]'}`,
    async ({ skip }) => {
      if (!mounts) skip();
      const disk = platform().at('small-disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
      try {
        const data = join(disk, 'data');
        await platform().json('up', '--detach', '--data', data, '--port', '0');
        const dir = application('disk-full', { name: 'disk-full', cause: '' });
        writeFileSync(join(dir, 'large.bin'), randomBytes(40_000_000));
        const { cause, remedy } = await deployed(dir, ['--data', data]);
        expect(cause.code).toBe('PlatformDiskFull');
        expect(remedy).toMatchObject({ type: 'command', command: 'doctor' });
        expect((await platform().slipway('down', '--data', data)).code).toBe(0);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
    120_000,
  );

  it('the platform goes away', async () => {
    const up = await platform().json<UpAnswer>('up', '--detach', '--name', 'mortal', '--port', '0');
    const dir = application('platform-down', {
      name: 'platform-down',
      cause: '',
      files: { 'app.js': 'setTimeout(() => {}, 600000);\n' },
    });
    const ended = deployed(dir, ['--name', 'mortal']);
    await until('the service', async () => {
      const { kubeOf } = await import('../../support/kube.ts');
      return (
        (await kubeOf(up.kubeconfig)
          .find(serving('default', 'services', 'platform-down'))
          .catch(() => undefined)) !== undefined
      );
    });
    process.kill(up.pid, 'SIGKILL');
    const { cause, remedy } = await ended;
    expect(cause.code).toBe('PlatformLost');
    expect(remedy).toMatchObject({ type: 'command', command: 'startPlatform' });
    const stopped = await deployed(dir, ['--name', 'mortal']);
    expect(stopped.cause.code).toBe('PlatformStopped');
    await platform().slipway('down', '--name', 'mortal');
  }, 120_000);
});
