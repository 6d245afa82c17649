/**
 * Where a revision comes from: who deployed it and from which commit. Annotations of the Service's template, so that the Revision
 * is born with them: written on it later they would reach its Deployment's template, as Knative hands them on, and every
 * instance would be replaced. A deploy that changes nothing else keeps the notes that are there, or it would make a revision
 * of every commit.
 */
import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { ObjectInput } from '../client.ts';
import { annotations } from '../resources.ts';

const run = promisify(execFile);
const gitMs = 3_000;
const longestSubject = 120;
const noteKeys: ReadonlySet<string> = new Set([
  annotations.commit,
  annotations.commitSubject,
  annotations.commitDirty,
  annotations.deployedBy,
]);

interface Template {
  metadata?: { annotations?: Record<string, string> };
}

export interface Provenance {
  /** Full hash. */
  commit?: string;
  subject?: string;
  /** Files of the application differ from that commit. */
  dirty?: boolean;
  by?: string;
}

/**
 * Never throws: without git, or outside a repository, there is just less to say. Who it was is the name that git knows: in a
 * development container the account is everybody's.
 */
export async function provenanceOf(dir: string): Promise<Provenance> {
  const git = async (...args: string[]) =>
    // A repository's own settings must not start programs here.
    (await run('git', ['-c', 'core.fsmonitor=false', ...args], { cwd: dir, timeout: gitMs, windowsHide: true })).stdout;
  const named = await git('config', 'user.name').catch(() => '');
  const by = named.trim() || userName();
  const who = by === undefined ? {} : { by };
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

/** The annotations that say it. Pure. */
export function provenanceNotes({ commit, subject, dirty, by }: Provenance): Record<string, string> {
  return {
    ...(commit === undefined ? {} : { [annotations.commit]: commit }),
    ...(subject ? { [annotations.commitSubject]: subject } : {}),
    ...(dirty ? { [annotations.commitDirty]: 'true' } : {}),
    ...(by === undefined ? {} : { [annotations.deployedBy]: by }),
  };
}

/**
 * The Service with these notes in its template, or with those of `existing` where nothing else of the template would change.
 * @param plan what the platform would make of an object (a dry run)
 */
export async function withProvenance<T extends ObjectInput>(
  service: T,
  existing: KubeObject | undefined,
  notes: Readonly<Record<string, string>>,
  plan: (service: T) => Promise<KubeObject>,
): Promise<T> {
  const before = templateOf(existing);
  if (before) {
    const kept = annotated(service, notesIn(before.metadata?.annotations));
    if (isDeepStrictEqual(templateOf(await plan(kept)), before)) return kept;
  }
  return annotated(service, notes);
}

function annotated<T extends ObjectInput>(service: T, notes: Readonly<Record<string, string>>): T {
  if (Object.keys(notes).length === 0) return service;
  const template = templateOf(service);
  const metadata = { ...template?.metadata, annotations: { ...template?.metadata?.annotations, ...notes } };
  return { ...service, spec: { ...(service.spec as object), template: { ...template, metadata } } };
}

function notesIn(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => noteKeys.has(key)));
}

function templateOf(service: { spec?: unknown } | undefined): Template | undefined {
  return (service?.spec as { template?: Template } | undefined)?.template;
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
