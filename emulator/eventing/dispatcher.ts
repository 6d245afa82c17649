/**
 * Channels at work: takes an event for a channel, keeps it (journal.ts), and brings it to each subscriber with its retries;
 * what a subscriber replies goes on, what cannot be delivered goes to the dead letter sink
 * (knative/eventing pkg/kncloudevents: retries on no answer, 5xx, 404, 408, 409, 429).
 */
import type { Clock } from '../kernel/clock.ts';
import type { View } from '../kernel/resource.ts';
import type { Subscriber } from '../knative/channel/types.ts';
import type { DeliverySpec } from '../knative/duck.ts';
import { brokerFilterHost, eventingResources } from '../knative/eventing.ts';
import type { InMemoryChannel } from '../knative/in-memory-channel/types.ts';
import { durationMs } from './durations.ts';
import type { Deliver, DeliveryAnswer } from './eventing-ports.ts';
import { binaryHeaders, type CloudEvent, EventError, isEvent, readEvent } from './events.ts';
import type { Journal, Pending } from './journal.ts';
import { type RetryPolicy, type SendResult, send } from './send.ts';

export interface Dispatcher {
  /** Kept for each subscriber when this returns; false: no such channel. @throws when they cannot be kept. */
  accept(namespace: string, name: string, event: CloudEvent, headers: Record<string, string>): boolean;
  /** Takes up what an earlier platform left. */
  start(): void;
  /** Resolves when nothing is on its way; for tests. */
  idle(): Promise<void>;
  /** What is on its way is broken off, and delivered by the next platform. */
  close(): void;
}

