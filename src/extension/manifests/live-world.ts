/** What manifests may name: the workspace's own and what the connected platform has. A slow platform is not waited for. */
import { dirname } from 'node:path';
import type * as vscode from 'vscode';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { PlatformClient } from '../../core/client.ts';
import { truthOf } from '../../core/conditions.ts';
import { publicUrl } from '../../core/gateway.ts';
import type { ServiceStatus } from '../../core/lookup.ts';
import { manifestText } from '../../core/messages/manifest.ts';
import { kinds, type ResourceKind } from '../../core/resources.ts';
import type { Deps } from '../deps.ts';
import { revisionsOf } from '../platform/snapshot.ts';
import type { NamedThing, World } from './world.ts';

const waitMs = 1_500;

export function worldOf(
  deps: Pick<Deps, 'applications' | 'platforms' | 'problems'>,
  uri: vscode.Uri,
  trusted: boolean,
): World {
  const { snapshot, client } = deps.platforms;
  const { locale } = deps.problems.words;
  const entry = deps.applications.containing(uri);
  const declared = deps.applications.items.flatMap(({ application }) => application?.manifests ?? []);
  const namespace = snapshot.entry.namespace ?? 'default';
  const say = (key: 'label.ready' | 'label.notReady' | 'label.latest') => manifestText(locale, key);

  const thing = (object: KubeObject): NamedThing => {
    const { status, reason } = truthOf(object);
    const { url } = (object.status ?? {}) as ServiceStatus;
    const shown = publicUrl(url, snapshot.gateway);
    const detail = status === 'True' ? say('label.ready') : status === 'False' ? reason || say('label.notReady') : '';
    return {
      name: object.metadata.name,
      from: 'platform',
      ...(detail ? { detail } : {}),
      ...(shown ? { url: shown } : {}),
    };
  };
  const live = async (kind: string): Promise<NamedThing[]> => {
    if (snapshot.state !== 'ready') return [];
    if (kind === 'Service') return snapshot.services.map(thing);
    if (kind === 'DomainMapping') return snapshot.domains.map(thing);
    const resource = Object.values(kinds).find((each) => each.kind === kind) ?? (await served(client, kind));
    return client && resource ? (await listQuietly(client, resource, namespace)).map(thing) : [];
  };
  const revisionsNamed = (service: string) => {
    const key = snapshot.services.map(({ metadata }) => metadata).find(({ name }) => name === service);
    return key ? revisionsOf(snapshot, { namespace: key.namespace ?? namespace, name: service }) : [];
  };

  return {
    async objects(kind) {
      const found = new Map<string, NamedThing>();
      for (const { object } of declared) {
        if (object.kind === kind) found.set(object.metadata.name, { name: object.metadata.name, from: 'workspace' });
      }
      for (const one of await live(kind)) found.set(one.name, one);
      return [...found.values()];
    },
    async revisions(service) {
      const status = (snapshot.services.find(({ metadata }) => metadata.name === service)?.status ??
        {}) as ServiceStatus;
      return revisionsNamed(service).map((revision) => {
        const { name } = revision.metadata;
        const percent =
          status.traffic
            ?.filter(({ revisionName }) => revisionName === name)
            .reduce((sum, each) => sum + (each.percent ?? 0), 0) ?? 0;
        const words = [
          percent > 0 ? `${percent} %` : '',
          name === status.latestReadyRevisionName ? say('label.latest') : '',
        ];
        const detail = words.filter(Boolean).join(' · ');
        return { ...thing(revision), ...(detail ? { detail } : {}) };
      });
    },
    async tags(service) {
      const status = (snapshot.services.find(({ metadata }) => metadata.name === service)?.status ??
        {}) as ServiceStatus;
      return (status.traffic ?? []).flatMap(({ tag, revisionName = '' }) =>
        tag ? [{ name: tag, from: 'platform' as const, detail: revisionName }] : [],
      );
    },
    async keys(kind, name) {
      const manifest = declared.find(({ object }) => object.kind === kind && object.metadata.name === name);
      const object =
        manifest?.object ??
        (client && (await findQuietly(client, kinds[kind === 'Secret' ? 'secret' : 'configMap'], namespace, name)));
      const { data = {}, stringData = {} } = (object ?? {}) as { data?: object; stringData?: object };
      return [...new Set([...Object.keys(data), ...Object.keys(stringData)])];
    },
    async namespaces() {
      return client ? (await listQuietly(client, kinds.namespace, undefined)).map(({ metadata }) => metadata.name) : [];
    },
    async contexts(kubeconfig) {
      // Where a workspace leads to, also out of it, is read once it is trusted.
      if (kubeconfig !== undefined && !trusted) return [];
      const [{ contextNames }, { pathOf, userKubeconfig }] = await Promise.all([
        import('../../core/contexts.ts'),
        import('../../core/target.ts'),
      ]);
      // As the deploy reads it.
      return contextNames(kubeconfig === undefined ? userKubeconfig() : pathOf(kubeconfig, dirname(uri.fsPath)));
    },
    image: entry?.application?.build.foreign ? undefined : entry?.application?.build.image,
    now: () => Date.now(),
  };
}

async function served(client: PlatformClient | undefined, kind: string): Promise<ResourceKind | undefined> {
  const { writtenKinds, preferredVersion } = await import('../../core/manifest/shape.ts');
  const definition = writtenKinds.find((each) => each.kind === kind);
  return definition && client?.kindOf(preferredVersion(definition), kind).catch(() => undefined);
}

async function listQuietly(
  client: PlatformClient,
  kind: ResourceKind,
  namespace: string | undefined,
): Promise<KubeObject[]> {
  try {
    return (await client.list(kind, namespace, { timeoutMs: waitMs })).items;
  } catch {
    return [];
  }
}

function findQuietly(
  client: PlatformClient,
  kind: ResourceKind,
  namespace: string,
  name: string,
): Promise<KubeObject | undefined> {
  return client.find(kind, namespace, name, { timeoutMs: waitMs }).catch(() => undefined);
}
