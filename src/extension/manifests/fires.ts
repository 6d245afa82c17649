/** The next fires of a schedule, as a list of local times. Nothing here imports vscode. */
import { manifestText } from '../../core/messages/manifest.ts';
import type { Locale } from '../../core/messages/render.ts';

export function firesMarkdown(locale: Locale, fires: readonly number[], timeZone: string): string {
  const format = new Intl.DateTimeFormat(locale === 'zh-cn' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone,
  });
  return [manifestText(locale, 'label.nextIn', { timeZone }), ...fires.map((time) => `- ${format.format(time)}`)].join(
    '\n',
  );
}
