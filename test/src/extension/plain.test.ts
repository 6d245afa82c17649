import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../src/core/codes.ts';
import { coreMessages } from '../../../src/core/messages/core.ts';
import { unturned } from '../../../src/core/unturned.ts';
import { extensionMessages, words } from '../../../src/extension/catalogues.ts';
import { type ExtensionKey, together } from '../../../src/extension/messages.ts';
import { markdownText, plain, plainItem, shortName } from '../../../src/extension/plain.ts';
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

  it('leave room for what follows them, and keep the end that tells them apart', () => {
    expect(shortName('shop')).toBe('shop');
    expect(shortName('x'.repeat(40))).toBe('x'.repeat(40));
    const long = shortName(`${'😀'.repeat(248)}eu-01`);
    expect([...long]).toHaveLength(40);
    expect(long).toMatch(/^😀{12}…😀{22}eu-01$/u);
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

  /** Each alone, and what two of them would make that stand beside each other. */
  const commands = [hostile, '[Fix it](command:workbench.action.quit)', '](command:workbench.action.quit)', '[x]'];
  const placeholders = (text: string) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? '');
  const filled = (names: readonly string[], at: number) =>
    Object.fromEntries(names.map((name, index) => [name, commands[(at + index) % commands.length] ?? '']));
  const codes = Object.keys(coreMessages.en)
    .filter((key) => key.startsWith('problem.'))
    .map((key) => key.slice('problem.'.length) as ProblemCode);

  it.each(['en', 'zh-cn'] as const)(
    'are no command in any sentence of %s, nor in sentences after each other',
    (locale) => {
      const { say, problem } = words(locale);
      const told: string[] = [];
      for (let at = 0; at < commands.length; at += 1) {
        for (const key of Object.keys(extensionMessages[locale]) as ExtensionKey[])
          told.push(say(key, filled(placeholders(extensionMessages[locale][key]), at)));
        for (const code of codes) {
          const key = (part: 'problem' | 'fix') => `${part}.${code}` as keyof typeof coreMessages.en;
          const texts = [coreMessages[locale][key('problem')], coreMessages[locale][key('fix')]];
          const { text, fix } = problem({ code, args: filled(placeholders(texts.join()), at) });
          told.push(together(locale, [text, fix, say('deploy.failed', { service: '[x]', cause: text })]));
        }
      }
      expect(told.length).toBeGreaterThan(commands.length * (codes.length + 200));
      expect(told.filter((text) => text.includes('workbench.action.quit')).length).toBeGreaterThan(500);
      expect(told.filter((text) => link.test(text))).toEqual([]);
    },
  );

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
