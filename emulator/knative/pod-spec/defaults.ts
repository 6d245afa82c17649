/** Defaults of a revision's spec (Knative: revision_defaults.go). Changes in place; Go's zero values count as absent. */
import { objectMeta } from '../config/serving.ts';
import type { DefaultsConfig, PlatformConfig } from '../config/types.ts';
import { childName } from '../names.ts';
import type { RevisionSpec } from '../revision/types.ts';
import type { Container, Probe, SecurityContext } from './types.ts';

export interface Parent {
  name?: string;
  generateName?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** `parent`: metadata for the container name templates. `creating`: service links are defaulted too. */
export function defaultRevisionSpec(
  spec: RevisionSpec,
  parent: Parent,
  config: PlatformConfig,
  creating: boolean,
): void {
  const { defaults } = config;
  defaultTimeouts(spec, defaults);
  spec.containerConcurrency ??= defaults.containerConcurrency;

  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  const taken = new Set([...containers, ...initContainers].map(({ name }) => name ?? ''));
  defaultNames(containers, taken, executed(defaults.containerNameTemplate, parent));
  defaultNames(initContainers, taken, executed(defaults.initContainerNameTemplate, parent));
  for (const container of containers) {
    defaultContainer(spec, container, defaults, creating);
    defaultSecurityContext(spec, container, config);
  }
  for (const container of initContainers) defaultSecurityContext(spec, container, config);
}

function defaultTimeouts(spec: RevisionSpec, defaults: DefaultsConfig): void {
  const timeout = spec.timeoutSeconds || defaults.revisionTimeoutSeconds;
  spec.timeoutSeconds = timeout;
  // Only where it says something: 0 is no limit, and one beyond the whole timeout has no effect.
  const { revisionIdleTimeoutSeconds: idle, revisionResponseStartTimeoutSeconds: start } = defaults;
  if (spec.idleTimeoutSeconds === undefined && idle !== 0 && idle < timeout) spec.idleTimeoutSeconds = idle;
  if (spec.responseStartTimeoutSeconds === undefined && start !== 0 && start < timeout) {
    spec.responseStartTimeoutSeconds = start;
  }
}

function executed(template: DefaultsConfig['containerNameTemplate'], parent: Parent): string {
  try {
    return template.execute(objectMeta(parent));
  } catch {
    return '';
  }
}

/** With several containers, or where the name is taken, a number is put behind it. */
function defaultNames(containers: Container[], taken: ReadonlySet<string>, base: string): void {
  let next = 0;
  for (const container of containers) {
    if (container.name) continue;
    let name = base;
    if (containers.length > 1 || taken.has(name)) {
      do name = childName(base, `-${next++}`);
      while (taken.has(name));
    }
    container.name = name;
  }
}

function defaultContainer(spec: RevisionSpec, container: Container, defaults: DefaultsConfig, creating: boolean): void {
  const requests = { ...defaults.requests, ...container.resources?.requests };
  const limits = { ...defaults.limits, ...container.resources?.limits };
  container.resources = {
    ...container.resources,
    ...(Object.keys(requests).length > 0 ? { requests } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
  };

  // A sidecar (no port, among several containers) gets no probe of its own accord.
  if (spec.containers.length === 1 || (container.ports?.length ?? 0) > 0) {
    const probe = container.readinessProbe ?? {};
    container.readinessProbe = probe;
    if (!probe.tcpSocket && !probe.httpGet && !probe.exec && !probe.grpc) probe.tcpSocket = { port: 0 };
  }
  if (container.readinessProbe) defaultReadiness(container.readinessProbe);
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    if (probe?.grpc) probe.grpc.service ??= '';
  }
  if (spec.enableServiceLinks === undefined && creating && defaults.enableServiceLinks !== undefined) {
    spec.enableServiceLinks = defaults.enableServiceLinks;
  }

  const writable = new Set(
    (spec.volumes ?? [])
      .filter((volume) => volume.emptyDir || volume.persistentVolumeClaim || volume['ephemeral'])
      .map(({ name }) => name),
  );
  for (const mount of container.volumeMounts ?? []) if (!writable.has(mount.name)) mount.readOnly = true;
}

function defaultReadiness(probe: Probe): void {
  probe.successThreshold ||= 1;
  // Without a period Knative probes by itself, many times a second.
  if (!probe.periodSeconds) return;
  probe.failureThreshold ||= 3;
  probe.timeoutSeconds ||= 1;
}

/** Feature secure-pod-defaults: settings of the `restricted` profile for what is not said. */
function defaultSecurityContext(spec: RevisionSpec, container: Container, config: PlatformConfig): void {
  const mode = config.features.securePodDefaults;
  if (mode !== 'Enabled' && mode !== 'AllowRootBounded') return;
  const pod = (spec.securityContext ?? {}) as SecurityContext;
  const context: SecurityContext = { ...container.securityContext };
  context.allowPrivilegeEscalation ??= false;
  if (!pod.seccompProfile?.type) {
    context.seccompProfile = { ...context.seccompProfile, type: context.seccompProfile?.type || 'RuntimeDefault' };
  }
  if (!context.capabilities) {
    const lowPort = (container.ports ?? []).some(({ containerPort }) => (containerPort ?? 0) < 1024);
    context.capabilities = { drop: ['ALL'], ...(lowPort ? { add: ['NET_BIND_SERVICE'] } : {}) };
  }
  if (mode === 'Enabled' && pod.runAsNonRoot === undefined) context.runAsNonRoot ??= true;
  container.securityContext = context;
}
