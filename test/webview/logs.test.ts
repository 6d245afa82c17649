/** The log view's parts that need no page. */
import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from '../../src/core/log-lines/ansi.ts';
import { levelOf, readLine } from '../../src/core/log-lines/line.ts';
import { LogBuffer } from '../../webview/logs/buffer.ts';
import { type Filter, matcher, noFilter } from '../../webview/logs/filter.ts';
import { findLinks } from '../../webview/logs/links.ts';
import { fieldRows, Rows } from '../../webview/logs/rows.ts';
import type { LogLineView } from '../../webview/protocol.ts';

const view = (text: string, rest: Partial<LogLineView> = {}): LogLineView => ({
  time: 1_795_000_000_000,
  revision: 'shop-00001',
  pod: 'shop-00001-deployment-x7q',
  stream: 'stdout',
  text,
  mark: null,
  site: null,
  ...rest,
});

describe('ANSI colours', () => {
  it('become spans, and nothing else of the escapes is left', () => {
    const spans = parseAnsi(
      '\u001b[1;31mERROR\u001b[0m plain \u001b[38;5;208mx\u001b[39my\u001b[2K\u001b]0;title\u0007',
    );
    expect(spans).toEqual([
      { text: 'ERROR', style: { bold: true, color: 'var(--vscode-terminal-ansiRed)' } },
      { text: ' plain ', style: {} },
      { text: 'x', style: { color: 'rgb(255 135 0)' } },
      { text: 'y', style: {} },
    ]);
  });

  it('cannot bring anything but colours into a style', () => {
    const [span] = parseAnsi('\u001b[38;2;999;-5;red;url(x)mhi');
    expect(JSON.stringify(span?.style ?? {})).not.toMatch(/url|NaN|999/);
    expect(stripAnsi('a\u0000b\u001b[31mc')).toBe('abc');
  });
});

describe('links', () => {
  it.each([
    ['   at handler (/state/tree/src/server.ts:31:9)', [['/state/tree/src/server.ts', 31, 9]]],
    ['at file:///state/tree/src/a-b.mjs:7:1', [['file:///state/tree/src/a-b.mjs', 7, 1]]],
    ['WARN slow src/upstream.ts:57', [['src/upstream.ts', 57, 1]]],
    ['  File "/app/main.py", line 12, in handler', [['/app/main.py', 12, 1]]],
    ['panic at main.go:12 +0x1d', [['main.go', 12, 1]]],
    ['C:\\work\\app\\x.cs:4:2', [['C:\\work\\app\\x.cs', 4, 2]]],
    ['12:44:01.118 GET /render/42 200 18ms', []],
    ['listening on http://127.0.0.1:8080/ and 10.0.0.1:80', []],
    ['connect to shop.example.com:443 or http://shop.default.localhost:8080/a', []],
    ['at node:internal/process/task_queues:95:5', []],
  ] as const)('%s', (text, expected) => {
    expect(findLinks(text).map(({ path, line, column }) => [path, line, column])).toEqual(expected);
  });

  it('leave out where the platform or the user keeps the files', () => {
    const tree = `/state/images/trees/${'a'.repeat(64)}`;
    const shown = (text: string, folder: string | null = null) =>
      findLinks(text, folder).map(({ start, hidden, end }) => text.slice(start + hidden, end));
    expect(shown(`at f (file://${tree}/lib/a.js:2:15)`)).toEqual(['lib/a.js:2:15']);
    expect(shown(`at f (${tree}.1/a.js:2)`)).toEqual(['a.js:2']);
    expect(shown('at /ws/shop/src/a.ts:3:1 and /ws/shop2/b.ts:4', '/ws/shop')).toEqual([
      'src/a.ts:3:1',
      '/ws/shop2/b.ts:4',
    ]);
  });

  it('mark exactly the place in the text', () => {
    const text = 'see src/a.ts:3:4 and src/b.ts:9';
    expect(findLinks(text).map(({ start, end }) => text.slice(start, end))).toEqual(['src/a.ts:3:4', 'src/b.ts:9']);
  });
});

