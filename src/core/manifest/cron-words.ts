/** A PingSource's schedule in words and its next fires; read by the platform's own parser, so that both mean the same. */
import cronstrue from 'cronstrue';
import 'cronstrue/locales/zh_CN';
import { nextFires } from '../../../emulator/eventing/cron.ts';
import { CronError, parseCron } from '../../../emulator/eventing/cron-fields.ts';
import type { Locale } from '../messages/render.ts';

export type CronReading = { words: string; fires: number[]; timezone: string } | { error: string };

/** `now` in ms since the epoch; fires are so too. */
export function readSchedule(locale: Locale, schedule: string, timezone: string, now: number, count = 3): CronReading {
  try {
    const fields = parseCron(schedule, timezone);
    return { words: cronWords(locale, schedule), fires: nextFires(fields, now, count), timezone: fields.timezone };
  } catch (error) {
    if (error instanceof CronError) return { error: error.message };
    throw error;
  }
}

const descriptors: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** The expression itself where there are no words for it. */
export function cronWords(locale: Locale, schedule: string): string {
  const bare = schedule.replace(/^(CRON_)?TZ=\S*\s+/, '').trim();
  try {
    return cronstrue.toString(descriptors[bare] ?? bare.replaceAll('?', '*'), {
      locale: locale === 'zh-cn' ? 'zh_CN' : 'en',
      use24HourTimeFormat: true,
    });
  } catch {
    return bare;
  }
}

/** To begin with; each is right for a PingSource. */
export const commonSchedules: readonly string[] = [
  '* * * * *',
  '*/5 * * * *',
  '*/15 * * * *',
  '0 * * * *',
  '0 8 * * *',
  '0 8 * * 1-5',
  '0 0 * * 0',
  '0 0 1 * *',
  '*/10 * * * * *',
];
