/**
 * A pod's volumes as folders on the host: emptyDir, configMap, secret, projected, downwardAPI, hostPath, and claims as
 * local folders that outlive the pod. What a runtime does with them is its affair: processes cannot have mounts.
 */
import { chmodSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import type { KubeObject } from '../kernel/object.ts';
import type { View } from '../kernel/resource.ts';
import { caConfigMap } from './account-volume.ts';
import {
  ConfigError,
  type DataObject,
  type EnvironmentFacts,
  expand,
  fieldValue,
  MountFailed,
} from './container-environment.ts';
import type { KubeletPorts } from './kubelet-ports.ts';
import type { ContainerSpec } from './ports.ts';
import type { Container, KeyToPath, Pod, ProjectedSource, Volume } from './types.ts';
import { type VolumeFiles, writeVolumeFiles } from './volume-files.ts';

/** Of a projected token, where the manifest does not say; and the least that one may ask for. Seconds. */
const tokenSeconds = { default: 3_600, least: 600 };

export interface VolumePorts {
  /** `<dir>/volumes/<pod uid>/<name>` and `<dir>/claims/<namespace>/<name>`. */
  dir: string;
  view: View;
  facts: Omit<EnvironmentFacts, 'fixed'>;
  /** A token of the pod's service account. Absent: none is issued. */
  token?: ((pod: Pod, audience: string | undefined, seconds: number) => string) | undefined;
  /** PEM, of the API; what `kube-root-ca.crt` holds. */
  ca?: string | undefined;
}

/** Makes the volumes that a container mounts. @throws ConfigError, with the kubelet's words. */
export function prepareMounts(
  pod: Pod,
  container: Container,
  env: Record<string, string>,
  ports: VolumePorts,
): ContainerSpec['mounts'] {
  return (container.volumeMounts ?? []).map((mount) => {
    const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
    if (!volume) throw new ConfigError(`volume "${mount.name}" is not in the pod`);
    const { path, readOnly } = prepare(pod, volume, ports);
    const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, env);
    let hostPath = path;
    if (subPath) {
      if (normalize(subPath).startsWith('..')) throw new ConfigError(`subPath "${subPath}" leads out of the volume`);
      hostPath = join(path, subPath);
      if (!existsSync(hostPath)) mkdirSync(hostPath, { recursive: true });
      // Of a ConfigMap the file itself, which therefore stays as it is. A link that an application made may lead anywhere.
      hostPath = realpathSync(hostPath);
      if (!hostPath.startsWith(realpathSync(path) + sep)) {
        throw new ConfigError(`subPath "${subPath}" leads out of the volume`);
      }
    }
    return { mountPath: mount.mountPath, hostPath, readOnly: readOnly || mount.readOnly === true };
  });
}

/** Tokens of a pod's own service account. @throws ConfigError where it has none. */
export function accountTokens(
  view: View,
  issue: NonNullable<KubeletPorts['token']>,
): NonNullable<VolumePorts['token']> {
  return (pod, audience, seconds) => {
    const { name: podName, namespace = '', uid: podUid } = pod.metadata;
    const name = pod.spec?.serviceAccountName || 'default';
    const account = view.get<KubeObject>('serviceaccounts', namespace, name);
    if (!account) throw new ConfigError(`failed to fetch token: serviceaccounts "${name}" not found`);
    const bound = { audience, pod: { name: podName, uid: podUid } };
    return issue({ namespace, name, uid: account.metadata.uid }, seconds, bound);
  };
}

/** ms until the first token in the pod's volumes should be written anew, as kubelets do at 80 % of its life. */
export function tokensRenewedAfter(pod: Pod): number | undefined {
  const seconds = (pod.spec?.volumes ?? [])
    .flatMap(({ projected }) => projected?.sources ?? [])
    .flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [secondsOf(serviceAccountToken)] : []));
  return seconds.length === 0 ? undefined : Math.min(...seconds) * 800;
}

function secondsOf({ expirationSeconds }: NonNullable<ProjectedSource['serviceAccountToken']>): number {
  return Math.max(expirationSeconds ?? tokenSeconds.default, tokenSeconds.least);
}

/** Writes the ConfigMaps, Secrets and tokens of a running pod anew. */
export function refreshVolumes(pod: Pod, ports: VolumePorts): void {
  for (const volume of pod.spec?.volumes ?? []) {
    if (!volume.configMap && !volume.secret && !volume.projected) continue;
    if (existsSync(folderOf(pod, volume, ports))) prepare(pod, volume, ports);
  }
}

export function removeVolumes(pod: Pod, ports: Pick<VolumePorts, 'dir'>): void {
  rmSync(join(ports.dir, 'volumes', pod.metadata.uid), { recursive: true, force: true });
}

function folderOf(pod: Pod, volume: Volume, ports: Pick<VolumePorts, 'dir'>): string {
  return join(ports.dir, 'volumes', pod.metadata.uid, volume.name);
}

