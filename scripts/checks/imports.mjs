/**
 * The direction of dependencies (ARCHITECTURE.md). First rule that matches a file's folder decides what it may import from
 * the project; `packages` names what it must not take from npm.
 */
import { posix } from 'node:path';
import { sourceFiles, textOf } from './sources.mjs';

const rules = [
  { in: 'emulator/kernel/', may: ['emulator/kernel/'] },
  { in: 'emulator/kind/', may: ['emulator/kernel/', 'emulator/kind/', 'emulator/platform/'] },
  // Wiring: embedded.ts and main.ts put the parts together, and nothing below may import them.
  { in: 'emulator/embedded.ts', may: ['emulator/'] },
  { in: 'emulator/main.ts', may: ['emulator/'] },
  {
    in: 'emulator/',
    may: ['emulator/'],
    not: ['emulator/embedded.ts', 'emulator/main.ts', 'emulator/kind/'],
  },
  { in: 'src/core/', may: ['src/core/', 'emulator/'], not: ['emulator/embedded.ts'] },
  { in: 'src/cli/', may: ['src/cli/', 'src/core/', 'emulator/'] },
  { in: 'src/extension/', may: ['src/extension/', 'src/core/', 'emulator/', 'webview/protocol', 'webview/check'] },
  { in: 'webview/', may: ['webview/'], pure: ['src/core/', 'emulator/kernel/'] },
  { in: 'test/', may: ['test/', 'src/', 'emulator/', 'webview/', 'scripts/', 'media/'] },
];

const vscodeAllowed = (path) => path.startsWith('src/extension/');

/** A leaf module that says "Pure leaf" in its head may be imported by a webview; what it imports must be as pure. */
const isPure = (path) => path.startsWith('webview/') || /\bPure leaf\b/.test(textOf(path).slice(0, 1_500));

export async function checkImports() {
  const problems = [];
  const reached = new Set();
  for (const path of await sourceFiles()) {
    if (!/\.(ts|tsx|mts)$/.test(path)) continue;
    const rule = rules.find((candidate) => path.startsWith(candidate.in));
    if (!rule) continue;
    for (const { specifier, typeOnly } of importsOf(textOf(path))) {
      if (specifier === 'vscode' && !vscodeAllowed(path) && !path.startsWith('test/'))
        problems.push(`${path}: imports vscode`);
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier);
      const starts = (prefix) => target.startsWith(prefix);
      const pure = (rule.pure ?? []).some(starts);
      if (pure && !typeOnly) problems.push(...impurities(path, target, reached));
      else if (!pure && (!rule.may.some(starts) || (rule.not ?? []).some(starts)))
        problems.push(`${path}: may not import ${target}`);
    }
  }
  return problems;
}

/** What stands against taking this module into a webview: it, and what it takes in itself, must be pure. */
function impurities(from, target, reached) {
  if (reached.has(target)) return [];
  reached.add(target);
  if (!isPure(target)) return [`${from}: may not import ${target}, which is not marked "Pure leaf"`];
  return importsOf(textOf(target)).flatMap(({ specifier, typeOnly }) => {
    if (typeOnly) return [];
    if (specifier.startsWith('node:')) return [`${target}: is marked "Pure leaf" and imports ${specifier}`];
    return specifier.startsWith('.') ? impurities(target, posix.join(posix.dirname(target), specifier), reached) : [];
  });
}

/** Static and dynamic imports and re-exports. Text that looks like one in a string would be taken for one. */
function importsOf(text) {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b(\s+type\b)?[^'";]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[4],
    typeOnly: match[1] !== undefined,
  }));
}
