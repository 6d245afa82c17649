/** Schema of a pod's volumes. */
import {
  always,
  bool,
  int32,
  int64,
  layout,
  list,
  named,
  object,
  pointer,
  quantity,
  required,
  string,
  type Type,
} from '../struct/type.ts';
import { claim, csi, emptyDir, ephemeral, hostPath, image, unseen } from './gated.ts';

const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;
const atomicMap = { 'x-kubernetes-map-type': 'atomic' } as const;

/** The name of another object in the same namespace, embedded as Go does. */
export function localReference(description: string): Type {
  return object('v1.LocalObjectReference', '', { name: string(description, { default: '' }) });
}

const items = list(
  'Keys to show, and where; all of them when left out.',
  object('v1.KeyToPath', 'One key as a file.', {
    key: required(string('Key to show.')),
    path: required(string('File name, relative to the volume.')),
    mode: pointer(int32('Permission bits of the file.')),
  }),
  atomicList,
);

const defaultMode = pointer(int32('Permission bits of files that name none.'));
const optional = pointer(bool('True: it may be missing.'));

export const fieldRef = pointer(
  object(
    'v1.ObjectFieldSelector',
    'A field of the pod.',
    {
      apiVersion: string('Version of the path; v1.'),
      fieldPath: required(string('Path of the field, as metadata.name.')),
    },
    atomicMap,
  ),
);

export const resourceFieldRef = pointer(
  object(
    'v1.ResourceFieldSelector',
    "A container's resource limit or request.",
    {
      containerName: string('The container; its own when left out.'),
      resource: required(string('As limits.cpu.')),
      divisor: always(quantity('Unit of the value; 1 by default.')),
    },
    atomicMap,
  ),
);

const downwardItems = list(
  'Fields of the pod to show as files.',
  object('v1.DownwardAPIVolumeFile', 'One field as a file.', {
    path: required(string('File name, relative to the volume.')),
    fieldRef,
    resourceFieldRef,
    mode: pointer(int32('Permission bits of the file.')),
  }),
  atomicList,
);

const projectedSource = object('v1.VolumeProjection', 'One of the things shown together.', {
  secret: pointer(
    object(
      'v1.SecretProjection',
      'Keys of a Secret.',
      { '...LocalObjectReference': localReference('Name of the Secret.'), items, optional },
      atomicMap,
    ),
  ),
  downwardAPI: named(
    pointer(object('v1.DownwardAPIProjection', 'Fields of the pod.', { items: downwardItems })),
    'DownwardAPI',
  ),
  configMap: pointer(
    object(
      'v1.ConfigMapProjection',
      'Keys of a ConfigMap.',
      { '...LocalObjectReference': localReference('Name of the ConfigMap.'), items, optional },
      atomicMap,
    ),
  ),
  serviceAccountToken: pointer(
    object('v1.ServiceAccountTokenProjection', "A token of the pod's service account.", {
      audience: string('Whom the token is for.'),
      expirationSeconds: pointer(int64('Seconds for which it is valid.')),
      path: required(string('File name, relative to the volume.')),
    }),
  ),
});

/** Go's order, with the sources that Knative does not know. */
const volumeSources = [
  'HostPath EmptyDir GCEPersistentDisk:nil AWSElasticBlockStore:nil GitRepo:nil Secret NFS:nil ISCSI:nil Glusterfs:nil',
  'PersistentVolumeClaim RBD:nil FlexVolume:nil Cinder:nil CephFS:nil Flocker:nil DownwardAPI:nil FC:nil AzureFile:nil',
  'ConfigMap VsphereVolume:nil Quobyte:nil AzureDisk:nil PhotonPersistentDisk:nil Projected PortworxVolume:nil',
  'ScaleIO:nil StorageOS:nil CSI Ephemeral Image',
].join(' ');

export const volume = object('v1.Volume', 'Files that containers can mount, by name.', {
  name: required(string('Name that volumeMounts refer to.')),
  '...VolumeSource': layout(
    object('v1.VolumeSource', '', {
      hostPath: unseen('A path of the node. Needs feature kubernetes.podspec-volumes-hostpath.', hostPath),
      emptyDir: unseen('An empty directory that lives as long as the pod.', emptyDir),
      secret: pointer(
        object('v1.SecretVolumeSource', 'Keys of a Secret as files.', {
          secretName: string('Name of the Secret.'),
          items,
          defaultMode,
          optional,
        }),
      ),
      persistentVolumeClaim: unseen(
        'A claim on a persistent volume. Needs feature kubernetes.podspec-persistent-volume-claim.',
        claim,
      ),
      configMap: pointer(
        object(
          'v1.ConfigMapVolumeSource',
          'Keys of a ConfigMap as files.',
          { '...LocalObjectReference': localReference('Name of the ConfigMap.'), items, defaultMode, optional },
          atomicMap,
        ),
      ),
      projected: pointer(
        object('v1.ProjectedVolumeSource', 'Several sources in one directory.', {
          sources: always(list('What to show.', projectedSource, atomicList)),
          defaultMode,
        }),
      ),
      csi: named(unseen('A volume of a CSI driver. Needs feature kubernetes.podspec-volumes-csi.', csi), 'CSI'),
      ephemeral: unseen('A claim made for the pod. Needs feature kubernetes.podspec-volumes-ephemeral.', ephemeral),
      image: unseen('The files of an image. Needs feature kubernetes.podspec-volumes-image.', image),
    }),
    volumeSources,
  ),
});
