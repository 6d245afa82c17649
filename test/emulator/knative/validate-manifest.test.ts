import { expect, it } from 'vitest';
import { defaultConfig } from '../../../emulator/knative/config/read.ts';
import { admitManifest } from '../../../emulator/knative/validate-manifest.ts';

function aService(container: object = {}, more: { template?: object; spec?: object } = {}): object {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'hello', namespace: 'default' },
    spec: {
      template: { spec: { containers: [{ image: 'dev.local/hello', ...container }] }, ...more.template },
      ...more.spec,
    },
  };
}

it('gives the object as it would be stored, and leaves the manifest alone', () => {
  const manifest = aService();
  const before = structuredClone(manifest);
  const verdict = admitManifest(manifest);
  expect(manifest).toEqual(before);
  expect(verdict?.errors).toEqual([]);
  expect(verdict?.object.spec).toEqual({
    template: {
      metadata: {},
      spec: {
        containerConcurrency: 0,
        containers: [
          {
            image: 'dev.local/hello',
            name: 'user-container',
            readinessProbe: { successThreshold: 1, tcpSocket: { port: 0 } },
            resources: {},
          },
        ],
        enableServiceLinks: false,
        timeoutSeconds: 300,
      },
    },
    traffic: [{ latestRevision: true, percent: 100 }],
  });
});

it('names each path of a problem', () => {
  const verdict = admitManifest(
    aService(
      { env: [{ name: 'PORT', value: '1' }] },
      {
        spec: {
          traffic: [
            { latestRevision: true, percent: 50, tag: 'a' },
            { revisionName: 'hello-1', percent: 50, tag: 'a' },
          ],
        },
      },
    ),
  );
  expect(verdict?.errors).toEqual([
    { path: 'spec.template.spec.containers[0].env[0].name', message: '"PORT" is a reserved environment variable' },
    { path: 'spec.traffic[0].tag', message: 'Multiple definitions for "a"' },
    { path: 'spec.traffic[1].tag', message: 'Multiple definitions for "a"' },
  ]);
});

it('warns of unknown fields and of insecure defaults', () => {
  const paths = admitManifest(aService({ imagePolicy: 'x' }))?.warnings.map(({ path }) => path);
  expect(paths).toContain('spec.template.spec.containers[0].imagePolicy');
  expect(paths).toContain('spec.template.spec.containers[0].securityContext.runAsNonRoot');
});

it('says where a value has the wrong type, before anything else', () => {
  const verdict = admitManifest(aService({}, { template: { spec: { containers: [{ image: 5 }] } } }));
  expect(verdict?.errors).toEqual([
    {
      path: 'spec.template.spec.containers.image',
      message:
        'json: cannot unmarshal number into Go struct field Container.spec.ConfigurationSpec.template.spec.PodSpec.containers.image of type string',
    },
  ]);
});

it('says what the pod of it would be refused for', () => {
  const verdict = admitManifest(aService({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }));
  expect(verdict?.errors).toHaveLength(1);
  expect(verdict?.errors[0]?.message).toContain('must be less than or equal to cpu limit of 1');
});

it('follows the configuration it is given', () => {
  const config = defaultConfig();
  const secret = { template: { spec: { containers: [{ image: 'ab' }], nodeSelector: { a: 'b' } } } };
  expect(admitManifest(aService({}, secret))?.errors.map(({ path }) => path)).toEqual([
    'spec.template.spec.nodeSelector',
  ]);
  const allowed = { ...config, features: { ...config.features, podSpecNodeSelector: 'Enabled' as const } };
  expect(admitManifest(aService({}, secret), allowed)?.errors).toEqual([]);
});

it('reports a missing template as the schema does', () => {
  const verdict = admitManifest({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'a' },
    spec: {},
  });
  expect(verdict?.errors.map(({ path }) => path)).toEqual(['spec.template.spec.containers']);
});

it('knows only Knative kinds and versions', () => {
  expect(admitManifest({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } })).toBeUndefined();
  expect(admitManifest({ apiVersion: 'serving.knative.dev/v2', kind: 'Service' })).toBeUndefined();
  expect(admitManifest('text')).toBeUndefined();
  expect(
    admitManifest({
      apiVersion: 'sources.knative.dev/v1',
      kind: 'PingSource',
      metadata: { name: 'p' },
      spec: { schedule: '@every 1m' },
    })?.errors.map(({ message }) => message),
  ).toContain('invalid value: unsupported descriptor @every');
});

it.each<[string, object, string]>([
  ['a pointer of Go that is empty', { runtimeClassName: '' }, 'spec.template.spec.runtimeClassName'],
  ['one that is false', { shareProcessNamespace: false }, 'spec.template.spec.shareProcessNamespace'],
])('a field behind a feature that is off is refused: %s', (_, spec, path) => {
  const manifest = aService({}, { template: { spec: { containers: [{ image: 'dev.local/hello' }], ...spec } } });
  expect(admitManifest(manifest)?.errors).toContainEqual({ path, message: 'must not set the field(s)' });
});

it('an init container that goes on beside the others is refused, also where init containers are on', () => {
  const config = defaultConfig();
  const verdict = admitManifest(
    aService(
      {},
      {
        template: {
          spec: {
            containers: [{ image: 'dev.local/hello' }],
            initContainers: [{ name: 'first', image: 'dev.local/first', restartPolicy: 'Always' }],
          },
        },
      },
    ),
    { ...config, features: { ...config.features, podSpecInitContainers: 'Enabled' } },
  );
  expect(verdict?.errors).toEqual([
    { path: 'spec.template.spec.containers[0].restartPolicy', message: 'must not set the field(s)' },
  ]);
});
