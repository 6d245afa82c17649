import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { doctor } from '../../../src/core/doctor.ts';
import { canMount, smallDisk } from '../../support/small-disk.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-doctor-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('doctor', () => {
  /** A machine with nothing on it but the Node that runs this. */
  const look = (locale?: 'zh-cn') => doctor({ env: { PATH: dir, SLIPWAY_HOME: dir }, locale });

  it('names what is missing, and what it would be needed for', async () => {
    const findings = new Map((await look()).map((finding) => [finding.id, finding]));
    expect(findings.get('node')).toMatchObject({ level: 'ok', text: `Node.js ${process.versions.node}` });
    expect(findings.get('platform')).toMatchObject({ level: 'warning', text: 'platform default does not run' });
    expect(findings.get('kubectl')).toEqual({
      id: 'kubectl',
      level: 'warning',
      text: 'no kubectl',
      fix: 'needed for looking at a platform with kubectl; install kubectl for it',
    });
    expect(findings.get('appNode')).toMatchObject({ level: 'warning', fix: 'install Node.js 22.18 or newer' });
  });

  it.skipIf(!canMount)('names a disk that is about to be full [needs root and tmpfs]', async () => {
    using disk = smallDisk(4);
    const of = async (home: string) =>
      (await doctor({ env: { PATH: dir, SLIPWAY_HOME: home } })).find(({ id }) => id === 'disk');
    expect(await of(disk.dir)).toMatchObject({ level: 'error', text: `only 4 MiB of disk are free in ${disk.dir}` });
    expect(await of(dir)).toMatchObject({ level: 'ok', text: expect.stringMatching(/^\d+(\.\d)? [MG]iB of disk/) });
  });

  it('finds the same in Chinese, and says it in Chinese', async () => {
    const [english, chinese] = [await look(), await look('zh-cn')];
    expect(chinese.map(({ id, level }) => [id, level])).toEqual(english.map(({ id, level }) => [id, level]));
    for (const { text } of chinese.filter(({ id }) => id !== 'localhost')) expect(text).toMatch(/[\u4e00-\u9fff]/);
    expect(chinese.find(({ id }) => id === 'kind')?.fix).toBe('需要时请安装 kind，用于：用 --engine kind 启动平台');
  });
});
