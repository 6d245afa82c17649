/** Builds the .vsix: bundles only, no node_modules, at most 2 MB. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './lib/deps.mjs';
import { dist, root } from './lib/paths.mjs';
import { say } from './lib/progress.mjs';
import { fail, runNode, ScriptError } from './lib/run.mjs';

export const largest = 2 * 1024 * 1024;

/** @returns path of the package. */
export async function makePackage() {
  const { name, version, repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await runNode([join(root, 'scripts', 'build.mjs'), '--production'], {
    quiet: true,
    pulse: 'building for the package',
  });
  mkdirSync(dist, { recursive: true });
  const file = join(root, `${name}-${version}.vsix`);
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  // The editor shows pictures and links of a README only from a web address, which vsce takes from the repository.
  const readme = repository ? [] : ['--readme-path', join('dist', 'README.md'), '--no-rewrite-relative-links'];
  if (!repository) {
    writeFileSync(join(dist, 'README.md'), withoutRelative(readFileSync(join(root, 'README.md'), 'utf8')));
  }
  await runNode(
    [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', ...readme, '--out', file],
    {
      quiet: true,
      pulse: 'vsce package',
    },
  );
  const { output } = await runNode([vsce, 'ls', '--no-dependencies'], { quiet: true });
  const files = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const stray = files.filter((path) => /(^|\/)node_modules\/|^(src|test|emulator|scripts|webview)\/|\.map$/.test(path));
  if (stray.length > 0) throw new ScriptError(`the package holds what it should not: ${stray.slice(0, 5).join(', ')}`);
  const size = statSync(file).size;
  if (size > largest) throw new ScriptError(`the package has ${size} bytes, more than ${largest}`);
  say(`${name}-${version}.vsix: ${Math.round(size / 1024)} kB, ${files.length} files`);
  return file;
}

/** A README without what it takes from its folder: pictures are left out, links keep their words. Pure. */
export function withoutRelative(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?/gm, '')
    .replace(/(?<!!)\[([^\]]*)\]\((?![a-z]+:|#)[^)]*\)/g, '$1');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies()
    .then(makePackage)
    .then((file) => {
      if (!existsSync(file)) throw new ScriptError(`${file} was not written`);
      process.stdout.write(`${file}\n`);
    })
    .catch(fail);
}
