/** Decodes request bodies: JSON, YAML and the protobuf of core kinds; with Kubernetes' words when they are none. */
import { parse as parseYaml } from 'yaml';
import { ApiError } from '../kernel/errors.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { ApiRequest } from './http.ts';
import { JsonError, readJson } from './json-body.ts';
import { decodeProtobuf, isProtobuf } from './protobuf/decode.ts';

export interface Body {
  value: unknown;
  duplicates: string[];
}

export interface ExpectedKind {
  kind: string;
  apiVersion: string;
  /** Core kinds may leave apiVersion and kind out; custom resources may not. */
  typed: boolean;
}

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
/** Custom resources have no protobuf. */
const acceptedOfCustom = accepted.slice(0, 2);
export const maximumBytes = 3 * 1024 * 1024;

export function mediaType(request: ApiRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function unsupportedMediaType(types: readonly string[]): ApiError {
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`,
  );
}

/** The object in a create or update request. @throws ApiError BadRequest, UnsupportedMediaType. */
export function objectBody(request: ApiRequest, expected: ExpectedKind): { object: JsonObject; duplicates: string[] } {
  if (!expected.typed && isProtobufRequest(request)) throw unsupportedMediaType(acceptedOfCustom);
  const { value, duplicates } = anyBody(request, expected.kind);
  const text = Buffer.from(request.body).toString();
  const refuse = (why: string) => unrecognized(expected.kind, why, text);
  if (Array.isArray(value)) throw refuse(`couldn't get version/kind; json parse error: ${goTypeError('array')}`);
  if (value !== null && !isObject(value)) {
    throw refuse(
      `couldn't get version/kind; json parse error: ${goTypeError(typeof value === 'boolean' ? 'bool' : typeof value)}`,
    );
  }
  const object = value ?? {};
  if (expected.typed) {
    object['kind'] ||= expected.kind;
    object['apiVersion'] ||= expected.apiVersion;
  }
  if (!object['kind']) throw refuse(`Object 'Kind' is missing in '${text}'`);
  if (!object['apiVersion']) throw refuse(`Object 'apiVersion' is missing in '${text}'`);
  return { object, duplicates };
}

function goTypeError(type: string): string {
  return `json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
}

/** Any document, or undefined for an empty body of a request that may have none. */
export function optionalBody(request: ApiRequest, kind: string): unknown {
  return request.body.byteLength === 0 ? undefined : anyBody(request, kind).value;
}

function isProtobufRequest(request: ApiRequest): boolean {
  return mediaType(request) === 'application/vnd.kubernetes.protobuf' || isProtobuf(request.body);
}

function anyBody(request: ApiRequest, kind: string): Body {
  const type = mediaType(request) || 'application/json';
  if (isProtobufRequest(request)) {
    return { value: decodeProtobuf(request.body), duplicates: [] };
  }
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const text = Buffer.from(request.body).toString();
  if (type === 'application/yaml') return { value: yamlBody(text), duplicates: [] };
  try {
    return readJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw unrecognized(kind, `couldn't get version/kind; json parse error: ${error.message}`, text);
  }
}

/** YAML of one document; JSON is YAML. @throws ApiError BadRequest. */
export function yamlBody(text: string): unknown {
  try {
    return parseYaml(text, { maxAliasCount: 100, merge: true });
  } catch (error) {
    throw new ApiError('BadRequest', `error decoding YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

function unrecognized(kind: string, why: string, text: string): ApiError {
  const shown = text === '' ? '<empty>' : text.trimStart().startsWith('{') ? text : Buffer.from(text).toString('hex');
  const cut = shown.length > 1024 ? `${shown.slice(0, 1024)}...` : shown;
  return new ApiError('BadRequest', `the object provided is unrecognized (must be of type ${kind}): ${why} (${cut})`);
}
