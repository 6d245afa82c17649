/**
 * Completes package-lock.json. Where a registry mirror lacks the binaries of other systems, npm leaves them out of the lockfile,
 * and `npm ci` then refuses it everywhere ("Missing: …-darwin-arm64@ from lock file"). This adds the entries that npm on a
 * full registry writes, without the checksum that it could not see. Run after `npm install` of something with such binaries;
 * `--check` only says whether it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './lib/paths.mjs';
import { fail, ScriptError } from './lib/run.mjs';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** @returns the entries that the lockfile's own packages name as optional and that it does not have: path → entry. */
export function missingEntries(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(path === '' ? {} : (entry.optionalDependencies ?? {}))) {
      if (resolves(lock.packages, path, name) || !/^\d/.test(version)) continue;
      const words = name.split(/[-/]/);
      const os = words.filter((word) => systems.includes(word));
      const cpu = words.filter((word) => processors.includes(word));
      if (os.length === 0 && cpu.length === 0) continue;
      missing[`node_modules/${name}`] = {
        version,
        resolved: `https://registry.npmjs.org/${name}/-/${name.split('/').pop()}-${version}.tgz`,
        ...(cpu.length > 0 ? { cpu } : words.includes('eabi') || words.includes('gnueabihf') ? { cpu: ['arm'] } : {}),
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...(os.length > 0 ? { os } : {}),
      };
    }
  }
  return missing;
}

function resolves(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true;
    if (at === '' || !at.includes('/node_modules/')) return packages[`node_modules/${name}`] !== undefined;
  }
}

export function readLock() {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
}

function main() {
  const lock = readLock();
  const missing = missingEntries(lock);
  const names = Object.keys(missing);
  if (names.length === 0) return;
  if (process.argv.includes('--check')) {
    throw new ScriptError(
      `package-lock.json lacks ${names.length} optional packages (${names[0]}…): run node scripts/lockfile.mjs`,
    );
  }
  const packages = { ...lock.packages, ...missing };
  const paths = Object.keys(packages).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  lock.packages = Object.fromEntries(paths.map((path) => [path, packages[path]]));
  writeFileSync(join(root, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`added ${names.length} entries\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    fail(error);
  }
}
