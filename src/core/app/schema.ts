/**
 * What may stand in slipway.yaml: one definition, from which the checks and media/schemas/slipway.schema.json come
 * (`jsonSchema()`; a test holds the file against it).
 */

import type { Phrase } from '../messages/phrases.ts';

export interface Field {
  type: 'text' | 'flag' | 'integer' | 'command' | 'texts' | 'map' | 'group' | 'groups' | 'object';
  description: string;
  required?: true;
  /** For `text`. */
  pattern?: string;
  values?: readonly string[];
  /** For `integer`. */
  minimum?: number;
  maximum?: number;
  /** For `group`, and for each value of `groups`. */
  fields?: Readonly<Record<string, Field>>;
  examples?: readonly unknown[];
  /** In words, after "expected". */
  expected: Phrase;
}

const name = '^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';

const environment: Readonly<Record<string, Field>> = {
  context: { type: 'text', description: 'Context of the kubeconfig.', expected: 'the name of a kube context' },
  kubeconfig: {
    type: 'text',
    description:
      'Kubeconfig file, from the folder of the application; without it the KUBECONFIG variable or ~/.kube/config.',
    expected: 'a path',
  },
  platform: {
    type: 'text',
    description: 'Name of an embedded platform, instead of a context.',
    expected: 'the name of an embedded platform',
  },
  namespace: {
    type: 'text',
    pattern: name,
    description: 'Namespace to deploy to.',
    expected: 'the name of a namespace',
  },
  registry: {
    type: 'text',
    description: 'Registry and path that the image is put under.',
    examples: ['registry.example.com/team'],
    expected: 'a registry such as registry.example.com/team',
  },
  domain: {
    type: 'text',
    description: 'Public host name of the service in this environment: becomes a DomainMapping.',
    examples: ['shop.example.com'],
    expected: 'a host name such as shop.example.com',
  },
  patch: {
    type: 'object',
    description: 'Merge patch (RFC 7386) over the Knative Service of deploy/.',
    expected: 'an object with the fields to change',
  },
  deploy: {
    type: 'text',
    values: ['direct', 'pipeline', 'hook'],
    description: 'How to deploy: by the API directly, by the pipeline of the platform, or by its hook.',
    expected: 'one of direct, pipeline, hook',
  },
  protected: {
    type: 'flag',
    description: 'Ask for the name of the service before deploying.',
    expected: 'true or false',
  },
};

export const slipwayFields: Readonly<Record<string, Field>> = {
  name: {
    type: 'text',
    required: true,
    pattern: name,
    description: 'Name of the application and of its Knative Service.',
    expected: 'a name of lower-case letters, digits and "-", starting with a letter',
  },
  manifests: {
    type: 'text',
    description: 'Directory (or file) with the Knative manifests; deploy by default.',
    examples: ['deploy', 'k8s/service.yaml'],
    expected: 'a directory or file inside the application',
  },
  build: {
    type: 'group',
    description: 'How the image is made.',
    expected: 'an object with image and command',
    fields: {
      image: {
        type: 'text',
        description: 'Repository of the image, without tag, as deploy/service.yaml names it.',
        examples: ['dev.local/my-app'],
        expected: 'a repository such as dev.local/my-app',
      },
      command: {
        type: 'text',
        description: 'Run by the shell in this directory before the files are taken.',
        examples: ['npm run build'],
        expected: 'a shell command',
      },
    },
  },
  run: {
    type: 'group',
    description: 'How the application is started.',
    expected: 'an object with start, dev, port and env',
    fields: {
      start: {
        type: 'command',
        description: 'Start command. It gets the port to listen on in PORT.',
        examples: ['node src/server.ts'],
        expected: 'a command, as text or as a list of words',
      },
      dev: {
        type: 'command',
        description: 'Start command in development mode; start by default.',
        expected: 'a command, as text or as a list of words',
      },
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65_535,
        description: 'Port of an application that cannot take it from PORT.',
        expected: 'a port between 1 and 65535',
      },
      env: { type: 'map', description: 'Environment of the start command.', expected: 'an object of texts' },
    },
  },
  alerts: {
    type: 'group',
    description:
      'Limits beyond which the editor marks the service (0 = not looked at), on a platform that measures requests: an embedded one.',
    expected: 'an object with errorPercent, p95Ms and coldStartMs',
    fields: {
      errorPercent: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        description: 'Per cent of answers that may be errors (5xx) over a minute; 5 by default.',
        expected: 'a whole number between 0 and 100',
      },
      p95Ms: {
        type: 'integer',
        minimum: 0,
        maximum: 600_000,
        description: 'Milliseconds within which 95 of 100 answers should begin, over a minute.',
        expected: 'a whole number of milliseconds',
      },
      coldStartMs: {
        type: 'integer',
        minimum: 0,
        maximum: 600_000,
        description: 'Milliseconds that a start from zero may take.',
        expected: 'a whole number of milliseconds',
      },
    },
  },
  environments: {
    type: 'groups',
    description: 'Where the application is deployed to, by name.',
    expected: 'an object with one entry per environment',
    fields: environment,
  },
};

export const schemaId = 'https://slipway.dev/schemas/slipway.schema.json';

/** JSON Schema, draft-07 (what editors read best). */
export function jsonSchema(): Record<string, unknown> {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: schemaId,
    title: 'slipway.yaml',
    description: 'An application for a Knative platform.',
    ...groupSchema(slipwayFields),
  };
}

function groupSchema(fields: Readonly<Record<string, Field>>): Record<string, unknown> {
  const required = Object.keys(fields).filter((key) => fields[key]?.required);
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)])),
  };
}

function fieldSchema(field: Field): Record<string, unknown> {
  const common = {
    description: field.description,
    ...(field.examples ? { examples: field.examples } : {}),
  };
  const words = { type: 'array', items: { type: 'string' }, minItems: 1 };
  switch (field.type) {
    case 'text':
      return {
        ...common,
        type: 'string',
        minLength: 1,
        ...(field.pattern ? { pattern: field.pattern } : {}),
        ...(field.values ? { enum: field.values } : {}),
      };
    case 'flag':
      return { ...common, type: 'boolean' };
    case 'integer':
      return { ...common, type: 'integer', minimum: field.minimum, maximum: field.maximum };
    case 'texts':
      return { ...common, ...words };
    case 'command':
      return { ...common, anyOf: [{ type: 'string', minLength: 1 }, words] };
    case 'map':
      return { ...common, type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } };
    case 'object':
      return { ...common, type: 'object' };
    case 'group':
      return { ...common, ...groupSchema(field.fields ?? {}) };
    case 'groups':
      return { ...common, type: 'object', additionalProperties: groupSchema(field.fields ?? {}) };
  }
}
