/**
 * What stands below fields that the schema leaves open: features gate them, or a container that serves may not have them. Go
 * decodes them all the same, so a wrong type is refused, what Go does not know is dropped, and what it always writes is there.
 */
import {
  always,
  bool,
  int32,
  int64,
  list,
  map,
  namedMap,
  object,
  open,
  pointer,
  quantity,
  string,
  stringMap,
  strings,
  stringType,
  type Type,
} from '../struct/type.ts';
import { probeHandlers } from './probes.ts';

const text = string('');
const flag = pointer(bool(''));
const id = pointer(int64(''));
const key = always(text);
const number = always(int32(''));

const named = (name: string): Type => stringType(text, `v1.${name}`);
const maybe = (name: string): Type => pointer(named(name));
const struct = (name: string, fields: Record<string, Type>): Type => object(`v1.${name}`, '', fields);
const several = (of: Type): Type => list('', of);

/** `type` in Go, anything in the schema. */
export function unseen(description: string, type: Type): Type {
  const { schema } = open(description);
  if (type.go.kind !== 'list') return { ...pointer(type), schema };
  return { ...type, schema: { type: 'array', description, items: open('').schema } };
}

const labelSelector = pointer(
  struct('LabelSelector', {
    matchLabels: stringMap(''),
    matchExpressions: several(
      struct('LabelSelectorRequirement', {
        key,
        operator: always(named('LabelSelectorOperator')),
        values: strings(''),
      }),
    ),
  }),
);

const nodeRequirements = several(
  struct('NodeSelectorRequirement', { key, operator: always(named('NodeSelectorOperator')), values: strings('') }),
);
const nodeTerm = struct('NodeSelectorTerm', { matchExpressions: nodeRequirements, matchFields: nodeRequirements });
const podTerm = struct('PodAffinityTerm', {
  labelSelector,
  namespaces: strings(''),
  topologyKey: key,
  namespaceSelector: labelSelector,
  matchLabelKeys: strings(''),
  mismatchLabelKeys: strings(''),
});
const podAffinity = (name: string): Type =>
  pointer(
    struct(name, {
      requiredDuringSchedulingIgnoredDuringExecution: several(podTerm),
      preferredDuringSchedulingIgnoredDuringExecution: several(
        struct('WeightedPodAffinityTerm', { weight: number, podAffinityTerm: podTerm }),
      ),
    }),
  );

export const affinity = struct('Affinity', {
  nodeAffinity: pointer(
    struct('NodeAffinity', {
      requiredDuringSchedulingIgnoredDuringExecution: pointer(
        struct('NodeSelector', { nodeSelectorTerms: always(several(nodeTerm)) }),
      ),
      preferredDuringSchedulingIgnoredDuringExecution: several(
        struct('PreferredSchedulingTerm', { weight: number, preference: nodeTerm }),
      ),
    }),
  ),
  podAffinity: podAffinity('PodAffinity'),
  podAntiAffinity: podAffinity('PodAntiAffinity'),
});

export const topologySpreadConstraints = several(
  struct('TopologySpreadConstraint', {
    maxSkew: number,
    topologyKey: key,
    whenUnsatisfiable: always(named('UnsatisfiableConstraintAction')),
    labelSelector,
    minDomains: pointer(int32('')),
    nodeAffinityPolicy: maybe('NodeInclusionPolicy'),
    nodeTaintsPolicy: maybe('NodeInclusionPolicy'),
    matchLabelKeys: strings(''),
  }),
);

export const tolerations = several(
  struct('Toleration', {
    key: text,
    operator: named('TolerationOperator'),
    value: text,
    effect: named('TaintEffect'),
    tolerationSeconds: id,
  }),
);

export const hostAliases = several(struct('HostAlias', { ip: key, hostnames: strings('') }));

export const dnsConfig = struct('PodDNSConfig', {
  nameservers: strings(''),
  searches: strings(''),
  options: several(struct('PodDNSConfigOption', { name: text, value: pointer(text) })),
});

const profile = (name: string): Type =>
  pointer(struct(name, { type: always(named(`${name}Type`)), localhostProfile: pointer(text) }));

/** Of a pod and of a container alike. */
const platformOptions = {
  seLinuxOptions: pointer(struct('SELinuxOptions', { user: text, role: text, type: text, level: text })),
  windowsOptions: pointer(
    struct('WindowsSecurityContextOptions', {
      gmsaCredentialSpecName: pointer(text),
      gmsaCredentialSpec: pointer(text),
      runAsUserName: pointer(text),
      hostProcess: flag,
    }),
  ),
  appArmorProfile: profile('AppArmorProfile'),
};

