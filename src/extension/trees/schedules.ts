/** When the ping sources of the platform in use fire next. Asked of it, not computed here: its clock may have been moved. Pure leaf. */
import type { PingSchedule } from '../../../emulator/capabilities/protocol.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../../core/client.ts';
import { asking } from '../platform/asking.ts';

const shownFires = 5;

export interface SchedulesSource {
  client(): PlatformClient | undefined;
  /** Which platform is in use. */
  platform(): string;
  pings(): readonly KubeObject[];
}

export interface Schedules {
  /** By `namespace/name`, as last told; none of another platform. */
  readonly known: ReadonlyMap<string, PingSchedule>;
  /** Asks anew. Resolves with whether something came of it. @throws what the platform does not answer with */
  read(): Promise<boolean>;
}

export function pingSchedules(source: SchedulesSource): Schedules {
  const ask = asking(source.client);
  const none: ReadonlyMap<string, PingSchedule> = new Map();
  let last = { platform: '', known: none };
  return {
    get known() {
      return last.platform === source.platform() ? last.known : none;
    },
    async read() {
      const found = await ask(async (client) => {
        if (!(await client.capabilities()).has('ping')) return none;
        const { nextFires } = await import('../../core/ping.ts');
        const told = source.pings().map(async ({ metadata: { namespace = 'default', name } }) => {
          const schedule = await nextFires(client, namespace, name, shownFires).catch(() => undefined);
          return schedule && ([`${namespace}/${name}`, schedule] as const);
        });
        return new Map((await Promise.all(told)).filter((entry) => entry !== undefined));
      });
      if (found) last = { platform: source.platform(), known: found.answer };
      return found !== undefined;
    },
  };
}
