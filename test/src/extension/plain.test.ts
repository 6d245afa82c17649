import { describe, expect, it } from 'vitest';
import { unturned } from '../../../src/core/unturned.ts';
import { words } from '../../../src/extension/messages.ts';
import { markdownText, plain, plainItem } from '../../../src/extension/plain.ts';
import { t as pageText } from '../../../webview/messages.ts';

const hostile = '<img src=x onerror=alert(1)> $(zap) [x](command:workbench.action.quit) \u202egnp.exe 😀';
/** What the editor makes links of in notifications, and icons in pick lists. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)\)/i;
const icon = /\$\([a-z0-9-]+(?:~[a-z0-9-]+)?\)/i;

describe('names of others', () => {
  it('are no link, no icon and turn nothing around, and are read as they are', () => {
    expect(hostile).toMatch(link);
    expect(hostile).toMatch(icon);
    const shown = plain(hostile);
    expect(shown).not.toMatch(link);
    expect(shown).not.toMatch(icon);
    expect(shown).not.toContain('\u202e');
    expect(shown.replaceAll('\u200b', '')).toBe(hostile.replace('\u202e', '\ufffd'));
    expect(plain('x'.repeat(253))).toHaveLength(253);
  });

  it('are so in every sentence that they stand in', () => {
    const { say, problem } = words('en');
    expect(say('ping.none', { target: hostile })).not.toMatch(link);
    // Titles of diffs, and names of tasks and so of their terminals, and of debug sessions.
    for (const title of [
      say('compare.title', { service: hostile, before: hostile, after: hostile }),
      say('task.deploy', { name: hostile }),
      say('run.debugTitle', { name: hostile }),
    ]) {
      expect(title).not.toMatch(link);
      expect(title).not.toMatch(icon);
      expect(title).not.toContain('\u202e');
    }
    const { text, fix } = problem({ code: 'ApiRefused', args: { detail: hostile } });
    expect(`${text} ${fix}`).toContain('img src=x');
    expect(`${text} ${fix}`).not.toMatch(link);
  });

  it('are so in each text of an entry, and what is not there stays away', () => {
    const entry = plainItem({ label: hostile, detail: hostile, key: hostile });
    expect(entry).toEqual({ label: plain(hostile), detail: plain(hostile), key: hostile });
  });

  it('turn nothing around in a sentence of a page', () => {
    expect(unturned('a\u202eb\u2066c')).toBe('a\ufffdb\ufffdc');
    const told = pageText('traffic.slider', { revision: 'x\u202ey' });
    expect(told).toContain('x\ufffdy');
  });

  it('have no meaning in Markdown', () => {
    expect(markdownText('a_b *c* <b>\n[x](command:y)')).toBe('a\\_b \\*c\\* \\<b\\> \\[x\\]\\(command:y\\)');
  });
});
