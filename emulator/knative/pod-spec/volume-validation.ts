/** Validation of volumes and of their mounts. */
import type { FeaturesConfig } from '../config/types.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidValue,
  missingField,
  missingOneOf,
  multipleOneOf,
  noError,
} from '../field-errors.ts';
import { label1123Errors } from '../names-validation.ts';
import { parseQuantity } from '../quantity.ts';
import type { DownwardItem, KeyToPath, ProjectedSource, Volume, VolumeMount } from './types.ts';

const reservedPaths = ['/', '/dev', '/dev/log'];

export function validateVolumes(
  volumes: readonly Volume[],
  mounted: ReadonlySet<string>,
  features: FeaturesConfig,
): FieldError {
  let errors = noError;
  const seen = new Set<string>();
  volumes.forEach((volume, index) => {
    const shown = JSON.stringify(volume.name);
    if (seen.has(volume.name)) {
      errors = errors.also(fieldError(`duplicate volume name ${shown}`, ['name']).viaIndex(index));
    }
    if (!mounted.has(volume.name)) {
      errors = errors.also(fieldError(`volume with name ${shown} not mounted`, ['name']).viaIndex(index));
    }
    errors = errors.also(validateVolume(volume, features).viaIndex(index));
    seen.add(volume.name);
  });
  return errors;
}

type Gate = [source: string, feature: keyof FeaturesConfig, what: string];

const gates: Gate[] = [
  ['image', 'podSpecVolumesImage', 'Image'],
  ['emptyDir', 'podSpecVolumesEmptyDir', 'EmptyDir'],
  ['hostPath', 'podSpecVolumesHostPath', 'HostPath'],
  ['csi', 'podSpecVolumesCsi', 'CSI'],
  ['ephemeral', 'podSpecVolumesEphemeral', 'Ephemeral'],
];

function validateVolume(volume: Volume, features: FeaturesConfig): FieldError {
  let errors = noError;
  const claim = volume.persistentVolumeClaim;
  if (claim && features.podSpecPersistentVolumeClaim !== 'Enabled') {
    const message = `Persistent volume claim support is disabled, but found persistent volume claim ${claim.claimName ?? ''}`;
    errors = errors.also(fieldError(message, []));
  }
  if (claim && !claim.readOnly && features.podSpecPersistentVolumeWrite !== 'Enabled') {
    const message = `Persistent volume write support is disabled, but found persistent volume claim ${claim.claimName ?? ''} that is not read-only`;
    errors = errors.also(fieldError(message, []));
  }
  for (const [source, feature, what] of gates) {
    if (volume[source] && features[feature] !== 'Enabled') {
      const message = `${what} volume support is disabled, but found ${what} volume ${volume.name}`;
      errors = errors.also(fieldError(message, []));
    }
  }
  // As Knative does it: a bad name makes it forget what it has found so far.
  if (!volume.name) errors = missingField('name');
  else if (label1123Errors(volume.name).length > 0) errors = invalidValue(volume.name, 'name');
  const off = [...gates, ['persistentVolumeClaim', 'podSpecPersistentVolumeClaim', ''] satisfies Gate]
    .filter(([source, feature]) => volume[source] && features[feature] === 'Disabled')
    .map(([source]) => source)
    .sort();
  if (off.length > 0) errors = errors.also(disallowedFields(...off));
  return errors.also(validateSource(volume, features));
}

const sources = [
  'secret',
  'configMap',
  'projected',
  'emptyDir',
  'persistentVolumeClaim',
  'hostPath',
  'csi',
  'ephemeral',
  'image',
];

const optionalSources: [source: string, feature: keyof FeaturesConfig][] = [
  ['emptyDir', 'podSpecVolumesEmptyDir'],
  ['persistentVolumeClaim', 'podSpecPersistentVolumeClaim'],
  ['hostPath', 'podSpecVolumesHostPath'],
  ['csi', 'podSpecVolumesCsi'],
  ['ephemeral', 'podSpecVolumesEphemeral'],
  ['image', 'podSpecVolumesImage'],
];

function validateSource(volume: Volume, features: FeaturesConfig): FieldError {
  let errors = noError;
  for (const source of ['secret', 'configMap'] as const) errors = errors.also(validateItems(volume[source]?.items));
  (volume.projected?.sources ?? []).forEach((source, index) => {
    errors = errors.also(validateProjected(source).viaFieldIndex('projected', index));
  });
  const { emptyDir, image } = volume;
  if (emptyDir?.medium && emptyDir.medium !== 'Memory') {
    errors = errors.also(invalidValue(emptyDir.medium, 'medium').viaField('emptyDir'));
  }
  const limit = emptyDir?.sizeLimit === undefined ? undefined : parseQuantity(emptyDir.sizeLimit);
  if (limit && limit.nano < 0n) {
    errors = errors.also(invalidValue(limit.canonical, 'sizeLimit').viaField('emptyDir'));
  }
  if (image) {
    if (!image.reference) errors = errors.also(missingField('reference').viaField('image'));
    if (!['', 'Always', 'IfNotPresent', 'Never'].includes(image.pullPolicy ?? '')) {
      errors = errors.also(invalidValue(image.pullPolicy, 'pullPolicy').viaField('image'));
    }
  }
  const specified = sources.filter((source) => volume[source]);
  if (specified.length > 1) return errors.also(multipleOneOf(...specified));
  if (specified.length === 1) return errors;
  const possible = optionalSources.filter(([, feature]) => features[feature] === 'Enabled').map(([source]) => source);
  return errors.also(missingOneOf('secret', 'configMap', 'projected', ...possible));
}

