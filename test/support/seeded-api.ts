/**
 * A platform's Kubernetes API over a store that is filled directly: thousands of services, as they stand on a large cluster, with
 * nothing that reconciles them. Clients reach it as any cluster, by its kubeconfig.
 */
import { join } from 'node:path';
import { ensureCerts } from '../../emulator/api/certs.ts';
import { kubernetesKinds } from '../../emulator/api/kinds/kinds.ts';
import { writeKubeconfig } from '../../emulator/api/kubeconfig.ts';
import { listenApi } from '../../emulator/api/listen.ts';
import { createApi } from '../../emulator/api/server.ts';
import { SystemClock } from '../../emulator/kernel/clock.ts';
import { createObjects, type Objects } from '../../emulator/kernel/objects.ts';
import { createRegistry } from '../../emulator/kernel/registry.ts';
import { openStore } from '../../emulator/kernel/sqlite-store.ts';
import { configMapSeeds } from '../../emulator/knative/config/seeds.ts';
import { knativeDefinitions } from '../../emulator/knative/kinds.ts';
import { seed } from '../../emulator/platform/seed.ts';

const user = { username: 'seed', groups: ['system:masters'] };
const serving = (resource: string) => `${resource}.serving.knative.dev`;
const ready = { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] };

export interface SeededApi extends AsyncDisposable {
  kubeconfig: string;
  context: string;
  objects: Objects;
  /** Makes a service fail for this reason. */
  fail(service: string, reason: string): void;
}

export async function seededApi(
  dir: string,
  { services, revisions, name = 'large' }: { services: number; revisions: number; name?: string },
): Promise<SeededApi> {
  const clock = new SystemClock(0);
  const store = openStore(':memory:');
  const registry = createRegistry([...kubernetesKinds, ...knativeDefinitions]);
  const objects = createObjects({ store, registry, clock });
  seed(objects, configMapSeeds());
  const template = { spec: { containers: [{ image: `dev.local/seeded@sha256:${'0'.repeat(64)}` }] } };
  const status = (resource: string, object: object, state: object) =>
    objects.update(serving(resource), { ...object, status: state } as never, { user, subresource: 'status' });
  for (let index = 0; index < services; index += 1) {
    const service = `service-${String(index).padStart(4, '0')}`;
    const metadata = { name: service, namespace: 'default' };
    const made = objects.create(
      serving('services'),
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata, spec: { template } },
      { user },
    );
    const names = Array.from({ length: revisions }, (_, at) => `${service}-${String(at + 1).padStart(5, '0')}`);
    const owner = {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Configuration',
      name: service,
      uid: made.metadata.uid,
      controller: true,
    };
    names.forEach((revision, at) => {
      const labels = {
        'serving.knative.dev/service': service,
        'serving.knative.dev/configuration': service,
        'serving.knative.dev/configurationGeneration': String(at + 1),
      };
      const object = objects.create(
        serving('revisions'),
        {
          apiVersion: 'serving.knative.dev/v1',
          kind: 'Revision',
          metadata: { name: revision, namespace: 'default', labels, ownerReferences: [owner] },
          // Something that two of them differ in.
          spec: { ...template.spec, containerConcurrency: at + 1 },
        },
        { user },
      );
      status('revisions', object, { ...ready, actualReplicas: 0 });
    });
    const latest = names.at(-1);
    status('services', made, {
      ...ready,
      url: `http://${service}.default.localhost`,
      latestReadyRevisionName: latest,
      latestCreatedRevisionName: latest,
      traffic: [{ revisionName: latest, percent: 100, latestRevision: true }],
    });
  }
  const certs = await ensureCerts(join(dir, 'pki'));
  const api = createApi({ objects, registry, store, clock });
  const listener = await listenApi(api, { port: 0, certs, authenticate: () => undefined });
  const kubeconfig = join(dir, `${name}.kubeconfig`);
  writeKubeconfig(kubeconfig, { name, server: `https://${listener.host}:${listener.port}`, certs });
  return {
    kubeconfig,
    context: name,
    objects,
    fail(service, reason) {
      const object = store.get(serving('services'), 'default', service);
      if (!object) throw new Error(`${service} is not there`);
      const condition = { ...ready.conditions[0], status: 'False', reason, message: 'for the test' };
      status('services', object, { ...(object.status as object), conditions: [condition] });
    },
    async [Symbol.asyncDispose]() {
      api.close();
      await listener.close();
      store.close();
    },
  };
}
