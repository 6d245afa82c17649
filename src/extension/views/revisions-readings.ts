/** What the "Revisions & Traffic" panel asks the platform for besides the objects. Pure leaf. */
import type { ColdStart, TrafficPoint } from '../../../emulator/capabilities/protocol.ts';
import type { Sample } from '../../../webview/protocol.ts';
import type { PlatformClient } from '../../core/client.ts';
import type { LivePoint } from '../live-traffic.ts';
import { asking } from '../platform/asking.ts';
import type { ServiceKey } from '../platform/snapshot.ts';

export interface ReadingsSource {
  client(): PlatformClient | undefined;
  /** What was told since somebody began to look, of the platform in use. */
  seen(): readonly LivePoint[];
  log(problem: unknown): void;
}

export interface RevisionsReadings {
  /** Of before somebody looked, as far back as the platform knows; then what was seen. undefined: of another platform by now. */
  history(): Promise<Sample[] | undefined>;
  /** Newest first; none where the platform does not tell them. undefined: of another platform by now, or not to be had. */
  coldStarts(): Promise<ColdStart[] | undefined>;
}

export function revisionsReadings({ namespace, name }: ServiceKey, source: ReadingsSource): RevisionsReadings {
  const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(name)}`;
  const [past, starts] = [asking(source.client), asking(source.client)];

  async function older(client: PlatformClient): Promise<Sample[]> {
    try {
      if (!(await client.capabilities()).has('traffic-history')) return [];
      const wish = `${path}/traffic/history?seconds=600&step=5`;
      const { items } = await client.capability<{ items: TrafficPoint[] }>('GET', wish);
      return items.map(sampleOf);
    } catch (error) {
      source.log(error);
      return [];
    }
  }

  return {
    async history() {
      const found = await past(older);
      // While none is in use, as when it was stopped, what was seen of it is all there is.
      if (!found) return source.client() ? undefined : [...source.seen()];
      // Read only now: what was told while the platform was asked belongs to it.
      const seen: Sample[] = [...source.seen()];
      const first = seen[0]?.at ?? Number.POSITIVE_INFINITY;
      return [...found.answer.filter(({ at }) => at < first), ...seen];
    },
    async coldStarts() {
      try {
        const found = await starts(async (client) => {
          if (!(await client.capabilities()).has('coldstarts')) return [];
          return (await client.capability<{ items: ColdStart[] }>('GET', `${path}/coldstarts`)).items;
        });
        return found?.answer;
      } catch (error) {
        source.log(error);
        return undefined;
      }
    },
  };
}

/** An older platform does not tell of instances that were. */
function sampleOf({ at, revisions }: TrafficPoint): Sample {
  const known = Object.entries(revisions).map(
    ([name, figures]) => [name, { ...figures, instances: figures.instances ?? null }] as const,
  );
  return { at, revisions: Object.fromEntries(known) };
}
