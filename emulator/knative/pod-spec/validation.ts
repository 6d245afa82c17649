/** Validation of the PodSpec in a template (Knative: apis/serving/k8s_validation.go), gated by config-features. */
import type { FeaturesConfig, PlatformConfig } from '../config/types.ts';
import {
  disallowedFields,
  type FieldError,
  fieldError,
  invalidValue,
  missingField,
  noError,
  outOfBounds,
} from '../field-errors.ts';
import { subdomainErrors } from '../names-validation.ts';
import { type Role, validateContainer, validateUserContainer } from './container-validation.ts';
import { type PortContext, validateSidecarProbes } from './probe-validation.ts';
import { warnSecurityContext } from './security-warnings.ts';
import type { Container, PodSpec, Volume } from './types.ts';
import { validateVolumes } from './volume-validation.ts';

const maxId = 2147483647;

export function validatePodSpec(spec: PodSpec, config: PlatformConfig): FieldError {
  const { features } = config;
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  let errors = disallowed(spec, features);
  errors = errors.also(validatePodSecurityContext(spec.securityContext, features).viaField('securityContext'));
  for (const [field, list] of [
    ['containers', containers],
    ['initContainers', initContainers],
  ] as const) {
    list.forEach((container, index) => {
      const warning = warnSecurityContext(spec.securityContext, container.securityContext, features);
      errors = errors.also(warning.viaField('securityContext').viaFieldIndex(field, index));
    });
  }
  const mounted = new Set(
    [...initContainers, ...containers].flatMap((one) => (one.volumeMounts ?? []).map(({ name }) => name)),
  );
  errors = errors.also(validateVolumes(spec.volumes ?? [], mounted, features).viaField('volumes'));
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  errors = errors.also(validateInitContainers(initContainers, containers, volumes, features));

  const { port, error } = servingPort(containers);
  errors = errors.also(error.viaField('containers[*]'));
  const [only] = containers;
  if (!only) errors = errors.also(missingField('containers'));
  else if (containers.length === 1) {
    errors = errors.also(validateUserContainer(only, volumes, port, features).viaFieldIndex('containers', 0));
  } else errors = errors.also(validateContainers(containers, volumes, port, features));

  const account = spec.serviceAccountName ?? '';
  if (account !== '') {
    for (const why of subdomainErrors(account)) errors = errors.also(invalidValue(account, 'serviceAccountName', why));
  }
  return errors;
}

type Gate = [field: keyof PodSpec, feature: keyof FeaturesConfig];

const gates: Gate[] = [
  ['affinity', 'podSpecAffinity'],
  ['topologySpreadConstraints', 'podSpecTopologySpreadConstraints'],
  ['hostAliases', 'podSpecHostAliases'],
  ['nodeSelector', 'podSpecNodeSelector'],
  ['runtimeClassName', 'podSpecRuntimeClassName'],
  ['tolerations', 'podSpecTolerations'],
  ['shareProcessNamespace', 'podSpecShareProcessNamespace'],
  ['priorityClassName', 'podSpecPriorityClassName'],
  ['schedulerName', 'podSpecSchedulerName'],
  ['initContainers', 'podSpecInitContainers'],
  ['dnsPolicy', 'podSpecDnsPolicy'],
  ['dnsConfig', 'podSpecDnsConfig'],
  ['hostIPC', 'podSpecHostIPC'],
  ['hostPID', 'podSpecHostPID'],
  ['hostNetwork', 'podSpecHostNetwork'],
];

function disallowed(spec: PodSpec, features: FeaturesConfig): FieldError {
  const fields: string[] = gates
    .filter(([field, feature]) => isSet(field, spec[field]) && features[feature] === 'Disabled')
    .map(([field]) => field);
  if (
    spec.securityContext &&
    features.podSpecSecurityContext === 'Disabled' &&
    features.securePodDefaults === 'Disabled'
  ) {
    fields.push('securityContext');
  }
  if (spec.automountServiceAccountToken === true) fields.push('automountServiceAccountToken');
  return fields.length > 0 ? disallowedFields(...fields.sort()) : noError;
}

/** Pointers in Go: empty is not absent. */
const pointers: ReadonlySet<string> = new Set(['runtimeClassName', 'shareProcessNamespace']);

/** What Go would not drop on its way through JSON. */
function isSet(field: string, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return pointers.has(field) || (value !== '' && value !== false);
}

