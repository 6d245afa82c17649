import { expect, test } from 'vitest';

interface Found {
  name: string;
  folder: string;
  outcome: string;
  reason: string;
}
const script = new URL('../conformance/suites/go-tests.mjs', import.meta.url).href;
const { readGoTests, table } = (await import(script)) as {
  readGoTests(): { folder(name: string): void; line(line: string): void; tests(): Found[] };
  table(section: object): string;
};

const output = (Test: string, Output: string, OutputType?: string) =>
  JSON.stringify({ Action: 'output', Test, Output, ...(OutputType ? { OutputType } : {}) });
const event = (Action: string, Test: string) => JSON.stringify({ Action, Test, Elapsed: 1.25 });

test('a failure has the words of the subtest that failed, a skip its own', () => {
  const reader = readGoTests();
  reader.folder('e2e');
  for (const line of [
    'go: some noise',
    event('run', 'TestGood'),
    event('run', 'TestBad'),
    event('run', 'TestBad/deep'),
    output('TestBad', '    bad_test.go:10: setting up\n'),
    output('TestBad/deep', '    util.go:12: status = 503, want: 200\n', 'error'),
    output('TestBad/deep', '    crd.go:3: cleaning up\n'),
    event('fail', 'TestBad/deep'),
    output('TestBad', '    bad_test.go:20: bye\n'),
    event('fail', 'TestBad'),
    event('run', 'TestLater'),
    output('TestLater', '    later_test.go:9: not on this platform\n'),
    event('skip', 'TestLater'),
    event('run', 'TestMissing'),
    output('TestMissing', '    sub_test.go:53: assertion failed: \n'),
    output('TestMissing', '        Actual output: unknown\n'),
    output('TestMissing', '        Missing strings: True\n'),
    output('TestMissing', '    sub_test.go:59: tidying\n'),
    output('TestMissing', '        by hand\n'),
    output('TestMissing', '    collector.go:1: === FAIL\n', 'error'),
    event('fail', 'TestMissing'),
    event('pass', 'TestGood'),
    event('run', 'TestEndless'),
  ])
    reader.line(line);
  const of = (name: string) => reader.tests().find((found) => found.name === name);
  expect(of('TestGood')).toMatchObject({ folder: 'e2e', outcome: 'passed', reason: '' });
  expect(of('TestBad')).toMatchObject({ outcome: 'failed', reason: 'deep: status = 503, want: 200' });
  expect(of('TestMissing')).toMatchObject({
    reason: 'assertion failed: Actual output: unknown Missing strings: True',
  });
  expect(of('TestLater')).toMatchObject({ outcome: 'skipped', reason: 'not on this platform' });
  expect(of('TestEndless')).toMatchObject({ outcome: 'failed', reason: 'did not end' });
});

test('the table counts each step and names what failed', () => {
  const tests = [
    { name: 'TestA', folder: 'e2e/gc', outcome: 'passed', reason: '' },
    { name: 'TestB', folder: 'e2e/gc', outcome: 'failed', reason: 'why `not`' },
  ];
  const rows = [{ name: 'gc', toggles: { 'config-gc': { a: '1', b: '2' } }, tests }];
  const text = table({ title: 'T', suite: 'all of it', command: 'run', rows, left: [['ha', 'no']] });
  expect(text).toContain('| gc | 1 | 1 | 0 | config-gc: a, b |');
  expect(text).toContain("- `e2e/gc` TestB: `why 'not'`");
  expect(text).toContain('- ha: no');
});
