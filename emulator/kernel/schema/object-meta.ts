/** The schema of meta/v1 ObjectMeta, which is the same for every kind. */
import type { Schema } from '../resource.ts';

const text: Schema = { type: 'string' };
const texts: Schema = { type: 'object', additionalProperties: { type: 'string' } };

export const objectMetaSchema: Schema = {
  type: 'object',
  description: "Standard object's metadata.",
  properties: {
    name: { ...text, description: 'Name of the object, unique in its namespace.' },
    generateName: { ...text, description: 'Prefix from which the server makes a name when none is given.' },
    namespace: { ...text, description: 'Namespace of the object.' },
    selfLink: text,
    uid: { ...text, description: 'Identity of this very object, set by the server.' },
    resourceVersion: { ...text, description: 'Changes with every write; opaque.' },
    generation: { type: 'integer', format: 'int64', description: 'Rises with every change of the desired state.' },
    creationTimestamp: { type: 'string', format: 'date-time', nullable: true },
    deletionTimestamp: { type: 'string', format: 'date-time', nullable: true },
    deletionGracePeriodSeconds: { type: 'integer', format: 'int64', nullable: true },
    labels: { ...texts, description: 'Key and value pairs to select objects by.' },
    annotations: { ...texts, description: 'Key and value pairs for tools; not selected by.' },
    ownerReferences: {
      type: 'array',
      description: 'Objects this one depends on; it goes when all of them are gone.',
      items: {
        type: 'object',
        'x-kubernetes-map-type': 'atomic',
        required: ['apiVersion', 'kind', 'name', 'uid'],
        properties: {
          apiVersion: text,
          kind: text,
          name: text,
          uid: text,
          controller: { type: 'boolean' },
          blockOwnerDeletion: { type: 'boolean' },
        },
      },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
    },
    finalizers: {
      type: 'array',
      description: 'Who must agree before the object goes.',
      items: text,
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    managedFields: {
      type: 'array',
      description: 'Which manager owns which fields (server-side apply).',
      items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      'x-kubernetes-list-type': 'atomic',
    },
  },
};
