/** The Node that pods run on: this machine, for clients that list nodes. Pure but for what the OS says of itself. */
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { type DraftObject, type KubeObject, rfc3339 } from '../kernel/object.ts';
import type { Objects } from '../kernel/objects.ts';
import type { UserInfo } from '../kernel/resource.ts';

const defaultNodeName = 'slipway';

/** Makes the Node, or brings its status up to date: the machine may be another one than at the last start. */
export function publishNode(objects: Objects, user: UserInfo, now: number, kubeletVersion: string): void {
  const draft = makeNode(defaultNodeName, now, kubeletVersion);
  const node = objects.view.get('nodes', undefined, defaultNodeName) ?? objects.create('nodes', draft, { user });
  const status = draft.status as NonNullable<KubeObject['status']>;
  objects.update('nodes', { ...node, status }, { user, subresource: 'status' });
}

const leases = 'leases.coordination.k8s.io';
const leaseNamespace = 'kube-node-lease';
/** How often a kubelet renews its Node's lease, which holds for four times as long. */
export const nodeLeaseRenewMs = 10_000;

/** Says that the Node is alive, as a kubelet does. A lease that somebody deleted is made again. */
export function renewNodeLease(objects: Objects, user: UserInfo, now: number): void {
  const standing = objects.view.get(leases, leaseNamespace, defaultNodeName);
  const renewTime = new Date(now).toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: defaultNodeName, leaseDurationSeconds: (4 * nodeLeaseRenewMs) / 1000, renewTime };
  if (standing) {
    objects.update(leases, { ...standing, spec }, { user });
    return;
  }
  const node = objects.view.get('nodes', undefined, defaultNodeName);
  const ownerReferences = node && [{ apiVersion: 'v1', kind: 'Node', name: defaultNodeName, uid: node.metadata.uid }];
  const metadata = {
    name: defaultNodeName,
    namespace: leaseNamespace,
    ...(ownerReferences ? { ownerReferences } : {}),
  };
  objects.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, { user });
}

/** `now`: ms. `kubeletVersion`: what the API says it is. */
function makeNode(name: string, now: number, kubeletVersion: string): DraftObject {
  const capacity = {
    cpu: String(cpus().length || 1),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    pods: '1000',
    'ephemeral-storage': '0',
  };
  const time = rfc3339(now);
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  const machine = arch() === 'x64' ? 'amd64' : arch();
  const system = platform() === 'win32' ? 'windows' : platform();
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': machine,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': system,
      },
    },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: hostname() },
      ],
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      nodeInfo: {
        architecture: machine,
        operatingSystem: system,
        osImage: `${platform()} ${release()}`,
        kernelVersion: release(),
        kubeletVersion,
        kubeProxyVersion: '',
        containerRuntimeVersion: `process://${process.versions.node}`,
        machineID: '',
        systemUUID: '',
        bootID: '',
      },
    },
  };
}
