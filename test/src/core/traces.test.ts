/** Stack traces as the runtimes print them. */
import { describe, expect, it } from 'vitest';
import { createTraceReader, type Thrown } from '../../../src/core/source/traces.ts';

function read(text: string): Thrown[] {
  const reader = createTraceReader();
  return [...text.split('\n').flatMap((line) => reader.push(line)), ...reader.flush()];
}
const first = (text: string) => {
  const [thrown] = read(text);
  const [frame] = thrown?.frames ?? [];
  return [thrown?.language, thrown?.message, frame && `${frame.path}:${frame.line}:${frame.column}`];
};

describe('thrown', () => {
  it('by Node: caught and printed, uncaught, with a message of several lines, with properties', () => {
    expect(
      first(
        "GET /boom\nTypeError: Cannot read properties of undefined (reading 'name')\n    at find (file:///app/lib/catalog.js:2:15)\n    at Server.<anonymous> (file:///app/server.js:7:35)\n    at Server.emit (node:events:519:28)\nGET /",
      ),
    ).toEqual([
      'node',
      "TypeError: Cannot read properties of undefined (reading 'name')",
      'file:///app/lib/catalog.js:2:15',
    ]);
    expect(
      first(
        '/app/server.js:3\n  throw new RangeError("x");\n  ^\n\nRangeError: x\n    at Object.<anonymous> (/app/server.js:3:9)\n    at Module._compile (node:internal/modules/cjs/loader:1554:14)\n\nNode.js v24.21.0',
      ),
    ).toEqual(['node', 'RangeError: x', '/app/server.js:3:9']);
    expect(first('Error: x\n    at async run (/app/my app/a.ts:1:2) {\n  code: "E"\n}')).toEqual([
      'node',
      'Error: x',
      '/app/my app/a.ts:1:2',
    ]);
    expect(first('Error: first\nsecond line\n    at async run (/app/a.ts:1:2)')).toEqual([
      'node',
      'Error: first',
      '/app/a.ts:1:2',
    ]);
    expect(first('MyError [ERR_X]: bad\n    at /app/a.js:10:5')).toEqual([
      'node',
      'MyError [ERR_X]: bad',
      '/app/a.js:10:5',
    ]);
  });

  it('by Python: the last frame threw it', () => {
    expect(
      first(
        'Traceback (most recent call last):\n  File "/app/server.py", line 9, in do_GET\n    price(None)\n    ~~~~~^^^^^^\n  File "/app/shop/price.py", line 3, in price\n    return item["price"]\nTypeError: \'NoneType\' object is not subscriptable\nGET /',
      ),
    ).toEqual(['python', "TypeError: 'NoneType' object is not subscriptable", '/app/shop/price.py:3:0']);
  });

  it('by Go: a panic, also one that net/http caught', () => {
    expect(
      first(
        '2026/11/25 22:00:00 http: panic serving 127.0.0.1:5000: boom\ngoroutine 7 [running]:\nnet/http.(*conn).serve.func1()\n\t/usr/local/go/src/net/http/server.go:1947 +0xbe\npanic({0x6a3e20?, 0x7a1e70?})\n\t/usr/local/go/src/runtime/panic.go:785 +0x132\nmain.handler(...)\n\t/app/main.go:12\n',
      )[1],
    ).toBe('panic serving 127.0.0.1:5000: boom');
    const [thrown] = read('panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d\nexit status 2');
    expect(thrown).toEqual({
      language: 'go',
      message: 'panic: boom',
      frames: [{ path: '/app/main.go', line: 12, column: 0 }],
    });
  });

  it('by Java: the cause, with the folders of its package', () => {
    expect(
      first(
        'Exception in thread "main" java.lang.RuntimeException: outer\n\tat com.example.shop.Main.main(Main.java:9)\nCaused by: java.lang.NullPointerException: item is null\n\tat java.base/java.util.Objects.requireNonNull(Objects.java:259)\n\tat com.example.shop.Catalog.find(Catalog.java:21)\n\t... 1 more',
      ),
    ).toEqual(['java', 'java.lang.NullPointerException: item is null', 'java/util/Objects.java:259:0']);
  });

  it('in a field of a JSON line', () => {
    const stack = 'TypeError: x\n    at f (/app/a.js:4:2)';
    expect(first(JSON.stringify({ level: 50, msg: 'failed', err: { type: 'TypeError', stack } }))).toEqual([
      'node',
      'TypeError: x',
      '/app/a.js:4:2',
    ]);
    expect(read(JSON.stringify({ level: 30, msg: 'fine', list: [1, 'a\nb'] }))).toEqual([]);
  });
});

it.each([
  'Error handling is on',
  'finished with no Error: all fine',
  'panic button pressed',
  'Traceback (most recent call last): was seen',
  '    at noon (12:30:00)',
  'TypeError: without a stack\nnext line\nand more',
])('is not: %s', (text) => {
  expect(read(text)).toEqual([]);
});

it('tells two in a row apart, and forgets one that goes nowhere', () => {
  const one = 'Error: one\n    at f (/app/a.js:1:1)';
  expect(read(`${one}\nError: two\n    at g (/app/b.js:2:2)\n`).map(({ message }) => message)).toEqual([
    'Error: one',
    'Error: two',
  ]);
});
