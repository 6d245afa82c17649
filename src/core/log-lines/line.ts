/** A log line as it is kept: what filters look at is worked out once, what is painted only when it is seen. Pure leaf. */
import { stripAnsi } from './ansi.ts';

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** A line as it travels to a page. */
export interface LineInput {
  /** ms since the epoch. */
  time: number;
  revision: string;
  pod: string;
  text: string;
  mark: string | null;
  site: { path: string; line: number; column: number } | null;
}

export interface Line {
  /** Counts up from 0 over the life of the view. */
  number: number;
  /** Of a JSON line its own, else when the platform got it; ms since the epoch. */
  shownTime: number;
  time: number;
  revision: string;
  pod: string;
  /** The statement that wrote it, where the platform knows. */
  site: LineInput['site'];
  /** As written, with colours. */
  text: string;
  /** Without escapes: what is searched and copied. */
  plain: string;
  level: Level;
  /** Of a JSON line: its message and its other fields. */
  json: { message: string; fields: [string, string][] } | undefined;
  mark: string | null;
}

const levels: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error'];
const word =
  /(?:^|[\s[(<|"'=:])(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|FATAL|CRITICAL|PANIC)(?=$|[\s\])>|"',:])/i;
const thrown = /^(?:Uncaught )?(?:[A-Z]\w*)?(?:Error|Exception)\b|^Traceback \(most recent call last\)/;

/** When it was written as the view shows it: what a JSON line says of itself, else when the platform got it. */
export function shownTimeOf({ time, text, mark }: { time: number; text: string; mark?: string | undefined }): number {
  return (mark === undefined ? readJson(stripAnsi(text))?.time : undefined) ?? time;
}

/** `previous`: the line before of the same instance, whose level an indented line (a stack) shares. */
export function readLine(view: LineInput, number: number, previous: Line | undefined): Line {
  const plain = stripAnsi(view.text);
  const json = view.mark === null ? readJson(plain) : undefined;
  const continued = previous && view.mark === null && /^\s+\S/.test(plain) ? previous.level : undefined;
  return {
    number,
    time: view.time,
    shownTime: json?.time ?? view.time,
    site: view.site,
    revision: view.revision,
    pod: view.pod,
    text: view.text,
    plain,
    level: json?.level ?? continued ?? levelOf(plain),
    json: json && { message: json.message, fields: json.fields },
    mark: view.mark,
  };
}

export function levelOf(plain: string): Level {
  if (thrown.test(plain)) return 'error';
  const found = word.exec(plain.slice(0, 80))?.[1];
  // A word in the middle of a sentence ("no error") is none; written large, or in brackets or after `=`, it is.
  if (found && (found === found.toUpperCase() || /[[(<|"'=]/.test(plain[plain.indexOf(found) - 1] ?? ''))) {
    return levelNamed(found);
  }
  return 'info';
}

export function atLeast(level: Level, minimum: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(minimum);
}

function levelNamed(name: string): Level {
  const lower = name.toLowerCase();
  if (lower.startsWith('warn')) return 'warn';
  if (/^(err|fatal|crit|panic|alert|emerg)/.test(lower)) return 'error';
  if (lower === 'debug') return 'debug';
  if (lower === 'trace' || lower === 'silly' || lower === 'verbose') return 'trace';
  return 'info';
}

/** Numbers as pino and bunyan write them: 10 trace … 50 error. */
function levelNumber(value: number): Level {
  if (value >= 50) return 'error';
  if (value >= 40) return 'warn';
  if (value >= 30) return 'info';
  return value >= 20 ? 'debug' : 'trace';
}

const messageKeys = ['msg', 'message', 'event', 'text'];
const levelKeys = ['level', 'severity', 'lvl', 'levelname', 'log.level'];
/** Shown beside the line already. */
const dull = new Set(['time', 'timestamp', 'ts', '@timestamp', 'pid', 'hostname', 'v']);

const timeKeys = ['time', 'timestamp', 'ts', '@timestamp'];

/** ms since the epoch; undefined where it is none of this century. Numbers are seconds, ms or ns by their size. */
function timeOf(value: unknown): number | undefined {
  const raw = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : value;
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return undefined;
  const ms = raw > 1e17 ? raw / 1e6 : raw > 1e11 ? raw : raw * 1_000;
  return ms > 946_684_800_000 && ms < 4_102_444_800_000 ? ms : undefined;
}

function readJson(
  plain: string,
): { message: string; fields: [string, string][]; level: Level; time: number | undefined } | undefined {
  if (!plain.startsWith('{') || !plain.trimEnd().endsWith('}')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value as Record<string, unknown>);
  const messageKey = messageKeys.find((key) =>
    entries.some(([name, item]) => name === key && typeof item === 'string'),
  );
  const levelKey = levelKeys.find((key) => entries.some(([name]) => name === key));
  const level = entries.find(([name]) => name === levelKey)?.[1];
  const time = entries.find(([name]) => timeKeys.includes(name))?.[1];
  return {
    time: timeOf(time),
    message: String(entries.find(([name]) => name === messageKey)?.[1] ?? ''),
    fields: entries
      .filter(([name]) => name !== messageKey && name !== levelKey && !dull.has(name))
      .map(([name, item]) => [name, typeof item === 'string' ? item : JSON.stringify(item)]),
    level: typeof level === 'number' ? levelNumber(level) : typeof level === 'string' ? levelNamed(level) : 'info',
  };
}
