/** Launch configurations that run an application. Pure leaf. */
import { isAbsolute, join } from 'node:path';
import { debugType } from '../contributions.ts';
import type { Say } from '../messages.ts';
import { shortName } from '../plain.ts';

export interface SlipwayConfiguration {
  type: typeof debugType;
  request: 'launch';
  name: string;
  /** Directory of the application, absolute by the time it is resolved. */
  application: string;
}

/** Its name stands in the panel's tabs and in the debugger's bar. */
export function runConfiguration(say: Say, name: string, application: string, debug: boolean): SlipwayConfiguration {
  const title = debug ? 'run.debugTitle' : 'run.runTitle';
  return { type: debugType, request: 'launch', name: say(title, { name: shortName(name) }), application };
}

/** Absolute, without a separator at its end. `folder`: of the workspace, where it is known. */
export function applicationDir(given: string, folder: string | undefined): string {
  const dir = isAbsolute(given) || folder === undefined ? given : join(folder, given);
  return dir.replace(/[\\/]$/, '');
}

/** The one that a person wrote for this application: `configurations` of the folder's launch.json, whatever stands there. */
export function ownConfiguration(
  configurations: unknown,
  folder: string,
  dir: string,
): (SlipwayConfiguration & Record<string, unknown>) | undefined {
  if (!Array.isArray(configurations)) return undefined;
  return configurations.find((each: Record<string, unknown> | null) => {
    const { type, request, name, application } = each ?? {};
    if (type !== debugType || request !== 'launch' || typeof name !== 'string') return false;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in launch.json.
    const given = typeof application === 'string' && application.replace('${workspaceFolder}', folder);
    return given !== false && applicationDir(given, folder) === dir;
  });
}
