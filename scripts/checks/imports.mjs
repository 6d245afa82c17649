/**
 * The direction of dependencies (ARCHITECTURE.md). First rule that matches a file's folder decides what it may import from
 * the project; `packages` names what it must not take from npm.
 */
import { posix } from 'node:path';
import { sourceFiles, textOf } from './sources.mjs';

const rules = [
  { in: 'emulator/kernel/', may: ['emulator/kernel/'] },
  { in: 'emulator/kind/', may: ['emulator/kernel/', 'emulator/kind/', 'emulator/platform/'] },
  { in: 'emulator/platform/', may: ['emulator/kernel/', 'emulator/platform/'] },
  // Wiring: embedded.ts and main.ts put the parts together, and nothing below may import them.
  { in: 'emulator/embedded.ts', may: ['emulator/'] },
  { in: 'emulator/main.ts', may: ['emulator/'] },
  { in: 'emulator/wiring/', may: ['emulator/'] },
  {
    in: 'emulator/',
    may: ['emulator/'],
    not: ['emulator/embedded.ts', 'emulator/main.ts', 'emulator/wiring/', 'emulator/kind/'],
  },
  { in: 'src/core/', may: ['src/core/', 'emulator/'], not: ['emulator/embedded.ts'] },
  { in: 'src/cli/', may: ['src/cli/', 'src/core/', 'emulator/'] },
  { in: 'src/extension/', may: ['src/extension/', 'src/core/', 'emulator/', 'webview/protocol'] },
  { in: 'webview/', may: ['webview/'], pure: ['src/core/', 'emulator/kernel/'] },
  { in: 'test/', may: ['test/', 'src/', 'emulator/', 'webview/', 'scripts/'] },
];

const vscodeAllowed = (path) => path.startsWith('src/extension/');

/** A leaf module that says in its head that it is pure may be imported by a webview; what it imports must be as pure. */
const isPure = (path) => /@pure\b|\bPure leaf\b/.test(textOf(path).slice(0, 1_500));

export async function checkImports() {
  const problems = [];
  for (const path of await sourceFiles()) {
    if (!/\.(ts|tsx|mts)$/.test(path)) continue;
    const rule = rules.find((candidate) => path.startsWith(candidate.in));
    if (!rule) continue;
    for (const specifier of importsOf(textOf(path))) {
      if (specifier === 'vscode' && !vscodeAllowed(path) && !path.startsWith('test/'))
        problems.push(`${path}: imports vscode`);
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier);
      const allowed =
        rule.may.some((prefix) => target.startsWith(prefix)) &&
        !(rule.not ?? []).some((prefix) => target.startsWith(prefix));
      const pure = (rule.pure ?? []).some((prefix) => target.startsWith(prefix)) && isPure(target);
      if (!allowed && !pure) problems.push(`${path}: may not import ${target}`);
      if (isPure(path) && !isPure(target))
        problems.push(`${path}: is marked @pure and imports ${target}, which is not`);
    }
    if (isPure(path)) {
      for (const specifier of importsOf(textOf(path))) {
        if (specifier.startsWith('node:')) problems.push(`${path}: is marked @pure and imports ${specifier}`);
      }
    }
  }
  return problems;
}

/** Specifiers of static and dynamic imports and re-exports. Text that looks like one in a string would be taken for one. */
function importsOf(text) {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3]);
}
