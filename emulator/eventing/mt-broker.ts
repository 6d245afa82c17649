/**
 * The two halves of the channel based broker that all brokers share: the ingress takes events, the filter gives each trigger
 * those that it wants (knative/eventing pkg/broker/{ingress,filter}). Both answer requests; where they come from is not theirs.
 */
import type { View } from '../kernel/resource.ts';
import type { Broker } from '../knative/broker/types.ts';
import { channelOfHost, eventingResources } from '../knative/eventing.ts';
import type { Trigger } from '../knative/trigger/types.ts';
import { type Dispatcher, isDelivered, passThroughHeaders } from './dispatcher.ts';
import type { Deliver, DeliveryAnswer, EventRequest } from './eventing-ports.ts';
import {
  binaryHeaders,
  type CloudEvent,
  EventError,
  isEvent,
  readEvent,
  structuredBody,
  structuredType,
} from './events.ts';
import { wants } from './filters.ts';
import { send } from './send.ts';

/** Hops that an event may take through brokers. */
const hopLimit = 255;
const hops = 'knativebrokerttl';
const allow = { allow: 'POST, OPTIONS' };

export function answerOf(status: number, headers: Record<string, string> = allow): DeliveryAnswer {
  return { status, headers, body: new Uint8Array() };
}

/** What every receiver of events answers before it looks at the event; undefined: go on. */
export function methodAnswer({ method }: EventRequest): DeliveryAnswer | undefined {
  if (method === 'OPTIONS')
    return answerOf(200, { ...allow, 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '*' });
  return method === 'POST' ? undefined : answerOf(405);
}

/** The event of a request, or the refusal. */
export function eventOf({ headers, body }: EventRequest): CloudEvent | undefined {
  try {
    return readEvent(headers, body);
  } catch (error) {
    if (error instanceof EventError) return undefined;
    throw error;
  }
}

export interface IngressPorts {
  view: View;
  dispatcher: Dispatcher;
  /** Wall clock, ms. */
  now(): number;
}

/** `/<namespace>/<broker>`: 202 once the event is kept. */
export function brokerIngress({ view, dispatcher, now }: IngressPorts, request: EventRequest): DeliveryAnswer {
  const early = methodAnswer(request);
  if (early) return early;
  if (request.path === '/') return answerOf(404);
  const [, namespace = '', name = '', ...rest] = request.path.replace(/\/$/, '').split('/');
  if (!namespace || !name || rest.length > 0) return answerOf(400);
  const event = eventOf(request);
  if (!event) return answerOf(400);
  const broker = view.get<Broker>(eventingResources.brokers, namespace, name);
  if (!broker) return answerOf(404);
  const left = event.extensions[hops] === undefined ? hopLimit : Number(event.extensions[hops]) - 1;
  if (!(left > 0)) return answerOf(400);
  const extensions = {
    ...event.extensions,
    knativearrivaltime: new Date(now()).toISOString(),
    [hops]: String(left),
  };
  const address = broker.status?.annotations?.['knative.dev/channelAddress'];
  const channel = address && channelOfHost(new URL(address).hostname);
  if (!channel) return answerOf(500);
  const isKept = dispatcher.accept(
    channel.namespace,
    channel.name,
    { ...event, extensions },
    passThroughHeaders(request.headers),
  );
  return answerOf(isKept ? 202 : 500);
}

/** `/triggers/<namespace>/<trigger>/<uid>`: passes what the trigger wants on, and answers what its subscriber answered. */
export async function brokerFilter(
  { view, deliver }: { view: View; deliver: Deliver },
  request: EventRequest,
): Promise<DeliveryAnswer> {
  const head = { allow: 'POST' };
  if (request.method !== 'POST') return answerOf(405, head);
  const [, root, namespace, name = '', uid, ...rest] = request.path.split('/');
  if (root !== 'triggers' || !uid || rest.length > 0) return answerOf(400, head);
  const trigger = view.get<Trigger>(eventingResources.triggers, namespace, name);
  if (!trigger) return answerOf(404, head);
  if (trigger.metadata.uid !== uid) return answerOf(400, head);
  const event = eventOf(request);
  const left = event?.extensions[hops];
  if (!event || left === undefined) return answerOf(400, head);
  const { [hops]: _, ...extensions } = event.extensions;
  const clean = { ...event, extensions };
  const url = trigger.status?.subscriberUri;
  if (!url) return answerOf(404, head);
  if (!trigger.spec || !wants(trigger.spec, clean)) return answerOf(200, head);

  // Of Triggers alone: channels hand events on as they are.
  const asJson = trigger.spec.delivery?.format === 'json';
  const headers = {
    'user-agent': 'Go-http-client/1.1',
    'accept-encoding': 'gzip',
    ...passThroughHeaders(request.headers),
    'kn-namespace': trigger.metadata.namespace ?? '',
    prefer: 'reply',
    ...(asJson ? { 'content-type': structuredType } : binaryHeaders(clean)),
  };
  const body = asJson ? structuredBody(clean) : clean.data;
  // The channel retries: the filter is one attempt.
  const result = await send({ url, headers, body }, once, { deliver, wait: () => Promise.resolve() });
  const { answer, status } = result;
  if (!answer) return answerOf(500, head);
  const passed = { ...head, ...passThroughHeaders(answer.headers) };
  if (!isDelivered(result)) {
    const told = { errdestination: url, errresponsebody: Buffer.from(answer.body).toString('base64') };
    return { status, headers: passed, body: Buffer.from(JSON.stringify(told)) };
  }
  if (!isEvent(answer.headers)) return answer.body.byteLength > 0 ? answerOf(502, head) : answerOf(status, passed);
  const reply = eventOf({ ...request, headers: answer.headers, body: answer.body });
  if (!reply) return answerOf(502, head);
  // It comes back to the broker, and has as many hops left as the event that it answers.
  const back = { ...reply, extensions: { ...reply.extensions, [hops]: left } };
  return { status, headers: { ...passed, ...binaryHeaders(back) }, body: reply.data };
}

const once = { retries: 0, delay: () => 0 };
