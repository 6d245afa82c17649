/** A Secret whose values only their owner can type, made on the platform that it was asked for and on no other. */
import type { ObjectInput } from '../core/client.ts';
import { kinds, type ResourceKind } from '../core/resources.ts';
import type { ServiceKey } from './platform/snapshot.ts';

export interface SecretPorts {
  /** Of the platform that it is for. @throws Fault PlatformChanged where another is in use by now */
  client(): Promise<{ create(kind: ResourceKind, namespace: string, object: ObjectInput): Promise<unknown> }>;
  /** undefined: it was given up. */
  ask(): Promise<Record<string, string> | undefined>;
}

/** @returns whether it is there now. @throws Fault, ApiError */
export async function createSecret({ namespace, name }: ServiceKey, { client, ask }: SecretPorts): Promise<boolean> {
  // Before anything is typed, and once more after: nothing secret goes to another platform.
  await client();
  const stringData = await ask();
  if (!stringData) return false;
  const platform = await client();
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'Opaque', stringData };
  await platform.create(kinds.secret, namespace, secret);
  return true;
}
