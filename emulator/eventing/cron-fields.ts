/**
 * Cron expressions as robfig/cron v3 reads them with the options PingSource gives it: five fields, or six with seconds
 * first; names, ranges, steps, lists, `?`; descriptors but not `@every`; `CRON_TZ=`. Its error words too, which admission
 * shows. Pure.
 */

export interface CronFields {
  second: ReadonlySet<number>;
  minute: ReadonlySet<number>;
  hour: ReadonlySet<number>;
  dayOfMonth: ReadonlySet<number>;
  month: ReadonlySet<number>;
  dayOfWeek: ReadonlySet<number>;
  /** `*` or `?` (without a step above 1) in a day field: then both day fields must match, else one is enough. */
  anyDayOfMonth: boolean;
  anyDayOfWeek: boolean;
  timezone: string;
}

export class CronError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CronError';
  }
}

interface Bounds {
  min: number;
  max: number;
  names?: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const bounds = {
  second: { min: 0, max: 59 },
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: months },
  dayOfWeek: { min: 0, max: 6, names: weekdays },
} satisfies Record<string, Bounds>;

const descriptors: Record<string, string> = {
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
  '@monthly': '0 0 0 1 * *',
  '@weekly': '0 0 0 * * 0',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@hourly': '0 0 * * * *',
};

/** @throws CronError with the parser's words. `timezone`: an IANA name; '' is UTC. */
export function parseCron(schedule: string, timezone = ''): CronFields {
  let spec = timezone === '' ? schedule : `CRON_TZ=${timezone} ${schedule}`;
  let zone = 'UTC';
  if (spec === '') throw new CronError('empty spec string');
  if (spec.startsWith('TZ=') || spec.startsWith('CRON_TZ=')) {
    const blank = spec.indexOf(' ');
    const name = spec.slice(spec.indexOf('=') + 1, blank < 0 ? undefined : blank);
    zone = location(name);
    spec = blank < 0 ? '' : spec.slice(blank).trim();
  }
  if (spec.startsWith('@every')) throw new CronError('unsupported descriptor @every');
  if (spec.startsWith('@')) {
    const meant = descriptors[spec];
    if (!meant) throw new CronError(`unrecognized descriptor: ${spec}`);
    spec = meant;
  }
  const words = spec.split(/\s+/).filter((word) => word !== '');
  if (words.length < 5 || words.length > 6) {
    throw new CronError(`expected 5 to 6 fields, found ${words.length}: [${words.join(' ')}]`);
  }
  const [second = '', minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] =
    words.length === 5 ? ['0', ...words] : words;
  const fields = {
    second: field(second, bounds.second),
    minute: field(minute, bounds.minute),
    hour: field(hour, bounds.hour),
    dayOfMonth: field(dayOfMonth, bounds.dayOfMonth),
    month: field(month, bounds.month),
    dayOfWeek: field(dayOfWeek, bounds.dayOfWeek),
  };
  return {
    second: fields.second.values,
    minute: fields.minute.values,
    hour: fields.hour.values,
    dayOfMonth: fields.dayOfMonth.values,
    month: fields.month.values,
    dayOfWeek: fields.dayOfWeek.values,
    anyDayOfMonth: fields.dayOfMonth.any,
    anyDayOfWeek: fields.dayOfWeek.any,
    timezone: zone,
  };
}

/** IANA names as Go's database has them: as written, no offsets. */
function location(name: string): string {
  if (name === '' || name === 'UTC' || name === 'Local') return 'UTC';
  try {
    if (/^[A-Za-z]/.test(name)) {
      const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
      if (known === name || known.toLowerCase() !== name.toLowerCase()) return name;
    }
  } catch {
    // Unknown, as below.
  }
  throw new CronError(`provided bad location ${name}: unknown time zone ${name}`);
}

function field(text: string, limits: Bounds): { values: Set<number>; any: boolean } {
  const values = new Set<number>();
  let any = false;
  for (const expression of text.split(',').filter((part) => part !== '')) {
    const { from, to, step, star } = range(expression, limits);
    for (let value = from; value <= to; value += step) values.add(value);
    any ||= star;
  }
  return { values, any };
}

function range(expression: string, limits: Bounds) {
  const [span = '', stepText, ...moreSlashes] = expression.split('/');
  const [low = '', high, ...moreHyphens] = span.split('-');
  let from = limits.min;
  let to = limits.max;
  let star = low === '*' || low === '?';
  if (!star) {
    from = number(low, limits);
    if (moreHyphens.length > 0) throw new CronError(`too many hyphens: ${expression}`);
    to = high === undefined ? from : number(high, limits);
  }
  if (moreSlashes.length > 0) throw new CronError(`too many slashes: ${expression}`);
  let step = 1;
  if (stepText !== undefined) {
    step = number(stepText);
    // `N/step` means from N to the end.
    if (high === undefined) to = limits.max;
    if (step > 1) star = false;
  }
  if (from < limits.min)
    throw new CronError(`beginning of range (${from}) below minimum (${limits.min}): ${expression}`);
  if (to > limits.max) throw new CronError(`end of range (${to}) above maximum (${limits.max}): ${expression}`);
  if (from > to) throw new CronError(`beginning of range (${from}) beyond end of range (${to}): ${expression}`);
  if (step === 0) throw new CronError(`step of range should be a positive number: ${expression}`);
  return { from, to, step, star };
}

function number(text: string, limits?: Bounds): number {
  const named = limits?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (limits && named >= 0) return named + limits.min;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new CronError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  const value = Number(text);
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
