/** The image of the tests that need an engine: this machine's own Node and shell, with the libraries they load. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';

export const testImage = 'dev.local/slipway-test-node:1';

/** Idempotent. */
export async function importTestImage(): Promise<void> {
  const docker = new Docker();
  try {
    await docker.getImage(testImage).inspect();
    return;
  } catch {
    // Made now.
  }
  const programs = ['/bin/sh', '/bin/cat', '/bin/sleep', '/bin/ls'];
  const libraries = [process.execPath, ...programs].flatMap(
    (program) => execFileSync('/usr/bin/ldd', [program], { encoding: 'utf8' }).match(/\/\S+(?= \()/g) ?? [],
  );
  const bin = mkdtempSync(join(tmpdir(), 'slipway-image-'));
  symlinkSync(process.execPath, join(bin, 'node'));
  const paths = [...new Set([...programs, ...libraries])].map((path) => path.slice(1));
  const names = ['--transform', `s,^${bin.slice(1)}/node$,usr/local/bin/node,`];
  const tar = spawn('tar', ['-chC', '/', ...names, ...paths, join(bin, 'node').slice(1)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [repo, tag] = testImage.split(':');
  const stream = await docker.importImage(tar.stdout as never, { repo, tag });
  stream.resume();
  await once(stream, 'end');
  rmSync(bin, { recursive: true });
}

/**
 * Puts the test image, with TEXT in its environment, into a registry, and takes it off the engine again.
 * @returns its digest.
 */
export async function pushTestImage(
  { repository, tag }: { repository: string; tag: string },
  login: { username: string; password: string },
  text: string,
): Promise<string> {
  const docker = new Docker();
  const container = await docker.createContainer({ Image: testImage, Cmd: ['true'] });
  await container.commit({ repo: repository, tag, changes: `ENV TEXT=${text}` } as never);
  await container.remove();
  const image = docker.getImage(`${repository}:${tag}`);
  const serveraddress = repository.split('/')[0] ?? '';
  const sent = await image.push({ authconfig: { ...login, serveraddress } });
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(sent, (error) => (error ? reject(error) : resolve())),
  );
  const { RepoDigests } = await image.inspect();
  await image.remove({ force: true });
  return RepoDigests.find((digest) => digest.startsWith(repository))?.split('@')[1] ?? '';
}
