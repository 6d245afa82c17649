/**
 * What the platform would say to a manifest, without a platform: schema, defaults and validation of a Knative object, as
 * pure functions. The editor shows the problems at their paths.
 */
import { checkMetadata } from '../kernel/decode.ts';
import { ApiError } from '../kernel/errors.ts';
import { clone, isObject, type JsonObject } from '../kernel/json.ts';
import { validateMetadata } from '../kernel/metadata.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { ResourceDefinition } from '../kernel/resource.ts';
import { defaultObject, pruneObject } from '../kernel/schema/prune.ts';
import { validateObject } from '../kernel/schema/validate.ts';
import { applyDefaults, type Rules, rulesOf } from './admission.ts';
import { defaultConfig } from './config/read.ts';
import type { PlatformConfig } from './config/types.ts';
import type { FieldProblem } from './field-errors.ts';
import { knativeDefinitions } from './kinds.ts';

export interface ManifestProblem {
  /** `spec.template.spec.containers[0].image`; '' is the whole object. */
  path: string;
  /** Knative's words; details follow on a new line. */
  message: string;
}

export interface ManifestVerdict {
  /** With schema and Knative defaults, as it would be stored. */
  object: KubeObject;
  errors: ManifestProblem[];
  /** Unknown fields (they are dropped) and insecure defaults. */
  warnings: ManifestProblem[];
}

/** Undefined for a kind that is not Knative's. `config`: of the platform it is meant for; default: Knative's own. */
export function admitManifest(
  manifest: unknown,
  config: PlatformConfig = defaultConfig(),
): ManifestVerdict | undefined {
  const definition = definitionOf(manifest);
  const version = definition?.versions.find(({ name }) => name === versionOf(manifest));
  if (!definition || !version) return undefined;
  const object = clone(manifest) as KubeObject;
  const json = object as unknown as JsonObject;
  const unreadable = metadataRefusal(json);
  if (unreadable) return { object, errors: [unreadable], warnings: [] };
  const errors: ManifestProblem[] = [];
  // The server would make one.
  if (!object.metadata.name && object.metadata.generateName) object.metadata.name = `${object.metadata.generateName}x`;
  object.metadata.name ??= '';
  const unknown = pruneObject(json, version.schema);
  const warnings = unknown.map((path) => ({ path, message: `unknown field "${path}"` }));
  defaultObject(json, version.schema);

  const rules = rulesOf(definition.admission);
  if (rules && rules.handles?.(object) !== false) {
    const refusal = defaulted(rules, object, config);
    if (refusal) return { object, errors: [refusal], warnings };
    defaultObject(json, version.schema);
  }
  for (const { field, message } of [...validateMetadata(definition, object), ...validateObject(json, version.schema)]) {
    errors.push({ path: field, message });
  }
  // Rules look at what the schema promises.
  if (errors.length > 0 || !rules || rules.handles?.(object) === false) return { object, errors, warnings };
  const context = { operation: 'CREATE' as const, old: undefined, config, user: undefined };
  const found = rules.validate?.(object, context);
  for (const problem of found?.entries() ?? []) {
    (problem.level === 'error' ? errors : warnings).push(...spread(problem));
  }
  const dryRun = errors.length === 0 ? rules.dryRun?.(object, context) : undefined;
  if (dryRun !== undefined) errors.push({ path: 'spec.template', message: dryRun });
  return { object, errors, warnings };
}

function definitionOf(manifest: unknown): ResourceDefinition | undefined {
  if (!isObject(manifest)) return undefined;
  const { apiVersion, kind } = manifest;
  if (typeof apiVersion !== 'string') return undefined;
  const group = apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
  return knativeDefinitions.find((definition) => definition.group === group && definition.kind === kind);
}

function versionOf(manifest: unknown): string {
  const apiVersion = String((manifest as JsonObject)['apiVersion']);
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

function metadataRefusal(json: JsonObject): ManifestProblem | undefined {
  try {
    checkMetadata(json, '', true);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words = error.message.replace(/^: /, '');
    const field = /struct field ObjectMeta\.(\S+) of type/.exec(words)?.[1];
    return { path: field === undefined ? 'metadata' : `metadata.${field}`, message: words };
  }
}

function defaulted(rules: Rules<KubeObject>, object: KubeObject, config: PlatformConfig): ManifestProblem | undefined {
  try {
    applyDefaults(rules, object, { operation: 'CREATE', old: undefined, config, user: undefined });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words = error.message.replace(/^.*cannot decode incoming new object: /, '');
    return { path: decodePath(words), message: words };
  }
}

/** Where Go could not go on, as far as its words tell: embedded structs are no part of the path. */
function decodePath(words: string): string {
  const path = /struct field [A-Za-z0-9]+\.(\S+) of type/.exec(words)?.[1];
  if (path === undefined) return '';
  return path
    .split('.')
    .filter((part) => !/^[A-Z]/.test(part) || part === 'CACerts')
    .join('.');
}

function spread({ message, paths, details }: FieldProblem): ManifestProblem[] {
  const text = details === '' ? message : `${message}\n${details}`;
  return paths.length === 0 ? [{ path: '', message: text }] : paths.map((path) => ({ path, message: text }));
}
