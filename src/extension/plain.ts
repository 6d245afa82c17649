/** Names and messages of others, made harmless for where the editor reads more than text out of text. Pure leaf. */

import { unturned } from '../core/unturned.ts';

const invisible = '\u200b';

/** For notifications, which make links of `[…](command:…)`, and for pick lists and the status bar, which make icons of `$(…)`. */
export function plain(text: string): string {
  return unturned(text).replaceAll('](', `]${invisible}(`).replaceAll('$(', `$${invisible}(`);
}

/** The three texts of a pick list's entry, where all of them are others' words. */
export function plainItem<Item extends { label: string; description?: string; detail?: string }>(item: Item): Item {
  return {
    ...item,
    label: plain(item.label),
    ...(item.description === undefined ? {} : { description: plain(item.description) }),
    ...(item.detail === undefined ? {} : { detail: plain(item.detail) }),
  };
}

const longest = 40;

/**
 * For where there is little room, and something else after it. What is left out is the middle: contexts and services are told apart
 * by their ends.
 */
export function shortName(name: string): string {
  const letters = [...name];
  if (letters.length <= longest) return name;
  return [...letters.slice(0, 12), '…', ...letters.slice(12 - longest + 1)].join('');
}

/** For Markdown: shown as it is, whatever it holds. */
export function markdownText(text: string): string {
  return unturned(text)
    .replace(/[\\`*_{}[\]()#+\-.!~|<>&$]/g, '\\$&')
    .replace(/\s+/g, ' ');
}
