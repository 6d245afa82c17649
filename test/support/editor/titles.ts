/** What the palette calls a command: from package.json and its catalogue, so that a new wording breaks no suite. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../places.ts';

interface Manifest {
  contributes: { commands: { command: string; title: string; category?: string }[] };
}

export function titleOf(command: string, withCategory = true, locale: 'en' | 'zh-cn' = 'en'): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const catalogue = locale === 'en' ? 'package.nls.json' : `package.nls.${locale}.json`;
  const texts = JSON.parse(readFileSync(join(root, catalogue), 'utf8')) as Record<string, string>;
  const text = (value: string): string => value.replace(/^%(.*)%$/, (_, key: string) => texts[key] ?? value);
  const found = manifest.contributes.commands.find((each) => each.command === command);
  if (!found) throw new Error(`package.json contributes no ${command}`);
  return found.category && withCategory ? `${text(found.category)}: ${text(found.title)}` : text(found.title);
}
