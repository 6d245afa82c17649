/** Schema of the PodSpec that Knative lets into a template: what is not here is pruned. */
import type { Schema } from '../../kernel/resource.ts';
import {
  always,
  bool,
  type Fields,
  int32,
  int64,
  layout,
  list,
  listMap,
  map,
  named,
  namedMap,
  object,
  pointer,
  quantity,
  required,
  string,
  stringMap,
  strings,
  stringType,
  type Type,
} from '../struct/type.ts';
import {
  affinity,
  dnsConfig,
  hostAliases,
  initMount,
  initOnly,
  initPort,
  initResources,
  initSecurityContext,
  podSecurityContext,
  tolerations,
  topologySpreadConstraints,
  unseen,
} from './gated.ts';
import { probe } from './probes.ts';
import { fieldRef, localReference, resourceFieldRef, volume } from './volumes.ts';

const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;
const atomicMap = { 'x-kubernetes-map-type': 'atomic' } as const;
const kept = { 'x-kubernetes-preserve-unknown-fields': true } as const;

function keySelector(goType: string, what: string): Type {
  return pointer(
    object(
      goType,
      `A key of a ${what}.`,
      {
        '...LocalObjectReference': localReference(`Name of the ${what}.`),
        key: required(string('The key.')),
        optional: pointer(bool('True: it may be missing.')),
      },
      atomicMap,
    ),
  );
}

function gated(type: Type, schema: Schema = kept): Type {
  return { ...type, schema: { ...type.schema, ...schema } };
}

const env = layout(
  object('v1.EnvVar', 'One environment variable.', {
    name: required(string('Name of the variable. PORT, K_SERVICE, K_CONFIGURATION and K_REVISION are reserved.')),
    value: string('Its value; $(NAME) stands for another variable.'),
    valueFrom: pointer(
      layout(
        object('v1.EnvVarSource', 'Where the value comes from.', {
          fieldRef: gated(fieldRef),
          resourceFieldRef: gated(resourceFieldRef),
          configMapKeyRef: keySelector('v1.ConfigMapKeySelector', 'ConfigMap'),
          secretKeyRef: keySelector('v1.SecretKeySelector', 'Secret'),
        }),
        'FieldRef ResourceFieldRef ConfigMapKeyRef SecretKeyRef FileKeyRef:nil',
      ),
    ),
  }),
  'Name Value ValueFrom',
);

function envSource(goType: string, what: string): Type {
  return pointer(
    object(
      goType,
      `All keys of a ${what}.`,
      {
        '...LocalObjectReference': localReference(`Name of the ${what}.`),
        optional: pointer(bool('True: it may be missing.')),
      },
      atomicMap,
    ),
  );
}

const portFields: Fields = {
  name: string('h2c for HTTP/2 without TLS and gRPC, http1 or nothing for HTTP/1.1.'),
  containerPort: always(int32('Port number; the application finds it in PORT. 8080 when left out.')),
  protocol: stringType(string('TCP.', { default: 'TCP' }), 'v1.Protocol'),
};

const port = (more: Fields = {}) =>
  layout(
    object('v1.ContainerPort', 'A port on which the container serves.', { ...portFields, ...more }),
    'Name HostPort:0 ContainerPort Protocol HostIP:',
  );

const resourceList = (description: string) => namedMap(map(description, quantity('')), 'v1.ResourceList');

const resources = (more: Fields = {}) =>
  object('v1.ResourceRequirements', 'Compute resources.', {
    limits: resourceList('The most it may use: cpu, memory, ephemeral-storage.'),
    requests: resourceList('What is set aside for it.'),
    ...more,
  });

const capability = stringType(string(''), 'v1.Capability');

const securityFields: Fields = {
  capabilities: pointer(
    object('v1.Capabilities', 'Linux capabilities.', {
      add: list('To give. Needs feature kubernetes.containerspec-addcapabilities.', capability, atomicList),
      drop: list('To take away; ALL is all of them.', capability, atomicList),
    }),
  ),
  privileged: pointer(bool('Must not be true.')),
  runAsUser: pointer(int64('User id of the process.')),
  runAsGroup: pointer(int64('Group id of the process.')),
  runAsNonRoot: pointer(bool('True: it must not run as root.')),
  readOnlyRootFilesystem: pointer(bool('True: it cannot write to its root file system.')),
  allowPrivilegeEscalation: pointer(bool('False: it cannot gain more rights than its parent.')),
  seccompProfile: pointer(
    object('v1.SeccompProfile', 'Filter of system calls.', {
      type: required(stringType(string('RuntimeDefault, Unconfined or Localhost.'), 'v1.SeccompProfileType')),
      localhostProfile: pointer(string('File of the profile on the node, for Localhost.')),
    }),
  ),
};

const securityContext = (more: Fields = {}) =>
  pointer(object('v1.SecurityContext', 'What the process in the container may do.', { ...securityFields, ...more }));

const mountFields: Fields = {
  name: required(string('Name of the volume.')),
  readOnly: bool('True: it cannot be written. Knative sets it for all but emptyDir and claims.'),
  mountPath: required(string('Absolute path in the container.')),
  subPath: string('Path inside the volume to mount.'),
  mountPropagation: pointer(
    stringType(
      string('None or HostToContainer. Needs feature kubernetes.podspec-volumes-mount-propagation.'),
      'v1.MountPropagationMode',
    ),
  ),
};

