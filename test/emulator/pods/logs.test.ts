import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenLogStore } from '../../../emulator/pods/kubelet-ports.ts';
import { createLineSplitter } from '../../../emulator/pods/logs/lines.ts';
import { openLogStore } from '../../../emulator/pods/logs/store.ts';
import type { LogEntry, LogQuery } from '../../../emulator/pods/ports.ts';

let dir: string;
let logs: OpenLogStore;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-logs-'));
  logs = await openLogStore(dir);
});
afterEach(async () => {
  await logs.close();
  rmSync(dir, { recursive: true, force: true });
});

const anEntry = (text: string, more: Partial<LogEntry> = {}): Omit<LogEntry, 'sequence'> => ({
  time: 1_700_000_000_000,
  namespace: 'default',
  service: 'hello',
  revision: 'hello-00001',
  pod: 'hello-00001-a',
  podUid: 'uid-a',
  container: 'user-container',
  restart: 0,
  stream: 'stdout',
  text,
  ...more,
});

async function texts(query: Partial<LogQuery> = {}): Promise<string[]> {
  const all: string[] = [];
  for await (const entry of logs.read({ namespace: 'default', service: 'hello', ...query })) all.push(entry.text);
  return all;
}

async function podText(query: Partial<Parameters<OpenLogStore['podLog']>[0]> = {}): Promise<string> {
  let text = '';
  for await (const chunk of logs.podLog({
    namespace: 'default',
    service: 'hello',
    pod: 'hello-00001-a',
    container: 'user-container',
    ...query,
  })) {
    text += chunk;
  }
  return text;
}

describe('retained logs', () => {
  it('reads back what was written, by revision, pod, tail and time, also after a restart', async () => {
    for (let i = 1; i <= 5; i++) logs.append(anEntry(`old ${i}`, { time: Date.now() - 3_600_000 }));
    for (let i = 1; i <= 5; i++)
      logs.append(anEntry(`new ${i}`, { revision: 'hello-00002', pod: 'b', time: Date.now() }));
    logs.append(anEntry('other', { service: 'other' }));
    const check = async () => {
      expect(await texts()).toHaveLength(10);
      expect(await texts({ revision: 'hello-00002' })).toEqual(['new 1', 'new 2', 'new 3', 'new 4', 'new 5']);
      expect(await texts({ tail: 2 })).toEqual(['new 4', 'new 5']);
      expect(await texts({ tail: 2, revision: 'hello-00001' })).toEqual(['old 4', 'old 5']);
      expect(await texts({ tail: 0 })).toEqual([]);
      expect(await texts({ sinceMs: 60_000 })).toHaveLength(5);
      expect(await texts({ pod: 'none' })).toEqual([]);
      expect(await texts({ after: 8 })).toEqual(['new 4', 'new 5']);
    };
    await check();
    await logs.close();
    logs = await openLogStore(dir);
    await check();
    logs.append(anEntry('after the restart'));
    const entries: LogEntry[] = [];
    for await (const entry of logs.read({ namespace: 'default', service: 'hello' })) entries.push(entry);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('reads all services of a namespace by time', async () => {
    logs.append(anEntry('b', { time: 2 }));
    logs.append(anEntry('a', { time: 1, service: 'other' }));
    logs.append(anEntry('c', { time: 3, service: '', pod: 'lone' }));
    const all: string[] = [];
    for await (const entry of logs.read({ namespace: 'default' })) all.push(entry.text);
    expect(all).toEqual(['a', 'b', 'c']);
  });

  it('tolerates a line that a kill cut short', async () => {
    logs.append(anEntry('one'));
    await logs.close();
    const folder = join(dir, 'default', 'hello');
    appendFileSync(join(folder, readdirSync(folder)[0] ?? ''), '{"time":17000000,"text":"tor');
    logs = await openLogStore(dir);
    logs.append(anEntry('two'));
    expect(await texts()).toEqual(['one', 'two']);
    await logs.close();
    logs = await openLogStore(dir);
    expect(await texts()).toEqual(['one', 'two']);
  });

  it('keeps within its size, the newest', async () => {
    await logs.close();
    logs = await openLogStore(dir, { maxBytes: 200_000 });
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 100; j++) logs.append(anEntry(`line ${i * 100 + j}`));
      await logs.flush();
    }
    const folder = join(dir, 'default', 'hello');
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(230_000);
    await logs.close();
    logs = await openLogStore(dir, { maxBytes: 200_000 });
    const kept = await texts();
    expect(kept.at(-1)).toBe('line 3999');
    expect(kept.length).toBeGreaterThan(300);
    expect(kept.length).toBeLessThan(4_000);
    expect(await texts({ tail: 500 })).toEqual(kept.slice(-500));
  });

  it('follows thousands of lines a second, none lost, none twice, in order', async () => {
    logs.append(anEntry('first'));
    const ending = new AbortController();
    const seen: number[] = [];
    const reader = (async () => {
      for await (const entry of logs.read({
        namespace: 'default',
        service: 'hello',
        follow: true,
        signal: ending.signal,
      })) {
        seen.push(entry.sequence);
        if (entry.text === 'last') break;
      }
    })();
    const line = 'x'.repeat(200);
    for (let i = 0; i < 50; i++) {
      for (let j = 0; j < 400; j++) logs.append(anEntry(line));
      await new Promise((next) => setImmediate(next));
    }
    logs.append(anEntry('last'));
    await reader;
    expect(seen).toEqual(Array.from({ length: 20_002 }, (_, i) => i + 1));
  });

  it('a follower that is slower than the application gets every line, in order, while segments come and go', async () => {
    const lines = 15_000;
    // A segment holds 256 KiB, so that several begin between two of its steps; what is in memory is far ahead of it.
    const small = await openLogStore(join(dir, 'small'), { maxBytes: 16 * 256 * 1024 });
    const stop = new AbortController();
    const text = (index: number) => `${index} ${'x'.repeat(40)} "sequence":${lines - index}`;
    let written = 0;
    const write = async (count: number) => {
      for (const end = Math.min(lines, written + count); written < end; ) small.append(anEntry(text(written++)));
      await small.flush();
    };
    await write(1);
    let seen = 0;
    let wrong = 0;
    for await (const entry of small.read({
      namespace: 'default',
      service: 'hello',
      follow: true,
      signal: stop.signal,
    })) {
      if (entry.text !== text(seen) || entry.sequence !== seen + 1) wrong++;
      seen++;
      // As it takes its time the application goes on: until all is written, three lines for each that it has seen.
      if (seen % 100 === 0 || seen === 1) await write(300);
      if (seen === lines || wrong > 0) stop.abort();
    }
    expect({ seen, wrong }).toEqual({ seen: lines, wrong: 0 });
    await small.close();
  });

  it('a follower ends when its signal aborts and when the store closes', async () => {
    const ending = new AbortController();
    const first = texts({ follow: true, signal: ending.signal });
    const second = texts({ follow: true });
    logs.append(anEntry('a'));
    await new Promise((next) => setImmediate(next));
    ending.abort();
    expect(await first).toEqual(['a']);
    await logs.close();
    expect(await second).toEqual(['a']);
  });
});

