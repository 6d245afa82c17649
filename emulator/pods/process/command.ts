/** Finds the program of a container as its shell would, and says what to install where it is not there. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { CannotRun } from '../ports.ts';

/** Program → what brings it: apt package, Homebrew formula, or words. */
const sources: Record<string, { apt?: string; brew?: string; site?: string }> = {
  node: { site: 'Node.js (https://nodejs.org)', brew: 'node' },
  npm: { site: 'Node.js (https://nodejs.org), which brings npm', brew: 'node' },
  npx: { site: 'Node.js (https://nodejs.org), which brings npx', brew: 'node' },
  pnpm: { site: 'pnpm (corepack enable pnpm)' },
  yarn: { site: 'Yarn (corepack enable yarn)' },
  bun: { site: 'Bun (https://bun.sh)', brew: 'oven-sh/bun/bun' },
  deno: { site: 'Deno (https://deno.com)', brew: 'deno' },
  python: { apt: 'python-is-python3', brew: 'python' },
  python3: { apt: 'python3', brew: 'python' },
  pip: { apt: 'python3-pip', brew: 'python' },
  uvicorn: { site: 'uvicorn (pip install uvicorn) or start it with python3 -m uvicorn' },
  gunicorn: { site: 'gunicorn (pip install gunicorn) or start it with python3 -m gunicorn' },
  flask: { site: 'Flask (pip install flask) or start it with python3 -m flask' },
  uv: { site: 'uv (https://docs.astral.sh/uv)', brew: 'uv' },
  go: { apt: 'golang-go', brew: 'go' },
  java: { apt: 'default-jre', brew: 'openjdk' },
  mvn: { apt: 'maven', brew: 'maven' },
  gradle: { apt: 'gradle', brew: 'gradle' },
  ruby: { apt: 'ruby', brew: 'ruby' },
  bundle: { apt: 'bundler', brew: 'ruby' },
  php: { apt: 'php-cli', brew: 'php' },
  perl: { apt: 'perl', brew: 'perl' },
  dotnet: { site: 'the .NET SDK (https://dot.net)', brew: 'dotnet' },
  cargo: { site: 'Rust (https://rustup.rs)', brew: 'rust' },
  bash: { apt: 'bash', brew: 'bash' },
};

/**
 * Absolute path of `program`. With a slash in it it is taken from `cwd`, else looked up in `path`.
 * @throws CannotRun.
 */
export function findProgram(
  program: string,
  cwd: string,
  env: Record<string, string>,
  platform: NodeJS.Platform = process.platform,
): string {
  const extensions = platform === 'win32' ? ['', ...(env['PATHEXT'] ?? '.EXE;.CMD;.BAT').split(';')] : [''];
  const path = env['PATH'] ?? env['Path'] ?? '';
  const named = program.includes('/') || (platform === 'win32' && program.includes('\\'));
  const folders = named ? [''] : path.split(delimiter).filter((folder) => folder !== '');
  let notExecutable: string | undefined;
  for (const folder of folders) {
    for (const extension of extensions) {
      const file =
        (named ? resolve(cwd, program) : join(isAbsolute(folder) ? folder : resolve(cwd, folder), program)) + extension;
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
      if (isExecutable(file, platform)) return file;
      notExecutable ??= file;
    }
  }
  if (notExecutable) {
    throw new CannotRun(126, `exec: "${program}": permission denied: the file is not executable`);
  }
  if (named) throw new CannotRun(127, `exec: "${program}": no such file in the image`);
  const inImage = statSync(join(cwd, program), { throwIfNoEntry: false })?.isFile();
  const advice = inImage
    ? `the image has a file of this name: start it as "./${program}"`
    : installAdvice(program, platform);
  throw new CannotRun(127, `exec: "${program}": executable file not found in $PATH: ${advice}`);
}

export function installAdvice(program: string, platform: NodeJS.Platform = process.platform): string {
  const source = sources[program];
  if (!source) return `install ${program}, or put it into the application`;
  if (platform === 'darwin' && source.brew) return `install it with: brew install ${source.brew}`;
  if (platform === 'linux' && source.apt) return `install it with: apt-get install ${source.apt}`;
  return `install ${source.site ?? program}`;
}

function isExecutable(file: string, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return true;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
