/** Which debugger a pod asks for. */
import type { KubeObject } from '../kernel/object.ts';
import { type Debugging, podAnnotations } from './ports.ts';
import { debuggers } from './process/debug-command.ts';

export function debuggingOf({ metadata: { annotations = {} } }: Pick<KubeObject, 'metadata'>): Debugging | undefined {
  const kind = debuggers.find((each) => each === annotations[podAnnotations.debug]);
  return kind && { kind, tool: annotations[podAnnotations.debugTool] };
}

/** As a template's annotations say it. */
export function debugAnnotations({ kind, tool }: Debugging): Record<string, string> {
  return { [podAnnotations.debug]: kind, ...(tool === undefined ? {} : { [podAnnotations.debugTool]: tool }) };
}
