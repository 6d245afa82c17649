/**
 * Programs that npm cannot give: looked for on PATH; where we may (Debian and its kin, as root or with sudo that asks no
 * password) installed, saying so; elsewhere named, with how to get them.
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isWindows } from './paths.mjs';
import { say } from './progress.mjs';
import { run, ScriptError } from './run.mjs';

/** First executable of these names on PATH (or at these absolute paths). */
export function which(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    const candidates = name.includes('/')
      ? [name]
      : folders.map((folder) => join(folder, isWindows ? `${name}.exe` : name));
    for (const candidate of candidates) {
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/**
 * What may be needed: how to see that it is there, Debian's packages for it, and what to tell people elsewhere.
 * `native` is what npm packages with C++ in them are built with (the editor of the end-to-end tests has four).
 */
export const needs = {
  chromium: {
    find: () =>
      which(
        // Without the windows of a browser around the page, which cost the suites a tenth of their time.
        'chromium-headless-shell',
        'chromium',
        'chromium-browser',
        'google-chrome',
        'google-chrome-stable',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ),
    packages: ['chromium-headless-shell'],
    elsewhere: 'a Chromium or Chrome on PATH',
  },
  native: {
    find: () =>
      which('g++', 'clang++') &&
      which('make') &&
      which('python3') &&
      which('pkg-config', 'pkgconf') &&
      hasKerberosHeaders()
        ? 'there'
        : undefined,
    packages: ['g++', 'make', 'python3', 'pkg-config', 'libkrb5-dev'],
    elsewhere: 'a C++ compiler, make, python3, pkg-config and the headers of Kerberos (libkrb5-dev, krb5-devel)',
  },
  haproxy: { find: () => which('haproxy', '/usr/sbin/haproxy'), packages: ['haproxy'], elsewhere: 'haproxy' },
  wrk: { find: () => which('wrk'), packages: ['wrk'], elsewhere: 'wrk' },
  git: { find: () => which('git'), packages: ['git'], elsewhere: 'git' },
};

function hasKerberosHeaders() {
  const folders = [
    '/usr/include',
    '/usr/local/include',
    '/opt/homebrew/opt/krb5/include',
    '/Library/Developer/CommandLineTools/SDKs',
  ];
  return folders.some(
    (folder) =>
      existsSync(join(folder, 'gssapi')) ||
      existsSync(join(folder, 'gssapi.h')) ||
      (folder.endsWith('SDKs') && existsSync(folder)),
  );
}

/**
 * Makes sure of these needs.
 * @returns names that are still missing, each with a sentence for the user: `{name, fix}`.
 */
export async function ensureSystem(names) {
  const missing = names.filter((name) => !needs[name].find());
  if (missing.length === 0) return [];
  const packages = missing.flatMap((name) => needs[name].packages);
  const privilege = await installer();
  if (!privilege) {
    const apt = `sudo apt-get install ${packages.join(' ')}`;
    return missing.map((name) => ({ name, fix: `${needs[name].elsewhere} (Debian and Ubuntu: ${apt})` }));
  }
  say(
    `missing on this machine: ${missing.join(', ')}; installing with ${[...privilege, 'apt-get'].join(' ')}: ${packages.join(' ')}`,
  );
  const apt = (args, doing) =>
    run(privilege[0] ?? 'apt-get', [...(privilege.length > 0 ? [...privilege.slice(1), 'apt-get'] : []), ...args], {
      pulse: doing,
      quiet: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  if (!haveIndex()) await apt(['update', '-q'], 'apt-get update');
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  try {
    await apt(install, `apt-get install ${packages.join(' ')}`);
  } catch {
    // An index of last month names files that are gone from the mirror: once more with a new one.
    await apt(['update', '-q'], 'apt-get update');
    await apt(install, `apt-get install ${packages.join(' ')}`);
  }
  const still = missing.filter((name) => !needs[name].find());
  if (still.length > 0)
    throw new ScriptError(`installed ${packages.join(' ')}, but still missing: ${still.join(', ')}`);
  return [];
}

/** How to run apt-get: [] as root, ['sudo', '-n'], or undefined where we cannot. */
async function installer() {
  if (process.platform !== 'linux' || !which('apt-get')) return undefined;
  if (process.getuid?.() === 0) return [];
  if (!which('sudo')) return undefined;
  const { code } = await run('sudo', ['-n', 'true'], { quiet: true, check: false });
  return code === 0 ? ['sudo', '-n'] : undefined;
}

function haveIndex() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return false;
  }
}

/** `{version: [1, 32]}` of the kubectl on PATH, or undefined. */
export async function kubectlVersion() {
  if (!which('kubectl')) return undefined;
  const { code, output } = await run('kubectl', ['version', '--client', '-o', 'json'], { quiet: true, check: false });
  if (code !== 0) return undefined;
  const text = /"gitVersion": "v(\d+)\.(\d+)/.exec(output);
  return text ? [Number(text[1]), Number(text[2])] : undefined;
}

/**
 * kubectl for the tests that use it: the machine's own when it is 1.30 or newer, else Debian's when that is. There is no
 * registry package of a recent one whose origin could be trusted, so elsewhere those tests are skipped and counted.
 */
export async function ensureKubectl() {
  const good = (version) => version !== undefined && (version[0] > 1 || version[1] >= 30);
  if (good(await kubectlVersion())) return true;
  const privilege = await installer();
  if (!privilege || which('kubectl')) return false;
  if (!haveIndex())
    await run(
      privilege[0] ?? 'apt-get',
      [...privilege.slice(1), ...(privilege.length ? ['apt-get'] : []), 'update', '-q'],
      { quiet: true, check: false, pulse: 'apt-get update' },
    );
  const { output } = await run('apt-cache', ['policy', 'kubernetes-client'], { quiet: true, check: false });
  const candidate = /Candidate: .*?(\d+)\.(\d+)\.\d+[^\s]*$/m.exec(output);
  const really = /really(\d+)\.(\d+)/.exec(output) ?? candidate;
  if (!really || !good([Number(really[1]), Number(really[2])])) return false;
  await run(
    privilege[0] ?? 'apt-get',
    [
      ...privilege.slice(1),
      ...(privilege.length ? ['apt-get'] : []),
      'install',
      '-y',
      '-q',
      '--no-install-recommends',
      'kubernetes-client',
    ],
    {
      quiet: true,
      check: false,
      pulse: 'apt-get install kubernetes-client',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    },
  );
  return good(await kubectlVersion());
}
