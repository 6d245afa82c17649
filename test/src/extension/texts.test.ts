/** English and Simplified Chinese are both whole: nothing untranslated, nothing outside the catalogues, the pages of prose in pairs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotationMessages } from '../../../src/core/messages/annotations.ts';
import { canaryMessages } from '../../../src/core/messages/canary.ts';
import { cliMessages } from '../../../src/core/messages/cli.ts';
import { coreMessages } from '../../../src/core/messages/core.ts';
import { doctorMessages } from '../../../src/core/messages/doctor.ts';
import { manifestMessages } from '../../../src/core/messages/manifest.ts';
import { schemaZhCn } from '../../../src/core/messages/schema-zh-cn.ts';
import { extensionMessages } from '../../../src/extension/catalogues.ts';
import { pageMessages } from '../../../webview/messages.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const nls = (path: string) => JSON.parse(read(path)) as Record<string, string>;

type Table = Readonly<Record<string, string>>;
const catalogues: [string, Table, Table][] = [
  ['the manifest', nls('package.nls.json'), nls('package.nls.zh-cn.json')],
  ['the extension', extensionMessages.en, extensionMessages['zh-cn']],
  ['the pages', pageMessages.en, pageMessages['zh-cn']],
  ['the core', coreMessages.en, coreMessages['zh-cn']],
  ['the command line', cliMessages.en, cliMessages['zh-cn']],
  ['Doctor', doctorMessages.en, doctorMessages['zh-cn']],
  ['canaries', canaryMessages.en, canaryMessages['zh-cn']],
  ['manifests', manifestMessages.en, manifestMessages['zh-cn']],
  ['annotations', annotationMessages.en, annotationMessages['zh-cn']],
  ['fields', Object.fromEntries(Object.keys(schemaZhCn).map((text) => [text, text])), schemaZhCn],
];

/** Words that are the field's own in both languages, and units. */
const shared =
  /\b(Slipway|Knative|Kubernetes|URL|YAML|JSON|Node(\.js)?|Docker|p50|p95|p99|req|s|ms|kB|MB|Doctor|diff|IP|ID|API|Kubeconfig)\b/g;
const cjk = /[\u4e00-\u9fff]/;
/** Not what is read aloud: placeholders, code, addresses, paths of files. */
const prose = (text: string) =>
  text.replace(/\{\w+\}|kubectl .*|`[^`]*`|\(command:[^)]*\)|media\/\S+|https?:\S+/g, '').replace(shared, '');

describe.each(catalogues)('%s', (_name, en, zh) => {
  it('is translated wherever there is something to translate', () => {
    const left = Object.entries(en).filter(
      ([key, text]) => /[A-Za-z]{2}/.test(prose(text)) && !cjk.test(zh[key] ?? ''),
    );
    expect(left.map(([key]) => key)).toEqual([]);
  });

  it('has no Chinese in English, and no English sentence in Chinese', () => {
    expect(Object.entries(en).filter(([, text]) => cjk.test(text))).toEqual([]);
    const sentences = Object.entries(zh).filter(([, text]) => /\b[a-z]+( [a-z]+){3,}\b/i.test(prose(text)));
    expect(sentences.map(([key]) => key)).toEqual([]);
  });

  it('punctuates Chinese as Chinese', () => {
    const half = Object.entries(zh).filter(([, text]) =>
      /[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]|[\u4e00-\u9fff]\(|\([^()]*[\u4e00-\u9fff][^()]*\)/.test(
        text.replace(/\]\([^)]*\)/g, ']'),
      ),
    );
    expect(half).toEqual([]);
  });

  // CONTRIBUTING.md has the rule; what is typed, as 90s, stays as it is typed.
  it('spells units of time in Chinese', () => {
    const symbol = /(\{\w+\}\s?|\d\s)(ms|s|min|h|d)(?![\w-])/;
    expect(Object.entries(zh).filter(([, text]) => symbol.test(text))).toEqual([]);
  });
});

describe('prose', () => {
  const shape = (text: string) => ({
    headings: text.match(/^#+ /gm)?.length ?? 0,
    items: text.match(/^(\d+\.|-) /gm)?.length ?? 0,
    code: text.match(/^```/gm)?.length ?? 0,
  });
  const pairs = [
    ...readdirSync(join(root, 'media', 'walkthrough'))
      .filter((file) => /^[a-z-]+\.md$/.test(file))
      .map((file) => [`media/walkthrough/${file}`, `media/walkthrough/${file.replace('.md', '.zh-cn.md')}`]),
    ...readdirSync(join(root, 'media', 'templates')).map((name) => [
      `media/templates/${name}/README.md`,
      `media/templates/${name}/README.zh-CN.md`,
    ]),
  ] as [string, string][];

  it.each(pairs)('%s says in %s as much in Chinese', (english, chinese) => {
    expect(shape(read(chinese))).toEqual(shape(read(english)));
    expect(cjk.test(read(chinese))).toBe(true);
  });
});

describe('what a person reads', () => {
  const sources = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('messages.ts'))
      .map((path) => [join(folder, path), read(join(folder, path))] as const);
  const literal = /['"`](?!Slipway['"`:])[^'"`\n]*[A-Za-z]{3}[^'"`\n]*['"`]/.source;

  it('comes from a catalogue in the editor', () => {
    const calls = new RegExp(
      `(?:show(?:Information|Warning|Error)Message|setStatusBarMessage)\\(\\s*${literal}|\\b(?:placeHolder|prompt|detail|tooltip|openLabel|invocationMessage): ${literal}`,
      'g',
    );
    const found = sources('src/extension').flatMap(([path, text]) =>
      (text.match(calls) ?? []).map((hit) => `${path}: ${hit}`),
    );
    // Given on as they are: codes and addresses, not sentences.
    expect(found.filter((hit) => !/\$\{[^}]*\}[^A-Za-z]*['"`]?$/.test(hit))).toEqual([]);
  });

  it('comes from a catalogue on the pages', () => {
    const texts = /\btextContent = ['"`][^'"`]*[A-Za-z]{3}|\b(?:aria-label|title|placeholder)'?: ['"][A-Za-z]{3}/g;
    const found = sources('webview').flatMap(([path, text]) =>
      (text.match(texts) ?? []).map((hit) => `${path}: ${hit}`),
    );
    expect(found).toEqual([]);
  });
});