export const podSecurityContext = struct('PodSecurityContext', {
  ...platformOptions,
  runAsUser: id,
  runAsGroup: id,
  runAsNonRoot: flag,
  supplementalGroups: several(int64('')),
  supplementalGroupsPolicy: maybe('SupplementalGroupsPolicy'),
  fsGroup: id,
  sysctls: several(struct('Sysctl', { name: key, value: key })),
  fsGroupChangePolicy: maybe('PodFSGroupChangePolicy'),
  seccompProfile: profile('SeccompProfile'),
  seLinuxChangePolicy: maybe('PodSELinuxChangePolicy'),
});

export const emptyDir = struct('EmptyDirVolumeSource', {
  medium: named('StorageMedium'),
  sizeLimit: pointer(quantity('')),
});
export const hostPath = struct('HostPathVolumeSource', { path: key, type: maybe('HostPathType') });
export const claim = struct('PersistentVolumeClaimVolumeSource', { claimName: key, readOnly: bool('') });
export const csi = struct('CSIVolumeSource', {
  driver: key,
  readOnly: flag,
  fsType: pointer(text),
  volumeAttributes: stringMap(''),
  nodePublishSecretRef: pointer(struct('LocalObjectReference', { name: text })),
});
export const image = struct('ImageVolumeSource', { reference: text, pullPolicy: named('PullPolicy') });

const amounts = namedMap(map('', quantity('')), 'v1.ResourceList');
const reference = { kind: key, name: key, apiGroup: pointer(text) };

export const ephemeral = struct('EphemeralVolumeSource', {
  volumeClaimTemplate: pointer(
    struct('PersistentVolumeClaimTemplate', {
      metadata: struct('ObjectMeta', {
        name: text,
        generateName: text,
        labels: stringMap(''),
        annotations: stringMap(''),
        finalizers: strings(''),
      }),
      spec: struct('PersistentVolumeClaimSpec', {
        accessModes: several(named('PersistentVolumeAccessMode')),
        selector: labelSelector,
        resources: struct('VolumeResourceRequirements', { limits: amounts, requests: amounts }),
        volumeName: text,
        storageClassName: pointer(text),
        volumeMode: maybe('PersistentVolumeMode'),
        dataSource: pointer(struct('TypedLocalObjectReference', reference)),
        dataSourceRef: pointer(struct('TypedObjectReference', { ...reference, namespace: pointer(text) })),
        volumeAttributesClassName: pointer(text),
      }),
    }),
  ),
});

const lifecycleHandler = pointer(
  struct('LifecycleHandler', {
    exec: probeHandlers.exec,
    httpGet: probeHandlers.httpGet,
    tcpSocket: probeHandlers.tcpSocket,
    sleep: pointer(struct('SleepAction', { seconds: always(int64('')) })),
  }),
);

/** Of an init container: nothing of it is allowed, but it has to be seen to be refused. */
export const initOnly = {
  restartPolicy: maybe('ContainerRestartPolicy'),
  restartPolicyRules: several(
    struct('ContainerRestartRule', {
      action: named('ContainerRestartRuleAction'),
      exitCodes: pointer(
        struct('ContainerRestartRuleOnExitCodes', {
          operator: named('ContainerRestartRuleOnExitCodesOperator'),
          values: several(int32('')),
        }),
      ),
    }),
  ),
  lifecycle: pointer(
    struct('Lifecycle', { postStart: lifecycleHandler, preStop: lifecycleHandler, stopSignal: maybe('Signal') }),
  ),
  resizePolicy: several(
    struct('ContainerResizePolicy', {
      resourceName: always(named('ResourceName')),
      restartPolicy: always(named('ResourceResizeRestartPolicy')),
    }),
  ),
  stdin: bool(''),
  stdinOnce: bool(''),
  tty: bool(''),
  volumeDevices: several(struct('VolumeDevice', { name: key, devicePath: key })),
};

/** What the schema of a port, a mount, a security context does not know: seen in init containers only. */
export const initPort = { hostPort: int32(''), hostIP: text };
export const initMount = { recursiveReadOnly: maybe('RecursiveReadOnlyMode'), subPathExpr: text };
export const initSecurityContext = { ...platformOptions, procMount: maybe('ProcMountType') };
export const initResources = {
  claims: several(struct('ResourceClaim', { name: key, request: text })),
};
