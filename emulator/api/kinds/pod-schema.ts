/** The schema of core/v1 PodSpec, with the defaults and the patch strategies that kubectl's users see. */
import type { Schema } from '../../kernel/resource.ts';
import {
  anything,
  flag,
  int32,
  int64,
  intOrString,
  labelSelector,
  list,
  listBy,
  localReference,
  object,
  quantities,
  quantity,
  retainKeys,
  said,
  setOf,
  text,
  textMap,
  texts,
  time,
  withDefault,
} from './build.ts';

const httpGet = object(
  {
    path: withDefault(text, '/'),
    port: intOrString,
    host: text,
    scheme: withDefault(text, 'HTTP'),
    httpHeaders: list(object({ name: text, value: text }, ['name', 'value'])),
  },
  ['port'],
);

const handler = {
  exec: object({ command: texts }),
  httpGet,
  tcpSocket: object({ port: intOrString, host: text }, ['port']),
};

const probe = object({
  ...handler,
  grpc: object({ port: int32, service: withDefault(text, '') }, ['port']),
  initialDelaySeconds: int32,
  timeoutSeconds: withDefault(int32, 1),
  periodSeconds: withDefault(int32, 10),
  successThreshold: withDefault(int32, 1),
  failureThreshold: withDefault(int32, 3),
  terminationGracePeriodSeconds: int64,
});

const lifecycleHandler = object({ ...handler, sleep: object({ seconds: int64 }) });

const keySelector = {
  ...object({ name: withDefault(text, ''), key: text, optional: flag }, ['key']),
  'x-kubernetes-map-type': 'atomic',
} satisfies Schema;

const fieldReference = {
  ...object({ apiVersion: withDefault(text, 'v1'), fieldPath: text }, ['fieldPath']),
  'x-kubernetes-map-type': 'atomic',
} satisfies Schema;

const resourceReference = {
  ...object({ containerName: text, resource: text, divisor: quantity }, ['resource']),
  'x-kubernetes-map-type': 'atomic',
} satisfies Schema;

const environment = object(
  {
    name: text,
    value: text,
    valueFrom: object({
      fieldRef: fieldReference,
      resourceFieldRef: resourceReference,
      configMapKeyRef: keySelector,
      secretKeyRef: keySelector,
      fileKeyRef: anything,
    }),
  },
  ['name'],
);

const environmentSource = object({
  prefix: text,
  configMapRef: object({ name: text, optional: flag }),
  secretRef: object({ name: text, optional: flag }),
});

export const resources: Schema = object({
  limits: quantities,
  requests: quantities,
  claims: listBy(object({ name: text, request: text }, ['name']), 'name'),
});

const seLinux = object({ level: text, role: text, type: text, user: text });
const seccompProfile = object({ type: text, localhostProfile: text }, ['type']);

const containerSecurity = object({
  allowPrivilegeEscalation: flag,
  appArmorProfile: anything,
  capabilities: object({ add: texts, drop: texts }),
  privileged: flag,
  procMount: text,
  readOnlyRootFilesystem: flag,
  runAsGroup: int64,
  runAsNonRoot: flag,
  runAsUser: int64,
  seLinuxOptions: seLinux,
  seccompProfile,
  windowsOptions: anything,
});

