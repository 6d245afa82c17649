/**
 * Runs whose end the platform has not seen: it was away when they were stopped, or the window died with them. They are taken away once
 * the platform is there.
 */
import type * as vscode from 'vscode';
import { isSameProcess, processStart } from '../../emulator/platform/alive.ts';
import type { PlatformClient } from '../core/client.ts';
import { isAway } from '../core/faults.ts';
import type { RunRemains } from '../core/run/remains.ts';
import type { Platforms } from './platform/platforms.ts';

const storeKey = 'runs';

interface Kept {
  /** Of the entry that it runs on. */
  platform: string;
  /** Process of the window that runs it. */
  owner: number;
  /** When that began, where the system tells: its pid may be another's by now. */
  ownerStart: string;
  remains: RunRemains;
}

export interface LeftRuns extends Disposable {
  /** Resolves when nothing is being removed: a new run is applied over the objects of an old one, and would go with them. */
  cleared(): Promise<void>;
  /** From the start of a run; the result is called when everything of it is gone. */
  keep(remains: RunRemains): () => void;
  /** It was stopped and is there still. */
  leave(remains: RunRemains): void;
}

/** @param store of the workspace, so that a window which died is tidied up after by the next one there */
export function leftRuns(
  store: vscode.Memento,
  platforms: Pick<Platforms, 'snapshot' | 'client' | 'onChange'>,
  log: { info(text: string): void; error(error: Error): void },
): LeftRuns {
  let kept = store.get<Kept[]>(storeKey) ?? [];
  /** Uids of what this window runs now. */
  const running = new Set<string>();
  const removing = new Map<string, Promise<void>>();

  const write = (next: Kept[]): void => {
    kept = next;
    void store.update(storeKey, kept);
  };
  const forget = (id: string): void => {
    running.delete(id);
    write(kept.filter(({ remains }) => idOf(remains) !== id));
  };

  async function remove(client: PlatformClient, remains: RunRemains): Promise<void> {
    const id = idOf(remains);
    try {
      const { removeRemains } = await import('../core/run/remains.ts');
      await removeRemains(client, remains);
      log.info(`removed what was left of ${remains.namespace}/${remains.service}`);
      forget(id);
    } catch (error) {
      if (!isAway(error)) {
        log.error(error instanceof Error ? error : new Error(String(error)));
        forget(id);
      }
    } finally {
      removing.delete(id);
    }
  }

  function look(): void {
    const { client, snapshot } = platforms;
    if (kept.length === 0 || !client || snapshot.state !== 'ready') return;
    for (const { platform, owner, ownerStart, remains } of kept) {
      const id = idOf(remains);
      if (platform !== snapshot.entry.id || removing.has(id) || running.has(id)) continue;
      if (owner === process.pid || !isSameProcess(owner, ownerStart)) removing.set(id, remove(client, remains));
    }
  }
  const listening = platforms.onChange(look);

  return {
    async cleared() {
      look();
      await Promise.all(removing.values());
    },
    keep(remains) {
      const id = idOf(remains);
      running.add(id);
      const platform = platforms.snapshot.entry.id;
      const mine = { platform, owner: process.pid, ownerStart: processStart(process.pid), remains };
      write([...kept.filter((each) => idOf(each.remains) !== id), mine]);
      return () => forget(id);
    },
    leave(remains) {
      running.delete(idOf(remains));
      look();
    },
    [Symbol.dispose]: () => listening.dispose(),
  };
}

/** A run is its objects: applied over those of an earlier one, it is the same. */
function idOf({ objects }: RunRemains): string {
  return objects.map(({ uid }) => uid).join();
}
