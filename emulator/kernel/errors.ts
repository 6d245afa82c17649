/** Errors as the Kubernetes API answers them (meta/v1 Status). Reasons are closed: these and no others. */

export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'UnsupportedMediaType'
  | 'RequestEntityTooLarge'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'TooManyRequests'
  | 'InternalError'
  | 'ServiceUnavailable'
  | 'Timeout';

const codes: Record<StatusReason, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  UnsupportedMediaType: 415,
  RequestEntityTooLarge: 413,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};

export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** meta/v1 Status, as it goes over the wire. */
export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: Record<string, never>;
  status: 'Success' | 'Failure';
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

/** A refusal of a request: what the client did or asked for cannot be. Never a bug of ours. */
export class ApiError extends Error {
  readonly reason: StatusReason | '';
  readonly code: number;
  readonly details: StatusDetails | undefined;
  /** Admission's warnings that come with the refusal. */
  readonly warnings: readonly string[];

  constructor(
    reason: StatusReason | '',
    message: string,
    options: { details?: StatusDetails; code?: number; warnings?: readonly string[] } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.reason = reason;
    this.code = options.code ?? (reason === '' ? 400 : codes[reason]);
    this.details = options.details;
    this.warnings = options.warnings ?? [];
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason ? { reason: this.reason } : {}),
      ...(this.details ? { details: this.details } : {}),
      code: this.code,
    };
  }
}

/** `services.serving.knative.dev "x" not found`; a core resource has no group suffix. */
export function notFound(resource: { group: string; plural: string }, name: string): ApiError {
  return new ApiError('NotFound', `${qualified(resource)} "${name}" not found`, {
    details: { name, ...groupKind(resource) },
  });
}

export function alreadyExists(resource: { group: string; plural: string }, name: string): ApiError {
  return new ApiError('AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
    details: { name, ...groupKind(resource) },
  });
}

export function conflict(resource: { group: string; plural: string }, name: string, why?: string): ApiError {
  const message = why ?? 'the object has been modified; please apply your changes to the latest version and try again';
  return new ApiError('Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${message}`, {
    details: { name, ...groupKind(resource) },
  });
}

function qualified(resource: { group: string; plural: string }): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

function groupKind(resource: { group: string; plural: string }): { group?: string; kind: string } {
  return { ...(resource.group ? { group: resource.group } : {}), kind: resource.plural };
}
