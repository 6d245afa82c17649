/** The messages of `messages.ts`, read at the first protobuf body: most platforms never get one. */
import { messageText } from './messages.ts';

export interface Field {
  /** `^`: an embedded message, whose members JSON has inline. */
  name: string;
  type: string;
  /** Go has a pointer here: an empty value was set. */
  optional: boolean;
}

/** By field number. */
export type Message = ReadonlyMap<number, Field>;

let messages: ReadonlyMap<string, Message> | undefined;

/** The message of a kind; undefined when it is none that is served. */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  // Another group or version has a kind of that name with fields of its own.
  const prefix = { 'events.k8s.io/v1': 'events.', 'autoscaling/v2': 'autoscaling.' }[apiVersion] ?? '';
  return messageOf(`${prefix}${kind}`) ?? messageOf(kind);
}

export function messageOf(name: string): Message | undefined {
  messages ??= parse(messageText);
  return messages.get(name);
}

function parse(text: string): ReadonlyMap<string, Message> {
  const found = new Map<string, Message>();
  for (const line of text.trim().replaceAll('\n  ', ' ').split('\n')) {
    const [name = '', ...entries] = line.split(' ');
    found.set(name, new Map(entries.map(fieldOf)));
  }
  return found;
}

function fieldOf(entry: string): [number, Field] {
  const equals = entry.lastIndexOf('=');
  const colon = entry.indexOf(':', equals);
  const optional = entry.endsWith('!');
  const type = entry.slice(colon + 1, optional ? -1 : undefined);
  return [Number(entry.slice(equals + 1, colon)), { name: entry.slice(0, equals), type, optional }];
}
