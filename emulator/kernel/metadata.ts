/** Rules of metadata that hold for every kind (apimachinery pkg/api/validation, in its words). */
import { sameJson } from './json.ts';
import type { KubeObject } from './object.ts';
import type { ResourceDefinition } from './resource.ts';
import { type FieldError, forbidden, invalid, required } from './schema/field-errors.ts';

const label63 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainExpression = `${label63}(\\.${label63})*`;
const subdomainWords = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomainExpression}')`;
const labelWords = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label63}')`;
const dns1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const dns1035Words = `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${dns1035}')`;
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const nameWords = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`;
const labelValue = `(${qualifiedName})?`;
const valueWords = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${labelValue}')`;

const whole = (expression: string) => new RegExp(`^(?:${expression})$`);
const isSubdomain = whole(subdomainExpression);
const isLabel = whole(label63);
const isDns1035 = whole(dns1035);
const isQualifiedName = whole(qualifiedName);
const isLabelValue = whole(labelValue);

const totalAnnotationBytes = 256 * 1024;

export function validateSubdomain(value: string): string[] {
  if (value.length > 253)
    return ['must be no more than 253 bytes', ...(isSubdomain.test(value) ? [] : [subdomainWords])];
  return isSubdomain.test(value) ? [] : [subdomainWords];
}

export function validateDnsLabel(value: string): string[] {
  return [
    ...(value.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(isLabel.test(value) ? [] : [labelWords]),
  ];
}

export function validateDns1035(value: string): string[] {
  return [
    ...(value.length > 63 ? ['must be no more than 63 bytes'] : []),
    ...(isDns1035.test(value) ? [] : [dns1035Words]),
  ];
}

/** The name rule of a kind: most are subdomains, some are labels, RBAC names are path segments. */
function validateName(definition: ResourceDefinition, name: string, prefix: boolean): string[] {
  // A prefix may end in a dash.
  const value = prefix ? name.replace(/-$/, 'a') : name;
  if (definition.group === 'rbac.authorization.k8s.io') {
    if (value === '.' || value === '..') return [`may not be '${value}'`];
    return /[/%]/.test(value) ? [`may not contain '${value.includes('/') ? '/' : '%'}'`] : [];
  }
  if (definition.group === '' && definition.plural === 'namespaces') return validateDnsLabel(value);
  if (definition.group === '' && definition.plural === 'services') return validateDns1035(value);
  return validateSubdomain(value);
}

export function validateLabels(labels: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries((labels ?? {}) as Record<string, unknown>)) {
    for (const why of validateQualifiedName(key)) errors.push(invalid(path, key, why));
    if (typeof value !== 'string') continue;
    if (value.length > 63) errors.push(invalid(path, value, 'must be no more than 63 bytes'));
    if (!isLabelValue.test(value)) errors.push(invalid(path, value, valueWords));
  }
  return errors;
}

export function validateQualifiedName(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const errors: string[] = [];
  const name = parts.at(-1) ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') errors.push('prefix part must be non-empty');
    else errors.push(...validateSubdomain(prefix).map((why) => `prefix part ${why}`));
  }
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push('name part must be no more than 63 bytes');
  if (!isQualifiedName.test(name)) errors.push(nameWords);
  return errors;
}

/** Of a new or changed object. Types are right already (checked at decoding). */
export function validateMetadata(definition: ResourceDefinition, object: KubeObject): FieldError[] {
  const { metadata } = object;
  const errors: FieldError[] = [];
  if (metadata.generateName) {
    for (const why of validateName(definition, metadata.generateName, true)) {
      errors.push(invalid('metadata.generateName', metadata.generateName, why));
    }
  }
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else {
    for (const why of validateName(definition, metadata.name, false)) {
      errors.push(invalid('metadata.name', metadata.name, why));
    }
  }
  errors.push(...validateLabels(metadata.labels, 'metadata.labels'), ...validateAnnotations(metadata.annotations));
  let controllers = 0;
  for (const owner of metadata.ownerReferences ?? []) {
    const path = 'metadata.ownerReferences';
    if (!owner.apiVersion) errors.push(invalid(`${path}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    if (!owner.kind) errors.push(invalid(`${path}.kind`, owner.kind, 'must not be empty'));
    if (!owner.name) errors.push(invalid(`${path}.name`, owner.name, 'must not be empty'));
    if (!owner.uid) errors.push(invalid(`${path}.uid`, owner.uid ?? '', 'must not be empty'));
    if (owner.controller) controllers++;
  }
  if (controllers > 1) {
    errors.push(
      invalid(
        'metadata.ownerReferences',
        metadata.ownerReferences,
        'Only one reference can have Controller set to true.',
      ),
    );
  }
  for (const finalizer of metadata.finalizers ?? []) {
    for (const why of validateQualifiedName(finalizer)) errors.push(invalid('metadata.finalizers', finalizer, why));
    // Custom resources may have plain ones; Knative's own are such.
    if (!definition.crd && !finalizer.includes('/') && !plainFinalizers.has(finalizer)) {
      errors.push(
        invalid(
          'metadata.finalizers',
          finalizer,
          'name is neither a standard finalizer name nor is it fully qualified',
        ),
      );
    }
  }
  return errors;
}

const plainFinalizers = new Set(['foregroundDeletion', 'orphan', 'kubernetes']);

function validateAnnotations(annotations: Record<string, string> | undefined): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const why of validateQualifiedName(key.toLowerCase())) errors.push(invalid('metadata.annotations', key, why));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > totalAnnotationBytes) {
    errors.push({
      field: 'metadata.annotations',
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${totalAnnotationBytes} bytes`,
    });
  }
  return errors;
}

/** What an update may not do to metadata; everything the server owns has been put back before. */
export function validateMetadataUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  if (!old.metadata.deletionTimestamp) return [];
  const before = new Set(old.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return [];
  const names = added.map((name) => JSON.stringify(name)).join(', ');
  const error = forbidden(
    'metadata.finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
  );
  // The apiserver validates metadata twice on this path, and reports it twice.
  return [error, error];
}

/** Whether two states differ in anything but what rises by itself: resourceVersion, and the times in managedFields. */
export function sameState(a: KubeObject, b: KubeObject): boolean {
  return sameJson(withoutVolatile(a), withoutVolatile(b));
}

function withoutVolatile(object: KubeObject): unknown {
  const { resourceVersion: _, managedFields, ...metadata } = object.metadata;
  const managers = managedFields?.map((entry) => ({ ...(entry as Record<string, unknown>), time: undefined }));
  return { ...object, metadata: { ...metadata, ...(managers ? { managedFields: managers } : {}) } };
}
