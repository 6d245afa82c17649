/**
 * What Kubernetes would say to the pod of a template: Knative's webhook tries it on dry runs, after its own validation.
 * Only what that validation lets through is looked at here.
 */
import type { PlatformConfig } from '../config/types.ts';
import { envNameErrors, label1123Errors, qualifiedNameErrors } from '../names-validation.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import type { RevisionTemplate } from '../revision/types.ts';
import type { Container, Probe, Volume } from './types.ts';

/** `dry run failed with …: spec.template`, or undefined when the pod is fine. */
export function dryRunTemplate(template: RevisionTemplate | undefined, config: PlatformConfig): string | undefined {
  if (!template?.spec?.containers) return undefined;
  const { spec } = template;
  const errors: string[] = [];
  const at = (path: string, why: string) => {
    errors.push(`${path}: ${why}`);
  };
  for (const [index, volume] of (spec.volumes ?? []).entries()) checkVolume(volume, `spec.volumes[${index}]`, at);
  const names = new Set<string>();
  spec.initContainers?.forEach((container, index) => {
    checkContainer(container, `spec.initContainers[${index}]`, names, at);
  });
  spec.containers.forEach((container, index) => {
    const serving = spec.containers.length === 1 || (container.ports?.length ?? 0) > 0;
    const path = `spec.containers[${index}]`;
    checkContainer(container, path, names, at);
    checkProbe(container.livenessProbe, `${path}.livenessProbe`, serving, at);
    // Others than exec are run by the queue proxy.
    if (container.readinessProbe?.exec) checkProbe(container.readinessProbe, `${path}.readinessProbe`, serving, at);
    checkProbe(container.startupProbe, `${path}.startupProbe`, false, at);
  });
  if (errors.length === 0) return undefined;
  const pod = `dry-run-validation${suffix(JSON.stringify([spec, config.defaults.revisionTimeoutSeconds]))}`;
  const list = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  return `dry run failed with Pod "${pod}" is invalid: ${list}: spec.template`;
}

type Report = (path: string, why: string) => void;

function invalid(value: string | number, why: string): string {
  return `Invalid value: ${typeof value === 'string' ? JSON.stringify(value) : value}: ${why}`;
}

function unsupported(value: string, ...options: string[]): string {
  return `Unsupported value: ${JSON.stringify(value)}: supported values: ${options.map((o) => `"${o}"`).join(', ')}`;
}

function checkContainer(container: Container, path: string, names: Set<string>, report: Report): void {
  const name = container.name ?? '';
  if (name === '') report(`${path}.name`, 'Required value');
  else {
    for (const why of label1123Errors(name)) report(`${path}.name`, invalid(name, why));
    if (names.has(name)) report(`${path}.name`, `Duplicate value: ${JSON.stringify(name)}`);
    names.add(name);
  }
  const policy = container.imagePullPolicy;
  if (policy && !['Always', 'IfNotPresent', 'Never'].includes(policy)) {
    report(`${path}.imagePullPolicy`, unsupported(policy, 'Always', 'IfNotPresent', 'Never'));
  }
  if (container.image !== container.image?.trim()) {
    report(`${path}.image`, invalid(container.image ?? '', 'must not have leading or trailing whitespace'));
  }
  for (const [index, env] of (container.env ?? []).entries()) checkEnv(env, `${path}.env[${index}]`, report);
  container.envFrom?.forEach((source, index) => {
    for (const [field, ref] of [
      ['configMapRef', source.configMapRef],
      ['secretRef', source.secretRef],
    ] as const) {
      if (ref && !ref.name) report(`${path}.envFrom[${index}].${field}.name`, 'Required value');
    }
  });
  checkResources(container, `${path}.resources`, report);
  const context = container.securityContext;
  const added = context?.capabilities?.add ?? [];
  if (context?.allowPrivilegeEscalation === false && added.includes('CAP_SYS_ADMIN')) {
    const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    report(`${path}.securityContext`, `Invalid value: {}: ${why}`);
  }
  const profile = context?.seccompProfile;
  if (profile && !['Localhost', 'RuntimeDefault', 'Unconfined'].includes(profile.type)) {
    report(
      `${path}.securityContext.seccompProfile.type`,
      unsupported(profile.type, 'Localhost', 'RuntimeDefault', 'Unconfined'),
    );
  } else if (profile?.type === 'Localhost' && !profile.localhostProfile) {
    report(
      `${path}.securityContext.seccompProfile.localhostProfile`,
      'Required value: must be set when seccomp type is Localhost',
    );
  }
  container.volumeMounts?.forEach((mount, index) => {
    const where = `${path}.volumeMounts[${index}]`;
    if (mount.subPath?.startsWith('/')) report(`${where}.subPath`, invalid(mount.subPath, 'must be a relative path'));
    else if (mount.subPath?.split('/').includes('..')) {
      report(`${where}.subPath`, invalid(mount.subPath, "must not contain '..'"));
    }
  });
}

