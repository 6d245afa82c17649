/** Checks on each file by itself: its length, and that no machine's paths are in it. */
import { sourceFiles, textOf } from './sources.mjs';

const longest = 500;
const exempt =
  /^(package(-lock)?\.json|test\/.*\.json|LICENSE|media\/(schemas|templates)\/|.*\.(svg|png|jpg|snap|jsonl)$)/;

/** A longer file says in its head why: "Longer than 500 lines because …". */
export async function checkFileLengths() {
  const problems = [];
  for (const path of await sourceFiles()) {
    if (exempt.test(path)) continue;
    const text = textOf(path);
    const lines = text.split('\n').length - 1;
    if (lines > longest && !/longer than 500 lines/i.test(text.slice(0, 2_000)))
      problems.push(`${path}: ${lines} lines`);
  }
  return problems;
}

/** Absolute paths of somebody's machine have no place in a repository. */
export async function checkLocalPaths() {
  const problems = [];
  for (const path of await sourceFiles()) {
    if (exempt.test(path)) continue;
    textOf(path)
      .split('\n')
      .forEach((line, index) => {
        if (/(^|[\s'"`(=])\/(root|work|home\/[a-z]{2,})\/[\w.]/.test(line))
          problems.push(`${path}:${index + 1}: ${line.trim().slice(0, 120)}`);
      });
  }
  return problems;
}
