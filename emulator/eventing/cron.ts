/**
 * When a cron expression fires next, with robfig/cron v3's walk from field to field, so that the hours that daylight
 * saving skips or repeats come out as there. Pure; times in ms since the epoch.
 */
import type { CronFields } from './cron-fields.ts';

interface Civil {
  year: number;
  /** 1–12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** More than any walk through five years takes. */
const maxSteps = 20_000;

/** The first fire after `after`; undefined when there is none within five years. */
export function nextFire(fields: CronFields, after: number): number | undefined {
  const zone = zoneOf(fields.timezone);
  let time = Math.floor(after / second) * second + second;
  const lastYear = zone.civil(time).year + 5;
  /** Once one field has moved, the finer ones begin at their smallest. */
  let moved = false;

  // Where daylight saving begins at midnight the walk can come back to where it was, as robfig's does, which then
  // never ends.
  let steps = 0;
  again: while (steps < maxSteps) {
    steps++;
    let now = zone.civil(time);
    if (now.year > lastYear) return undefined;
    while (!fields.month.has(now.month)) {
      if (++steps > maxSteps) return undefined;
      if (!moved) time = zone.instant({ ...midnight(now), day: 1 });
      moved = true;
      time = zone.instant({ ...zone.civil(time), month: zone.civil(time).month + 1 });
      now = zone.civil(time);
      if (now.month === 1) continue again;
    }
    while (!dayMatches(fields, now)) {
      if (++steps > maxSteps) return undefined;
      if (!moved) time = zone.instant(midnight(now));
      moved = true;
      const before = zone.civil(time);
      time = zone.instant({ ...before, day: before.day + 1 });
      now = zone.civil(time);
      // A day that daylight saving begins or ends at midnight starts at another hour.
      if (now.hour !== 0) {
        time += now.hour > 12 ? (24 - now.hour) * hour : -now.hour * hour;
        now = zone.civil(time);
      }
      if (now.day === 1) continue again;
    }
    while (!fields.hour.has(now.hour)) {
      if (++steps > maxSteps) return undefined;
      if (!moved) time = zone.instant({ ...midnight(now), hour: now.hour });
      moved = true;
      time += hour;
      now = zone.civil(time);
      if (now.hour === 0) continue again;
    }
    while (!fields.minute.has(now.minute)) {
      if (++steps > maxSteps) return undefined;
      if (!moved) time = Math.floor(time / minute) * minute;
      moved = true;
      time += minute;
      now = zone.civil(time);
      if (now.minute === 0) continue again;
    }
    while (!fields.second.has(now.second)) {
      if (++steps > maxSteps) return undefined;
      moved = true;
      time += second;
      now = zone.civil(time);
      if (now.second === 0) continue again;
    }
    return time;
  }
  return undefined;
}

/** The next `count` fires; fewer when there are no more within five years. */
export function nextFires(fields: CronFields, after: number, count: number): number[] {
  const fires: number[] = [];
  for (let time = nextFire(fields, after); time !== undefined && fires.length < count; time = nextFire(fields, time)) {
    fires.push(time);
  }
  return fires;
}

function dayMatches(fields: CronFields, { year, month, day }: Civil): boolean {
  const inMonth = fields.dayOfMonth.has(day);
  const inWeek = fields.dayOfWeek.has(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
  return fields.anyDayOfMonth || fields.anyDayOfWeek ? inMonth && inWeek : inMonth || inWeek;
}

function midnight(civil: Civil): Civil {
  return { ...civil, hour: 0, minute: 0, second: 0 };
}

interface Zone {
  civil(time: number): Civil;
  /** As Go's time.Date: fields may overflow; in a gap or a fold it is one of the two, chosen as Go chooses. */
  instant(civil: Civil): number;
}

const zones = new Map<string, Zone>();

function zoneOf(timezone: string): Zone {
  let zone = zones.get(timezone);
  if (!zone) {
    const offset = timezone === 'UTC' ? () => 0 : offsetReader(timezone);
    zone = {
      civil(time) {
        const local = new Date(time + offset(time));
        return {
          year: local.getUTCFullYear(),
          month: local.getUTCMonth() + 1,
          day: local.getUTCDate(),
          hour: local.getUTCHours(),
          minute: local.getUTCMinutes(),
          second: local.getUTCSeconds(),
        };
      },
      instant({ year, month, day, hour: h, minute: m, second: s }) {
        const asUtc = Date.UTC(year, month - 1, day, h, m, s);
        const guess = offset(asUtc);
        return guess === 0 ? asUtc : asUtc - offset(asUtc - guess);
      },
    };
    zones.set(timezone, zone);
  }
  return zone;
}

/** ms that local time is ahead of UTC. Formatting is slow, offsets change at quarters of an hour at the finest. */
function offsetReader(timezone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const quarter = 15 * minute;
  const known = new Map<number, number>();
  return (time) => {
    const slot = Math.floor(time / quarter);
    let offset = known.get(slot);
    if (offset === undefined) {
      const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
      for (const { type, value } of format.formatToParts(slot * quarter)) parts[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour: h = 0, minute: m = 0, second: s = 0 } = parts;
      offset = Date.UTC(year, month - 1, day, h, m, s) - slot * quarter;
      if (known.size > 5_000) known.clear();
      known.set(slot, offset);
    }
    return offset;
  };
}
