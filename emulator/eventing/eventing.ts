/** Event sources and their deliveries: PingSource and what stands behind the `ping` capability. */
import type { Delivery, PingSchedule } from '../capabilities/protocol.ts';
import type { Clock } from '../kernel/clock.ts';
import type { View } from '../kernel/resource.ts';
import type { Change } from '../kernel/store.ts';

/** One HTTP POST to an address inside the platform or outside of it. Rejects when there was no answer. */
export type Deliver = (
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
  signal?: AbortSignal,
) => Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }>;

export interface EventingPorts {
  view: View;
  subscribe(listener: (change: Change) => void): Disposable;
  clock: Clock;
  deliver: Deliver;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface EventingOptions {
  /** Deliveries are kept here (platformFiles(data).eventing); absent: in memory only. */
  dir?: string;
  /** 0..1, for jitter and retries. Default Math.random. */
  random?: () => number;
}

export interface Eventing {
  start(): void;
  close(): Promise<void>;
  /** @throws ApiError NotFound. */
  schedule(namespace: string, name: string, count: number): PingSchedule;
  fire(namespace: string, name: string): Promise<Delivery>;
  /** Newest first. */
  deliveries(namespace: string, source: string | undefined, limit: number): Delivery[];
}

export function createEventing(_ports: EventingPorts, _options: EventingOptions = {}): Eventing {
  throw new Error('eventing is being written');
}
