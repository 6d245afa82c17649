/** An npm registry of one package, so that `npm install` can be seen to work without a network. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** @param dir an empty folder to pack it in. @returns its address, for an `.npmrc`. */
export async function openRegistry(dir: string, name: string): Promise<{ url: string; close(): void }> {
  const manifest = { name, version: '1.0.0', main: 'index.js' };
  mkdirSync(join(dir, 'package'), { recursive: true });
  writeFileSync(join(dir, 'package', 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(dir, 'package', 'index.js'), 'module.exports = {};\n');
  execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: dir });
  const packed = readFileSync(join(dir, 'package.tgz'));
  const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
  const server = createServer(({ url: path }, answer) => {
    if (path === `/${name}.tgz`) answer.end(packed);
    else if (path === `/${name}`) {
      const dist = { tarball: `${url}/${name}.tgz`, integrity };
      answer.setHeader('content-type', 'application/json');
      answer.end(
        JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': { ...manifest, dist } } }),
      );
    } else answer.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
