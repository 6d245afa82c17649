/** The event of a PingSource, as Knative's adapter makes it. Pure. */
import type { PingSource } from '../../knative/ping-source/types.ts';
import type { CloudEvent } from '../events.ts';

export const pingType = 'dev.knative.sources.ping';

export function pingSourceUri(namespace: string | undefined, name: string): string {
  return `/apis/v1/namespaces/${namespace}/pingsources/${name}`;
}

/** `now`: platform time, ms. */
export function pingEvent(source: PingSource, id: string, now: number): CloudEvent {
  const { contentType, ceOverrides } = source.spec ?? {};
  const data = dataOf(source);
  return {
    id,
    specversion: '1.0',
    type: pingType,
    source: pingSourceUri(source.metadata.namespace, source.metadata.name),
    time: new Date(now).toISOString(),
    // Without data there is no content type either, whatever the spec says.
    ...(data && contentType ? { datacontenttype: contentType } : {}),
    extensions: { ...ceOverrides?.extensions },
    data: data ?? new Uint8Array(),
  };
}

/** `dataBase64` goes out as it stands in the manifest: that is what the adapter does. */
function dataOf({ spec }: PingSource): Uint8Array | undefined {
  if (spec?.dataBase64) return Buffer.from(spec.dataBase64);
  if (!spec?.data) return undefined;
  return Buffer.from(spec.contentType === 'application/json' ? goJson(spec.data) : spec.data);
}

/**
 * An object as Go's json.Marshal of its raw members writes it: keys of the outermost object sorted, blanks gone, `<`, `>`,
 * `&` and the two line separators escaped, numbers as they were written.
 */
function goJson(text: string): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  let value: unknown;
  try {
    value = JSON.parse(text, function (this: unknown, _key: string, member: unknown, context?: { source?: string }) {
      return typeof member === 'number' && context?.source !== undefined ? rawJSON(context.source) : member;
    } as (this: unknown, key: string, value: unknown) => unknown);
  } catch {
    // Admission refuses it; one that was stored before goes out as it is.
    return text;
  }
  const sorted =
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.stringify(sorted).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
