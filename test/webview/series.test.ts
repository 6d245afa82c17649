import { describe, expect, it } from 'vitest';
import type { LiveView, Sample } from '../../webview/protocol.ts';
import { lastOf, seriesOf, shownIn } from '../../webview/revisions/series.ts';

const live = (requests: number, more: Partial<LiveView> = {}): LiveView => ({
  ...{ requests, share: requests, requestsPerSecond: requests / 10, p50: 1, p95: 2, p99: 3, errors: 0, instances: 1 },
  ...more,
});
const samples: Sample[] = [
  { at: 1_000, revisions: { a: live(40, { errors: 10, instances: null }) } },
  { at: 2_000, revisions: { a: live(0, { p95: null }), b: live(60) } },
  { at: 3_000, revisions: {} },
];
const of = (...args: [Parameters<typeof seriesOf>[2], Parameters<typeof seriesOf>[3]?]) =>
  seriesOf(samples, ['a', 'b'], ...args).slice(1);

describe('columns of a chart', () => {
  it('have the time in seconds first', () => {
    expect(seriesOf(samples, [], 'rate')).toEqual([[1, 2, 3]]);
  });

  it.each([
    [
      'share',
      [
        [40, 0, null],
        [0, 60, null],
      ],
    ],
    [
      'rate',
      [
        [4, 0, 0],
        [0, 6, 0],
      ],
    ],
    [
      'errors',
      [
        [25, null, null],
        [null, 0, null],
      ],
    ],
    [
      'instances',
      [
        [null, 1, 0],
        [null, 1, 0],
      ],
    ],
  ] as const)('of %s', (kind, columns) => {
    expect(of(kind)).toEqual(columns);
  });

  it('of latency have the quantile that was chosen, and a gap where nothing was asked', () => {
    expect(of('latency', 'p99')).toEqual([
      [3, null, null],
      [null, 3, null],
    ]);
  });

  it('are those of revisions that had requests, and of instances those that had some', () => {
    const rows = ['a', 'b', 'idle'].map((revision) => ({ revision }));
    const idle = [...samples, { at: 4_000, revisions: { idle: live(0, { instances: 1 }) } }];
    expect(shownIn(rows, idle, 'rate').map(({ revision }) => revision)).toEqual(['a', 'b']);
    expect(shownIn(rows, idle, 'instances').map(({ revision }) => revision)).toEqual(['a', 'b', 'idle']);
  });

  it('are summed up by their last figure', () => {
    expect(lastOf(seriesOf(samples, ['a', 'b'], 'errors'))).toEqual([25, 0]);
  });
});