function validateItems(items: KeyToPath[] | undefined): FieldError {
  let errors = noError;
  (items ?? []).forEach((item, index) => {
    const missing = (['key', 'path'] as const).filter((field) => !item[field]);
    for (const field of missing) errors = errors.also(missingField(field).viaFieldIndex('items', index));
  });
  return errors;
}

function validateProjected(source: ProjectedSource): FieldError {
  const { secret, configMap, serviceAccountToken, downwardAPI } = source;
  let errors = noError;
  for (const [field, projection] of [
    ['secret', secret],
    ['configMap', configMap],
  ] as const) {
    if (!projection) continue;
    const own = projection.name ? noError : missingField('name');
    errors = errors.also(own.also(validateItems(projection.items)).viaField(field));
  }
  if (serviceAccountToken && !serviceAccountToken.path) {
    errors = errors.also(missingField('path').viaField('serviceAccountToken'));
  }
  (downwardAPI?.items ?? []).forEach((item, index) => {
    errors = errors.also(validateDownward(item).viaFieldIndex('items', index).viaField('downwardAPI'));
  });
  const names = ['secret', 'configMap', 'serviceAccountToken', 'downwardAPI'];
  const specified = names.filter((name) => source[name]);
  if (specified.length === 0) return errors.also(missingOneOf(...names));
  return specified.length > 1 ? errors.also(multipleOneOf(...specified)) : errors;
}

function validateDownward(item: DownwardItem): FieldError {
  let errors = noError;
  if (!item.fieldRef && !item.resourceFieldRef) errors = missingOneOf('fieldRef', 'resourceFieldRef');
  if (item.fieldRef && item.resourceFieldRef) {
    errors = fieldError('Within a single item, cannot set both', ['resourceFieldRef', 'fieldRef']);
  }
  return item.path ? errors : errors.also(missingField('path'));
}

export function validateVolumeMounts(
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, Volume>,
  features: FeaturesConfig,
): FieldError {
  const seen = new Set<string>();
  let errors = noError;
  mounts.forEach((mount, index) => {
    errors = errors.also(validateMount(mount, volumes.get(mount.name), seen, features).viaIndex(index));
    seen.add(cleanPath(mount.mountPath));
  });
  return errors;
}

function validateMount(
  mount: VolumeMount,
  volume: Volume | undefined,
  seen: ReadonlySet<string>,
  features: FeaturesConfig,
): FieldError {
  let errors = noError;
  const fields = (['recursiveReadOnly', 'subPathExpr'] as const).filter((field) => mount[field]);
  const gated = mount.mountPropagation !== undefined && features.podSpecVolumesMountPropagation === 'Disabled';
  const refused = gated ? ['mountPropagation', ...fields] : fields;
  if (refused.length > 0) errors = disallowedFields(...refused);
  if (!volume) errors = errors.also(fieldError('volumeMount has no matching volume', ['name']));
  const path = cleanPath(mount.mountPath);
  if (!mount.mountPath) errors = errors.also(missingField('mountPath'));
  else if (reservedPaths.includes(path)) {
    errors = errors.also(fieldError(`mountPath ${JSON.stringify(path)} is a reserved path`, ['mountPath']));
  } else if (!mount.mountPath.startsWith('/')) errors = errors.also(invalidValue(mount.mountPath, 'mountPath'));
  else if (seen.has(path)) {
    errors = errors.also(invalidValue(`${JSON.stringify(mount.mountPath)} must be unique`, 'mountPath'));
  }
  const writable = volume?.emptyDir || volume?.persistentVolumeClaim || volume?.['ephemeral'];
  if (!writable && !mount.readOnly) {
    errors = errors.also(fieldError('volume mount should be readOnly for this type of volume', ['readOnly']));
  }
  if (mount.mountPropagation !== undefined) {
    if (features.podSpecVolumesMountPropagation !== 'Enabled') {
      const message = `Volume Mount Propagation support is disabled, but found volume mount ${mount.name} with mount propagation`;
      errors = errors.also(fieldError(message, []));
    }
    if (!['None', 'HostToContainer'].includes(mount.mountPropagation)) {
      const message = 'mount propagation should be set to None or HostToContainer';
      errors = errors.also(fieldError(message, ['mountPropagation']));
    }
  }
  if (volume?.persistentVolumeClaim?.readOnly && !mount.readOnly) {
    errors = errors.also(fieldError('volume is readOnly but volume mount is not', ['readOnly']));
  }
  return errors;
}

/** Go's path.Clean. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (!rooted) out.push('..');
  }
  return (rooted ? '/' : '') + out.join('/') || '.';
}