const containerProperties: Record<string, Schema> = {
  name: said(text, 'Name of the container, unique in the pod.'),
  image: said(text, 'Image to run.'),
  command: said(texts, "Entrypoint; the image's own when absent."),
  args: said(texts, "Arguments of the entrypoint; the image's own when absent."),
  workingDir: text,
  ports: said(
    listBy(
      object({ name: text, containerPort: int32, hostIP: text, hostPort: int32, protocol: withDefault(text, 'TCP') }, [
        'containerPort',
      ]),
      'containerPort',
      'protocol',
    ),
    'Ports that the container listens on.',
  ),
  env: said(listBy(environment, 'name'), 'Environment variables.'),
  envFrom: list(environmentSource),
  resources: said(resources, 'Requests and limits of cpu, memory and so on.'),
  resizePolicy: list(object({ resourceName: text, restartPolicy: text }, ['resourceName', 'restartPolicy'])),
  restartPolicy: text,
  restartPolicyRules: list(anything),
  volumeMounts: listBy(
    object(
      {
        name: text,
        mountPath: text,
        subPath: text,
        subPathExpr: text,
        readOnly: flag,
        recursiveReadOnly: text,
        mountPropagation: text,
      },
      ['name', 'mountPath'],
    ),
    'mountPath',
  ),
  volumeDevices: listBy(object({ name: text, devicePath: text }, ['name', 'devicePath']), 'devicePath'),
  livenessProbe: said(probe, 'Restarts the container when it fails.'),
  readinessProbe: said(probe, 'Keeps requests away while it fails.'),
  startupProbe: said(probe, 'Holds the other probes back until it has succeeded.'),
  lifecycle: object({ postStart: lifecycleHandler, preStop: lifecycleHandler, stopSignal: text }),
  terminationMessagePath: withDefault(text, '/dev/termination-log'),
  terminationMessagePolicy: withDefault(text, 'File'),
  imagePullPolicy: text,
  securityContext: containerSecurity,
  stdin: flag,
  stdinOnce: flag,
  tty: flag,
};

const container = object(containerProperties, ['name']);

const keyToPath = object({ key: text, path: text, mode: int32 }, ['key', 'path']);
const downwardItem = object(
  { path: text, mode: int32, fieldRef: fieldReference, resourceFieldRef: resourceReference },
  ['path'],
);

const volume = object(
  {
    name: text,
    emptyDir: object({ medium: text, sizeLimit: quantity }),
    configMap: object({ name: text, items: list(keyToPath), defaultMode: withDefault(int32, 420), optional: flag }),
    secret: object({ secretName: text, items: list(keyToPath), defaultMode: withDefault(int32, 420), optional: flag }),
    projected: object({
      defaultMode: withDefault(int32, 420),
      sources: list(
        object({
          configMap: object({ name: text, items: list(keyToPath), optional: flag }),
          secret: object({ name: text, items: list(keyToPath), optional: flag }),
          downwardAPI: object({ items: list(downwardItem) }),
          serviceAccountToken: object({ audience: text, expirationSeconds: withDefault(int64, 3600), path: text }, [
            'path',
          ]),
          clusterTrustBundle: anything,
          podCertificate: anything,
        }),
      ),
    }),
    downwardAPI: object({ items: list(downwardItem), defaultMode: withDefault(int32, 420) }),
    persistentVolumeClaim: object({ claimName: text, readOnly: flag }, ['claimName']),
    hostPath: object({ path: text, type: withDefault(text, '') }, ['path']),
    nfs: object({ server: text, path: text, readOnly: flag }, ['server', 'path']),
    csi: object(
      { driver: text, readOnly: flag, fsType: text, volumeAttributes: textMap, nodePublishSecretRef: localReference },
      ['driver'],
    ),
    ephemeral: anything,
    image: object({ reference: text, pullPolicy: text }),
    gitRepo: anything,
    awsElasticBlockStore: anything,
    azureDisk: anything,
    azureFile: anything,
    cephfs: anything,
    cinder: anything,
    fc: anything,
    flexVolume: anything,
    flocker: anything,
    gcePersistentDisk: anything,
    glusterfs: anything,
    iscsi: anything,
    photonPersistentDisk: anything,
    portworxVolume: anything,
    quobyte: anything,
    rbd: anything,
    scaleIO: anything,
    storageos: anything,
    vsphereVolume: anything,
  },
  ['name'],
);

const toleration = object({ key: text, operator: text, value: text, effect: text, tolerationSeconds: int64 });

