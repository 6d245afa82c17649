/** `robfig-cron.json` holds what robfig/cron v3.0.1 answers: [schedule, after, the next five fires or the error]. */
import { describe, expect, it } from 'vitest';
import { nextFires } from '../../../emulator/eventing/cron.ts';
import { parseCron } from '../../../emulator/eventing/cron-fields.ts';
import recorded from './robfig-cron.json';

function answer(schedule: string, after: number, count: number): number[] | string {
  try {
    return nextFires(parseCron(schedule), after, count);
  } catch (error) {
    return (error as Error).message;
  }
}

const fires = (schedule: string, timezone: string, after: string, count: number) =>
  nextFires(parseCron(schedule, timezone), Date.parse(after), count).map((time) => new Date(time).toISOString());

describe('cron', () => {
  it(`agrees with robfig/cron v3 on ${recorded.length} schedules, times and errors`, () => {
    for (const [schedule, after, expected] of recorded as [string, number, number[] | string][]) {
      expect(answer(schedule, after, 5), `${schedule} after ${new Date(after).toISOString()}`).toEqual(expected);
    }
  });

  it('skips the hour that daylight saving takes, and fires in the repeated one as robfig does', () => {
    expect(fires('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-30T00:30:00.000Z',
      '2026-03-31T00:30:00.000Z',
    ]);
    expect(fires('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  it('has seconds, names, steps beyond the range, and both day fields', () => {
    expect(fires('*/20 * * * * *', '', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-01T00:00:20.000Z',
      '2026-01-01T00:00:40.000Z',
      '2026-01-01T00:01:00.000Z',
    ]);
    expect(fires('*/70 * * * *', '', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T01:00:00.000Z']);
    // One of both day fields is enough when neither is a star.
    expect(fires('0 0 13 * FRI', '', '2026-02-01T00:00:00Z', 3)).toEqual([
      '2026-02-06T00:00:00.000Z',
      '2026-02-13T00:00:00.000Z',
      '2026-02-20T00:00:00.000Z',
    ]);
  });

  it('never fires on a day that no year has, and does not search for ever', () => {
    expect(fires('0 0 30 2 *', 'America/New_York', '2026-01-01T00:00:00Z', 5)).toEqual([]);
  });

  it.each([
    ['* * * *', 'expected 5 to 6 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['@every 1m', 'unsupported descriptor @every'],
    ['@fortnightly', 'unrecognized descriptor: @fortnightly'],
    ['', 'empty spec string'],
    ['CRON_TZ=Mars/Olympus * * * * *', 'provided bad location Mars/Olympus: unknown time zone Mars/Olympus'],
    ['CRON_TZ=+02:00 * * * * *', 'provided bad location +02:00: unknown time zone +02:00'],
  ])('refuses %j in the parser’s words', (schedule, message) => {
    expect(() => parseCron(schedule)).toThrow(message);
  });
});
