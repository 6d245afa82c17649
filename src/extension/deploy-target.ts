/** Which of the known platforms a deploy goes to, and what is asked for that. The questions are given: pure. */
import { Fault } from '../core/faults.ts';
import { type EnvironmentTarget, goesTo } from '../core/target.ts';
import type { PlatformEntry } from './platform/snapshot.ts';

export interface Known {
  readonly entries: readonly PlatformEntry[];
  readonly snapshot: { readonly entry: PlatformEntry };
}

export interface TargetQuestions {
  /** One of those that fit. */
  which(fitting: readonly PlatformEntry[]): Promise<PlatformEntry | undefined>;
  /** Says that the one in use does not fit; true where another is wanted. */
  isOtherWanted(): Promise<boolean>;
  /** Any of them, which is put in use. */
  choose(): Promise<unknown>;
}

export interface TargetWish {
  /** None: the platform in use. */
  environment: EnvironmentTarget | undefined;
  /** The only one that fits may be put in use unasked. */
  use: boolean;
  /** It was begun for this one before: what is offered to be done again is not done on another. */
  on?: PlatformEntry | undefined;
}

/**
 * The one in use where it fits; else the only one that fits, or the one of several that is chosen now: the deploy goes on with it.
 * @param ask undefined: nobody is asked
 * @returns undefined where none is taken
 * @throws Fault PlatformChanged
 */
export async function deployTarget(
  wish: TargetWish,
  known: Known,
  ask: TargetQuestions | undefined,
): Promise<PlatformEntry | undefined> {
  const { environment, use, on } = wish;
  const target = environment ? await targetOf(environment, use, known, ask) : known.snapshot.entry;
  if (target && on && target.id !== on.id) throw new Fault('PlatformChanged', { name: on.label });
  return target;
}

async function targetOf(
  environment: EnvironmentTarget,
  use: boolean,
  known: Known,
  ask: TargetQuestions | undefined,
): Promise<PlatformEntry | undefined> {
  const fitting = () => goesTo(environment, known.entries);
  const inUse = () => fitting().find(({ id }) => id === known.snapshot.entry.id);
  const now = inUse();
  if (now) return now;
  // One of several is not taken at random.
  const [only, ...others] = use ? fitting() : [];
  if (only && others.length === 0) return only;
  if (!ask) return undefined;
  if (only) return ask.which(fitting());
  if (!(await ask.isOtherWanted())) return undefined;
  // It may have been wanted long after it was asked.
  if (fitting().length > 0) return inUse() ?? ask.which(fitting());
  const before = known.snapshot.entry.id;
  await ask.choose();
  return known.snapshot.entry.id === before ? undefined : targetOf(environment, use, known, ask);
}
