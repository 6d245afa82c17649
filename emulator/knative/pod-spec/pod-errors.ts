/**
 * What Kubernetes refuses in the spec of a pod, or in the template of a Deployment, in its own words (its
 * pkg/apis/core/validation): the part that Knative's validation and the schemas let through. Pure.
 */
import { duplicate, type FieldError, invalid, notSupported, required } from '../../kernel/schema/field-errors.ts';
import { envNameErrors, label1123Errors, qualifiedNameErrors } from '../names-validation.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import type { Container, PodSpec, Probe, Volume } from './types.ts';

/** `path`: of the spec, `spec` or `spec.template.spec`. */
export function podSpecErrors(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const report: Report = (...found) => {
    errors.push(...found);
  };
  for (const [index, volume] of (spec.volumes ?? []).entries())
    checkVolume(volume, `${path}.volumes[${index}]`, report);
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      const where = `${path}.${list}[${index}]`;
      checkContainer(container, where, names, report);
      for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        checkProbe(container[probe], `${where}.${probe}`, report);
      }
    }
  }
  return errors;
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const schemes = ['HTTP', 'HTTPS'];
const oneSource =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef`, `fileKeyRef`';

type Report = (...errors: FieldError[]) => void;

function checkContainer(container: Container, path: string, names: Set<string>, report: Report): void {
  const name = container.name ?? '';
  if (name === '') report(required(`${path}.name`));
  else {
    for (const why of label1123Errors(name)) report(invalid(`${path}.name`, name, why));
    if (names.has(name)) report(duplicate(`${path}.name`, name));
    names.add(name);
  }
  const policy = container.imagePullPolicy;
  if (policy && !pullPolicies.includes(policy)) {
    report(notSupported(`${path}.imagePullPolicy`, policy, pullPolicies));
  }
  if (container.image !== container.image?.trim()) {
    report(invalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  }
  for (const [index, env] of (container.env ?? []).entries()) checkEnv(env, `${path}.env[${index}]`, report);
  container.envFrom?.forEach((source, index) => {
    for (const [field, ref] of [
      ['configMapRef', source.configMapRef],
      ['secretRef', source.secretRef],
    ] as const) {
      if (ref && !ref.name) report(required(`${path}.envFrom[${index}].${field}.name`));
    }
  });
  checkResources(container, `${path}.resources`, report);
  const context = container.securityContext;
  const added = context?.capabilities?.add ?? [];
  if (context?.allowPrivilegeEscalation === false && added.includes('CAP_SYS_ADMIN')) {
    const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
    report(invalid(`${path}.securityContext`, {}, why));
  }
  const profile = context?.seccompProfile;
  if (profile && !profiles.includes(profile.type)) {
    report(notSupported(`${path}.securityContext.seccompProfile.type`, profile.type, profiles));
  } else if (profile?.type === 'Localhost' && !profile.localhostProfile) {
    const where = `${path}.securityContext.seccompProfile.localhostProfile`;
    report(required(where, 'must be set when seccomp type is Localhost'));
  }
  container.volumeMounts?.forEach((mount, index) => {
    const where = `${path}.volumeMounts[${index}].subPath`;
    if (mount.subPath) report(...relativePathErrors(where, mount.subPath));
  });
}

function checkEnv(env: NonNullable<Container['env']>[number], path: string, report: Report): void {
  for (const why of envNameErrors(env.name)) report(invalid(`${path}.name`, env.name, why));
  if (!env.valueFrom) return;
  const from = env.valueFrom;
  const sources = [from.fieldRef, from.resourceFieldRef, from.configMapKeyRef, from.secretKeyRef].filter(Boolean);
  if (sources.length === 0) {
    report(invalid(`${path}.valueFrom`, '', oneSource));
  }
  if (sources.length > 1) {
    report(invalid(`${path}.valueFrom`, '', 'may not have more than one field specified at a time'));
  }
  if (env.value && sources.length > 0) {
    report(invalid(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  }
  for (const [field, ref] of [
    ['configMapKeyRef', from.configMapKeyRef],
    ['secretKeyRef', from.secretKeyRef],
  ] as const) {
    if (!ref) continue;
    if (!ref.name) report(required(`${path}.valueFrom.${field}.name`));
    if (!ref.key) report(required(`${path}.valueFrom.${field}.key`));
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
      for (const why of qualifiedNameErrors(resource)) report(invalid(where, resource, why));
      const quantity = parseQuantity(amount);
      if (quantity && quantity.nano < 0n) {
        report(invalid(where, quantity.canonical, 'must be greater than or equal to 0'));
      }
    }
  }
  for (const [resource, request] of Object.entries(requests)) {
    const limit = limits[resource];
    if (limit === undefined || compareQuantities(request, limit) <= 0) continue;
    const why = `must be less than or equal to ${resource} limit of ${limit}`;
    report(invalid(`${path}.requests`, String(request), why));
  }
}

function checkProbe(probe: Probe | undefined, path: string, report: Report): void {
  if (!probe) return;
  for (const handler of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port = probe[handler]?.port;
    if (!probe[handler]) continue;
    if (typeof port !== 'string' && (port === undefined || port < 1 || port > 65535)) {
      report(invalid(`${path}.${handler}.port`, port ?? 0, 'must be between 1 and 65535, inclusive'));
    }
  }
  const scheme = probe.httpGet?.scheme;
  if (scheme && !schemes.includes(scheme)) report(notSupported(`${path}.httpGet.scheme`, scheme, schemes));
  if (probe.exec && (probe.exec.command?.length ?? 0) === 0) report(required(`${path}.exec.command`));
  const fields = [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const;
  for (const field of fields) {
    const value = probe[field] ?? 0;
    if (value < 0) report(invalid(`${path}.${field}`, value, 'must be greater than or equal to 0'));
  }
  const once = path.endsWith('livenessProbe') || path.endsWith('startupProbe');
  if (once && (probe.successThreshold ?? 0) > 1) {
    report(invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
}

function checkVolume(volume: Volume, path: string, report: Report): void {
  if (volume.configMap && !volume.configMap.name) report(required(`${path}.configMap.name`));
  if (volume.secret && !volume.secret.secretName) report(required(`${path}.secret.secretName`));
  const { persistentVolumeClaim, hostPath, csi } = volume;
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName) {
    report(required(`${path}.persistentVolumeClaim.claimName`));
  }
  if (hostPath && !hostPath.path) report(required(`${path}.hostPath.path`));
  if (csi && !csi.driver) report(required(`${path}.csi.driver`));
  for (const source of ['configMap', 'secret'] as const) {
    volume[source]?.items?.forEach((item, index) => {
      const where = `${path}.${source}.items[${index}]`;
      if (!item.key) report(required(`${where}.key`));
      if (item.path) report(...relativePathErrors(`${where}.path`, item.path));
      else report(required(`${where}.path`));
    });
  }
  for (const source of ['configMap', 'secret', 'projected'] as const) {
    const mode = volume[source]?.defaultMode;
    if (mode !== undefined && (mode < 0 || mode > 0o777)) {
      const why = 'must be a number between 0 and 0777 (octal), both inclusive';
      report(invalid(`${path}.${source}.defaultMode`, mode, why));
    }
  }
}

function relativePathErrors(path: string, given: string): FieldError[] {
  if (given.startsWith('/')) return [invalid(path, given, 'must be a relative path')];
  return given.split('/').includes('..') ? [invalid(path, given, "must not contain '..'")] : [];
}
