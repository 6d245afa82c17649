/**
 * What a container asks for that a process of the user cannot have (decision 3). Pure.
 *
 * | asked for | answer |
 * | --- | --- |
 * | mounts, tty, another user or group, privileged, host namespaces, devices | refused: needs Docker |
 * | a working directory outside of the image | refused: needs Docker |
 * | a memory limit | kept, by watching the group (Linux, macOS); refused on Windows |
 * | CPU limits, requests, hardening (capabilities, seccomp, read-only root) | accepted and not enforced: nothing that an app could rely on is missing |
 */
import { isAbsolute } from 'node:path';
import { CannotHonour, type ContainerSpec } from '../ports.ts';

export interface Self {
  uid: number | undefined;
  gid: number | undefined;
  platform: NodeJS.Platform;
}

export function thisProcess(): Self {
  return { uid: process.getuid?.(), gid: process.getgid?.(), platform: process.platform };
}

/** @throws CannotHonour. */
export function refuseWhatProcessesCannot(container: ContainerSpec, self: Self): void {
  const refuse = (field: string, what: string): never => {
    throw new CannotHonour(
      field,
      `${field}: ${what}; an application that runs as a process cannot have that: needs Docker`,
    );
  };
  const [mount] = container.mounts;
  if (mount) refuse('volumeMounts', `something is mounted at "${mount.mountPath}"`);
  if (container.tty) refuse('tty', 'a terminal is asked for');
  if (container.workingDir !== undefined && (isAbsolute(container.workingDir) || container.workingDir.includes('..'))) {
    refuse('workingDir', `"${container.workingDir}" is not inside of the image`);
  }
  const security = container.securityContext ?? {};
  const { runAsUser, runAsGroup, runAsNonRoot, privileged } = security;
  if (typeof runAsUser === 'number' && runAsUser !== self.uid) {
    refuse(
      'securityContext.runAsUser',
      `user ${runAsUser} is asked for, the platform runs as ${self.uid ?? 'another one'}`,
    );
  }
  if (typeof runAsGroup === 'number' && runAsGroup !== self.gid) {
    refuse(
      'securityContext.runAsGroup',
      `group ${runAsGroup} is asked for, the platform runs as ${self.gid ?? 'another one'}`,
    );
  }
  if (runAsNonRoot === true && self.uid === 0) {
    refuse('securityContext.runAsNonRoot', 'a user other than root is asked for, the platform runs as root');
  }
  if (privileged === true) refuse('securityContext.privileged', 'a privileged container is asked for');
  if (self.platform === 'win32' && memoryLimit(container) !== undefined) {
    refuse('resources.limits.memory', 'a memory limit is asked for');
  }
}

/** Bytes, or undefined. */
export function memoryLimit(container: Pick<ContainerSpec, 'resources'>): number | undefined {
  const limits = container.resources?.['limits'] as Record<string, string | number> | undefined;
  const limit = limits?.['memory'];
  return limit === undefined ? undefined : parseQuantity(limit);
}

const units: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number; undefined when it is none. */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return quantity;
  const match = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([eE][+-]?\d+)|([mkMGTPE]|[KMGTPE]i)?)$/.exec(quantity.trim());
  if (!match) return undefined;
  return Number(match[1] + (match[2] ?? '')) * (units[match[3] ?? ''] ?? 1);
}
