/** The catalogue's engine (decision 16): an area is two tables with the same keys; a missing key is a type error. Pure leaf. */
import type { MessageArgs } from '../codes.ts';
import { stripAnsi } from '../log-lines/ansi.ts';

export type Locale = 'en' | 'zh-cn';

export interface MessageArea<Key extends string> {
  en: Readonly<Record<Key, string>>;
  'zh-cn': Readonly<Record<Key, string>>;
}

/**
 * `{name}` in a text stands for the argument of that name, `{name:file|files}` for the word that goes with it: the first for one,
 * the second for any other number. The Chinese table must have exactly the English keys.
 */
export function defineArea<const English extends Readonly<Record<string, string>>>(
  en: English,
  zhCn: { readonly [Key in keyof English]: string },
): MessageArea<keyof English & string> {
  return { en, 'zh-cn': zhCn };
}

export function renderIn<Key extends string>(
  area: MessageArea<Key>,
  locale: Locale,
  key: Key,
  args: MessageArgs = {},
): string {
  return fill(area[locale][key], args);
}

/** Puts the arguments in the places of a text. */
export function fill(text: string, args: MessageArgs): string {
  return text.replace(
    /\{(\w+)(?::([^|{}]*)\|([^{}]*))?\}/g,
    (placeholder, name: string, one?: string, many?: string) => {
      const value = args[name];
      if (value === undefined) return placeholder;
      // Names and texts in a repository are anyone's: no word of them commands the terminal.
      return (one === undefined ? stripAnsi(String(value)) : Number(value) === 1 ? one : many) ?? '';
    },
  );
}

/** `zh-cn` for any Chinese in simplified script (`zh`, `zh-CN`, `zh_CN.UTF-8`, `zh-Hans`), else English. */
export function localeOf(tag: string | undefined): Locale {
  const lower = (tag ?? '').toLowerCase().replaceAll('_', '-');
  return /^zh(-cn|-sg|-hans|\.|$)/.test(lower) ? 'zh-cn' : 'en';
}
