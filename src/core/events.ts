/** Sending a CloudEvent by hand: HTTP binary mode of the CloudEvents specification 1.0, to a service's URL through the gateway. */
import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { PlatformClient } from './client.ts';
import type { EventDraft } from './event-draft.ts';
import { Fault } from './faults.ts';
import { gatewayOf, isInsideCluster } from './gateway.ts';

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

/** @throws Fault EventNotSent where nothing answers */
export async function sendEvent(client: PlatformClient, url: string, draft: EventDraft): Promise<SendResult> {
  const id = draft.id ?? randomUUID();
  const target = new URL(url);
  const gateway = await gatewayOf(client);
  // Names under .localhost lead to this machine without the system's resolver being asked.
  const local = gateway.port !== undefined && !isInsideCluster(url);
  const body = Buffer.from(draft.data);
  const headers: Record<string, string> = {
    host: target.host,
    'ce-specversion': '1.0',
    'ce-id': headerText(id),
    'ce-type': headerText(draft.type),
    'ce-source': headerText(draft.source),
    'ce-time': new Date().toISOString(),
    ...(draft.subject === '' ? {} : { 'ce-subject': headerText(draft.subject) }),
    ...(body.length === 0 ? {} : { 'content-type': draft.contentType }),
    'content-length': String(body.length),
  };
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
          resolve({ id, status: answer.statusCode ?? 0, ms: Math.round(performance.now() - began), body: text }),
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
