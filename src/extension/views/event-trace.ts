/** What the platform in use delivered. Pure leaf. */
import type { Delivery } from '../../../emulator/capabilities/protocol.ts';
import type { TraceRowView } from '../../../webview/protocol.ts';
import type { PlatformClient } from '../../core/client.ts';
import { asking } from '../platform/asking.ts';

export interface TraceSource {
  client(): PlatformClient | undefined;
  /** Which platform is in use. */
  platform(): string;
  namespaces(): Iterable<string>;
}

interface Told {
  /** false: the platform does not tell what it delivered. */
  traced: boolean;
  rows: readonly TraceRowView[];
}

export interface EventTrace {
  /** What it last told; nothing of another platform. */
  readonly now: Told;
  /** Asks it again. @throws what the platform does not answer with */
  read(): Promise<void>;
}

export function eventTrace(source: TraceSource): EventTrace {
  const ask = asking(source.client);
  let last: (Told & { platform: string }) | undefined;
  return {
    get now() {
      return last?.platform === source.platform() ? last : { traced: true, rows: [] };
    },
    async read() {
      const found = await ask(async (client): Promise<Told> => {
        if (!(await client.capabilities()).has('ping')) return { traced: false, rows: [] };
        const { deliveries } = await import('../../core/ping.ts');
        const lists = await Promise.all([...new Set(source.namespaces())].map((name) => deliveries(client, name)));
        return { traced: true, rows: lists.flat().map(rowOf) };
      });
      if (found) last = { ...found.answer, platform: source.platform() };
    },
  };
}

function rowOf({ at, type, source, sink, status, attempts, ms, error, fired }: Delivery): TraceRowView {
  return {
    at,
    type,
    sender: source,
    to: sink,
    status,
    tries: attempts,
    ms,
    error: error ?? '',
    how: fired,
    draft: null,
  };
}
