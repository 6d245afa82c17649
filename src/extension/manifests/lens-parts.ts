/** What of a platform the lenses show, and that the editor comes to ask for it. Pure leaf. */
import type { Snapshot } from '../platform/snapshot.ts';

/**
 * Calls `then` only for a snapshot that shows another thing in a lens than the one before. The editor asks for lenses in a pause of their
 * events, and the slower they came the longer that has to be: on a busy machine one event each two seconds leaves them as they are.
 * @param crashes what of instances a lens may tell
 */
export function onLensChange(
  then: () => void,
  crashes: (pods: Snapshot['pods']) => string,
): (snapshot: Snapshot) => void {
  let shown: readonly unknown[] = [];
  return ({ state, entry, gateway, services, revisions, domains, pings, pods }) => {
    const now = [state, entry, gateway, services, revisions, domains, pings, crashes(pods)];
    if (now.every((part, index) => part === shown[index])) return;
    shown = now;
    then();
  };
}

/** ms; the pause of the editor is a quarter of a second where lenses come at once, and a minute at the most. */
const askedMs = 1_500;
const mostMs = 60_000;

export interface Asks extends Disposable {
  /** The lenses of every file that is to be seen are others now. */
  changed(): void;
  /** Other files are to be seen: the editor asks for their lenses by itself. */
  seen(): void;
  /** The editor asks for those of this file. */
  asked(file: string): void;
}

/**
 * Tells the editor of a change until it has asked. It asks after a pause, and drops that when the text loses the focus meanwhile: who
 * looks elsewhere at that moment would have the lenses of before, or none, until the next click into the text. What is told in its pause
 * begins that anew, so each time is longer after the one before.
 * @param files that are to be seen and have lenses
 */
export function untilAsked(tell: () => void, files: () => readonly string[]): Asks {
  const due = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const look = (ms: number): void => {
    clearTimeout(timer);
    if (due.size === 0) return;
    timer = setTimeout(() => {
      const now = files();
      for (const file of due) if (!now.includes(file)) due.delete(file);
      // Whoever has turned lenses off in the editor's settings is never asked.
      if (due.size === 0 || ms > mostMs) return;
      tell();
      look(ms * 2);
    }, ms);
  };
  let seen: ReadonlySet<string> = new Set();
  const expect = (which: (file: string) => boolean): void => {
    const now = files();
    for (const file of now.filter(which)) due.add(file);
    seen = new Set(now);
    look(askedMs);
  };
  return {
    changed() {
      tell();
      expect(() => true);
    },
    seen: () => expect((file) => !seen.has(file)),
    asked(file) {
      due.delete(file);
      if (due.size === 0) clearTimeout(timer);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
