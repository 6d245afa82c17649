import { expect, test } from 'vitest';

interface Part {
  passed: number;
  failed: number;
  skipped: { name: string; why: string }[];
  date: string;
  commit: string;
  minutes: number;
}
interface Results {
  withSection(text: string, name: string, markdown: string, stamp: string): string;
  longRunTable(parts: Record<string, { about: string }>, state: Record<string, Part>, before?: string): string;
}
const script = new URL('../../scripts/lib/results.mjs', import.meta.url).href;
const { withSection, longRunTable } = (await import(script)) as Results;

const file =
  '# Results\n\n<!-- section: a -->\n## A\n\nold\n<!-- end: a -->\n\n<!-- section: b -->\n## B\n<!-- end: b -->\n';

test('a section is replaced between its markers, and nothing else changes', () => {
  const written = withSection(file, 'a', '## A\nnew', 'Measured.');
  expect(written).toBe(file.replace('## A\n\nold', '## A\n\nMeasured.\n\nnew'));
});

test('a new section goes to the end, and writing it again changes nothing', () => {
  const once = withSection(file, 'api-fuzz', '## API fuzz\n\nfine', 'Measured.');
  expect(once.startsWith(file)).toBe(true);
  expect(withSection(once, 'api-fuzz', '## API fuzz\n\nfine', 'Measured.')).toBe(once);
});

test('a section without heading, end marker or proper name is refused', () => {
  expect(() => withSection(file, 'a', 'text', '')).toThrow(/heading/);
  expect(() => withSection(file.replace('<!-- end: a -->', ''), 'a', '## A', '')).toThrow(/end marker/);
  expect(() => withSection(file, 'A b', '## A', '')).toThrow(/only a-z/);
});

test('the long run keeps what another checkout has measured, and replaces what ran here', () => {
  const parts = { fuzz: { about: 'fuzzing' }, scale: { about: 'many' } };
  const part: Part = { passed: 2, failed: 0, skipped: [], date: '2026-01-02', commit: 'abc1234', minutes: 3 };
  const before = longRunTable(parts, {
    fuzz: { ...part, skipped: [{ name: 'a test', why: 'needs much' }] },
    scale: { ...part, skipped: [{ name: 'another', why: 'needs more' }] },
  });
  const table = longRunTable(parts, { scale: { ...part, passed: 9, commit: 'def5678' } }, before);
  expect(table).toContain('| fuzz | fuzzing | 2 | 0 | 1 | 3 | 2026-01-02 | abc1234 |\n');
  expect(table).toContain('| scale | many | 9 | 0 | 0 | 3 | 2026-01-02 | def5678 |\n');
  expect(table).toContain('- skipped in fuzz: a test: needs much');
  expect(table).not.toContain('another');
});
