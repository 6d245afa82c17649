/** What an image is: its identity, and how it is named. Pure. */
import { createHash } from 'node:crypto';
import type { ImageConfig, ImageFile, ImagePlan } from '../capabilities/protocol.ts';

export interface Manifest {
  config: ImageConfig;
  files: ImageFile[];
  inPlace?: string;
}

/** Sorted and reduced to what counts, so that the same content always has the same bytes. */
export function manifestOf(plan: Pick<ImagePlan, 'config' | 'files' | 'inPlace'>): Manifest {
  const env = Object.fromEntries(Object.entries(plan.config.env).sort(([a], [b]) => compare(a, b)));
  const files = plan.files
    .map((file) =>
      file.link === undefined
        ? { path: file.path, size: file.size, sha256: file.sha256, executable: file.executable === true }
        : { path: file.path, size: 0, sha256: sha256Hex(file.link), executable: false, link: file.link },
    )
    .sort((a, b) => compare(a.path, b.path));
  return {
    config: { cmd: plan.config.cmd, env },
    files,
    ...(plan.inPlace === undefined ? {} : { inPlace: plan.inPlace }),
  };
}

/** `sha256:…` over the canonical manifest. */
export function digestOf(manifest: Manifest): string {
  return `sha256:${sha256Hex(JSON.stringify({ schema: 1, ...manifest }))}`;
}

export interface Reference {
  repository: string;
  tag: string | undefined;
  digest: string | undefined;
}

/** Parts with slashes between them, the first of which may be a registry with its port. */
const repositoryPattern = /^[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+(?=\/))?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** `repo[:tag][@sha256:…]`; a colon before the last slash belongs to a registry's port. */
export function parseReference(reference: string): Reference | undefined {
  const at = reference.indexOf('@');
  const digest = at < 0 ? undefined : reference.slice(at + 1);
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = canonicalRepository(colon < 0 ? named : named.slice(0, colon));
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  if (tag !== undefined && !/^[\w][\w.-]{0,127}$/.test(tag)) return undefined;
  if (repository.length > 255 || !repositoryPattern.test(repository)) return undefined;
  return { repository, tag, digest };
}

/** Docker Hub's long names and the short one are the same repository. */
function canonicalRepository(repository: string): string {
  return repository.replace(/^(index\.)?docker\.io\/(library\/)?/, '');
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
