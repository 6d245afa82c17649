/** A container engine and the images that the corpus runs in it. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './progress.mjs';
import { run } from './run.mjs';
import { which } from './system.mjs';

/** Why no container can be run or built here, or undefined. */
export async function lacksEngine() {
  if (!which('docker')) return 'needs a Docker Engine, with its client `docker`';
  const { code } = await run('docker', ['info'], { check: false, quiet: true });
  return code === 0 ? undefined : 'needs a Docker Engine that answers (`docker info`)';
}

/**
 * Builds the program of a folder with Go, alone in an image.
 * @returns why it cannot be, or undefined.
 */
export async function buildGoImage(image, folder) {
  if (!which('go')) return 'needs Go on PATH: https://go.dev/dl';
  const work = mkdtempSync(join(tmpdir(), 'slipway-go-image-'));
  try {
    say(`building ${image} with Go`);
    cpSync(folder, join(work, 'source'), { recursive: true });
    const { stdout } = await run('docker', ['info', '--format', '{{.Architecture}}'], { quiet: true });
    const arch = { x86_64: 'amd64', aarch64: 'arm64' }[stdout.trim()] ?? stdout.trim();
    await goBuild(join(work, 'source'), join(work, 'image', 'app'), { GOOS: 'linux', GOARCH: arch });
    writeFileSync(join(work, 'image', 'Dockerfile'), 'FROM scratch\nCOPY app /app\nENTRYPOINT ["/app"]\n');
    await run('docker', ['build', '--quiet', '--tag', image, join(work, 'image')], {
      quiet: true,
      pulse: 'docker build',
    });
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The program of a folder for this machine, alone in a new folder as `app`; undefined without Go. */
export async function buildGoProgram(folder) {
  if (!which('go')) return undefined;
  const work = mkdtempSync(join(tmpdir(), 'slipway-go-'));
  await goBuild(folder, join(work, 'app'));
  return work;
}

async function goBuild(folder, program, target = {}) {
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', program, '.'], {
    cwd: folder,
    env: { CGO_ENABLED: '0', ...target },
    quiet: true,
    pulse: 'go build',
  });
}
