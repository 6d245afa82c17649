/**
 * A pod's volumes as folders on the host: emptyDir, configMap, secret, projected, downwardAPI, hostPath, and claims as
 * local folders that outlive the pod. What a runtime does with them is its affair: processes cannot have mounts.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { View } from '../kernel/resource.ts';
import { ConfigError, type DataObject, type EnvironmentFacts, expand, fieldValue } from './container-environment.ts';
import type { ContainerSpec } from './ports.ts';
import type { Container, KeyToPath, Pod, ProjectedSource, Volume } from './types.ts';

export interface VolumePorts {
  /** `<dir>/volumes/<pod uid>/<name>` and `<dir>/claims/<namespace>/<name>`. */
  dir: string;
  view: View;
  facts: Omit<EnvironmentFacts, 'fixed'>;
}

type Files = Map<string, { content: Uint8Array | string; mode: number }>;

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
    }
    return { mountPath: mount.mountPath, hostPath, readOnly: readOnly || mount.readOnly === true };
  });
}

/** Writes the ConfigMaps and Secrets of a running pod anew after they have changed. */
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
    return { path: claim, readOnly: readOnly === true };
  }
  if (volume.emptyDir) {
    mkdirSync(path, { recursive: true, mode: 0o777 });
    return { path, readOnly: false };
  }
  const files = filesOf(pod, volume, ports);
  if (!files) throw new ConfigError(`volume "${volume.name}" is of a kind that this platform does not have`);
  // Never a reader of half a volume: what is no longer in it goes first, files are small and written whole.
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  for (const [name, { content, mode }] of files) {
    if (normalize(name).startsWith('..')) throw new ConfigError(`path "${name}" leads out of volume "${volume.name}"`);
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  }
  return { path, readOnly: true };
}

function filesOf(pod: Pod, volume: Volume, ports: VolumePorts): Files | undefined {
  const mode = (source: { defaultMode?: number }) => source.defaultMode ?? 0o644;
  if (volume.configMap) return fromObject(pod, 'configmap', volume.configMap, mode(volume.configMap), ports);
  if (volume.secret) {
    const { secretName, ...rest } = volume.secret;
    return fromObject(pod, 'secret', { name: secretName, ...rest }, mode(volume.secret), ports);
  }
  if (volume.downwardAPI) return fromFields(pod, volume.downwardAPI.items ?? [], mode(volume.downwardAPI), ports);
  if (!volume.projected) return undefined;
  const files: Files = new Map();
  for (const source of volume.projected.sources ?? []) {
    for (const [name, file] of fromSource(pod, source, mode(volume.projected), ports)) files.set(name, file);
  }
  return files;
}

function fromSource(pod: Pod, source: ProjectedSource, mode: number, ports: VolumePorts): Files {
  if (source.configMap) return fromObject(pod, 'configmap', source.configMap, mode, ports);
  if (source.secret) return fromObject(pod, 'secret', source.secret, mode, ports);
  if (source.downwardAPI) return fromFields(pod, source.downwardAPI.items ?? [], mode, ports);
  throw new ConfigError('projected service account tokens are not issued by this platform');
}

function fromObject(
  pod: Pod,
  kind: 'configmap' | 'secret',
  source: { name: string; items?: KeyToPath[]; optional?: boolean },
  mode: number,
  { view }: VolumePorts,
): Files {
  const object = view.get(`${kind}s`, pod.metadata.namespace, source.name) as DataObject | undefined;
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
  const files: Files = new Map();
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
): Files {
  return new Map(
    items.map((item) => [
      item.path,
      { content: fieldValue(pod, item.fieldRef?.fieldPath ?? '', facts), mode: item.mode ?? mode },
    ]),
  );
}
