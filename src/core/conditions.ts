/** Conditions of a status, read safely. Pure leaf. */
import type { Condition, KubeObject } from '../../emulator/kernel/object.ts';

export type Truth = Condition['status'];

export function conditionsOf(object: KubeObject): Condition[] {
  return (object.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Of the top-level condition `type`; Unknown where there is none, or where it speaks of an older spec. */
export function truthOf(object: KubeObject, type = 'Ready'): { status: Truth; reason: string; message: string } {
  const { status = 'Unknown', reason = '', message = '' } = conditionOf(object, type) ?? {};
  if (!isObserved(object)) return { status: status === 'False' ? 'False' : 'Unknown', reason, message };
  return { status, reason, message };
}

/** The status speaks of this spec. */
export function isObserved(object: KubeObject): boolean {
  const { observedGeneration } = (object.status ?? {}) as { observedGeneration?: number };
  return observedGeneration === undefined || observedGeneration >= (object.metadata.generation ?? 0);
}
