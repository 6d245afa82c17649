/** Front ends ask for the capability, never for the kind of platform (decision 1). */
import type { Capability } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from './client.ts';
import { Fault } from './faults.ts';
import { platformName } from './target.ts';

/** @throws Fault CapabilityMissing */
export async function requireCapability(client: PlatformClient, capability: Capability): Promise<void> {
  const has = await client.capabilities();
  if (!has.has(capability)) throw new Fault('CapabilityMissing', { capability, target: platformName(client.target) });
}
