/** Validation of one container: name, image, env, ports, security context, mounts. */
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
  outOfBounds,
} from '../field-errors.ts';
import { isImageReference } from './image-reference.ts';
import { type PortContext, validateProbe, validateReadinessProbe } from './probe-validation.ts';
import type { Container, ContainerPort, EnvFromSource, EnvVar, SecurityContext, Volume } from './types.ts';
import { validateVolumeMounts } from './volume-validation.ts';

/** What a container is in its pod. */
export type Role = 'user' | 'sidecar' | 'init';

const reservedEnv = ['K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];
/** Of the queue proxy: requests, HTTP/2, admin, metrics, user metrics, profiling. */
const reservedPorts = [8012, 8013, 8022, 9090, 9091, 8008];
const portNames = ['h2c', 'http1', ''];
const maxId = 2147483647;

export function validateUserContainer(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  port: PortContext,
  features: FeaturesConfig,
): FieldError {
  return validateProbe(container.livenessProbe, port)
    .viaField('livenessProbe')
    .also(validateReadinessProbe(container.readinessProbe, port).viaField('readinessProbe'))
    .also(validateProbe(container.startupProbe, port).viaField('startupProbe'))
    .also(validateContainer(container, volumes, features, 'user'));
}

/** Everything but probes. */
export function validateContainer(
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
  features: FeaturesConfig,
  role: Role,
): FieldError {
  if (isEmptyContainer(container)) return missingField('');
  let errors = validateNotAllowed(container);
  if (container.name === 'queue-proxy') {
    errors = errors.also(fieldError(`"${container.name}" is a reserved container name`, ['name']));
  }
  (container.env ?? []).forEach((env, index) => {
    errors = errors.also(validateEnv(env, features, role).viaIndex(index).viaField('env'));
  });
  errors = errors.also(validateEnvFrom(container.envFrom ?? []).viaField('envFrom'));
  const image = container.image ?? '';
  if (image === '') errors = errors.also(missingField('image'));
  else if (!isImageReference(image)) {
    const details = `image: ${JSON.stringify(image)}, error: could not parse reference: ${image}`;
    errors = errors.also(fieldError('Failed to parse image reference', ['image'], details));
  }
  errors = errors.also(validatePorts(container.ports ?? [], role).viaField('ports'));
  if (container.resources?.claims) errors = errors.also(disallowedFields('claims').viaField('resources'));
  errors = errors.also(validateSecurityContext(container.securityContext, features).viaField('securityContext'));
  const policy = container.terminationMessagePolicy ?? '';
  if (!['', 'File', 'FallbackToLogsOnError'].includes(policy)) {
    errors = errors.also(invalidValue(policy, 'terminationMessagePolicy'));
  }
  return errors.also(validateVolumeMounts(container.volumeMounts ?? [], volumes, features).viaField('volumeMounts'));
}

function isEmptyContainer(container: Container): boolean {
  return Object.values(container).every(
    (value) => value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0),
  );
}

const initFields = [
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'stdin',
  'stdinOnce',
  'tty',
  'volumeDevices',
] as const;

/** Fields that the schema lets through only in init containers; what Go leaves out when empty is not there any more. */
function validateNotAllowed(container: Container): FieldError {
  const fields = initFields.filter((field) => container[field] !== undefined);
  return fields.length > 0 ? disallowedFields(...fields) : noError;
}

function validateEnv(env: EnvVar, features: FeaturesConfig, role: Role): FieldError {
  let errors = noError;
  if (!env.name) errors = missingField('name');
  else if (reservedEnv.includes(env.name) || (env.name === 'PORT' && role === 'user')) {
    errors = fieldError(`${JSON.stringify(env.name)} is a reserved environment variable`, ['name']);
  }
  if (features.podSpecFieldRef !== 'Disabled') return errors;
  const fields = (['fieldRef', 'resourceFieldRef'] as const).filter((field) => env.valueFrom?.[field]);
  return fields.length > 0 ? errors.also(disallowedFields(...fields).viaField('valueFrom')) : errors;
}

function validateEnvFrom(sources: EnvFromSource[]): FieldError {
  let errors = noError;
  sources.forEach((source, index) => {
    // As Knative does it: what was found before moves below the source that is looked at.
    if (source.secretRef) errors = errors.viaIndex(index).viaField('secretRef');
    if (source.configMapRef) errors = errors.viaIndex(index).viaField('configMapRef');
    const fields = ['configMapRef', 'secretRef'];
    if (source.configMapRef && source.secretRef) errors = errors.also(multipleOneOf(...fields));
    else if (!source.configMapRef && !source.secretRef) errors = errors.also(missingOneOf(...fields));
  });
  return errors;
}

function validatePorts(ports: ContainerPort[], role: Role): FieldError {
  const [port] = ports;
  if (!port) return noError;
  if (role === 'init') return ports.reduce((errors, one) => errors.also(validatePort(one)), noError);
  let errors = validatePort(port);
  const protocol = port.protocol ?? '';
  if (protocol !== '' && protocol !== 'TCP') errors = errors.also(invalidValue(protocol, 'protocol'));
  const name = port.name ?? '';
  if (!portNames.includes(name)) {
    errors = errors.also(
      fieldError(`Port name ${name} is not allowed`, [''], "Name must be empty, or one of: 'h2c', 'http1'"),
    );
  }
  return errors;
}

function validatePort(port: ContainerPort): FieldError {
  const number = port.containerPort ?? 0;
  let errors = noError;
  const fields = (['hostIP', 'hostPort'] as const).filter((field) => port[field]);
  if (fields.length > 0) errors = disallowedFields(...fields);
  if (reservedPorts.includes(number)) {
    const why = `${number} is a reserved port`;
    errors = errors.also(invalidValue(why, 'containerPort', `${why}, please use a different value`));
  }
  if (number < 0 || number > 65535) errors = errors.also(outOfBounds(number, 0, 65535, 'containerPort'));
  return errors;
}

const securityFields = [
  'allowPrivilegeEscalation',
  'capabilities',
  'readOnlyRootFilesystem',
  'runAsGroup',
  'runAsNonRoot',
  'runAsUser',
  'seccompProfile',
];

function validateSecurityContext(context: SecurityContext | undefined, features: FeaturesConfig): FieldError {
  if (!context) return noError;
  const fields = Object.keys(context)
    .filter((field) => context[field] !== undefined && !securityFields.includes(field))
    .filter((field) => field !== 'privileged' || context.privileged)
    .sort();
  let errors = fields.length > 0 ? disallowedFields(...fields) : noError;
  const added = context.capabilities?.add ?? [];
  const secure = features.securePodDefaults === 'Enabled' || features.securePodDefaults === 'AllowRootBounded';
  const bindOnly = secure && added.length === 1 && added[0] === 'NET_BIND_SERVICE';
  if (added.length > 0 && features.containerSpecAddCapabilities !== 'Enabled' && !bindOnly) {
    errors = errors.also(disallowedFields('add').viaField('capabilities'));
  }
  for (const field of ['runAsUser', 'runAsGroup'] as const) {
    const id = context[field];
    if (id !== undefined && (id < 0 || id > maxId)) errors = errors.also(outOfBounds(id, 0, maxId, field));
  }
  return errors;
}
