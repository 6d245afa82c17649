/** What Knative's own code (its Go types, its schemas, its validation) says to senseless manifests, word for word. */
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../emulator/knative/config/read.ts';
import { revisionTemplate } from '../../../emulator/knative/revision/schema.ts';
import { shortDiff } from '../../../emulator/knative/struct/diff.ts';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';

const image = 'dev.local/app';
const allow = (...features: string[]) =>
  Object.fromEntries(features.map((one) => [`kubernetes.podspec-${one}`, 'enabled']));

function admit(pod: object, container: object = {}, features: Record<string, string> = {}, metadata: object = {}) {
  const map = { metadata: { resourceVersion: JSON.stringify(features) }, data: features };
  const config = readConfig({
    get: (_resource, namespace, name) =>
      namespace === 'knative-serving' && name === 'config-features' ? (map as never) : undefined,
    list: () => [],
  });
  const spec = { template: { spec: { containers: [{ image, ...container }], ...pod } } };
  const verdict = admitManifest(
    {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'm', namespace: 'default', ...metadata },
      spec,
    },
    config,
  );
  if (!verdict) throw new Error('no Knative kind');
  return verdict;
}

const words = (...given: Parameters<typeof admit>) => admit(...given).errors.map(({ message }) => message);
const podOf = (...given: Parameters<typeof admit>) => {
  const { spec } = admit(...given).object as unknown as { spec: { template: { spec: Record<string, unknown> } } };
  return spec.template.spec;
};
const mounted = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
const inPod = 'spec.ConfigurationSpec.template.spec.PodSpec';

describe('what Go always writes is there, also when it is empty', () => {
  it.each([
    ['hostPath', {}, { path: '' }, allow('volumes-hostpath')],
    ['csi', { readOnly: true }, { driver: '', readOnly: true }, allow('volumes-csi')],
    ['persistentVolumeClaim', {}, { claimName: '' }, allow('persistent-volume-claim', 'persistent-volume-write')],
    [
      'ephemeral',
      { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } },
      { volumeClaimTemplate: { metadata: {}, spec: { accessModes: ['ReadWriteOnce'], resources: {} } } },
      allow('volumes-ephemeral'),
    ],
  ])('%s', (source, given, stored, features) => {
    const pod = podOf({ volumes: [{ name: 'v', [source]: given }] }, mounted, features);
    expect(pod['volumes']).toEqual([{ name: 'v', [source]: stored }]);
  });

  it('a list that Go writes as null is refused by the schema', () => {
    expect(words({ volumes: [{ name: 'v', projected: {} }] }, mounted)).toEqual([
      'Invalid value: "null": spec.template.spec.volumes[0].projected.sources in body must be of type array: "null"',
    ]);
  });

  it('what no feature knows of, Go drops', () => {
    const features = allow('affinity', 'tolerations');
    const pod = podOf({ affinity: { colour: 'red' }, tolerations: [{ key: 'a', colour: 'red' }] }, {}, features);
    expect(pod['affinity']).toEqual({});
    expect(pod['tolerations']).toEqual([{ key: 'a' }]);
  });

  it('a null in a map of strings is no entry', () => {
    expect(words({ nodeSelector: { a: null } }, {}, {})).toEqual([]);
  });
});

describe('an init container has what no container may have', () => {
  const init = (more: object) =>
    words({ initContainers: [{ name: 'i', image, ...more }] }, {}, allow('init-containers'));
  const where = 'must not set the field(s)';

  it.each([
    [{ ports: [{ containerPort: 80, hostPort: 5, hostIP: '1.2.3.4' }] }, where],
    [{ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }] }, where],
    [{ restartPolicy: 'Always' }, where],
    [{ securityContext: { procMount: 'Default' } }, where],
    [{ resources: { claims: [{ name: 'x' }] } }, where],
    [{ stdin: false, ports: [{ containerPort: 80, hostPort: 0, hostIP: '' }] }, undefined],
  ])('%j', (more, message) => {
    expect([...new Set(init(more))]).toEqual(message === undefined ? [] : [message]);
  });

  it('names its ports without their index', () => {
    const { errors } = admit(
      { initContainers: [{ name: 'i', image, ports: [{ containerPort: 80, hostPort: 5, hostIP: '1.2.3.4' }] }] },
      {},
      allow('init-containers'),
    );
    expect(errors.map(({ path }) => path)).toEqual([
      'spec.template.spec.containers[0].ports.hostIP',
      'spec.template.spec.containers[0].ports.hostPort',
    ]);
  });
});

