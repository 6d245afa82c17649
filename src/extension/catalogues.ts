/** The words of the editor front end in each language; loaded where the editor is in another one than English. Never vscode. */
import { render } from '../core/messages/core.ts';
import { defineArea, type Locale } from '../core/messages/render.ts';
import { type Words, wordsOf } from './messages.ts';
import { englishMessages } from './texts/all-messages.ts';
import { chineseMessages } from './texts/zh-cn/all-messages.ts';

export const extensionMessages = defineArea(englishMessages, chineseMessages);

export function words(locale: Locale): Words {
  return wordsOf({
    locale,
    texts: extensionMessages[locale],
    core: (key, args) => render(locale, key, args),
  });
}