describe('kubectl logs', () => {
  it('gives one container’s lines, with times, tail, limit and since', async () => {
    const time = Date.parse('2026-01-02T03:04:05.678Z');
    logs.append(anEntry('', { mark: 'started' }));
    logs.append(anEntry('one', { time }));
    logs.append(anEntry('part ', { time, partial: true }));
    logs.append(anEntry('joined', { time }));
    logs.append(anEntry('other pod', { pod: 'b' }));
    logs.append(anEntry('ünï \u001b[31mred\u001b[0m', { time: time + 1_000 }));
    expect(await podText()).toBe('one\npart joined\nünï \u001b[31mred\u001b[0m\n');
    expect(await podText({ timestamps: true })).toMatch(
      /^2026-01-02T03:04:05.678000000Z one\n2026-01-02T03:04:05.678000000Z part joined\n2026-01-02T03:04:06/,
    );
    expect(await podText({ tailLines: 1 })).toContain('red');
    expect(await podText({ tailLines: 0 })).toBe('');
    expect(await podText({ limitBytes: 6 })).toBe('one\npa');
    expect(await podText({ sinceTime: time + 500 })).not.toContain('one');
    expect(await podText({ podUid: 'another' })).toBe('');
  });

  it('tells restarts apart, and a follower ends with its container', async () => {
    logs.append(anEntry('before'));
    logs.append(anEntry('now', { restart: 1 }));
    expect(await podText({ restart: 0 })).toBe('before\n');
    let ended = false;
    const follower = podText({ restart: 1, follow: true, ended: () => ended });
    await new Promise((next) => setImmediate(next));
    logs.append(anEntry('more', { restart: 1 }));
    await new Promise((next) => setImmediate(next));
    ended = true;
    logs.append(anEntry('', { restart: 1, mark: 'exited 0' }));
    expect(await follower).toBe('now\nmore\n');
  });

  it('gives the last output for a termination message', async () => {
    for (let i = 0; i < 100; i++) logs.append(anEntry(`line ${i}`));
    const query = {
      namespace: 'default',
      service: 'hello',
      pod: 'hello-00001-a',
      podUid: 'uid-a',
      container: 'user-container',
      restart: 0,
    };
    expect(await logs.lastOutput(query, 2, 2_048)).toBe('line 98\nline 99\n');
    expect(await logs.lastOutput(query, 80, 8)).toBe('line 99\n');
  });
});

describe('lines', () => {
  it('joins characters and lines across chunks', () => {
    const splitter = createLineSplitter();
    const bytes = Buffer.from('grün\r\n码 zwei\nrest');
    const lines = [...bytes].flatMap((byte) => splitter.push(Uint8Array.of(byte)));
    expect(lines).toEqual([
      { text: 'grün', partial: false },
      { text: '码 zwei', partial: false },
    ]);
    expect(splitter.end()).toEqual([{ text: 'rest', partial: false }]);
    expect(splitter.end()).toEqual([]);
  });

  it('cuts very long lines, never within a character', () => {
    const splitter = createLineSplitter(4);
    expect(splitter.push(Buffer.from('abc😀def\nx\n'))).toEqual([
      { text: 'abc', partial: true },
      { text: '😀de', partial: true },
      { text: 'f', partial: false },
      { text: 'x', partial: false },
    ]);
    const lines = splitter.push(Buffer.from('a'.repeat(10)));
    expect([...lines, ...splitter.end()].map(({ text }) => text).join('')).toBe('a'.repeat(10));
  });
});
