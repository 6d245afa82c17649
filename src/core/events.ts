/** Sending a CloudEvent by hand: HTTP binary mode of the CloudEvents specification 1.0, to a service's URL through the gateway. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { EventAnswer, EventToSend } from '../../emulator/capabilities/protocol.ts';
import type { PlatformClient } from './client.ts';
import type { EventDraft } from './event-draft.ts';
import { Fault } from './faults.ts';
import { gatewayOf, isInsideCluster } from './gateway.ts';
import { kinds } from './resources.ts';

export interface SendResult {
  id: string;
  /** HTTP status. */
  status: number;
  /** ms until the whole answer was there. */
  ms: number;
  /** Of the answer, at most 4 KiB. */
  body: string;
}

const longestAnswer = 4_096;
const answerMs = 120_000;

/** What an event can be sent to, by the plural of its kind. */
const receivers = { services: kinds.service, brokers: kinds.broker, channels: kinds.channel } as const;
const plurals: Readonly<Record<string, keyof typeof receivers>> = {
  service: 'services',
  broker: 'brokers',
  channel: 'channels',
};

/**
 * `NAME` of a service, `broker/NAME` or `channel/NAME`, with its address.
 * @throws Fault EventNotSent where there is none
 */
export async function findReceiver(
  client: PlatformClient,
  namespace: string,
  target: string,
): Promise<{ namespace: string; name: string; url: string; plural: keyof typeof receivers }> {
  const slash = target.indexOf('/');
  const name = target.slice(slash + 1);
  const plural = slash < 0 ? 'services' : plurals[target.slice(0, slash)];
  const object = plural && (await client.find(receivers[plural], namespace, name));
  const { url, address } = (object?.status ?? {}) as { url?: string; address?: { url?: string } };
  const found = url ?? address?.url;
  if (!plural || !found) throw new Fault('EventNotSent', { url: target, detail: '404' });
  return { namespace, name, url: found, plural };
}

/**
 * To the service's own URL; to one that has none outside the cluster, by the platform where it can.
 * @throws Fault EventNotSent where nothing answers, or nothing can be reached from here
 */
export async function sendEvent(
  client: PlatformClient,
  receiver: { namespace: string; name: string; url: string; plural?: keyof typeof receivers },
  draft: EventDraft,
): Promise<SendResult> {
  const { namespace, name, url, plural = 'services' } = receiver;
  const id = draft.id ?? randomUUID();
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': headerText(id),
    'ce-type': headerText(draft.type),
    'ce-source': headerText(draft.source),
    'ce-time': new Date().toISOString(),
    ...(draft.subject === '' ? {} : { 'ce-subject': headerText(draft.subject) }),
    ...(draft.data === '' ? {} : { 'content-type': draft.contentType }),
  };
  if (!isInsideCluster(url)) return { id, ...(await post(client, url, headers, draft.data)) };
  if (!(await client.capabilities()).has('events')) {
    throw new Fault('EventNotSent', { url, detail: 'cluster-local' });
  }
  const path = `/namespaces/${encodeURIComponent(namespace)}/${plural}/${encodeURIComponent(name)}/event`;
  try {
    const wish: EventToSend = { headers, body: draft.data };
    return { id, ...(await client.capability<EventAnswer>('POST', path, wish, { timeoutMs: answerMs })) };
  } catch (error) {
    throw unreachable(url, error instanceof Error ? error : new Error(String(error)));
  }
}

async function post(
  client: PlatformClient,
  url: string,
  event: Record<string, string>,
  data: string,
): Promise<EventAnswer> {
  const target = new URL(url);
  const gateway = await gatewayOf(client);
  // Names under .localhost lead to this machine without the system's resolver being asked.
  const local = gateway.port !== undefined;
  const body = Buffer.from(data);
  const headers = { ...event, host: target.host, 'content-length': String(body.length) };
  const began = performance.now();
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      {
        host: local ? gateway.host : target.hostname,
        port: local ? gateway.port : target.port,
        path: `${target.pathname}${target.search}`,
        method: 'POST',
        headers,
        signal: AbortSignal.timeout(answerMs),
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          if (text.length < longestAnswer) text = (text + part).slice(0, longestAnswer);
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, ms: Math.round(performance.now() - began), body: text }),
        );
        answer.on('error', (error) => reject(unreachable(url, error)));
      },
    );
    outgoing.on('error', (error) => reject(unreachable(url, error)));
    outgoing.end(body);
  });
}

function unreachable(url: string, error: Error): Fault {
  return new Fault('EventNotSent', { url, detail: error.message }, { cause: error });
}

/** The specification's percent-encoding of header values: all but printable ASCII, and of that the blank, `"` and `%`. */
function headerText(value: string): string {
  return [...value]
    .map((character) =>
      /[\u0021\u0023-\u0024\u0026-\u007e]/.test(character) && character.length === 1
        ? character
        : encodeURIComponent(character),
    )
    .join('');
}
