/**
 * Knative's two webhooks, as admission of a kind: the defaulting one (decode as Go does, default, note the user) and the
 * validating one. The rules of each kind are pure functions of object and configuration, so that the editor runs them too.
 */
import { ApiError } from '../kernel/errors.ts';
import { clone, sameJson } from '../kernel/json.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Admission, AdmissionRequest, UserInfo } from '../kernel/resource.ts';
import { readConfig } from './config/read.ts';
import type { PlatformConfig } from './config/types.ts';
import { type FieldError, fieldError, invalidValue, noError } from './field-errors.ts';
import { DecodeError, roundTrip } from './struct/decode.ts';
import type { Type } from './struct/type.ts';

export interface DefaultsContext<T extends KubeObject> {
  /** NONE: an old object is brought to today's defaults, to compare with. */
  operation: 'CREATE' | 'UPDATE' | 'NONE';
  /** On UPDATE: the old object with today's defaults. */
  old: T | undefined;
  config: PlatformConfig;
}

export interface ValidationContext<T extends KubeObject> {
  operation: 'CREATE' | 'UPDATE';
  /** As it is stored. */
  old: T | undefined;
  config: PlatformConfig;
  /** Undefined in the editor. */
  user: UserInfo | undefined;
}

export interface Rules<T extends KubeObject> {
  /** Name of the defaulting webhook; the validating one has `validation.` before it. */
  webhook: 'webhook.serving.knative.dev' | 'webhook.eventing.knative.dev' | 'inmemorychannel.eventing.knative.dev';
  /** The object with its spec as Go decodes it. */
  type: Type;
  /** False for a version that the webhooks do not know. */
  handles?(object: T): boolean;
  /** Changes `object` in place. */
  defaults?(object: T, context: DefaultsContext<T>): void;
  /** Group whose creator and lastModifier annotations are kept; undefined: none for this object. */
  userInfo?(object: T): string | undefined;
  validate?(object: T, context: ValidationContext<T>): FieldError;
  /** Dry runs only: why the pod of it would be refused. */
  dryRun?(object: T, context: ValidationContext<T>): string | undefined;
}

const rulesByAdmission = new WeakMap<Admission, Rules<KubeObject>>();

/** The rules that an admission of `admission()` was made from. */
export function rulesOf(made: Admission | undefined): Rules<KubeObject> | undefined {
  return made && rulesByAdmission.get(made);
}

export function admission<T extends KubeObject>(rules: Rules<T>): Admission {
  const made: Admission = {
    default(request) {
      const object = request.object as T;
      if (request.subresource !== '' || request.operation === 'DELETE') return undefined;
      if (rules.handles?.(object) === false) return undefined;
      applyDefaults(rules, object, {
        operation: request.operation,
        old: request.old as T | undefined,
        config: readConfig(request.view),
        user: request.user,
      });
      return undefined;
    },
    validate(request) {
      if (request.subresource !== '' || request.operation === 'DELETE') return undefined;
      if (rules.handles?.(request.object as T) === false) return undefined;
      return judge(rules, request, request.operation);
    },
  };
  rulesByAdmission.set(made, rules as unknown as Rules<KubeObject>);
  return made;
}

function judge<T extends KubeObject>(
  rules: Rules<T>,
  request: AdmissionRequest,
  operation: 'CREATE' | 'UPDATE',
): string[] {
  const object = request.object as T;
  const context = {
    operation,
    old: request.old as T | undefined,
    config: readConfig(request.view),
    user: request.user,
  };
  const result = rules.validate?.(object, context) ?? noError;
  const warnings = result.filter('warning').lines();
  const denied = `admission webhook "validation.${rules.webhook}" denied the request: `;
  const errors = result.filter('error');
  if (!errors.empty) {
    throw new ApiError('BadRequest', `${denied}validation failed: ${errors.message()}`, { warnings });
  }
  const refusal = request.dryRun ? rules.dryRun?.(object, context) : undefined;
  if (refusal !== undefined) {
    throw new ApiError('BadRequest', `${denied}validation callback failed: ${refusal}`, { warnings });
  }
  return warnings;
}

/** Decodes and defaults `object` in place. @throws ApiError when Go could not decode it. */
export function applyDefaults<T extends KubeObject>(
  rules: Rules<T>,
  object: T,
  context: { operation: 'CREATE' | 'UPDATE'; old: T | undefined; config: PlatformConfig; user: UserInfo | undefined },
): void {
  const { operation, config, user } = context;
  try {
    decode(rules, object);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new ApiError(
      'BadRequest',
      `admission webhook "${rules.webhook}" denied the request: mutation failed: cannot decode incoming new object: ${error.message}`,
    );
  }
  const old = context.old && withDefaults(rules, context.old, config);
  rules.defaults?.(object, { operation, old, config });
  if (user) noteUser(rules, object, old, operation, user);
}

function withDefaults<T extends KubeObject>(rules: Rules<T>, stored: T, config: PlatformConfig): T {
  const old = clone(stored);
  try {
    decode(rules, old);
  } catch (error) {
    // Stored by other means than admission; compared as it is.
    if (!(error instanceof DecodeError)) throw error;
  }
  rules.defaults?.(old, { operation: 'NONE', old: undefined, config });
  return old;
}

function decode<T extends KubeObject>(rules: Rules<T>, object: T): void {
  // Only eventing's webhooks refuse what Go does not know.
  const strict = rules.webhook !== 'webhook.serving.knative.dev';
  const { spec } = roundTrip(rules.type, { spec: object.spec }, strict) as { spec: unknown };
  object.spec = spec as NonNullable<T['spec']>;
}

/** creator once, lastModifier with each change of the spec. */
function noteUser<T extends KubeObject>(
  rules: Rules<T>,
  object: T,
  old: T | undefined,
  operation: 'CREATE' | 'UPDATE',
  user: UserInfo,
): void {
  const group = rules.userInfo?.(object);
  if (group === undefined) return;
  // A patched object shares what the patch left alone with the stored one, which is frozen.
  const annotations = { ...object.metadata.annotations };
  if (operation === 'CREATE') {
    annotations[`${group}/creator`] = user.username;
    annotations[`${group}/lastModifier`] = user.username;
  } else if (!sameJson(old?.spec, object.spec)) {
    annotations[`${group}/lastModifier`] = user.username;
  }
  if (Object.keys(annotations).length > 0) object.metadata = { ...object.metadata, annotations };
}

/** What Knative checks of the annotations that `noteUser` writes; paths are annotation names. */
export function validateUserInfo(group: string, object: KubeObject, old: KubeObject): FieldError {
  const now = object.metadata.annotations ?? {};
  const before = old.metadata.annotations ?? {};
  const creator = `${group}/creator`;
  const modifier = `${group}/lastModifier`;
  let errors = noError;
  if ((before[creator] ?? '') !== (now[creator] ?? '')) {
    errors = errors.also(fieldError('annotation value is immutable', [creator]));
  }
  if (sameJson(old.spec, object.spec) && (before[modifier] ?? '') !== (now[modifier] ?? '')) {
    errors = errors.also(invalidValue(now[modifier] ?? '', modifier));
  }
  return errors;
}
