/** Findings, fixes and descriptions of fields in the editor's language. Nothing here imports vscode. */
import type { Finding } from '../../core/manifest/findings.ts';
import type { ManifestFix } from '../../core/manifest/fixes.ts';
import { type Shape, type TypeWord, typeWord } from '../../core/manifest/shape.ts';
import { renderProblem } from '../../core/messages/core.ts';
import { type ManifestKey, manifestText } from '../../core/messages/manifest.ts';
import type { Locale } from '../../core/messages/render.ts';
import { schemaZhCn } from '../../core/messages/schema-zh-cn.ts';
import { together } from '../messages.ts';

const typeWords = new Set<string>([
  'text',
  'integer',
  'number',
  'flag',
  'list',
  'map',
  'object',
  'quantity',
  'port',
  'any',
] satisfies TypeWord[]);
const goTypes: Record<string, TypeWord> = {
  string: 'text',
  int32: 'integer',
  int64: 'integer',
  bool: 'flag',
  boolean: 'flag',
  array: 'list',
  'integer,string': 'port',
};

function typeText(locale: Locale, word: string): string {
  const known = typeWords.has(word) ? (word as TypeWord) : goTypes[word];
  return known ? manifestText(locale, `type.${known}`) : word;
}

export function findingText(locale: Locale, finding: Finding): string {
  if (finding.problem) {
    const { text, fix } = renderProblem(locale, finding.problem);
    return together(locale, [text, fix]);
  }
  const near = finding.args['expected'] ? (`finding.${finding.code}.near` as ManifestKey) : undefined;
  const hasNear = finding.code === 'unknown' || finding.code === 'annotation' || finding.code === 'version';
  const key = near && hasNear ? near : (`finding.${finding.code}` as ManifestKey);
  const args =
    finding.code === 'wrongType'
      ? {
          ...finding.args,
          expected: typeText(locale, String(finding.args['expected'])),
          got: String(finding.args['got']) || '?',
        }
      : finding.args;
  return manifestText(locale, key, args);
}

export function fixText(locale: Locale, { code, args }: ManifestFix): string {
  return manifestText(locale, `fix.${code}`, args);
}

/** Our own words of a field; English where the other language has none (a test finds those). */
export function descriptionText(locale: Locale, shape: Shape | undefined): string {
  const english = shape?.description || shape?.items?.description || '';
  return locale === 'zh-cn' ? (schemaZhCn[english] ?? english) : english;
}

export function shapeText(locale: Locale, shape: Shape): string {
  const word = manifestText(locale, `type.${typeWord(shape)}`);
  const bounds = boundsText(locale, shape);
  return bounds === undefined ? word : manifestText(locale, 'type.bounded', { type: word, bounds });
}

function boundsText(locale: Locale, { minimum, maximum }: Shape): string | undefined {
  if (minimum !== undefined && maximum !== undefined)
    return manifestText(locale, 'label.bounds', { low: minimum, high: maximum });
  if (minimum !== undefined) return manifestText(locale, 'label.atLeast', { low: minimum });
  return maximum === undefined ? undefined : manifestText(locale, 'label.atMost', { high: maximum });
}