function checkEnv(env: NonNullable<Container['env']>[number], path: string, report: Report): void {
  for (const why of envNameErrors(env.name)) report(`${path}.name`, invalid(env.name, why));
  if (!env.valueFrom) return;
  const from = env.valueFrom;
  const sources = [from.fieldRef, from.resourceFieldRef, from.configMapKeyRef, from.secretKeyRef].filter(Boolean);
  if (sources.length === 0) {
    report(
      `${path}.valueFrom`,
      invalid(
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef`, `fileKeyRef`',
      ),
    );
  }
  if (sources.length > 1) {
    report(`${path}.valueFrom`, invalid('', 'may not have more than one field specified at a time'));
  }
  if (env.value && sources.length > 0) {
    report(`${path}.valueFrom`, invalid('', 'may not be specified when `value` is not empty'));
  }
  for (const [field, ref] of [
    ['configMapKeyRef', from.configMapKeyRef],
    ['secretKeyRef', from.secretKeyRef],
  ] as const) {
    if (!ref) continue;
    if (!ref.name) report(`${path}.valueFrom.${field}.name`, 'Required value');
    if (!ref.key) report(`${path}.valueFrom.${field}.key`, 'Required value');
  }
}

function checkResources(container: Container, path: string, report: Report): void {
  const { limits = {}, requests = {} } = container.resources ?? {};
  for (const [kind, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [resource, amount] of Object.entries(amounts)) {
      const where = `${path}.${kind}[${resource}]`;
      for (const why of qualifiedNameErrors(resource)) report(where, invalid(resource, why));
      const quantity = parseQuantity(amount);
      if (quantity && quantity.nano < 0n) {
        report(where, invalid(quantity.canonical, 'must be greater than or equal to 0'));
      }
    }
  }
  for (const [resource, request] of Object.entries(requests)) {
    const limit = limits[resource];
    if (limit === undefined || compareQuantities(request, limit) <= 0) continue;
    report(`${path}.requests`, invalid(String(request), `must be less than or equal to ${resource} limit of ${limit}`));
  }
}

/** `rewritten`: Knative puts the user port in where the port is left out. */
function checkProbe(probe: Probe | undefined, path: string, rewritten: boolean, report: Report): void {
  if (!probe) return;
  for (const handler of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port = probe[handler]?.port;
    if (!probe[handler] || rewritten) continue;
    if (typeof port !== 'string' && (port === undefined || port < 1 || port > 65535)) {
      report(`${path}.${handler}.port`, invalid(port ?? 0, 'must be between 1 and 65535, inclusive'));
    }
  }
  const scheme = probe.httpGet?.scheme;
  if (scheme && !['HTTP', 'HTTPS'].includes(scheme)) {
    report(`${path}.httpGet.scheme`, unsupported(scheme, 'HTTP', 'HTTPS'));
  }
  if (probe.exec && (probe.exec.command?.length ?? 0) === 0) report(`${path}.exec.command`, 'Required value');
  const fields = [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const;
  for (const field of fields) {
    const value = probe[field] ?? 0;
    if (value < 0) report(`${path}.${field}`, invalid(value, 'must be greater than or equal to 0'));
  }
  const once = path.endsWith('livenessProbe') || path.endsWith('startupProbe');
  if (once && (probe.successThreshold ?? 0) > 1) {
    report(`${path}.successThreshold`, invalid(probe.successThreshold ?? 0, 'must be 1'));
  }
}

function checkVolume(volume: Volume, path: string, report: Report): void {
  if (volume.configMap && !volume.configMap.name) report(`${path}.configMap.name`, 'Required value');
  if (volume.secret && !volume.secret.secretName) report(`${path}.secret.secretName`, 'Required value');
  for (const source of ['configMap', 'secret', 'projected'] as const) {
    const mode = volume[source]?.defaultMode;
    if (mode !== undefined && (mode < 0 || mode > 0o777)) {
      const why = 'must be a number between 0 and 0777 (octal), both inclusive';
      report(`${path}.${source}.defaultMode`, invalid(mode, why));
    }
  }
}

const letters = 'bcdfghjklmnpqrstvwxz2456789';

/** The generated part of the pod's name: nobody sees that pod again, so it only has to look like one. */
function suffix(text: string): string {
  let hash = 2166136261;
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619) >>> 0;
  return Array.from({ length: 5 }, (_, index) => letters[(hash >>> (index * 5)) % letters.length]).join('');
}