describe('a value of another type is refused with the path and the type that Go has there', () => {
  it.each([
    [
      { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 'a' }] } } },
      {},
      `string into Go struct field PreferredSchedulingTerm.${inPod}.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.weight of type int32`,
    ],
    [
      { securityContext: { runAsUser: true } },
      {},
      `bool into Go struct field PodSecurityContext.${inPod}.securityContext.runAsUser of type int64`,
    ],
    [
      { securityContext: [] },
      {},
      `array into Go struct field RevisionSpec.${inPod}.securityContext of type v1.PodSecurityContext`,
    ],
    [
      { initContainers: [{ name: 0 }] },
      {},
      `number into Go struct field Container.${inPod}.initContainers.name of type string`,
    ],
    [
      {},
      { resources: { limits: 'much' } },
      `string into Go struct field ResourceRequirements.${inPod}.containers.resources.limits of type v1.ResourceList`,
    ],
    [
      {},
      { securityContext: { capabilities: { drop: 'ALL' } } },
      `string into Go struct field Capabilities.${inPod}.containers.securityContext.capabilities.drop of type []v1.Capability`,
    ],
    [
      {},
      { readinessProbe: { httpGet: { port: [] } } },
      `array into Go struct field HTTPGetAction.${inPod}.containers.readinessProbe.ProbeHandler.httpGet.port of type int32`,
    ],
    [
      {},
      { readinessProbe: { tcpSocket: { port: 99999999999 } } },
      `number 99999999999 into Go struct field TCPSocketAction.${inPod}.containers.readinessProbe.ProbeHandler.tcpSocket.port of type int32`,
    ],
  ])('%j %j', (pod, container, expected) => {
    expect(words(pod, container)).toEqual([`json: cannot unmarshal ${expected}`]);
  });

  it('metadata of a custom resource is decoded by itself', () => {
    expect(admit({}, {}, {}, { labels: { a: false } }).errors).toEqual([
      {
        path: 'metadata.labels',
        message: 'json: cannot unmarshal bool into Go struct field ObjectMeta.labels of type string',
      },
    ]);
  });

  it('a probe has no grace period of its own', () => {
    const probe = { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 5 };
    expect(admit({}, { livenessProbe: probe }).warnings.map(({ message }) => message)).toContain(
      'unknown field "spec.template.spec.containers[0].livenessProbe.terminationGracePeriodSeconds"',
    );
  });
});

describe('differences are printed as Go prints its structs', () => {
  const diff = (before: object, after: object) =>
    shortDiff(revisionTemplate, '{*v1.RevisionTemplateSpec}', { spec: before }, { spec: after });

  it('embedded structs are fields of their own; pointers to scalars have a star', () => {
    const probe = { grpc: { port: 9000, service: 's' }, periodSeconds: 3 };
    expect(diff({ containers: [{ name: 'u', readinessProbe: probe }] }, { containers: [{ name: 'u' }] })).toBe(
      '{*v1.RevisionTemplateSpec}.Spec.PodSpec.Containers[0].ReadinessProbe:\n' +
        '\t-: "&Probe{ProbeHandler:ProbeHandler{Exec:nil,HTTPGet:nil,TCPSocket:nil,GRPC:&GRPCAction{Port:9000,Service:*s,},},' +
        'InitialDelaySeconds:0,TimeoutSeconds:0,PeriodSeconds:3,SuccessThreshold:0,FailureThreshold:0,TerminationGracePeriodSeconds:nil,}"\n' +
        '\t+: "nil"\n',
    );
  });

  it('sources of variables', () => {
    const envFrom = [{ prefix: 'P_', configMapRef: { name: 'cm', optional: true } }];
    expect(diff({ containers: [{ name: 'u', envFrom }] }, { containers: [{ name: 'u' }] })).toContain(
      '\t-: "[{Prefix:P_ ConfigMapRef:&ConfigMapEnvSource{LocalObjectReference:LocalObjectReference{Name:cm,},Optional:*true,} SecretRef:nil}]"\n',
    );
  });

  it('volumes, with the sources that Knative has no use for', () => {
    const volumes = [{ name: 'e', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }];
    const other = [{ name: 'x', secret: { secretName: 's' } }];
    const text = diff({ containers: [], volumes: [...volumes, ...other] }, { containers: [], volumes: other });
    expect(text).toContain('.Spec.PodSpec.Volumes[0->?]:\n\t-: v1.Volume: "{Name:e VolumeSource:{HostPath:nil ');
    expect(text).toContain(' EmptyDir:&EmptyDirVolumeSource{Medium:Memory,SizeLimit:1Gi,} GCEPersistentDisk:nil ');
    expect(text).toContain(' StorageOS:nil CSI:nil Ephemeral:nil Image:nil}}"\n');
  });

  it('a port by the part of it that differs', () => {
    const probing = (port: number | string) => ({
      containers: [{ name: 'u', livenessProbe: { tcpSocket: { port } } }],
    });
    expect(diff(probing(9000), probing(9001))).toBe(
      '{*v1.RevisionTemplateSpec}.Spec.PodSpec.Containers[0].LivenessProbe.ProbeHandler.TCPSocket.Port.IntVal:\n\t-: "9000"\n\t+: "9001"\n',
    );
  });
});
