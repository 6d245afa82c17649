/**
 * Where a revision comes from: who deployed it and from which commit. Written on the Revision, not into the Service's template:
 * there it would make a new revision of every commit, even where nothing that is deployed had changed.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import type { PlatformClient } from '../client.ts';
import { annotations, kinds } from '../resources.ts';

const run = promisify(execFile);
const gitMs = 3_000;
const longestSubject = 120;

export interface Provenance {
  /** Full hash. */
  commit?: string;
  subject?: string;
  /** Files of the application differ from that commit. */
  dirty?: boolean;
  by?: string;
}

/** Never throws: without git, or outside a repository, there is just less to say. */
export async function provenanceOf(dir: string): Promise<Provenance> {
  const by = userName();
  const who = by === undefined ? {} : { by };
  const git = async (...args: string[]) =>
    // A repository's own settings must not start programs here.
    (await run('git', ['-c', 'core.fsmonitor=false', ...args], { cwd: dir, timeout: gitMs, windowsHide: true })).stdout;
  try {
    const [log, changed] = await Promise.all([
      git('log', '-1', '--format=%H%n%s'),
      git('status', '--porcelain', '--untracked-files=normal', '--', '.'),
    ]);
    const [commit = '', subject = ''] = log.split('\n');
    if (!/^[0-9a-f]{40,64}$/.test(commit)) return who;
    return { commit, subject: subject.slice(0, longestSubject), dirty: changed.trim() !== '', ...who };
  } catch {
    return who;
  }
}

/** Best effort: a deploy is none the worse for a platform that does not let revisions be annotated. */
export async function noteProvenance(
  client: PlatformClient,
  namespace: string,
  revision: string,
  { commit, subject, dirty, by }: Provenance,
): Promise<void> {
  const notes: Record<string, string> = {
    ...(commit === undefined ? {} : { [annotations.commit]: commit }),
    ...(subject ? { [annotations.commitSubject]: subject } : {}),
    ...(dirty ? { [annotations.commitDirty]: 'true' } : {}),
    ...(by === undefined ? {} : { [annotations.deployedBy]: by }),
  };
  if (Object.keys(notes).length === 0) return;
  const patch = { type: 'merge' as const, body: { metadata: { annotations: notes } } };
  await client
    .patch(kinds.revision, namespace, revision, patch, { fieldManager: 'slipway', timeoutMs: gitMs })
    .catch(() => undefined);
}

/** What a revision says of itself. Pure. */
export function provenanceIn(values: Readonly<Record<string, string>> = {}): Provenance {
  const commit = values[annotations.commit];
  const subject = values[annotations.commitSubject];
  const by = values[annotations.deployedBy] ?? values['serving.knative.dev/creator'];
  return {
    ...(commit === undefined ? {} : { commit }),
    ...(subject === undefined ? {} : { subject }),
    ...(values[annotations.commitDirty] === 'true' ? { dirty: true } : {}),
    ...(by === undefined ? {} : { by }),
  };
}

function userName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    // A user without an entry in the system's list, as in some containers.
    return undefined;
  }
}
