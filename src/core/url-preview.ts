/**
 * Which URL a service gets on a platform, before it is there: the platform's own config-domain, domain-template and labels,
 * rehearsed with the code that the embedded platform runs.
 */
import type { KubeObject } from '../../emulator/kernel/object.ts';
import type { View } from '../../emulator/kernel/resource.ts';
import { domainName, hostnameFor } from '../../emulator/knative/config/domains.ts';
import { readConfig } from '../../emulator/knative/config/read.ts';
import { type Application, environmentOf } from './app/model.ts';
import { connect, type PlatformClient } from './client.ts';
import type { Problem } from './codes.ts';
import { targetNamespace } from './deploy/deploy.ts';
import { prepareObjects } from './deploy/objects.ts';
import { Fault } from './faults.ts';
import { gatewayOf, publicUrl } from './gateway.ts';
import { kinds } from './resources.ts';
import { resolveTarget, type Target } from './target.ts';

const servingNamespace = 'knative-serving';
const answerMs = 5_000;

export interface UrlPreview {
  /** Name of the environment; undefined: without one, on the platform that is in use. */
  environment: string | undefined;
  target: Target;
  namespace: string;
  /** As a person on this machine can use it; undefined where `problem` says why. */
  url: string | undefined;
  /** The environment's own domain, where it has one. */
  domain: string | undefined;
  problem: Pick<Problem, 'code' | 'args'> | undefined;
}

/** Without an environment first, then each environment of the application. Never rejects for one of them. */
export async function previewUrls(app: Application, current: PlatformClient): Promise<UrlPreview[]> {
  const names = [undefined, ...Object.keys(app.environments)];
  return Promise.all(names.map((name) => preview(app, name, current)));
}

async function preview(app: Application, name: string | undefined, current: PlatformClient): Promise<UrlPreview> {
  const environment = environmentOf(app, name);
  const elsewhere = (environment?.kubeconfig ?? environment?.context ?? environment?.platform) !== undefined;
  const namespace = targetNamespace(app, environment);
  const target = elsewhere ? resolveTarget({}, environment) : current.target;
  const base = { environment: name, target, namespace, domain: environment?.domain };
  try {
    const client = elsewhere ? await connect(target) : current;
    try {
      const { service } = prepareObjects(app, { environment, namespace });
      return { ...base, url: await urlOn(client, service.metadata), problem: undefined };
    } finally {
      if (elsewhere) client[Symbol.dispose]();
    }
  } catch (error) {
    const problem =
      error instanceof Fault
        ? { code: error.code, args: error.args }
        : { code: 'ApiRefused' as const, args: { detail: error instanceof Error ? error.message : String(error) } };
    return { ...base, url: undefined, problem };
  }
}

/** @throws Fault Forbidden, ClusterUnreachable…, DomainNameError where the templates make no host */
export async function urlOn(
  client: PlatformClient,
  metadata: { name: string; namespace: string; labels?: Record<string, string>; annotations?: Record<string, string> },
): Promise<string> {
  const names = ['config-domain', 'config-network'];
  const maps = new Map<string, KubeObject>();
  await Promise.all(
    names.map(async (name) => {
      const map = await client.find(kinds.configMap, servingNamespace, name, { timeoutMs: answerMs });
      if (map) maps.set(name, map);
    }),
  );
  const view = { get: (_kind: string, _namespace: string | undefined, name: string) => maps.get(name) } as View;
  const config = readConfig(view);
  const host = domainName(config, metadata, hostnameFor(config, metadata.name, ''));
  const scheme = host.endsWith('.svc.cluster.local') ? 'http' : config.network.defaultExternalScheme;
  return publicUrl(`${scheme}://${host}`, await gatewayOf(client)) ?? '';
}
