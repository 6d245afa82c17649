import { expect, test } from 'vitest';

type Results = { withSection(text: string, name: string, markdown: string, stamp: string): string };
const script = new URL('../../scripts/lib/results.mjs', import.meta.url).href;
const { withSection } = (await import(script)) as Results;

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
