/**
 * `test/conformance/RESULTS.md`: what the long checks found, each in a section of its own between markers. Who measures
 * something owns the lines between its markers and nothing else, so that results of different days stand beside each other.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { say } from './progress.mjs';

const resultsFile = join(root, 'test', 'conformance', 'RESULTS.md');

const preface = `# Results

What the long checks found, each section written by the command that it names and by nothing else (\`scripts/lib/results.mjs\`).
Figures of time are those of the machine of that day; a count holds anywhere.
`;

/**
 * Puts `markdown` into the section `name`, in place of what stood there; a new section goes to the end.
 * @param {string} name of the section: lower case, digits and dashes, e.g. `api-fuzz`.
 * @param {string} markdown its first line is the heading (`## …`). The date and the commit are written below it.
 */
export function writeSection(name, markdown) {
  const text = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : preface;
  const next = withSection(text, name, markdown, measuredOn());
  // A reader, or a writer that comes now, finds the old file or the new one, never half of one.
  writeFileSync(`${resultsFile}.${process.pid}`, next);
  renameSync(`${resultsFile}.${process.pid}`, resultsFile);
  say(`wrote section ${name} of test/conformance/RESULTS.md`);
}

/** The text of the file with this section in it. Pure. */
export function withSection(text, name, markdown, stamp) {
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error(`section ${name}: only a-z, 0-9 and dashes`);
  const [heading, ...rest] = markdown.trim().split('\n');
  if (!heading.startsWith('## ')) throw new Error(`section ${name} must begin with its heading: ## …`);
  const [open, close] = [`<!-- section: ${name} -->`, `<!-- end: ${name} -->`];
  const section = `${open}\n${heading}\n\n${stamp}\n\n${rest.join('\n').trim()}\n${close}`;
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from < 0) return `${text.trimEnd()}\n\n${section}\n`;
  if (to < from) throw new Error(`RESULTS.md: section ${name} has no end marker`);
  return text.slice(0, from) + section + text.slice(to + close.length);
}

/** What stands in the section `name` now; empty when there is none. */
export function readSection(name) {
  const text = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '';
  return text.split(`<!-- section: ${name} -->`)[1]?.split(`<!-- end: ${name} -->`)[0] ?? '';
}

/** The commit that is measured: `abc1234`, with ` and uncommitted changes` when there are any (the results themselves aside). */
export function commit() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const changed = git('status', '--porcelain', '--', '.', ':!test/conformance/RESULTS.md').trim();
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? ' and uncommitted changes' : ''}`;
  } catch {
    return 'unknown (no git here)';
  }
}

/**
 * A row for each part that was ever run: of what ran here its newest run, of others the row that stands in `before`, the section
 * as another checkout has written it. Skipped tests are listed by part. Pure.
 */
export function longRunTable(parts, state, before = '') {
  const old = before.split('\n');
  const rows = Object.entries(parts).flatMap(([name, { about }]) => {
    if (!state[name]) return old.filter((line) => line.startsWith(`| ${name} |`));
    const { passed, failed, skipped, date, commit: at, minutes } = state[name];
    return [`| ${name} | ${about} | ${passed} | ${failed} | ${skipped.length} | ${minutes} | ${date} | ${at} |`];
  });
  const listed = Object.keys(parts).flatMap((name) => {
    const start = `- skipped in ${name}: `;
    if (!state[name]) return old.filter((line) => line.startsWith(start));
    return [...new Set(state[name].skipped.map((test) => `${start}${test.name}: ${test.why}`))];
  });
  return `## The long run

\`npm run test:full\`: each part with the date and the commit of its last run.

| part | what | passed | failed | skipped | minutes | date | commit |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

${listed.join('\n')}`;
}

function measuredOn() {
  return `Measured on ${new Date().toISOString().slice(0, 10)}, commit ${commit()}.`;
}
