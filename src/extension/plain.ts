/** Names and messages of others, made harmless for where the editor reads more than text out of text. Pure leaf. */

/** Turns what follows around: a name must not rearrange the line it stands in. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;
const invisible = '\u200b';

/** For notifications, which make links of `[…](command:…)`, and for pick lists and the status bar, which make icons of `$(…)`. */
export function plain(text: string): string {
  return text.replace(turning, '\ufffd').replaceAll('](', `]${invisible}(`).replaceAll('$(', `$${invisible}(`);
}

/** For Markdown: shown as it is, whatever it holds. */
export function markdownText(text: string): string {
  return text
    .replace(turning, '\ufffd')
    .replace(/[\\`*_{}[\]()#+\-.!~|<>&$]/g, '\\$&')
    .replace(/\s+/g, ' ');
}
