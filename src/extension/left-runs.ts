/**
 * Runs whose end the platform has not seen: it was away when they were stopped, or the window died with them. They are taken away once
 * the platform is there.
 *
 * Each window notes each of its runs in a file of its own. Not in the editor's memory of the workspace: two windows of one folder each
 * have their own copy of that, and the one that writes last takes the other's notes with it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../emulator/kernel/json.ts';
import { isSameProcess, processStart } from '../../emulator/platform/alive.ts';
import type { PlatformClient } from '../core/client.ts';
import { isAway } from '../core/faults.ts';
import type { RunRemains } from '../core/run/remains.ts';
import { logError } from './log-error.ts';
import type { Platforms } from './platform/platforms.ts';
import type { PlatformEntry } from './platform/snapshot.ts';

interface Note {
  /** Of the platform that it runs on: names of entries are a workspace's own. */
  kubeconfig: string;
  context?: string | undefined;
  /** Process of the window that runs it. */
  owner: number;
  /** When that began, where the system tells: its pid may be another's by now. */
  ownerStart: string;
  /** It is being stopped: nobody is to count on it. */
  ending?: boolean;
  remains: RunRemains;
}

interface Kept extends Note {
  file: string;
}

export interface LeftRuns extends Disposable {
  /** Resolves when nothing is being removed: a new run is applied over the objects of an old one, and would go with them. */
  cleared(): Promise<void>;
  /** From the start of a run on this entry; the result is called when everything of it is gone. */
  keep(remains: RunRemains, platform: Pick<PlatformEntry, 'target'>): () => void;
  /** It was stopped and is there still. */
  leave(remains: RunRemains): void;
  /**
   * It is being stopped, which others know from here on: of two windows that stop the same at once, one at least takes it away. Returns
   * the uids of what another window that lives runs, too: what one of them takes away, the other loses.
   */
  end(remains: RunRemains): ReadonlySet<string>;
}

/** What other windows left is looked for no more often than this while the platform changes, ms. */
const lookMs = 5_000;

/** @param dir of the notes, one for all windows of this user, so that one which died is tidied up after by any other */
export function leftRuns(
  dir: string,
  platforms: Pick<Platforms, 'snapshot' | 'client' | 'onChange'>,
  log: { info(text: string): void; error(error: string | Error): void },
): LeftRuns {
  const files = new Map<RunRemains, string>();
  /** Files of what this window runs now. */
  const running = new Set<string>();
  const removing = new Map<string, Promise<void>>();
  /** Of the platform that was there at the last change; undefined where it was not. */
  let seen: PlatformClient | undefined;
  let looked = Number.NEGATIVE_INFINITY;

  const failed = logError(log);
  /** A note that cannot be written costs no run. */
  const quietly = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      failed(error);
    }
  };
  /** Whole or not at all, also for who reads it now. */
  const write = (file: string, note: Note): void =>
    quietly(() => {
      mkdirSync(dir, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(note));
      renameSync(`${file}.new`, file);
    });
  const forget = (file: string): void => {
    running.delete(file);
    quietly(() => rmSync(file, { force: true }));
  };

  async function remove(client: PlatformClient, { remains, file }: Kept): Promise<void> {
    try {
      const { removeRemains } = await import('../core/run/remains.ts');
      await removeRemains(client, remains);
      log.info(`removed what was left of ${remains.namespace}/${remains.service}`);
      forget(file);
    } catch (error) {
      if (!isAway(error)) {
        failed(error);
        forget(file);
      }
    } finally {
      removing.delete(file);
    }
  }

  function look(): void {
    const { client, snapshot } = platforms;
    if (!client || snapshot.state !== 'ready') return;
    looked = performance.now();
    const notes = readNotes(dir);
    const isLeft = ({ owner, ownerStart: start, file }: Kept): boolean =>
      owner === process.pid ? !running.has(file) : !isSameProcess(owner, start);
    // Two windows that run the same have the same objects: those of the living one.
    const living = new Set(notes.filter((note) => !isLeft(note)).flatMap(({ remains }) => uidsOf(remains)));
    const { kubeconfig, context } = snapshot.entry.target;
    for (const note of notes) {
      if (note.kubeconfig !== kubeconfig || note.context !== context) continue;
      if (removing.has(note.file) || !isLeft(note)) continue;
      if (!uidsOf(note.remains).some((uid) => living.has(uid))) removing.set(note.file, remove(client, note));
    }
  }
  function shared(remains: RunRemains): ReadonlySet<string> {
    const uids = new Set(uidsOf(remains));
    const others = readNotes(dir).filter(
      ({ owner, ownerStart, ending }) => owner !== process.pid && !ending && isSameProcess(owner, ownerStart),
    );
    return new Set(others.flatMap((note) => uidsOf(note.remains)).filter((uid) => uids.has(uid)));
  }

  const listening = platforms.onChange(() => {
    const before = seen;
    seen = platforms.snapshot.state === 'ready' ? platforms.client : undefined;
    if (seen && (seen !== before || performance.now() - looked >= lookMs)) look();
  });

  return {
    async cleared() {
      look();
      await Promise.all(removing.values());
    },
    keep(remains, { target: { kubeconfig, context } }) {
      const file = join(dir, `${crypto.randomUUID()}.json`);
      files.set(remains, file);
      running.add(file);
      const ownerStart = processStart(process.pid);
      write(file, { kubeconfig, context, owner: process.pid, ownerStart, remains });
      return () => {
        files.delete(remains);
        forget(file);
      };
    },
    leave(remains) {
      running.delete(files.get(remains) ?? '');
      files.delete(remains);
      look();
    },
    end(remains) {
      const file = files.get(remains);
      const note = file === undefined ? undefined : readNote(file);
      if (file !== undefined && note) write(file, { ...note, ending: true });
      return shared(remains);
    },
    [Symbol.dispose]: () => listening.dispose(),
  };
}

const uidsOf = ({ objects }: RunRemains): string[] => objects.map(({ uid }) => uid);

function readNotes(dir: string): Kept[] {
  return filesOf(dir).flatMap((file) => {
    const note = readNote(file);
    return note ? [{ ...note, file }] : [];
  });
}

/** Undefined also where another window has just removed it. What is none, and will be none, goes. */
function readNote(file: string): Note | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const note: unknown = JSON.parse(text);
    if (isNote(note)) return note;
  } catch {}
  rmSync(file, { force: true });
  return undefined;
}

function filesOf(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(dir, name));
  } catch {
    // None was ever noted.
    return [];
  }
}

function isNote(value: unknown): value is Note {
  if (!isObject(value) || !isObject(value['remains'])) return false;
  const { kubeconfig, owner, ownerStart } = value;
  const { objects } = value['remains'];
  return (
    typeof kubeconfig === 'string' &&
    typeof owner === 'number' &&
    typeof ownerStart === 'string' &&
    Array.isArray(objects) &&
    objects.every((object) => isObject(object) && typeof object['uid'] === 'string')
  );
}
