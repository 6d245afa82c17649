/**
 * Fires PingSources: at the times of their schedule by the platform's clock, up to half a second late so that not all come
 * at once, or now. An event that no retry brought through is lost, as with Knative; it is on record.
 */
import { randomUUID } from 'node:crypto';
import type { Delivery, PingSchedule } from '../../capabilities/protocol.ts';
import { ApiError, notFound } from '../../kernel/errors.ts';
import { keyOf } from '../../kernel/object.ts';
import { isReady } from '../../knative/conditions.ts';
import type { PingSource } from '../../knative/ping-source/types.ts';
import { nextFire, nextFires } from '../cron.ts';
import { CronError, parseCron } from '../cron-fields.ts';
import type { Deliveries } from '../deliveries.ts';
import type { EventingOptions, EventingPorts } from '../eventing-ports.ts';
import { binaryHeaders } from '../events.ts';
import { send } from '../send.ts';
import { pingSources } from './controller.ts';
import { pingEvent } from './event.ts';

const jitterMs = 500;
/** Retries are over well before the next minute. */
const retryPolicy = { retries: 5, delay: (retry: number) => 50 * 2 ** (retry - 1) };

export interface PingScheduler {
  start(): void;
  close(): Promise<void>;
  schedule(namespace: string, name: string, count: number): PingSchedule;
  fire(namespace: string, name: string): Promise<Delivery>;
}

export function createPingScheduler(
  ports: EventingPorts,
  deliveries: Deliveries,
  options: Required<Pick<EventingOptions, 'random' | 'wait'>>,
): PingScheduler {
  const { clock, view, log } = ports;
  /** By key: what it was planned from, so that a change of status only does not move it. */
  const plans = new Map<string, { from: string; timer: Disposable | undefined }>();
  const underway = new Set<Promise<unknown>>();
  const ending = new AbortController();
  let subscription: Disposable | undefined;

  const sourceOf = (namespace: string, name: string): PingSource => {
    const source = view.get<PingSource>(pingSources, namespace, name);
    if (!source) throw notFound({ group: 'sources.knative.dev', plural: 'pingsources' }, name);
    return source;
  };

  const take = (source: PingSource) => {
    const key = keyOf(source);
    const from = planKey(source);
    const plan = plans.get(key);
    if (plan && plan.from === from) return;
    plan?.timer?.[Symbol.dispose]();
    plans.delete(key);
    if (from === undefined || source.metadata.deletionTimestamp) return;
    plans.set(key, { from, timer: undefined });
    arm(key, clock.now());
  };

  const arm = (key: string, after: number) => {
    const plan = plans.get(key);
    const source = plan && current(key);
    if (!plan || !source) return;
    let next: number | undefined;
    try {
      next = nextFire(parseCron(source.spec?.schedule ?? '* * * * *', source.spec?.timezone), after);
    } catch (error) {
      log('warn', `pingsource ${key}: ${(error as Error).message}`);
    }
    if (next === undefined) return;
    plan.timer = clock.after(next - clock.now(), () => {
      // A timer may be early by a part of a ms; the same second is never fired twice.
      const now = Math.max(clock.now(), next);
      const late = Math.floor(options.random() * jitterMs);
      const fired = current(key);
      if (fired) clock.after(late, () => track(deliver(fired, 'schedule')));
      arm(key, now);
    });
  };

  const current = (key: string): PingSource | undefined => {
    const [namespace = '', name = ''] = key.split('/');
    return view.get<PingSource>(pingSources, namespace, name);
  };

  const track = (work: Promise<unknown>) => {
    underway.add(work);
    work.finally(() => underway.delete(work)).catch((error: Error) => log('error', `pingsource: ${error.message}`));
  };

  const deliver = async (source: PingSource, fired: Delivery['fired']): Promise<Delivery> => {
    const { namespace = '', name } = source.metadata;
    const sink = source.status?.sinkUri ?? '';
    const at = clock.now();
    const event = pingEvent(source, randomUUID(), at);
    const begun = performance.now();
    const headers = {
      ...binaryHeaders(event),
      'kn-namespace': namespace,
      'user-agent': 'Go-http-client/1.1',
      'accept-encoding': 'gzip',
    };
    const result = await send({ url: sink, headers, body: event.data }, retryPolicy, {
      deliver: ports.deliver,
      wait: options.wait,
      signal: ending.signal,
    });
    const delivery: Delivery = {
      id: event.id,
      source: name,
      at,
      sink,
      type: event.type,
      status: result.status,
      attempts: result.attempts,
      ms: Math.round(performance.now() - begun),
      ...(result.error === undefined ? {} : { error: result.error }),
      fired,
    };
    deliveries.add(namespace, delivery);
    return delivery;
  };

  return {
    start() {
      subscription = ports.subscribe(({ type, resource, object, key }) => {
        if (resource !== pingSources) return;
        if (type !== 'DELETED') return take(object as PingSource);
        plans.get(key)?.timer?.[Symbol.dispose]();
        plans.delete(key);
      });
      for (const source of view.list<PingSource>(pingSources)) take(source);
    },

    async close() {
      subscription?.[Symbol.dispose]();
      for (const { timer } of plans.values()) timer?.[Symbol.dispose]();
      plans.clear();
      ending.abort();
      await Promise.allSettled(underway);
    },

    schedule(namespace, name, count) {
      const { spec } = sourceOf(namespace, name);
      const schedule = spec?.schedule ?? '* * * * *';
      const [last] = deliveries.list(namespace, name, 1);
      try {
        const fields = parseCron(schedule, spec?.timezone);
        return {
          schedule,
          timezone: fields.timezone,
          next: nextFires(fields, clock.now(), count),
          ...(last ? { last } : {}),
        };
      } catch (error) {
        if (error instanceof CronError) throw new ApiError('BadRequest', `spec.schedule: ${error.message}`);
        throw error;
      }
    },

    async fire(namespace, name) {
      const source = sourceOf(namespace, name);
      if (!source.status?.sinkUri) {
        const message = `PingSource "${name}" has no sink yet: what its spec.sink names is not there or has no address`;
        throw new ApiError('Conflict', message, { details: { name, kind: 'pingsources' } });
      }
      const work = deliver(source, 'now');
      track(work);
      return work;
    },
  };
}

/** What the times and the target depend on; undefined when it is not to fire. */
function planKey(source: PingSource): string | undefined {
  if (!isReady(source) || !source.status?.sinkUri) return undefined;
  return JSON.stringify([source.metadata.uid, source.spec?.schedule, source.spec?.timezone]);
}
