/** Spans of time in a few words. Pure leaf. */
import type { Say } from '../messages.ts';

/** From a second on in seconds. */
export const shortTime = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** `ms` in the past. */
export function agoText(say: Say, ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return say('time.now');
  if (minutes < 60) return say('time.minutes', { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return say('time.hours', { count: hours });
  return say('time.days', { count: Math.floor(hours / 24) });
}

/** `ms` in the future. */
export function inText(say: Say, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return say('time.inSeconds', { count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say('time.inMinutes', { count: minutes });
  const hours = Math.round(minutes / 60);
  if (hours < 48) return say('time.inHours', { count: hours });
  return say('time.inDays', { count: Math.round(hours / 24) });
}

/** The hour of day; with the weekday where it is not within a day. */
export function clockText(at: number, now: number, locale: string): string {
  const far = at - now > 20 * 3_600_000;
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(at - now < 60_000 ? { second: '2-digit' } : {}),
    ...(far ? { weekday: 'short' } : {}),
    hour12: false,
  }).format(at);
}
