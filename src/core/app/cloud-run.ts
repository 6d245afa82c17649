/**
 * A Service as Google's Cloud Run exports it is one of Knative, but for its project's number in place of a namespace and an account of Google's
 * in place of one of Kubernetes, which no platform of Knative has or takes, and a probe that means something else there. Pure.
 */
import { isObject, valueAt } from './values.ts';

const ofCloudRun = /^(run|cloud)\.googleapis\.com\//;

/** @returns the Service without these, and which they were; the object itself where it has none */
export function withoutCloudRun<Value>(object: Value): { object: Value; leftOut: string[] } {
  const keys = ['annotations', 'labels'].flatMap((group) => Object.keys(valueAt(object, ['metadata', group]) ?? {}));
  if (valueAt(object, ['kind']) !== 'Service' || !keys.some((key) => ofCloudRun.test(key)))
    return { object, leftOut: [] };
  const copy = structuredClone(object);
  const leftOut: string[] = [];
  const drop = (path: readonly string[], isForeign: RegExp): void => {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1) ?? '';
    if (!isObject(parent) || !isForeign.test(String(parent[key] ?? ''))) return;
    leftOut.push(`${path.join('.')} (${String(parent[key])})`);
    delete parent[key];
  };
  drop(['metadata', 'namespace'], /^\d+$/);
  drop(['spec', 'template', 'spec', 'serviceAccountName'], /@/);
  const path = ['spec', 'template', 'spec', 'containers'];
  const containers = valueAt(copy, path);
  for (const [index, container] of Array.isArray(containers) ? containers.entries() : []) {
    if (!isObject(container) || !isItsProbe(container['startupProbe'])) continue;
    leftOut.push(`${path.join('.')}[${index}].startupProbe`);
    delete container['startupProbe'];
  }
  return { object: copy, leftOut };
}

/** What it writes where nobody said a probe: one try, which waits there until the port opens, and fails at once elsewhere. */
function isItsProbe(probe: unknown): boolean {
  return (
    isObject(valueAt(probe, ['tcpSocket'])) &&
    valueAt(probe, ['failureThreshold']) === 1 &&
    valueAt(probe, ['periodSeconds']) === valueAt(probe, ['timeoutSeconds'])
  );
}
