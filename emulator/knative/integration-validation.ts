/** Validation that IntegrationSource and IntegrationSink share: exactly one system, and what AWS needs. */
import { type FieldError, fieldError, missingField, noError } from './field-errors.ts';

export interface Aws {
  s3?: { arn?: string; region?: string };
  sqs?: { arn?: string; region?: string };
  sns?: { arn?: string; region?: string };
  ddbStreams?: { table?: string; region?: string };
  auth?: { secret?: { ref?: { name: string } }; serviceAccountName?: string };
}

/** `other`: log or timer. Paths below `spec`. */
export function validateIntegration(what: 'source' | 'sink', other: unknown, aws: Aws | undefined): FieldError {
  const services = (['s3', 'sqs', 'sns', 'ddbStreams'] as const).filter((service) => aws?.[service]);
  const count = services.length + (other ? 1 : 0);
  if (count > 1) return fieldError(`only one ${what} type can be set`, ['spec']);
  if (count === 0) return fieldError(`at least one ${what} type must be specified`, ['spec']);
  const [service] = services;
  if (!service || !aws) return noError;
  const signedIn = aws.auth?.secret?.ref?.name || aws.auth?.serviceAccountName;
  let errors = signedIn ? noError : missingField('aws.auth.secret.ref.name');
  const path = service === 'ddbStreams' ? 'ddb-streams' : service;
  const given = aws[service] as { arn?: string; table?: string; region?: string };
  const key = service === 'ddbStreams' ? 'table' : 'arn';
  for (const field of [key, 'region'] as const) {
    if (!given[field]) errors = errors.also(missingField(`aws.${path}.${field}`));
  }
  return errors;
}
