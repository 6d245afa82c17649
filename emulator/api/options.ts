/** The query parameters that every write and every list has, with their rules. */
import { ApiError } from '../kernel/errors.ts';
import type { WriteOptions } from '../kernel/objects.ts';
import { type FieldError, forbidden, invalidObject, notSupported } from '../kernel/schema/field-errors.ts';
import type { ApiRequest } from './http.ts';

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions' | 'ListOptions';

export function invalidOptions(kind: OptionsKind, errors: readonly FieldError[]): ApiError {
  return invalidObject({ group: 'meta.k8s.io', kind }, '', errors);
}

/** @throws ApiError Invalid on a value that is none. */
export function writeOptions(
  request: ApiRequest,
  kind: OptionsKind,
  warn: (message: string) => void,
): WriteOptions & { fieldValidation: 'Strict' | 'Warn' | 'Ignore'; dryRun: boolean } {
  const { query } = request;
  const errors: FieldError[] = [];
  const dryRun = query.getAll('dryRun').filter(Boolean);
  if (dryRun.some((value) => value !== 'All')) errors.push(notSupported('dryRun', dryRun[0], ['All']));
  const fieldValidation = query.get('fieldValidation') || 'Warn';
  if (!isFieldValidation(fieldValidation)) {
    errors.push(notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  const fieldManager = query.get('fieldManager') ?? '';
  if (fieldManager.length > 128) {
    errors.push({
      field: 'fieldManager',
      reason: 'FieldValueTooLong',
      message: 'Too long: may not be more than 128 bytes',
    });
  }
  if (errors.length > 0) throw invalidOptions(kind, errors);
  return {
    user: request.user,
    dryRun: dryRun.length > 0,
    fieldManager: fieldManager || defaultManager(request),
    fieldValidation: isFieldValidation(fieldValidation) ? fieldValidation : 'Warn',
    warn,
  };
}

function isFieldValidation(value: string): value is 'Strict' | 'Warn' | 'Ignore' {
  return value === 'Strict' || value === 'Warn' || value === 'Ignore';
}

/** The client's name from its user agent, as the apiserver does. */
function defaultManager(request: ApiRequest): string {
  return (request.headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) || 'unknown';
}

export interface ListQuery {
  /** Undefined: unset. */
  resourceVersion: number | undefined;
  match: 'Exact' | 'NotOlderThan' | undefined;
  limit: number;
  continueToken: string;
  watch: boolean;
  bookmarks: boolean;
  sendInitialEvents: boolean | undefined;
  timeoutSeconds: number | undefined;
}

/** @throws ApiError Invalid or BadRequest. */
export function listQuery(query: URLSearchParams): ListQuery {
  const errors: FieldError[] = [];
  const text = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const watch = isTrue(query.get('watch'));
  const initial = query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined;
  const continueToken = query.get('continue') ?? '';
  const field = 'resourceVersionMatch';
  if (watch && initial !== undefined) {
    if (match !== 'NotOlderThan') {
      errors.push(forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
    }
  } else if (match) {
    if (watch)
      errors.push(forbidden(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
    if (!text) errors.push(forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (continueToken) errors.push(forbidden(field, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(field, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && text === '0') {
      errors.push(forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (!watch && initial !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (errors.length > 0) throw invalidOptions('ListOptions', errors);
  const limit = Number(query.get('limit') || 0);
  const timeout = query.get('timeoutSeconds');
  return {
    resourceVersion: text === '' ? undefined : parseResourceVersion(text),
    match: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    limit: Number.isInteger(limit) && limit > 0 ? limit : 0,
    continueToken,
    watch,
    bookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: initial,
    timeoutSeconds: timeout && Number(timeout) > 0 ? Number(timeout) : undefined,
  };
}

export function parseResourceVersion(text: string): number {
  if (/^\d{1,20}$/.test(text)) return Number(text);
  throw new ApiError(
    'BadRequest',
    `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

export function isTrue(value: string | null): boolean {
  return value !== null && ['1', 't', 'true', ''].includes(value.toLowerCase());
}