export const podSpec: Schema = object(
  {
    containers: said(listBy(container, 'name'), 'Containers of the pod; at least one.'),
    initContainers: listBy(container, 'name'),
    ephemeralContainers: listBy(object({ ...containerProperties, targetContainerName: text }, ['name']), 'name'),
    volumes: { ...listBy(volume, 'name'), 'x-kubernetes-patch-strategy': 'merge,retainKeys' },
    restartPolicy: withDefault(text, 'Always'),
    terminationGracePeriodSeconds: withDefault(int64, 30),
    activeDeadlineSeconds: int64,
    dnsPolicy: withDefault(text, 'ClusterFirst'),
    dnsConfig: object({ nameservers: texts, searches: texts, options: list(object({ name: text, value: text })) }),
    nodeSelector: { ...textMap, 'x-kubernetes-map-type': 'atomic' },
    serviceAccountName: text,
    serviceAccount: text,
    automountServiceAccountToken: flag,
    nodeName: text,
    hostNetwork: flag,
    hostPID: flag,
    hostIPC: flag,
    hostUsers: flag,
    hostname: text,
    hostnameOverride: text,
    subdomain: text,
    setHostnameAsFQDN: flag,
    shareProcessNamespace: flag,
    securityContext: withDefault(
      object({
        appArmorProfile: anything,
        fsGroup: int64,
        fsGroupChangePolicy: text,
        runAsGroup: int64,
        runAsNonRoot: flag,
        runAsUser: int64,
        seLinuxChangePolicy: text,
        seLinuxOptions: seLinux,
        seccompProfile,
        supplementalGroups: list(int64),
        supplementalGroupsPolicy: text,
        sysctls: list(object({ name: text, value: text }, ['name', 'value'])),
        windowsOptions: anything,
      }),
      {},
    ),
    imagePullSecrets: listBy(localReference, 'name'),
    affinity: anything,
    schedulerName: withDefault(text, 'default-scheduler'),
    schedulingGates: listBy(object({ name: text }, ['name']), 'name'),
    schedulingGroup: anything,
    tolerations: list(toleration),
    hostAliases: listBy(object({ ip: text, hostnames: texts }, ['ip']), 'ip'),
    priorityClassName: text,
    priority: int32,
    preemptionPolicy: text,
    readinessGates: list(object({ conditionType: text }, ['conditionType'])),
    runtimeClassName: text,
    enableServiceLinks: flag,
    overhead: quantities,
    os: object({ name: text }, ['name']),
    resourceClaims: listBy(anything, 'name'),
    resources,
    topologySpreadConstraints: listBy(
      object({
        maxSkew: int32,
        topologyKey: text,
        whenUnsatisfiable: text,
        labelSelector,
        minDomains: int32,
        nodeAffinityPolicy: text,
        nodeTaintsPolicy: text,
        matchLabelKeys: texts,
      }),
      'topologyKey',
      'whenUnsatisfiable',
    ),
    workloadRef: anything,
  },
  ['containers'],
);

const containerState = object({
  waiting: object({ reason: text, message: text }),
  running: object({ startedAt: time }),
  terminated: object({
    exitCode: int32,
    signal: int32,
    reason: text,
    message: text,
    startedAt: time,
    finishedAt: time,
    containerID: text,
  }),
});

const containerStatus = list(
  object({
    name: text,
    image: text,
    imageID: text,
    containerID: text,
    ready: flag,
    started: flag,
    restartCount: int32,
    state: containerState,
    lastState: containerState,
    allocatedResources: quantities,
    resources,
    stopSignal: text,
    user: anything,
    volumeMounts: list(anything),
  }),
);

export const podStatus: Schema = object({
  phase: text,
  conditions: listBy(
    object({
      type: text,
      status: text,
      reason: text,
      message: text,
      lastProbeTime: time,
      lastTransitionTime: time,
      observedGeneration: int64,
    }),
    'type',
  ),
  message: text,
  reason: text,
  nominatedNodeName: text,
  hostIP: text,
  hostIPs: list(object({ ip: text })),
  podIP: text,
  podIPs: listBy(object({ ip: text }), 'ip'),
  startTime: time,
  observedGeneration: int64,
  initContainerStatuses: containerStatus,
  containerStatuses: containerStatus,
  ephemeralContainerStatuses: containerStatus,
  qosClass: text,
  resize: text,
});

/** Metadata of a template: what an author writes, nothing of the server's. */
const templateMetadata: Schema = object({
  name: text,
  namespace: text,
  generateName: text,
  labels: textMap,
  annotations: textMap,
  finalizers: setOf(text),
  ownerReferences: list(anything),
  creationTimestamp: time,
});

/** A pod template; deploymentStrategy and the like are one-of structures. */
export const podTemplate: Schema = object({ metadata: templateMetadata, spec: podSpec });

export const deploymentStrategy: Schema = retainKeys(
  object({ type: text, rollingUpdate: object({ maxSurge: intOrString, maxUnavailable: intOrString }) }),
);