describe('levels', () => {
  it.each([
    ['ERROR TypeError: scene is undefined', 'error'],
    ['TypeError: scene is undefined', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['[warn] slow', 'warn'],
    ['level=debug msg=x', 'debug'],
    ['finished with no error', 'info'],
    ['GET /errors 200', 'info'],
  ])('%s is %s', (text, expected) => {
    expect(levelOf(text)).toBe(expected);
  });

  it('are shared by the lines of a stack, of the same instance', () => {
    const error = readLine(view('Error: boom'), 0, undefined);
    expect(readLine(view('    at f (a.js:1:1)'), 1, error).level).toBe('error');
    expect(readLine(view('next'), 2, error).level).toBe('info');
  });

  it('and fields are read from JSON lines', () => {
    const line = readLine(view('{"time":1,"level":50,"msg":"failed","path":"/x","n":{"a":1}}'), 0, undefined);
    expect(line.level).toBe('error');
    expect(line.json).toMatchObject({
      message: 'failed',
      fields: [
        ['path', '/x'],
        ['n', '{"a":1}'],
      ],
    });
    expect(readLine(view('{not json}'), 0, undefined).json).toBeUndefined();
  });
});

describe('the filter', () => {
  const lines = ['GET /a', 'ERROR at x', '{"level":"warn","msg":"slow"}'].map((text, index) =>
    readLine(view(text), index, undefined),
  );
  const texts = (filter: Partial<typeof noFilter>): number[] => {
    const { test } = matcher({ ...noFilter, ...filter });
    return lines.filter(test).map(({ number }) => number);
  };

  it('takes a text in any case, a /regex/, a level and revisions', () => {
    expect(texts({ text: 'get /A' })).toEqual([0]);
    expect(texts({ text: '/^(GET|ERR)/' })).toEqual([0, 1]);
    expect(texts({ level: 'warn' })).toEqual([1, 2]);
    expect(texts({ revisions: ['shop-00002'] })).toEqual([]);
    expect(texts({ text: 'a+b(' })).toEqual([]);
  });

  it('says why a regular expression is none, and takes it literally', () => {
    expect(matcher({ ...noFilter, text: '/na(me/' }).problem).toBe('Unterminated group');
    expect(matcher({ ...noFilter, text: '/x/g' }).problem).toBeUndefined();
  });
});

describe('the buffer', () => {
  it('keeps the newest lines, tells how many left, and marks a new revision', () => {
    const buffer = new LogBuffer(1_000);
    expect(buffer.add([view('first')])).toBe(0);
    buffer.add([view('second', { revision: 'shop-00002' })]);
    expect([0, 1, 2].map((index) => buffer.at(index)?.mark ?? buffer.at(index)?.plain)).toEqual([
      'first',
      'new revision',
      'second',
    ]);
    const gone = buffer.add(Array.from({ length: 2_000 }, (_, index) => view(`line ${index}`)));
    expect(gone).toBe(1_003);
    expect(buffer.count).toBe(1_000);
    expect(buffer.at(0)?.plain).toBe('line 1000');
    expect(buffer.at(999)?.plain).toBe('line 1999');
    expect(buffer.revisions).toEqual(['shop-00002', 'shop-00001']);
  });

  it('filters what is there and what comes', () => {
    const buffer = new LogBuffer(1_000);
    buffer.add([view('a'), view('b')]);
    buffer.filter({ ...noFilter, text: 'b' });
    buffer.add([view('bb'), view('c')]);
    expect(buffer.shownCount).toBe(2);
    buffer.filter(noFilter);
    expect(buffer.shownCount).toBe(4);
  });

  it('stays as large as it may be over millions of lines of many instances', () => {
    const buffer = new LogBuffer(1_000);
    buffer.filter({ ...noFilter, text: 'never', context: 3 });
    for (let at = 0; at < 300_000; at += 500) {
      const pod = `shop-00001-deployment-${at}`;
      buffer.add(Array.from({ length: 500 }, (_, index) => view(`line ${at + index}`, { pod })));
    }
    expect(buffer.count).toBeLessThanOrEqual(1_100);
    expect(buffer.pods.length).toBeLessThanOrEqual(200);
    expect(buffer.dropped + buffer.count).toBe(300_000);
    expect(buffer.shownCount).toBe(0);
  });
});

describe('lines around a hit', () => {
  const shown = (buffer: LogBuffer) =>
    Array.from({ length: buffer.shownCount }, (_, index) => {
      const plain = buffer.at(index)?.plain ?? '';
      return buffer.hasGapBefore(index) ? `/ ${plain}` : plain;
    });
  const texts = ['a', 'b', 'hit 1', 'c', 'd', 'e', 'f', 'hit 2', 'hit 3', 'g', 'h', 'i'];
  const filter = (change: Partial<Filter>): Filter => ({ ...noFilter, text: 'hit', ...change });

  it('come before and after it, once, with a gap where lines are left out', () => {
    const buffer = new LogBuffer(1_000);
    buffer.filter(filter({ context: 1 }));
    for (const text of texts) buffer.add([view(text)]);
    const wanted = ['b', 'hit 1', 'c', '/ f', 'hit 2', 'hit 3', 'g'];
    expect(shown(buffer)).toEqual(wanted);
    // The same when the filter comes after the lines.
    buffer.filter(noFilter);
    expect(buffer.shownCount).toBe(texts.length);
    buffer.filter(filter({ context: 1 }));
    expect(shown(buffer)).toEqual(wanted);
    expect(matcher(filter({ text: '', context: 3 })).context).toBe(0);
  });

  it('are of the instance, the revision and the level that are chosen', () => {
    const buffer = new LogBuffer(1_000);
    buffer.add([
      view('a', { pod: 'shop-00001-deployment-x' }),
      view('other', { pod: 'shop-00001-deployment-y' }),
      view('hit', { pod: 'shop-00001-deployment-x' }),
    ]);
    buffer.filter(filter({ context: 1, pod: 'shop-00001-deployment-x' }));
    expect(shown(buffer)).toEqual(['a', 'hit']);
    expect(buffer.pods).toEqual(['shop-00001-deployment-y', 'shop-00001-deployment-x']);
  });
});

describe('rows', () => {
  const json = (message: string) => view(JSON.stringify({ level: 'info', msg: message, a: 1, b: { c: 2 } }));
  const all = (rows: Rows) =>
    Array.from({ length: rows.count }, (_, row) => {
      const found = rows.at(row);
      return found ? `${found.line.json?.message ?? found.line.plain}${found.field < 0 ? '' : `.${found.field}`}` : '?';
    });

  it('are one a line, and one for each field of an expanded line', () => {
    const buffer = new LogBuffer(1_000);
    const rows = new Rows(buffer);
    buffer.add([json('one'), view('plain'), json('two'), view('last')]);
    const at = (index: number) => {
      const line = buffer.at(index);
      if (!line) throw new Error('no line');
      return line;
    };
    rows.toggle(at(0));
    rows.toggle(at(2));
    rows.toggle(at(1));
    expect(all(rows)).toEqual(['one', 'one.0', 'one.1', 'plain', 'two', 'two.0', 'two.1', 'last']);
    expect(rows.rowOfLine(at(3))).toBe(7);
    buffer.filter({ ...noFilter, text: 't' });
    expect(all(rows)).toEqual(['two', 'two.0', 'two.1', 'last']);
    buffer.filter(noFilter);
    rows.toggle(at(0));
    expect(rows.count).toBe(6);
    expect(rows.isExpanded(at(0))).toBe(false);
    const gone = rows.left(buffer.add(Array.from({ length: 1_200 }, () => view('x'))));
    expect(gone).toBe(204 + 2);
    expect(rows.count).toBe(1_000);
  });
});

describe('the rows of a field', () => {
  it('are its lines: a stack is read as one, and only the first has the name', () => {
    const buffer = new LogBuffer(10);
    const error = 'TypeError: no price\n    at priceOf (src/catalog.ts:13:15)';
    buffer.add([view(JSON.stringify({ level: 'error', msg: 'request failed', error, code: 500 }))]);
    const line = buffer.at(0);
    if (!line) throw new Error('no line');
    expect(fieldRows(line)).toEqual([
      ['error', 'TypeError: no price'],
      ['', '    at priceOf (src/catalog.ts:13:15)'],
      ['code', '500'],
    ]);
    const rows = new Rows(buffer);
    rows.toggle(line);
    expect(rows.count).toBe(4);
  });
});

describe('times of JSON lines', () => {
  it.each([
    ['{"time":1795000000123,"msg":"pino"}', 1_795_000_000_123],
    ['{"ts":1795000000.5,"msg":"zap"}', 1_795_000_000_500],
    ['{"timestamp":"2026-11-18T10:13:20.250Z","message":"slog"}', Date.parse('2026-11-18T10:13:20.250Z')],
    ['{"time":"yesterday","msg":"x"}', 1_795_000_000_000],
    ['{"time":3,"msg":"x"}', 1_795_000_000_000],
  ])('%s', (text, expected) => {
    expect(readLine(view(text), 0, undefined).shownTime).toBe(expected);
  });
});
