/** Deploy: build → snapshot → upload → apply → wait → verdict. Never says success while the old revision serves. */

import type { ImageConfig } from '../../../emulator/capabilities/protocol.ts';
import { ApiError } from '../../../emulator/kernel/errors.ts';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import { madeFolders } from '../app/made-folders.ts';
import { type Application, containersOf, type Environment, environmentOf, type Manifest } from '../app/model.ts';
import { type ReadingNote, readingNotes, shownIn } from '../app/reading-notes.ts';
import type { ObjectInput, PlatformClient } from '../client.ts';
import type { SourcePlace } from '../codes.ts';
import { truthOf } from '../conditions.ts';
import { claimDomain } from '../domains.ts';
import { Fault, isAway, isFault } from '../faults.ts';
import { gatewayOf, ingressOf, publicUrl } from '../gateway.ts';
import { missingFiles, putImage } from '../images.ts';
import type { ServiceStatus } from '../lookup.ts';
import { kinds } from '../resources.ts';
import { describeTarget, kubectlOf, platformName, type Target } from '../target.ts';
import { applyTraffic, type TrafficTarget, trafficManager, wishedTargets, writeTraffic } from '../traffic/traffic.ts';
import { buildApplication } from './build.ts';
import { type Cause, troubles } from './diagnose.ts';
import { explainFailure } from './failure.ts';
import { imageRepository, ownContainer, type PreparedObjects, prepareObjects, withAuthors } from './objects.ts';
import { provenanceNotes, provenanceOf, withProvenance } from './provenance.ts';
import { type Snapshot, sourcesOf, takeSnapshot } from './snapshot.ts';
import type { Evidence, PhaseName, Verdict, VerdictBase } from './verdict.ts';
import { waitForService } from './wait.ts';

export const deployManager = 'slipway';

export interface DeployOptions {
  client: PlatformClient;
  app: Application;
  /** Name of an environment of slipway.yaml. */
  environment?: string | undefined;
  /** Default: the environment's, else the manifest's, else `default`. */
  namespace?: string | undefined;
  /** Tag for the new revision: its own host `TAG-NAME…`. */
  tag?: string | undefined;
  /** The new revision is made ready and takes 0 %. */
  noTraffic?: boolean | undefined;
  dryRun?: boolean | undefined;
  /** A manifest with `traffic:` replaces the split only when this says so; else it is left out (and a note says it). */
  resetTraffic?: boolean | undefined;
  /** ms until `TimedOut`; 600 s (Knative's progress deadline) by default. */
  timeoutMs?: number | undefined;
  /** ms that a started container may take until it is ready; 60 s by default. */
  listenMs?: number | undefined;
}

export type DeployProgress =
  | { type: 'phase'; phase: PhaseName; state: 'started' }
  | { type: 'phase'; phase: PhaseName; state: 'ended'; ms: number; detail?: string }
  | { type: 'output'; stream: 'stdout' | 'stderr'; text: string }
  /** What is being waited for now, as the platform says it. */
  | { type: 'waiting'; reason: string; message: string }
  | {
      type: 'note';
      code: 'trafficInManifest' | 'firstTakesAll' | ReadingNote['code'];
      args: Record<string, string | number>;
    };

/**
 * @throws Fault for what is wrong before anything was changed (EnvironmentUnknown, EmptySnapshot, …) and Cancelled; what
 *   goes wrong afterwards is a failed Verdict.
 */