function prepare(pod: Pod, volume: Volume, ports: VolumePorts): { path: string; readOnly: boolean } {
  const path = folderOf(pod, volume, ports);
  if (volume.hostPath) return { path: volume.hostPath.path, readOnly: false };
  if (volume.persistentVolumeClaim) {
    const { claimName, readOnly } = volume.persistentVolumeClaim;
    const claim = join(ports.dir, 'claims', pod.metadata.namespace ?? '', claimName);
    mkdirSync(claim, { recursive: true });
    chmodSync(claim, 0o777);
    return { path: claim, readOnly: readOnly === true };
  }
  if (volume.emptyDir) {
    mkdirSync(path, { recursive: true });
    // Any user of any container writes there; the umask would take that away from a mode given to mkdir.
    chmodSync(path, 0o777);
    return { path, readOnly: false };
  }
  const files = filesOf(pod, volume, ports);
  if (!files) throw new ConfigError(`volume "${volume.name}" is of a kind that this platform does not have`);
  for (const name of files.keys()) {
    if (normalize(name).startsWith('..')) throw new ConfigError(`path "${name}" leads out of volume "${volume.name}"`);
  }
  writeVolumeFiles(path, files);
  return { path, readOnly: true };
}

/** @throws MountFailed for what is not there (yet). */
function filesOf(pod: Pod, volume: Volume, ports: VolumePorts): VolumeFiles | undefined {
  try {
    return contentOf(pod, volume, ports);
  } catch (error) {
    throw error instanceof ConfigError ? new MountFailed(volume.name, error.message) : error;
  }
}

function contentOf(pod: Pod, volume: Volume, ports: VolumePorts): VolumeFiles | undefined {
  const mode = (source: { defaultMode?: number }) => source.defaultMode ?? 0o644;
  if (volume.configMap) return fromObject(pod, 'configmap', volume.configMap, mode(volume.configMap), ports);
  if (volume.secret) {
    const { secretName, ...rest } = volume.secret;
    return fromObject(pod, 'secret', { name: secretName, ...rest }, mode(volume.secret), ports);
  }
  if (volume.downwardAPI) return fromFields(pod, volume.downwardAPI.items ?? [], mode(volume.downwardAPI), ports);
  if (!volume.projected) return undefined;
  const files: VolumeFiles = new Map();
  for (const source of volume.projected.sources ?? []) {
    for (const [name, file] of fromSource(pod, source, mode(volume.projected), ports)) files.set(name, file);
  }
  return files;
}

function fromSource(pod: Pod, source: ProjectedSource, mode: number, ports: VolumePorts): VolumeFiles {
  if (source.configMap) return fromObject(pod, 'configmap', source.configMap, mode, ports);
  if (source.secret) return fromObject(pod, 'secret', source.secret, mode, ports);
  if (source.downwardAPI) return fromFields(pod, source.downwardAPI.items ?? [], mode, ports);
  const { serviceAccountToken: wanted } = source;
  if (!wanted || !ports.token) throw new ConfigError('this platform has no such source of a projected volume');
  return new Map([[wanted.path, { content: ports.token(pod, wanted.audience, secondsOf(wanted)), mode }]]);
}

function fromObject(
  pod: Pod,
  kind: 'configmap' | 'secret',
  source: { name: string; items?: KeyToPath[]; optional?: boolean },
  mode: number,
  { view, ca }: VolumePorts,
): VolumeFiles {
  const stored = view.get(`${kind}s`, pod.metadata.namespace, source.name) as DataObject | undefined;
  const isCa = kind === 'configmap' && source.name === caConfigMap && ca !== undefined;
  const object = stored ?? (isCa ? { data: { 'ca.crt': ca }, binaryData: undefined } : undefined);
  if (!object) {
    if (source.optional) return new Map();
    throw new ConfigError(`${kind} "${source.name}" not found`);
  }
  const content = new Map<string, Uint8Array | string>();
  for (const [key, value] of Object.entries(object.data ?? {})) {
    content.set(key, kind === 'secret' ? Buffer.from(value, 'base64') : value);
  }
  for (const [key, value] of Object.entries(object.binaryData ?? {})) content.set(key, Buffer.from(value, 'base64'));
  if (!source.items) return new Map([...content].map(([key, value]) => [key, { content: value, mode }]));
  const files: VolumeFiles = new Map();
  for (const item of source.items) {
    const value = content.get(item.key);
    if (value !== undefined) files.set(item.path, { content: value, mode: item.mode ?? mode });
    else if (!source.optional) throw new ConfigError(`references non-existent config key: ${item.key}`);
  }
  return files;
}

function fromFields(
  pod: Pod,
  items: readonly { path: string; fieldRef?: { fieldPath: string }; mode?: number }[],
  mode: number,
  { facts }: VolumePorts,
): VolumeFiles {
  return new Map(
    items.map((item) => [
      item.path,
      { content: fieldValue(pod, item.fieldRef?.fieldPath ?? '', facts), mode: item.mode ?? mode },
    ]),
  );
}
