/** Which events a Trigger (or an ApiServerSource) wants: `filter.attributes` and the dialects of `filters`. Pure. */
import { parseCesql } from '../knative/trigger/cesql.ts';
import type { SubscriptionsFilter, TriggerSpec } from '../knative/trigger/types.ts';
import { evaluateCesql } from './cesql.ts';
import type { CloudEvent } from './events.ts';

/** `filters` win over `filter`; none of both wants everything. */
export function wants({ filter, filters }: Pick<TriggerSpec, 'filter' | 'filters'>, event: CloudEvent): boolean {
  if (filters && filters.length > 0) return filters.every((one) => passes(one, event));
  return Object.entries(filter?.attributes ?? {}).every(([name, wanted]) => {
    const value = attributeOf(event, name);
    // '' asks only that the attribute is there.
    return value !== undefined && (wanted === '' || value === wanted);
  });
}

/** A context attribute, an extension; undefined when the event has none of that name. */
export function attributeOf(event: CloudEvent, name: string): string | undefined {
  switch (name) {
    case 'id':
    case 'source':
    case 'type':
    case 'specversion':
    case 'datacontenttype':
    case 'time':
    case 'subject':
    case 'dataschema':
      return event[name];
    default:
      return Object.hasOwn(event.extensions, name) ? event.extensions[name] : undefined;
  }
}

/** A filter that says nothing passes everything. */
function passes(filter: SubscriptionsFilter, event: CloudEvent): boolean {
  const every = (wanted: Record<string, string> | undefined, test: (value: string, wanted: string) => boolean) =>
    Object.entries(wanted ?? {}).every(([name, text]) => {
      const value = attributeOf(event, name);
      return value !== undefined && test(value, text);
    });
  return (
    every(filter.exact, (value, wanted) => value === wanted) &&
    every(filter.prefix, (value, wanted) => value.startsWith(wanted)) &&
    every(filter.suffix, (value, wanted) => value.endsWith(wanted)) &&
    (filter.all ?? []).every((one) => passes(one, event)) &&
    (!filter.any || filter.any.length === 0 || filter.any.some((one) => passes(one, event))) &&
    !(filter.not && passes(filter.not, event)) &&
    (!filter.cesql || evaluateCesql(parseCesql(filter.cesql), (name) => attributeOf(event, name)) === true)
  );
}
