/**
 * The words of the editor front end (decision 16), which stand in texts/; the core's own are in src/core/messages. English is there from
 * the start, and who does without another language does not load one: see catalogues.ts.
 */
import type { MessageArgs, Problem, ProblemCode } from '../core/codes.ts';
import { inEnglish } from '../core/messages/core-english.ts';
import { fill, type Locale } from '../core/messages/render.ts';
import { plain } from './plain.ts';
import { englishMessages } from './texts/all-messages.ts';

export type ExtensionKey = keyof typeof englishMessages;
export type Say = (key: ExtensionKey, args?: MessageArgs) => string;

export interface Words {
  locale: Locale;
  say: Say;
  problem(problem: Pick<Problem, 'code' | 'args'>): { text: string; fix: string };
}

/** The sentences of one language: the front end's own, and the core's. */
export interface Catalogue {
  locale: Locale;
  texts: Readonly<Record<ExtensionKey, string>>;
  core(key: `problem.${ProblemCode}` | `fix.${ProblemCode}`, args: MessageArgs): string;
}

function harmless(args: MessageArgs | undefined): MessageArgs {
  return Object.fromEntries(
    Object.entries(args ?? {}).map(([name, value]) => [name, typeof value === 'string' ? plain(value) : value]),
  );
}

export function wordsOf({ locale, texts, core }: Catalogue): Words {
  return {
    locale,
    say: (key, args) => fill(texts[key], harmless(args)),
    problem: ({ code, args: given }) => {
      const args = harmless(given);
      const key = `fix.${code}`;
      return {
        text: closed(core(`problem.${code}`, args), locale),
        fix: isOurs(key) ? fill(texts[key], args) : core(`fix.${code}`, args),
      };
    },
  };
}

export const englishWords = (): Words => wordsOf({ locale: 'en', texts: englishMessages, core: inEnglish });

const isOurs = (key: string): key is ExtensionKey => Object.hasOwn(englishMessages, key);

/** Sentences after each other; empty ones are left out. Chinese has no blanks between them. */
export function together(locale: Locale, sentences: readonly (string | undefined)[]): string {
  const told = sentences.filter((sentence): sentence is string => sentence !== undefined && sentence !== '');
  return told.map((sentence) => closed(sentence, locale)).join(locale === 'en' ? ' ' : '');
}

/** What ends in somebody else's words may lack its stop, and the next sentence follows it. */
function closed(text: string, locale: Locale): string {
  return /[.!?:\u2026\u3002\uff01\uff1f\uff1a]$/.test(text) ? text : `${text}${locale === 'en' ? '.' : '。'}`;
}
