import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processStart } from '../../../emulator/platform/alive.ts';
import { takeLock, takeLockSoon } from '../../../emulator/platform/lock.ts';
import {
  dataDirectory,
  platformFiles,
  readRecord,
  readSettings,
  removeRecord,
  stateHome,
  writeRecord,
  writeSettings,
} from '../../../emulator/platform/record.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-record-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record = (over: object = {}) => ({
  name: 'default',
  engine: 'embedded' as const,
  kubeconfig: join(dir, 'kubeconfig'),
  context: 'slipway-default',
  api: 'https://127.0.0.1:6443',
  ingress: { host: '127.0.0.1', port: 8080 },
  pid: process.pid,
  pidStart: processStart(process.pid),
  data: dir,
  startedInMs: 1,
  version: '0.0.0',
  protocolVersion: 1,
  lifetime: 'detached' as const,
  ...over,
});

describe('where a platform lives', () => {
  test('--data wins, then SLIPWAY_HOME and the name', () => {
    expect(dataDirectory({ data: '/a/b' }, {})).toBe('/a/b');
    expect(dataDirectory({ name: 'x' }, { SLIPWAY_HOME: '/home/s' })).toBe('/home/s/x');
    expect(dataDirectory({}, { SLIPWAY_HOME: '/home/s' })).toBe('/home/s/default');
  });
  test('the state directory of each system', () => {
    expect(stateHome({ HOME: '/h' }, 'linux')).toBe('/h/.local/state/slipway');
    expect(stateHome({ HOME: '/h', XDG_STATE_HOME: '/x' }, 'linux')).toBe('/x/slipway');
    expect(stateHome({ HOME: '/h' }, 'darwin')).toBe('/h/Library/Application Support/Slipway');
  });
  test.each(['../x', '', 'a/b', '.hidden', 'x'.repeat(64)])('refuses the name %j', (name) => {
    expect(() => dataDirectory({ name }, {})).toThrow(/name has letters/);
  });
});

describe('the record', () => {
  test('is read while its process lives', () => {
    writeRecord(record());
    expect(readRecord(dir)?.api).toBe('https://127.0.0.1:6443');
    removeRecord(dir);
    expect(readRecord(dir)).toBeUndefined();
  });
  test('of a dead process counts for nothing', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    writeRecord(record({ pid, pidStart: '1' }));
    expect(readRecord(dir)).toBeUndefined();
  });
  test.runIf(process.platform === 'linux')('of a reused pid counts for nothing', () => {
    writeRecord(record({ pidStart: '1' }));
    expect(readRecord(dir)).toBeUndefined();
  });
  test('that was damaged by hand counts for nothing', () => {
    writeFileSync(platformFiles(dir).record, '{');
    expect(readRecord(dir)).toBeUndefined();
  });
  test('settings come back', () => {
    writeSettings(dir, { apiPort: 1234 });
    expect(readSettings(dir)).toEqual({ apiPort: 1234 });
  });
});

describe('the lock', () => {
  test('is held by one, and free after', () => {
    const file = platformFiles(dir).lock;
    const held = takeLock(file);
    expect(held).toBeDefined();
    const script = `import { takeLock, takeLockSoon } from ${JSON.stringify(new URL('../../../emulator/platform/lock.ts', import.meta.url).href)};
      process.stdout.write(String(takeLock(${JSON.stringify(file)}) !== undefined));`;
    const other = () => spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
    expect(other()).toBe('false');
    held?.[Symbol.dispose]();
    expect(other()).toBe('true');
  });

  test('that its holder lets go of soon is waited for; of one that lives, and for ever, it is not', async () => {
    const file = platformFiles(dir).lock;
    const held = takeLock(file);
    expect(await takeLockSoon(file, () => true)).toBeUndefined();
    expect(await takeLockSoon(file, () => false, 0)).toBeUndefined();
    const waiting = takeLockSoon(file, () => false, 60_000);
    held?.[Symbol.dispose]();
    using lock = await waiting;
    expect(lock).toBeDefined();
  });
});
