/** Values that a field takes though its schema lists none, and fields that hold the name of something else. Pure. */
import { isObject } from '../../../emulator/kernel/json.ts';
import type { Path } from '../app/document.ts';
import { valueAt } from '../app/values.ts';

/** By the field's own name and that of its parent (or the list's), the more particular first. */
const closed: Record<string, readonly string[]> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
  'ports.name': ['http1', 'h2c'],
  protocol: ['TCP'],
  'httpGet.scheme': ['HTTP', 'HTTPS'],
  backoffPolicy: ['linear', 'exponential'],
  'delivery.format': ['json', 'binary'],
  mode: ['Reference', 'Resource'],
  'seccompProfile.type': ['RuntimeDefault', 'Unconfined', 'Localhost'],
  mountPropagation: ['None', 'HostToContainer'],
  'matchExpressions.operator': ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  dnsPolicy: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  contentType: ['application/json', 'text/plain'],
  'drop.': ['ALL'],
};

export function knownValues(path: Path): readonly string[] {
  const names = path.filter((step) => typeof step === 'string');
  const name = names.at(-1) ?? '';
  const key = typeof path.at(-1) === 'number' ? `${name}.` : `${names.at(-2) ?? ''}.${name}`;
  return closed[key] ?? (typeof path.at(-1) === 'number' ? [] : (closed[name] ?? []));
}

/** What the name at a place is the name of. */
export type Reference =
  | { of: 'object'; kind: string }
  | { of: 'revision'; service: string }
  | { of: 'tag'; service: string }
  | { of: 'key'; kind: 'ConfigMap' | 'Secret'; name: string }
  | { of: 'image' }
  | { of: 'namespace' }
  | { of: 'schedule' }
  | { of: 'timezone' }
  /** Of this kubeconfig as it is written there; of the user's own where undefined. */
  | { of: 'context'; kubeconfig: string | undefined };

const carriers: Record<string, string> = {
  configMapKeyRef: 'ConfigMap',
  configMapRef: 'ConfigMap',
  configMap: 'ConfigMap',
  secretKeyRef: 'Secret',
  secretRef: 'Secret',
  imagePullSecrets: 'Secret',
};

/** `root` is the whole document. Undefined: the field names nothing that is known. */
export function referenceAt(root: unknown, path: Path): Reference | undefined {
  const names = path.filter((step) => typeof step === 'string');
  const [last = '', parent = ''] = [names.at(-1), names.at(-2)];
  const beside = (key: string): unknown => valueAt(root, [...path.slice(0, -1), key]);
  const kind = isObject(root) ? root['kind'] : undefined;
  const own = String(valueAt(root, ['metadata', 'name']) ?? '');
  if (last === 'revisionName' && parent === 'traffic') return { of: 'revision', service: own };
  if (last === 'tag' && parent === 'traffic') return { of: 'tag', service: own };
  if (last === 'configurationName') return { of: 'object', kind: 'Service' };
  if (
    last === 'name' &&
    (/(^|R)ref$/.test(parent) || ['channel', 'subject', 'config', 'broker', 'reference', 'to', 'from'].includes(parent))
  ) {
    const named = beside('kind');
    if (carriers[parent]) return { of: 'object', kind: carriers[parent] };
    return { of: 'object', kind: typeof named === 'string' ? named : 'Service' };
  }
  if (last === 'name' && carriers[parent]) return { of: 'object', kind: carriers[parent] };
  if (last === 'secretName') return { of: 'object', kind: 'Secret' };
  if (last === 'key' && (parent === 'configMapKeyRef' || parent === 'secretKeyRef')) {
    return { of: 'key', kind: parent === 'secretKeyRef' ? 'Secret' : 'ConfigMap', name: String(beside('name') ?? '') };
  }
  if (last === 'broker' && kind === 'Trigger') return { of: 'object', kind: 'Broker' };
  if (last === 'image' && parent === 'containers') return { of: 'image' };
  if (last === 'namespace' && (parent === 'metadata' || names[0] === 'environments')) return { of: 'namespace' };
  if (kind === 'PingSource' && last === 'schedule') return { of: 'schedule' };
  if (kind === 'PingSource' && last === 'timezone') return { of: 'timezone' };
  if (names[0] === 'environments' && last === 'context') {
    const kubeconfig = beside('kubeconfig');
    return { of: 'context', kubeconfig: typeof kubeconfig === 'string' ? kubeconfig : undefined };
  }
  if (names.length === 2 && names[0] === 'build' && last === 'image') return { of: 'image' };
  return undefined;
}