const podSecurityFields = [
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'fsGroup',
  'supplementalGroups',
  'seccompProfile',
];

function validatePodSecurityContext(
  context: Record<string, unknown> | undefined,
  features: FeaturesConfig,
): FieldError {
  if (!context) return noError;
  const secure = features.securePodDefaults === 'Enabled' || features.securePodDefaults === 'AllowRootBounded';
  const allowed = features.podSpecSecurityContext === 'Disabled' ? [] : podSecurityFields;
  const seccomp = (context['seccompProfile'] as { type?: string } | undefined)?.type;
  const profileFine = secure && (seccomp === 'RuntimeDefault' || seccomp === 'Unconfined');
  const wrong = Object.keys(context)
    .filter((field) => context[field] !== undefined && context[field] !== null)
    .filter((field) => !allowed.includes(field) && !(field === 'seccompProfile' && profileFine))
    .sort();
  let errors = wrong.length > 0 ? disallowedFields(...wrong) : noError;
  for (const field of ['runAsUser', 'runAsGroup', 'fsGroup']) {
    const id = context[field];
    if (typeof id === 'number' && (id < 0 || id > maxId)) errors = errors.also(outOfBounds(id, 0, maxId, field));
  }
  const groups = context['supplementalGroups'];
  if (Array.isArray(groups)) {
    groups.forEach((id, index) => {
      if (typeof id === 'number' && (id < 0 || id > maxId)) {
        errors = errors.also(outOfBounds(id, 0, maxId, '').viaFieldIndex('supplementalGroups', index));
      }
    });
  }
  return errors;
}

/** The one port over all containers that serves, or why there is none. */
function servingPort(containers: Container[]): { port: PortContext; error: FieldError } {
  const ports = containers.flatMap((container) => container.ports ?? []);
  const last = containers.findLast((container) => (container.ports?.length ?? 0) > 0)?.ports?.[0];
  const port = { name: last?.name || 'http', containerPort: last?.containerPort || 8080 };
  if (ports.length === 0 && containers.length > 1) return { port, error: missingField('ports') };
  if (ports.length <= 1) return { port, error: noError };
  return {
    port,
    error: fieldError(
      'more than one container port is set',
      ['ports'],
      'Only a single port is allowed across all containers',
    ),
  };
}

function validateContainers(
  containers: Container[],
  volumes: ReadonlyMap<string, Volume>,
  port: PortContext,
  features: FeaturesConfig,
): FieldError {
  if (features.multiContainer !== 'Enabled') {
    return fieldError(`multi-container is off, but found ${containers.length} containers`, []);
  }
  let errors = noError;
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const name = container.name ?? '';
    // Knative puts the index of the later one before everything found so far.
    if (names.has(name)) {
      errors = errors.also(fieldError(`duplicate container name ${JSON.stringify(name)}`, ['name']));
      errors = errors.viaFieldIndex('containers', index);
    }
    names.add(name);
    const found =
      (container.ports?.length ?? 0) === 0
        ? validateSidecarProbes(container, features).also(validateContainer(container, volumes, features, 'sidecar'))
        : validateUserContainer(container, volumes, port, features);
    errors = errors.also(found.viaFieldIndex('containers', index));
  });
  return errors;
}

function validateInitContainers(
  containers: Container[],
  others: Container[],
  volumes: ReadonlyMap<string, Volume>,
  features: FeaturesConfig,
): FieldError {
  if (containers.length === 0) return noError;
  if (features.podSpecInitContainers !== 'Enabled') {
    return fieldError(
      `pod spec support for init-containers is off, but found ${containers.length} init containers`,
      [],
    );
  }
  const names = new Set(others.map(({ name }) => name ?? ''));
  const role: Role = 'init';
  let errors = noError;
  containers.forEach((container, index) => {
    const name = container.name ?? '';
    if (names.has(name)) {
      errors = errors.also(fieldError(`duplicate container name ${JSON.stringify(name)}`, ['name']));
      errors = errors.viaFieldIndex('containers', index);
    }
    let found = noError;
    for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const) {
      if (container[field]) found = found.also(fieldError('field not allowed in an init container', [field]));
    }
    found = found.also(validateContainer(container, volumes, features, role));
    errors = errors.also(found.viaFieldIndex('containers', index));
  });
  return errors;
}
