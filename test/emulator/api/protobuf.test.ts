import { expect, test } from 'vitest';
import { kubernetesKinds } from '../../../emulator/api/kinds/kinds.ts';
import { decodeProtobuf } from '../../../emulator/api/protobuf/decode.ts';
import { messageText } from '../../../emulator/api/protobuf/messages.ts';
import { messageOf, messageOfKind } from '../../../emulator/api/protobuf/tables.ts';
import { apiVersionOf } from '../../../emulator/kernel/registry.ts';

const scalars = new Set('string int double bool bytes time microTime quantity intOrString json'.split(' '));
const unions = /^JSONSchemaPropsOr(Array|Bool|StringArray)$/;

test('every served kind can come as protobuf', () => {
  const missing = kubernetesKinds
    // The aggregation layer's own client sends JSON.
    .filter(({ kind }) => kind !== 'APIService')
    .flatMap((kind) => kind.versions.map(({ name }) => [apiVersionOf(kind, name), kind.kind] as const))
    .filter(([apiVersion, kind]) => !messageOfKind(apiVersion, kind));
  expect(missing).toEqual([]);
});

test('every type in the table is a scalar or a message of it', () => {
  const types = [...messageText.matchAll(/=\d+:(?:\[\]|map:)*([^\s!]+)/g)].map(([, type = '']) => type);
  expect(types.length).toBeGreaterThan(1_000);
  expect(types.filter((type) => !scalars.has(type) && !unions.test(type) && !messageOf(type))).toEqual([]);
});

const tag = (number: number, wire: number) =>
  Buffer.from(number < 16 ? [(number << 3) | wire] : [((number << 3) & 0x7f) | wire | 0x80, number >> 4]);
/** Length-delimited. */
const field = (number: number, ...parts: (Uint8Array | string)[]) => {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([tag(number, 2), Buffer.from([bytes.byteLength]), bytes]);
};
const varint = (number: number, value: number) => Buffer.concat([tag(number, 0), Buffer.from([value])]);
const body = (apiVersion: string, kind: string, ...parts: Uint8Array[]) =>
  Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, apiVersion), field(2, kind)), field(2, ...parts)]);

test('what is optional keeps its zero, what is not loses it; times have their digits; schemas are unions', () => {
  const lease = body(
    'coordination.k8s.io/v1',
    'Lease',
    field(1, field(1, 'l'), field(3, ''), varint(7, 0)),
    field(2, varint(5, 0), field(4, varint(1, 1), varint(2, 64))),
  );
  expect(decodeProtobuf(lease)).toEqual({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: { leaseTransitions: 0, renewTime: '1970-01-01T00:00:01.000000Z' },
  });
  const schema = body(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    field(2, field(7, field(4, field(1, ...openSchema)))),
  );
  expect(decodeProtobuf(schema)).toMatchObject({
    spec: {
      versions: [
        { schema: { openAPIV3Schema: { type: 'object', items: { type: 'string' }, additionalProperties: true } } },
      ],
    },
  });
});

/** JSONSchemaProps {type, items: {type}, additionalProperties: true}. */
const openSchema = [field(5, 'object'), field(24, field(1, field(5, 'string'))), field(30, varint(1, 1))];