export interface DispatcherPorts {
  view: View;
  clock: Clock;
  deliver: Deliver;
  journal: Journal;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

/** Deliveries to one subscriber at a time; the others wait their turn. */
const atOnce = 100;
const defaultBackoffMs = 50;

interface Lane {
  running: number;
  waiting: (() => void)[];
}

export function createDispatcher({ view, clock, deliver, journal, log }: DispatcherPorts): Dispatcher {
  const closing = new AbortController();
  const lanes = new Map<string, Lane>();
  const running = new Set<Promise<void>>();

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = clock.after(ms, resolve);
      closing.signal.addEventListener('abort', () => {
        timer[Symbol.dispose]();
        resolve();
      });
    });
  const ports = { deliver, wait, signal: closing.signal };

  function run(pending: Pending): void {
    const work = deliverOne(pending)
      .catch((error: unknown) => log('error', `event delivery: ${(error as Error).stack ?? String(error)}`))
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function deliverOne(pending: Pending): Promise<void> {
    const leave = await enter(pending.subscriber);
    try {
      const [namespace, name] = pending.channel.split('/');
      const channel = view.get<InMemoryChannel>(eventingResources.inMemoryChannels, namespace, name ?? '');
      const subscriber = channel?.spec?.subscribers?.find(({ uid }) => uid === pending.subscriber);
      // Who has unsubscribed meanwhile gets nothing more.
      if (subscriber) await toSubscriber(subscriber, pending, namespace ?? '');
    } finally {
      leave();
    }
    if (!closing.signal.aborted) journal.remove(pending.id);
  }

  async function toSubscriber(subscriber: Subscriber, { event, headers }: Pending, namespace: string): Promise<void> {
    const policy = policyOf(subscriber.delivery);
    const own = { ...headers, 'kn-namespace': namespace };
    let answer: DeliveryAnswer | undefined;
    if (subscriber.subscriberUri) {
      const result = await post(subscriber.subscriberUri, event, { ...own, prefer: 'reply' }, policy);
      if (!isDelivered(result)) return toDeadLetters(subscriber, event, own, policy, subscriber.subscriberUri, result);
      answer = result.answer;
    }
    // Without a subscriber the event itself is what goes on.
    const reply = subscriber.subscriberUri ? answer && replyOf(answer) : event;
    if (!reply || !subscriber.replyUri) return;
    const passed = { ...passThroughHeaders(answer?.headers ?? {}), 'kn-namespace': namespace };
    // Knative streams a reply on as it comes, without its length.
    const streamed = subscriber.subscriberUri ? { ...passed, 'transfer-encoding': 'chunked' } : passed;
    const result = await post(subscriber.replyUri, reply, streamed, policy);
    if (!isDelivered(result)) await toDeadLetters(subscriber, event, passed, policy, subscriber.replyUri, result);
  }

  async function toDeadLetters(
    { delivery, name }: Subscriber,
    event: CloudEvent,
    headers: Record<string, string>,
    policy: RetryPolicy & { timeoutMs?: number },
    destination: string,
    result: SendResult,
  ): Promise<void> {
    if (closing.signal.aborted) return;
    const sink = delivery?.deadLetterSink?.uri;
    if (!sink) {
      log('warn', `event ${event.id} was not delivered to ${destination} (${name}): ${result.error ?? ''}`);
      return;
    }
    const extensions = { ...event.extensions, ...errorExtensions(destination, result) };
    const last = await post(sink, { ...event, extensions }, headers, policy);
    if (!isDelivered(last)) log('warn', `event ${event.id}: the dead letter sink ${sink}: ${last.error ?? ''}`);
  }

  function post(
    url: string,
    event: CloudEvent,
    headers: Record<string, string>,
    policy: RetryPolicy & { timeoutMs?: number },
  ): Promise<SendResult> {
    const { timeoutMs } = policy;
    const timed: Deliver = timeoutMs
      ? (to, head, body, signal) => {
          const timeout = AbortSignal.timeout(timeoutMs);
          return deliver(to, head, body, signal ? AbortSignal.any([signal, timeout]) : timeout);
        }
      : deliver;
    const target = { url, headers: { ...clientHeaders, ...headers, ...binaryHeaders(event) }, body: event.data };
    return send(target, policy, { ...ports, deliver: timed });
  }

  /** A place in the subscriber's lane, and how to leave it. */
  async function enter(subscriber: string): Promise<() => void> {
    const lane = lanes.get(subscriber) ?? { running: 0, waiting: [] };
    lanes.set(subscriber, lane);
    if (lane.running >= atOnce) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    lane.running++;
    return () => {
      lane.running--;
      lane.waiting.shift()?.();
      if (lane.running === 0 && lane.waiting.length === 0) lanes.delete(subscriber);
    };
  }

  return {
    accept(namespace, name, event, headers) {
      const channel = view.get<InMemoryChannel>(eventingResources.inMemoryChannels, namespace, name);
      if (!channel) return false;
      const subscribers = channel.spec?.subscribers ?? [];
      if (subscribers.length === 0) return true;
      const kept = journal.add(
        subscribers.map(({ uid }) => ({ channel: `${namespace}/${name}`, subscriber: uid, event, headers })),
      );
      for (const pending of kept) run(pending);
      return true;
    },
    start() {
      for (const pending of journal.all()) run(pending);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    close: () => closing.abort(),
  };
}

/** What Knative's dispatchers, Go programs, send along. */
const clientHeaders = { 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' };

/** Without a policy there is no retry; exponential is delay·2ⁿ, linear delay·n, n from 0. */
export function policyOf(delivery: DeliverySpec | undefined): RetryPolicy & { timeoutMs?: number } {
  const delayMs = durationMs(delivery?.backoffDelay ?? '') ?? defaultBackoffMs;
  const timeoutMs = durationMs(delivery?.timeout ?? '');
  const retryAfterMaxMs = durationMs(delivery?.retryAfterMax ?? '');
  const linear = delivery?.backoffPolicy === 'linear';
  return {
    retries: delivery?.retry ?? 0,
    delay: (retry) => (linear ? delayMs * (retry - 1) : delayMs * 2 ** (retry - 1)),
    ...(timeoutMs ? { timeoutMs } : {}),
    ...(retryAfterMaxMs ? { retryAfterMaxMs } : {}),
  };
}

export function isDelivered({ status }: SendResult): boolean {
  return status >= 200 && status < 300;
}

/** The event in an answer, if there is one; what is none counts as no reply. */
function replyOf({ headers, body }: DeliveryAnswer): CloudEvent | undefined {
  if (!isEvent(headers)) return undefined;
  try {
    return readEvent(headers, body);
  } catch (error) {
    if (error instanceof EventError) return undefined;
    throw error;
  }
}

/** Headers that accompany an event from hop to hop (knative/eventing pkg/utils/headers.go). */
export function passThroughHeaders(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && /^(x-request-id$|retry-after$|knative-|x-b3-)/.test(name)) passed[name] = value;
  }
  return passed;
}

const longestErrorData = 1024;

/** What went wrong, for the dead letter sink; the broker's filter tells where it had sent the event. */
function errorExtensions(destination: string, { status, answer, error }: SendResult): Record<string, string> {
  let body = Buffer.from(answer?.body ?? `dispatch error: ${error ?? ''}`);
  let where = destination;
  if (new URL(destination).hostname === brokerFilterHost) {
    try {
      const told = JSON.parse(body.toString()) as { errdestination?: string; errresponsebody?: string };
      where = told.errdestination ?? where;
      body = Buffer.from(told.errresponsebody ?? '', 'base64');
    } catch {
      return {};
    }
  }
  const data = body.toString('base64').slice(0, longestErrorData);
  return {
    knativeerrordest: where,
    knativeerrorcode: String(status || 500),
    knativeerrordata: data,
  };
}
