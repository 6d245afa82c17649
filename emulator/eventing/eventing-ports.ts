/** What eventing asks of others, and what it offers. */
import type { Delivery, PingSchedule } from '../capabilities/protocol.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Controller } from '../kernel/controller.ts';
import type { Objects } from '../kernel/objects.ts';
import type { View } from '../kernel/resource.ts';
import type { Change } from '../kernel/store.ts';

export interface DeliveryAnswer {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** One HTTP POST to an address inside the platform or outside of it. Rejects when there was no answer. */
export type Deliver = (
  url: string,
  headers: Record<string, string>,
  body: Uint8Array,
  signal?: AbortSignal,
) => Promise<DeliveryAnswer>;

export interface EventRequest {
  method: string;
  path: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  body: Uint8Array;
}

export interface EventingPorts {
  objects: Objects;
  view: View;
  subscribe(listener: (change: Change) => void): Disposable;
  clock: Clock;
  deliver: Deliver;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface EventingOptions {
  /** Deliveries are kept here (platformFiles(data).eventing); absent: in memory only. */
  dir?: string;
  /** 0..1, for jitter. Default Math.random. */
  random?: () => number;
  /** Between retries, real time. Default a timer. */
  wait?: (ms: number) => Promise<void>;
}

export interface Eventing {
  /** Of sources, channels and brokers; run by the platform's runner as `eventingUser`. */
  // biome-ignore lint/suspicious/noExplicitAny: controllers of different kinds in one list
  readonly controllers: Controller<any>[];
  /** Takes events at the names of channels and brokers. @returns the port on loopback. */
  listen(): Promise<number>;
  /** An event for the name of a channel or a broker; undefined: the host is no such name. */
  receive(host: string, request: EventRequest): Promise<DeliveryAnswer> | undefined;
  start(): void;
  close(): Promise<void>;
  /** @throws ApiError NotFound, BadRequest for a schedule that cannot be read. */
  schedule(namespace: string, name: string, count: number): PingSchedule;
  /** @throws ApiError NotFound, Conflict when its sink is not resolved. */
  fire(namespace: string, name: string): Promise<Delivery>;
  /** Newest first. */
  deliveries(namespace: string, source: string | undefined, limit: number): Delivery[];
}
