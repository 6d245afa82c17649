/**
 * /openapi/v2: one Swagger 2.0 document of everything, made from the documents of version 3. Helm, Terraform and older kubectl
 * read it; client-go asks for it as protobuf.
 */
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { Registry } from '../kernel/registry.ts';
import { kubernetesVersion } from './health.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import { openApiDocuments } from './openapi.ts';
import { encodeOpenApiV2 } from './protobuf/encode-openapi.ts';

const askedType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
/** Go's parser of media types refuses the `@` that its client asks with. */
const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const caches = new WeakMap<Registry, { generation: number; json: string; protobuf?: Uint8Array }>();

/** Answers /openapi/v2, or undefined when the path is another. */
export function openApiV2(request: ApiRequest, registry: Registry): ApiResponse | undefined {
  if (request.path !== '/openapi/v2') return undefined;
  let cache = caches.get(registry);
  if (cache?.generation !== registry.generation) {
    cache = { generation: registry.generation, json: JSON.stringify(document(registry)) };
    caches.set(registry, cache);
  }
  if (!request.headers['accept']?.includes(askedType)) {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: cache.json };
  }
  cache.protobuf ??= encodeOpenApiV2(JSON.parse(cache.json) as JsonObject);
  return { status: 200, headers: { 'content-type': protobufType }, body: cache.protobuf };
}

function document(registry: Registry): JsonObject {
  const definitions: JsonObject = {};
  const paths: JsonObject = {};
  for (const { components, paths: some } of openApiDocuments(registry)) {
    for (const [name, schema] of Object.entries(components.schemas)) definitions[name] ??= schemaOf(schema);
    for (const [path, item] of Object.entries(some)) paths[path] = pathItem(item as JsonObject);
  }
  return { swagger: '2.0', info: { title: 'Kubernetes', version: kubernetesVersion.gitVersion }, paths, definitions };
}

/** Version 2 knows no null, no unions and no reference beside anything else but a description. */
function schemaOf(schema: unknown): unknown {
  if (!isObject(schema)) return schema;
  const { nullable: _nullable, oneOf: _oneOf, default: _default, allOf, $ref, ...rest } = schema;
  const reference = typeof $ref === 'string' ? $ref : Array.isArray(allOf) ? (allOf[0] as { $ref: string }).$ref : '';
  if (reference) {
    const { description } = rest;
    return {
      ...(description ? { description } : {}),
      $ref: reference.replace('#/components/schemas/', '#/definitions/'),
    };
  }
  const inner = (members: unknown) =>
    Object.fromEntries(Object.entries(members as JsonObject).map(([key, one]) => [key, schemaOf(one)]));
  return {
    ...rest,
    ...(rest['properties'] ? { properties: inner(rest['properties']) } : {}),
    ...(rest['items'] ? { items: schemaOf(rest['items']) } : {}),
    ...('additionalProperties' in rest ? { additionalProperties: schemaOf(rest['additionalProperties']) } : {}),
  };
}

function pathItem(item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      key === 'parameters' ? (value as JsonObject[]).map(parameterOf) : operationOf(value as JsonObject),
    ]),
  );
}

function operationOf({ requestBody, responses, parameters, ...rest }: JsonObject): JsonObject {
  const content = isObject(requestBody) ? (requestBody['content'] as Record<string, { schema: unknown }>) : {};
  const [sent] = Object.values(content);
  const answers = Object.entries(responses as Record<string, { content: Record<string, { schema: unknown }> }>);
  return {
    ...rest,
    consumes: sent ? Object.keys(content) : ['*/*'],
    produces: ['application/json'],
    parameters: [
      ...(sent ? [{ name: 'body', in: 'body', required: true, schema: schemaOf(sent.schema) }] : []),
      ...(parameters as JsonObject[]).map(parameterOf),
    ],
    responses: Object.fromEntries(
      answers.map(([code, { content: answer }]) => [
        code,
        { description: 'OK', schema: schemaOf(Object.values(answer)[0]?.schema) },
      ]),
    ),
  };
}

function parameterOf({ schema, ...rest }: JsonObject): JsonObject {
  return { ...rest, ...(schema as JsonObject) };
}
