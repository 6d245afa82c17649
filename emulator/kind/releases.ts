/**
 * What a kind platform is made of: pinned versions, where their release files are, and how those are verified. Versions move
 * together: a kind release fixes which node images work with it, a Knative minor release goes with one of Kourier.
 */
import { createHash } from 'node:crypto';

export const kindVersion = 'v0.33.0';
/** Kubernetes 1.36, by digest: kind supports an image only with the release that built it. */
export const nodeImage = 'kindest/node:v1.36.4@sha256:099e049362a1526b2db71494e1947aae99bd16290d7c895f2b7ea312e3cbfaed';

export const knativeVersions = { serving: '1.22.1', 'net-kourier': '1.22.0', eventing: '1.22.2' } as const;
export type KnativeRepository = keyof typeof knativeVersions;

/** One file of a release and the file that holds its checksum. */
export interface ReleaseFile {
  name: string;
  url: string;
  checksums: string;
}

export function knativeFile(repository: KnativeRepository, name: string): ReleaseFile {
  const owner = repository === 'net-kourier' ? 'knative-extensions' : 'knative';
  const folder = `https://github.com/${owner}/${repository}/releases/download/knative-v${knativeVersions[repository]}`;
  return { name, url: `${folder}/${name}`, checksums: `${folder}/checksums.txt` };
}

/** @throws RangeError for a system that kind has no binary for. */
export function kindBinary(platform: NodeJS.Platform, arch: string): ReleaseFile {
  const system = ({ linux: 'linux', darwin: 'darwin', win32: 'windows' } as Record<string, string>)[platform];
  const processor = ({ x64: 'amd64', arm64: 'arm64' } as Record<string, string>)[arch];
  if (!system || !processor) throw new RangeError(`kind has no binary for ${platform} on ${arch}`);
  const name = `kind-${system}-${processor}`;
  const url = `https://github.com/kubernetes-sigs/kind/releases/download/${kindVersion}/${name}`;
  return { name, url, checksums: `${url}.sha256sum` };
}

/** The SHA-256 that a file in the form of `sha256sum` gives for this name (hex, lower case), or undefined. */
export function checksumIn(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^([0-9a-fA-F]{64})\s+\*?(?:.*\/)?([^/\s]+)\s*$/.exec(line);
    if (match?.[2] === name) return match[1]?.toLowerCase();
  }
  return undefined;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