export async function deploy(
  options: DeployOptions,
  onProgress: (progress: DeployProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<Verdict> {
  const { client, app } = options;
  const environment = environmentOf(app, options.environment);
  const namespace = targetNamespace(app, environment, options.namespace);
  const began = performance.now();
  const phases: VerdictBase['phases'] = [];
  let current: { name: PhaseName; from: number } | undefined;

  const base = (): VerdictBase => ({
    service: app.name,
    namespace,
    target: describeTarget(client.target),
    environment: environment?.name,
    phases,
    totalMs: Math.round(performance.now() - began),
  });
  const endPhase = (detail?: string): void => {
    if (!current) return;
    const ms = Math.round(performance.now() - current.from);
    phases.push({ name: current.name, ms });
    onProgress({ type: 'phase', phase: current.name, state: 'ended', ms, ...(detail ? { detail } : {}) });
    current = undefined;
  };
  const phase = (name: PhaseName): void => {
    endPhase();
    current = { name, from: performance.now() };
    onProgress({ type: 'phase', phase: name, state: 'started' });
  };
  let sources: readonly string[] = [];
  const failed = async (found: Cause, evidence: Partial<Evidence> = {}, revision?: string): Promise<Verdict> => {
    endPhase();
    const serves = found.code === 'PlatformLost' ? undefined : await whatServes(client, namespace, app.name);
    const logs = evidence.logs ?? [];
    const ingress = await ingressOf(client);
    const where = { app, namespace, kubectl: kubectlOf(client.target), ingress, sources };
    const { cause, remedy, place, problems } = explainFailure(found, where, { ...evidence, logs });
    return {
      ...base(),
      outcome: 'failed',
      revision,
      url: serves?.url,
      serving: serves?.revision,
      cause,
      remedy,
      evidence: {
        conditions: [],
        ...evidence,
        logs,
        ...(place ? { place } : {}),
        ...(problems.length > 0 ? { problems: [...problems] } : {}),
      },
    };
  };

  for (const note of readingNotes(app)) onProgress({ type: 'note', ...note });
  if (app.build.command && !options.dryRun) {
    phase('build');
    const failure = await buildApplication(app, (stream, text) => onProgress({ type: 'output', stream, text }), signal);
    if (failure) return failed(failure.cause, failure);
  }

  let image: string | undefined;
  let digest: string | undefined;
  let snapshot: Snapshot | undefined;
  let uploadBytes = 0;
  const capabilities = await client.capabilities({ signal });
  const builds = !app.build.foreign && ownContainer(app, containersOf(app.service.object)) !== undefined;
  if (builds && !capabilities.has('images')) {
    const named = String(ownContainer(app, containersOf(app.service.object))?.image);
    return failed({ code: 'NoImageStore', args: { target: platformName(client.target), image: named } });
  }
  // No container uses it though slipway.yaml builds it: says so with the place, before anything is done.
  if (!builds && app.file !== undefined && !app.build.foreign) {
    const external = containersOf(app.service.object).every(({ image: name }) =>
      /@sha256:|^[^/]+\.[^/]+\//.test(String(name)),
    );
    if (!external || app.build.command) prepareObjects(app, { environment, namespace, image: '' });
  }
  if (builds) {
    phase('snapshot');
    snapshot = await takeSnapshot(app.dir, { signal, made: madeFolders(app) });
    sources = sourcesOf(app.dir, snapshot.files);
    endPhase(`${snapshot.files.length} files`);
    const config = imageConfig(app);
    const repository = imageRepository(app, environment);
    if (options.dryRun) {
      const missing = await missingFiles(client, { name: repository, config, files: snapshot.files }, signal);
      uploadBytes = missing.reduce((sum, { size }) => sum + size, 0);
      image = repository;
    } else {
      phase('upload');
      try {
        const put = await putImage(client, repository, snapshot, config, { signal });
        image = put.image.reference;
        digest = put.image.digest;
        endPhase(`${put.uploadedBytes} bytes`);
      } catch (error) {
        if (isFault(error, 'Cancelled')) throw error;
        const detail = (error as Error).message;
        return failed(refusedCause(error, client.target) ?? { code: 'ImageUploadFailed', args: { detail } });
      }
    }
  }

  const prepared = prepareObjects(app, { environment, namespace, image });
  const notes = provenanceNotes(await provenanceOf(app.dir));
  const withNotes = (existing: KubeObject | undefined) =>
    withProvenance(withAuthors(prepared.service, app.service.object, existing), existing, notes, (object) =>
      apply(client, object, signal, true),
    );
  if (options.dryRun) {
    const existing = await client.find(kinds.service, namespace, app.name, { signal });
    const objects = await planObjects(client, { ...prepared, service: await withNotes(existing) }, signal);
    const files = snapshot?.files.length ?? 0;
    return { ...base(), outcome: 'planned', image, files, bytes: snapshot?.bytes ?? 0, uploadBytes, objects };
  }

  phase('apply');
  const existing = await client.find(kinds.service, namespace, app.name, { signal });
  const createdBefore = statusOf(existing).latestCreatedRevisionName;
  let applied: KubeObject;
  let manifest: Manifest = app.service;
  try {
    // A dry run where one is there: refused before the split is held for a deploy that never was.
    const service = await withNotes(existing);
    if (existing && options.noTraffic) await pinTraffic(client, existing, signal);
    if (!existing && options.noTraffic)
      onProgress({ type: 'note', code: 'firstTakesAll', args: { service: app.name } });
    applied = await apply(client, service, signal);
    const nowhere = existing !== undefined && leadsNowhere(existing);
    if (prepared.traffic || nowhere) {
      const wished = prepared.traffic ?? [{ latestRevision: true, percent: 100 }];
      if (!existing || nowhere || options.resetTraffic) applied = await setTraffic(client, applied, wished, signal);
      else onProgress({ type: 'note', code: 'trafficInManifest', args: { file: app.service.file } });
    }
    for (const other of prepared.others) {
      ({ manifest } = other);
      await applyOther(client, other.object, namespace, signal);
    }
    manifest = app.service;
    if (prepared.domain)
      await applyOther(client, domainObject(prepared.domain, namespace, app.name), namespace, signal);
  } catch (error) {
    if (isFault(error, 'Cancelled')) throw error;
    if (!(error instanceof ApiError) && !(error instanceof Fault)) throw error;
    const named = (app.service.object.spec as { template?: { metadata?: { name?: string } } }).template?.metadata?.name;
    const refused = refusedCause(error, client.target, named);
    if (refused) return failed(refused);
    const detail = error.message;
    return failed(
      { code: 'ManifestRefused', args: { manifest: shownIn(app, manifest), detail } },
      { place: placeOf(manifest, detail) },
    );
  }

  phase('start');
  const waited = await waitForService({
    client,
    namespace,
    name: app.name,
    generation: applied.metadata.generation ?? 0,
    image: digest,
    timeoutMs: options.timeoutMs ?? 600_000,
    listenMs: options.listenMs ?? 60_000,
    onWaiting: (reason, message) => onProgress({ type: 'waiting', reason, message }),
    onReady: () => phase('route'),
    signal,
  });
  if (waited.done === 'failed') {
    const { scene } = waited;
    const logs = scene.logs.length > 0 ? scene.logs.slice(-20) : [];
    const conditions = [...troubles(waited.revision), ...scene.pods.flatMap(troubles)];
    const { cause, revision } = waited;
    if (cause.code !== 'ManifestRefused') return failed(cause, { logs, conditions }, revision?.metadata.name);
    // Only now, by what Knative made of it.
    const place = placeOf(app.service, String(cause.args['detail']));
    const args = { ...cause.args, manifest: shownIn(app, app.service) };
    return failed({ ...cause, args }, { logs, conditions, place }, revision?.metadata.name);
  }

  const { revision } = waited;
  let { service } = waited;
  let tagUrl: string | undefined;
  const gateway = await gatewayOf(client);
  if (options.tag !== undefined) {
    await applyTraffic(client, namespace, app.name, { tags: { [options.tag]: revision } }, { signal });
    service = await client.get(kinds.service, namespace, app.name, { signal });
    tagUrl = publicUrl(statusOf(service).traffic?.find(({ tag }) => tag === options.tag)?.url, gateway);
  }
  endPhase();
  const status = statusOf(service);
  const percent = (status.traffic ?? [])
    .filter(({ revisionName }) => revisionName === revision)
    .reduce((sum, target) => sum + (target.percent ?? 0), 0);
  const ending = {
    ...base(),
    revision,
    url: publicUrl(status.url, gateway) ?? '',
    unchanged: revision === createdBefore,
    image,
    ...(tagUrl === undefined ? {} : { tagUrl }),
  };
  return percent > 0 ? { ...ending, outcome: 'serving', percent } : { ...ending, outcome: 'ready', percent: 0 };
}

/** The namespace that a deploy goes to. */
export function targetNamespace(app: Application, environment: Environment | undefined, asked?: string): string {
  return asked ?? environment?.namespace ?? app.service.object.metadata.namespace ?? 'default';
}

/** What an image of this application starts. @throws Fault NoStartCommand */
export function imageConfig(app: Application, development = false): ImageConfig {
  const cmd = (development ? app.run.dev : undefined) ?? app.run.start;
  const declared = containersOf(app.service.object).some(({ command }) => Array.isArray(command) && command.length > 0);
  if (!cmd && !declared) throw new Fault('NoStartCommand', { name: app.name });
  return { cmd: cmd ?? [], env: app.run.env };
}

async function apply(
  client: PlatformClient,
  object: ObjectInput & { metadata: { name: string; namespace?: string } },
  signal: AbortSignal | undefined,
  dryRun = false,
): Promise<KubeObject> {
  const kind = await client.kindOf(object.apiVersion, object.kind);
  const { name, namespace } = object.metadata;
  return client.patch(
    kind,
    kind.namespaced ? namespace : undefined,
    name,
    // What was applied by hand before becomes ours: the manifest is the truth (traffic is not in it).
    { type: 'apply', body: object, force: true },
    { fieldManager: deployManager, dryRun, signal },
  );
}

async function applyOther(
  client: PlatformClient,
  object: ObjectInput & { metadata: { name: string } },
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (object.kind === kinds.domainMapping.kind) await claimDomain(client, namespace, object.metadata.name);
  await apply(client, object, signal);
}

function domainObject(host: string, namespace: string, service: string): ObjectInput & { metadata: { name: string } } {
  const { apiVersion, kind } = kinds.domainMapping;
  const ref = { apiVersion: kinds.service.apiVersion, kind: 'Service', name: service };
  return { apiVersion, kind, metadata: { name: host, namespace }, spec: { ref } };
}

/** Holds the traffic where it is, before there is a newer revision that it could follow. */
async function pinTraffic(client: PlatformClient, service: KubeObject, signal: AbortSignal | undefined): Promise<void> {
  const { latestReadyRevisionName } = statusOf(service);
  if (!latestReadyRevisionName) return;
  const targets = wishedTargets(service);
  const follows = ({ revisionName, percent = 0 }: TrafficTarget) => !revisionName && percent > 0;
  if (!targets.some(follows)) return;
  const next = targets.map((target) =>
    follows(target) ? { ...target, latestRevision: false, revisionName: latestReadyRevisionName } : target,
  );
  await writeTraffic(client, service, next, { signal });
}

/** What the manifest says, as the owner of traffic: a later deploy without it must not take it away. */
function setTraffic(
  client: PlatformClient,
  service: KubeObject,
  traffic: readonly TrafficTarget[],
  signal: AbortSignal | undefined,
): Promise<KubeObject> {
  const { name, namespace } = service.metadata;
  const patch = { type: 'merge' as const, body: { spec: { traffic } } };
  return client.patch(kinds.service, namespace, name, patch, { fieldManager: trafficManager, signal });
}

/** A split that names revisions that are not there and has never led anywhere is none that a deploy should keep. */
function leadsNowhere(service: KubeObject): boolean {
  const { status, reason } = truthOf(service, 'RoutesReady');
  const isMissing = status === 'False' && /^(RevisionMissing|ConfigurationMissing)$/.test(reason);
  const isNamed = wishedTargets(service).some(({ revisionName }) => revisionName !== undefined);
  return isMissing && isNamed && (statusOf(service).traffic ?? []).length === 0;
}

async function planObjects(
  client: PlatformClient,
  prepared: PreparedObjects,
  signal: AbortSignal | undefined,
): Promise<Extract<Verdict, { outcome: 'planned' }>['objects']> {
  const objects: Extract<Verdict, { outcome: 'planned' }>['objects'] = [];
  for (const object of [prepared.service, ...prepared.others.map((other) => other.object)]) {
    const kind = await client.kindOf(object.apiVersion, object.kind);
    const namespace = kind.namespaced ? object.metadata.namespace : undefined;
    const before = await client.find(kind, namespace, object.metadata.name, { signal });
    const after = await apply(client, object, signal, true);
    const same = before && JSON.stringify(before.spec) === JSON.stringify(after.spec);
    objects.push({
      kind: object.kind,
      name: object.metadata.name,
      action: before ? (same ? 'keep' : 'change') : 'create',
    });
  }
  return objects;
}

async function whatServes(
  client: PlatformClient,
  namespace: string,
  name: string,
): Promise<{ url: string | undefined; revision: string | undefined } | undefined> {
  try {
    const [service, gateway] = await Promise.all([
      client.find(kinds.service, namespace, name, { timeoutMs: 3_000 }),
      gatewayOf(client),
    ]);
    const status = statusOf(service);
    const main = [...(status.traffic ?? [])].sort((a, b) => (b.percent ?? 0) - (a.percent ?? 0))[0];
    const revision = status.latestReadyRevisionName ? main?.revisionName : undefined;
    return { revision, url: revision ? publicUrl(status.url, gateway) : undefined };
  } catch {
    return undefined;
  }
}

function statusOf(service: KubeObject | undefined): ServiceStatus {
  return (service?.status ?? {}) as ServiceStatus;
}

/** What the platform or the way to it has, rather than the manifest. */
function refusedCause(error: unknown, target: Target, revision = '?'): Cause | undefined {
  const { message: detail } = error as Error;
  if (isAway(error)) return { code: 'PlatformLost', args: { detail } };
  if (error instanceof Fault) {
    if (error.code === 'Unauthorized') return { code: 'CredentialsRefused', args: error.args };
    if (error.code === 'Forbidden')
      return { code: 'NotAllowed', args: { target: platformName(target), ...error.args } };
    return error.code === 'DomainTaken' ? { code: 'DomainClaimed', args: error.args } : undefined;
  }
  const namespace = /^namespaces "([^"]+)" not found/.exec(detail)?.[1];
  if (namespace) return { code: 'NamespaceMissing', args: { namespace, target: platformName(target) } };
  if (/without a name change/.test(detail)) return { code: 'RevisionNameTaken', args: { revision } };
  if (/ENOSPC|no space left|disk is full|database or disk is full/i.test(detail))
    return { code: 'PlatformDiskFull', args: { detail } };
  return /failed calling webhook|context deadline exceeded/.test(detail)
    ? { code: 'WebhookTimeout', args: { detail } }
    : undefined;
}

/** Admission errors end in the field's path: `…: spec.template.spec.containers[0].image`. */
function placeOf(manifest: Manifest, detail: string): SourcePlace {
  const path = /\b(spec(?:\.[A-Za-z]\w*|\[\d+\])+|metadata(?:\.\w+)+)/.exec(detail)?.[1] ?? '';
  const steps = [...path.matchAll(/([A-Za-z]\w*)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  return manifest.place(steps);
}
