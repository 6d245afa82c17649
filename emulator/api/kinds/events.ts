/** Events, under their core name and under that of events.k8s.io. */
import { at } from '../../kernel/json.ts';
import type { KubeObject } from '../../kernel/object.ts';
import type { PrinterColumn, ResourceDefinition } from '../../kernel/resource.ts';
import { age } from '../age.ts';
import { int32, kind, object, objectReference, text, time } from './build.ts';

const lastSeen = (o: KubeObject, now: number) =>
  age(
    at(o, 'series', 'lastObservedTime') ?? at(o, 'lastTimestamp') ?? at(o, 'eventTime') ?? at(o, 'firstTimestamp'),
    now,
  );
const about = (o: KubeObject) => {
  const reference = (at(o, 'involvedObject') ?? {}) as { kind?: string; name?: string };
  return `${(reference.kind ?? '').toLowerCase()}/${reference.name ?? ''}`;
};

const eventColumns: PrinterColumn[] = [
  { name: 'Last Seen', type: 'string', value: lastSeen },
  { name: 'Type', type: 'string', value: '.type' },
  { name: 'Reason', type: 'string', value: '.reason' },
  { name: 'Object', type: 'string', value: about },
  { name: 'Subobject', type: 'string', priority: 1, value: '.involvedObject.fieldPath' },
  {
    name: 'Source',
    type: 'string',
    priority: 1,
    value: (o) => String(at(o, 'source', 'component') ?? at(o, 'reportingComponent') ?? ''),
  },
  { name: 'Message', type: 'string', value: (o) => String(at(o, 'message') ?? '').trim() },
  {
    name: 'First Seen',
    type: 'string',
    priority: 1,
    value: (o, now) => age(at(o, 'firstTimestamp') ?? at(o, 'eventTime'), now),
  },
  {
    name: 'Count',
    type: 'string',
    priority: 1,
    value: (o) => Number(at(o, 'series', 'count') ?? at(o, 'count') ?? 1),
  },
  { name: 'Name', type: 'string', priority: 1, value: (o) => o.metadata.name },
];

const naming = {
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  description: 'Something that happened to an object.',
};

const events = kind({
  ...naming,
  schema: object({
    involvedObject: objectReference,
    reason: text,
    message: text,
    source: object({ component: text, host: text }),
    firstTimestamp: time,
    lastTimestamp: time,
    count: int32,
    type: text,
    eventTime: time,
    series: object({ count: int32, lastObservedTime: time }),
    action: text,
    related: objectReference,
    reportingComponent: text,
    reportingInstance: text,
  }),
  columns: eventColumns,
});

/** The newer name of the same events; what is recorded under one is read under the other. */
const newEvents = kind({
  ...naming,
  group: 'events.k8s.io',
  schema: object({
    eventTime: time,
    series: object({ count: int32, lastObservedTime: time }),
    reportingController: text,
    reportingInstance: text,
    action: text,
    reason: text,
    regarding: objectReference,
    related: objectReference,
    note: text,
    type: text,
    deprecatedSource: object({ component: text, host: text }),
    deprecatedFirstTimestamp: time,
    deprecatedLastTimestamp: time,
    deprecatedCount: int32,
  }),
  columns: eventColumns,
  alias: {
    of: 'events',
    apiVersion: 'v1',
    members: {
      reportingController: 'reportingComponent',
      regarding: 'involvedObject',
      note: 'message',
      deprecatedSource: 'source',
      deprecatedFirstTimestamp: 'firstTimestamp',
      deprecatedLastTimestamp: 'lastTimestamp',
      deprecatedCount: 'count',
    },
  },
});

export const eventKinds: readonly ResourceDefinition[] = [events, newEvents];
