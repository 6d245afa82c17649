/** Who deployed, and from which commit: asked of a real git. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { provenanceOf } from '../../../src/core/deploy/provenance.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-provenance-'));
const git = (...args: string[]) => execFileSync('git', ['-C', dir, ...args], { stdio: 'pipe', encoding: 'utf8' });

beforeAll(() => {
  // Neither of this machine's settings.
  vi.stubEnv('GIT_CONFIG_GLOBAL', devNull);
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

it('outside a repository only the account is known', async () => {
  expect(await provenanceOf(dir)).toEqual({ by: userInfo().username });
});

it('in a repository it is the name that git knows, with the commit and whether files differ from it', async () => {
  git('init', '-q');
  writeFileSync(join(dir, 'PRICES'), 'apples\n');
  git('add', '.');
  git('-c', 'user.name=Grace', '-c', 'user.email=grace@example.com', 'commit', '-q', '-m', 'Sell apples');
  const commit = git('rev-parse', 'HEAD').trim();
  const made = { commit, subject: 'Sell apples', dirty: false };
  expect(await provenanceOf(dir)).toEqual({ ...made, by: userInfo().username });
  git('config', 'user.name', 'Ada Lovelace');
  writeFileSync(join(dir, 'PRICES'), 'pears\n');
  expect(await provenanceOf(dir)).toEqual({ ...made, dirty: true, by: 'Ada Lovelace' });
});
