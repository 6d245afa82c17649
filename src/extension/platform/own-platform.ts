/** The embedded platform that the settings name, whatever stands there. Nothing here imports vscode. */
import { Fault } from '../../core/faults.ts';
import { resolveTarget, type Target } from '../../core/target.ts';
import { together, type Words } from '../messages.ts';

export interface OwnPlatform {
  name: string;
  target: Target;
  /** The name that stands there is none, and `default` is taken. */
  wrong?: Fault;
}

/** @param value of `slipway.platform.name` */
export function ownPlatform(value: unknown): OwnPlatform {
  const name = String(value);
  try {
    return { name, target: resolveTarget({ name }) };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'PlatformName') throw error;
    return { name: 'default', target: resolveTarget({}), wrong: error };
  }
}

/** What is wrong with it, what would be a name, and which platforms there are. */
export function wrongNameText(
  { locale, say, problem }: Words,
  wrong: Fault,
  known: readonly { label: string }[],
): string {
  const { text, fix } = problem(wrong);
  const names = known.map(({ label }) => label).join(say('list.separator'));
  return together(locale, [text, fix, say('platform.nameIgnored', { names })]);
}
