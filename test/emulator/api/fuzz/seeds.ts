/** Manifests that the fuzz starts from: those of the parity corpus, which a real Knative took, and some of core kinds. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { configMapSeeds } from '../../../../emulator/knative/config/seeds.ts';
import { configMap, widget } from '../support.ts';

export interface Seed {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

export function seeds(): Seed[] {
  const found = [...core(), ...configMapSeeds().map(({ object }) => object as unknown as Seed), ...ofCorpus()];
  const names = new Map<string, number>();
  for (const { kind, metadata } of found) {
    // Few names a kind, so that requests meet each other's objects.
    const count = names.get(kind) ?? 0;
    names.set(kind, count + 1);
    if (metadata.namespace?.startsWith('knative-')) continue;
    metadata.name = ['a', 'b', 'c'][count % 3] ?? 'a';
    delete metadata.namespace;
  }
  return found;
}

function ofCorpus(): Seed[] {
  const folder = fileURLToPath(new URL('../../../conformance/parity/scenarios/', import.meta.url));
  const found: Seed[] = [];
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const text = readFileSync(folder + file, 'utf8')
      .replace(/\$\{ns\}/g, 'default')
      .replace(/\$\{\w+\}/g, 'localhost');
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as Seed | null;
      if (object?.kind && object.metadata?.name) found.push(object);
    }
  }
  return found;
}

function core(): Seed[] {
  const containers = [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: 'b' }] }];
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers } };
  const selector = { matchLabels: { a: 'b' } };
  const object = (apiVersion: string, kind: string, fields: object): Seed => ({
    apiVersion,
    kind,
    metadata: { name: 'a', labels: { a: 'b' }, annotations: { n: 'v' } } as Seed['metadata'],
    ...fields,
  });
  const crd = (plural: string, kind: string) =>
    object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
      metadata: { name: `${plural}.fuzz.example.com` },
      spec: {
        group: 'fuzz.example.com',
        scope: 'Namespaced',
        names: { plural, kind, singular: kind.toLowerCase() },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: {
                    type: 'object',
                    properties: {
                      n: { type: 'integer', minimum: 1, default: 2 },
                      list: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } },
                      any: { type: 'object', additionalProperties: { type: 'string' } },
                    },
                  },
                },
              },
            },
            subresources: { status: {} },
            additionalPrinterColumns: [{ name: 'N', type: 'integer', jsonPath: '.spec.n' }],
          },
        ],
      },
    });
  return [
    widget('a', { size: 1, parts: [{ name: 'p', count: 2 }], port: 'http', free: { x: [1] } }) as Seed,
    configMap('a', { k: 'v' }) as Seed,
    object('v1', 'Secret', { type: 'Opaque', data: { a: 'YQ==' }, stringData: { b: 'c' } }),
    object('v1', 'Pod', { spec: { containers, restartPolicy: 'Always', terminationGracePeriodSeconds: 30 } }),
    object('v1', 'Service', { spec: { selector: { a: 'b' }, ports: [{ port: 80, targetPort: 'http' }] } }),
    object('v1', 'ServiceAccount', { secrets: [{ name: 'a' }] }),
    object('v1', 'Namespace', { metadata: { name: 'fuzzed' } }),
    object('v1', 'Event', { involvedObject: { kind: 'Pod', name: 'a' }, reason: 'R', message: 'm', type: 'Normal' }),
    object('v1', 'ResourceQuota', { spec: { hard: { pods: '10', 'requests.cpu': '2' } } }),
    object('apps/v1', 'Deployment', { spec: { replicas: 1, selector, template } }),
    object('apps/v1', 'ReplicaSet', { spec: { replicas: 1, selector, template } }),
    object('batch/v1', 'Job', { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } }),
    object('batch/v1', 'CronJob', {
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { containers } } } } },
    }),
    object('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'x', leaseDurationSeconds: 15 } }),
    object('rbac.authorization.k8s.io/v1', 'Role', {
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    object('discovery.k8s.io/v1', 'EndpointSlice', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.1'] }],
      ports: [{ name: 'http', port: 80 }],
    }),
    crd('gadgets', 'Gadget'),
    crd('gizmos', 'Gizmo'),
    object('fuzz.example.com/v1', 'Gadget', { spec: { n: 3, list: ['a'], any: { x: 'y' } } }),
    object('authorization.k8s.io/v1', 'SelfSubjectAccessReview', {
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    }),
    object('authentication.k8s.io/v1', 'TokenReview', { spec: { token: 'x' } }),
  ];
}