const volumeMount = (more: Fields = {}) =>
  layout(
    object('v1.VolumeMount', 'A volume as a directory.', { ...mountFields, ...more }),
    'Name ReadOnly RecursiveReadOnly:<nil> MountPath SubPath MountPropagation SubPathExpr:',
  );

const containerFields: Fields = {
  name: always(string('Name of the container; user-container when left out.')),
  image: string('Image to run; by digest once the revision exists.'),
  command: strings("Program instead of the image's own entry point.", atomicList),
  args: strings("Arguments instead of the image's own.", atomicList),
  workingDir: string("Working directory; the image's own when left out."),
  ports: list('The port that serves requests; at most one over all containers.', port()),
  envFrom: list(
    'Sources of environment variables.',
    object('v1.EnvFromSource', 'All keys of a ConfigMap or a Secret.', {
      prefix: string('Put before each name.'),
      configMapRef: envSource('v1.ConfigMapEnvSource', 'ConfigMap'),
      secretRef: envSource('v1.SecretEnvSource', 'Secret'),
    }),
    atomicList,
  ),
  env: listMap('Environment variables.', env, 'name'),
  resources: resources(),
  volumeMounts: listMap('Volumes to mount.', volumeMount(), 'mountPath'),
  livenessProbe: probe('The container is restarted when this fails.'),
  readinessProbe: probe('Requests are sent only while this succeeds. Left out: a TCP connection to the port.'),
  startupProbe: probe('Holds the other probes back until it has succeeded.'),
  terminationMessagePath: string('File whose content is the reason of an exit.'),
  terminationMessagePolicy: stringType(string('File or FallbackToLogsOnError.'), 'v1.TerminationMessagePolicy'),
  imagePullPolicy: stringType(string('Always, IfNotPresent or Never.'), 'v1.PullPolicy'),
  securityContext: securityContext(),
};

export const container = object(
  'v1.Container',
  'One container; exactly one of a pod serves requests.',
  containerFields,
);

/** The schema lets anything through there, so that Go's whole struct comes to light: what is refused has to be seen. */
const initContainer: Type = {
  ...object('v1.Container', '', {
    ...containerFields,
    ports: list('', port(initPort)),
    resources: resources(initResources),
    volumeMounts: list('', volumeMount(initMount)),
    securityContext: securityContext(initSecurityContext),
    ...initOnly,
  }),
  schema: { type: 'object', ...kept },
};

/** Fields of the PodSpec, as embedded in a RevisionSpec. */
export const podSpecFields: Fields = {
  volumes: listMap('Volumes that containers can mount.', volume, 'name'),
  initContainers: list(
    'Run one after another before the containers. Needs feature kubernetes.podspec-init-containers.',
    initContainer,
  ),
  containers: required(list('Containers of an instance.', container)),
  dnsPolicy: named(
    stringType(string('How names are resolved. Needs feature kubernetes.podspec-dnspolicy.'), 'v1.DNSPolicy'),
    'DNSPolicy',
  ),
  nodeSelector: stringMap('Labels of fitting nodes. Needs feature kubernetes.podspec-nodeselector.', atomicMap),
  serviceAccountName: string('Service account of the pod; default when left out.'),
  automountServiceAccountToken: pointer(bool('False: no token of the service account is mounted.')),
  hostNetwork: bool("Uses the node's network. Needs feature kubernetes.podspec-hostnetwork."),
  hostPID: bool("Sees the node's processes. Needs feature kubernetes.podspec-hostpid."),
  hostIPC: bool("Uses the node's IPC. Needs feature kubernetes.podspec-hostipc."),
  shareProcessNamespace: pointer(
    bool('Containers see each other. Needs feature kubernetes.podspec-shareprocessnamespace.'),
  ),
  securityContext: unseen('Of the whole pod. Needs feature kubernetes.podspec-securitycontext.', podSecurityContext),
  imagePullSecrets: listMap(
    'Secrets with which images are pulled.',
    gated(localReference('Name of the Secret.'), atomicMap),
    'name',
  ),
  affinity: unseen('Which nodes are preferred. Needs feature kubernetes.podspec-affinity.', affinity),
  schedulerName: string('Which scheduler places it. Needs feature kubernetes.podspec-schedulername.'),
  tolerations: unseen('Taints that do not matter. Needs feature kubernetes.podspec-tolerations.', tolerations),
  hostAliases: unseen('More lines of /etc/hosts. Needs feature kubernetes.podspec-hostaliases.', hostAliases),
  priorityClassName: string('Priority class. Needs feature kubernetes.podspec-priorityclassname.'),
  dnsConfig: named(unseen('DNS settings. Needs feature kubernetes.podspec-dnsconfig.', dnsConfig), 'DNSConfig'),
  runtimeClassName: pointer(string('Runtime class. Needs feature kubernetes.podspec-runtimeclassname.')),
  enableServiceLinks: pointer(bool('True: addresses of other services are put into the environment.')),
  topologySpreadConstraints: unseen(
    'How instances are spread. Needs feature kubernetes.podspec-topologyspreadconstraints.',
    topologySpreadConstraints,
  ),
};
