/**
 * Wires the embedded platform: store, API, controllers, data plane, autoscaler, pods and eventing in one process, a worker
 * for the data plane, and the guardian beside it. Everything below is built from its ports; nothing here decides anything.
 */
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { ensureCerts } from './api/certs.ts';
import { kubernetesVersion } from './api/health.ts';
import { writeKubeconfig } from './api/kubeconfig.ts';
import { type ApiListener, listenApi, tokenKey } from './api/listen.ts';
import { createApi } from './api/server.ts';
import { createTokens } from './api/tokens.ts';
import { createAutoscaler } from './autoscaler/service.ts';
import { countInstances } from './capabilities/instance-counts.ts';
import { capabilityGroup, capabilityVersion, type PlatformInfo, protocolVersion } from './capabilities/protocol.ts';
import { capabilityRoutes } from './capabilities/routes.ts';
import { createTrafficStats } from './capabilities/traffic-stats.ts';
import type { FromDataPlane } from './dataplane/protocol.ts';
import { watchRouting } from './dataplane/watch-routing.ts';
import { createWorkerDataPlane } from './dataplane/worker-port.ts';
import { createEventing } from './eventing/eventing.ts';
import { openImageStore } from './images/store.ts';
import { SystemClock } from './kernel/clock.ts';
import { collectGarbage } from './kernel/garbage.ts';
import { keyOf, objectKey } from './kernel/object.ts';
import { createObjects } from './kernel/objects.ts';
import { createRegistry } from './kernel/registry.ts';
import { runControllers } from './kernel/runner.ts';
import { openStore } from './kernel/sqlite-store.ts';
import { isReady } from './knative/conditions.ts';
import { readConfig } from './knative/config/read.ts';
import { configMapSeeds } from './knative/config/seeds.ts';
import { servingControllers } from './knative/controllers.ts';
import type { RemoteImage } from './knative/revision/digests.ts';
import { processStart } from './platform/alive.ts';
import { createBootTimes } from './platform/boot-times.ts';
import { watchCertificates } from './platform/certificates.ts';
import { type ClusterServicesWatch, watchClusterServices } from './platform/cluster-services.ts';
import { createDebugLeases } from './platform/debug-leases.ts';
import { embeddedDefinitions } from './platform/definitions.ts';
import { createDeliver } from './platform/deliver.ts';
import { createDrains } from './platform/drains.ts';
import { diskFault, platformFault } from './platform/faults.ts';
import { createInsideAccess } from './platform/inside-access.ts';
import { insideNames } from './platform/inside-names.ts';
import { createLeases } from './platform/leases.ts';
import { takeLockSoon } from './platform/lock.ts';
import { podSubresources } from './platform/pod-subresources.ts';
import { podWriter } from './platform/pod-writer.ts';
import {
  type PlatformRecord,
  platformFiles,
  readRecord,
  readSettings,
  removeRecord,
  writeRecord,
  writeSettings,
} from './platform/record.ts';
import { createRequestLogs } from './platform/request-logs.ts';
import { resetPlatform } from './platform/reset.ts';
import { trackApplied } from './platform/routing-applied.ts';
import { markScaling } from './platform/scale-marks.ts';
import { publishGateway, seed } from './platform/seed.ts';
import { eventingUser, kubeletUser } from './platform/users.ts';
import { rememberAnswers } from './pods/docker/digests.ts';
import type { InsideAccess } from './pods/docker/network.ts';
import { createDockerRuntime } from './pods/docker/runtime.ts';
import { type Guardian, startGuardian } from './pods/guardian.ts';
import { createKubelet } from './pods/kubelet.ts';
import { openLogStore } from './pods/logs/store.ts';
import { nodeLeaseRenewMs, publishNode, renewNodeLease } from './pods/node.ts';
import { createProcessRuntime } from './pods/process/runtime.ts';
import { proxyEnvironment } from './pods/proxy-environment.ts';
import { pullConfigs } from './pods/pull-secrets.ts';

export interface EmbeddedOptions {
  name: string;
  /** Data directory; made when absent. */
  data: string;
  /** Of the ingress; undefined: the kept one, else 8080, else the next free one. 0: any free one. */
  port: number | undefined;
  lifetime: 'detached' | 'leased';
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
  /** Entries of the worker and of the guardian; default: beside this bundle. */
  entries?: { dataplane: URL; guardian: URL };
  /** Default: what SLIPWAY_VERSION says in the bundle. */
  version?: string;
}

export interface EmbeddedPlatform {
  record: PlatformRecord;
  /** Resolves with the reason when the platform wants to end: asked over the API, or its last lease lapsed. */
  ended: Promise<string>;
  close(): Promise<void>;
}

const leaseCheckMs = 5_000;

/** @throws PlatformFault: the directory is held by another platform, cannot be written, the port is taken… */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPlatform> {
  const began = performance.now();
  const { data, log } = options;
  const files = platformFiles(data);
  const closers: (() => unknown)[] = [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log('warn', `while closing: ${String(error)}`);
      }
    }
  };
  try {
    return await start();
  } catch (error) {
    await closeAll();
    throw diskFault(error, data);
  }

  async function start(): Promise<EmbeddedPlatform> {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    // One that was killed a moment ago holds it until the kernel has taken it apart; one that is just starting writes its record.
    const lock = await takeLockSoon(files.lock, () => readRecord(data) !== undefined);
    if (!lock) throw platformFault('AlreadyRunning', `another platform runs on ${data}`, data);
    closers.push(() => lock[Symbol.dispose]());

    // The same at each start: what an earlier, killed platform of this directory left is found by it.
    const mark = `${createHash('sha256').update(data).digest('hex').slice(0, 16)}/`;
    const settings = readSettings(data);
    const clock = new SystemClock(settings.clockOffsetMs ?? 0);
    const store = openStore(files.store);
    closers.push(() => store.close());
    const registry = createRegistry(embeddedDefinitions());
    const objects = createObjects({ store, registry, clock });

    /** What containers need that is only there later than their runtime. */
    const late: { inside?: InsideAccess; guardian?: Guardian } = {};
    const [images, logs, certs, guardian, docker] = await Promise.all([
      openImageStore(files.images, { usedBy: (digest) => userOfImage(digest) }),
      openLogStore(files.logs),
      ensureCerts(files.pki),
      startGuardian({ script: fileOf('guardian'), mark }),
      createDockerRuntime({ platform: data, inside: () => late.inside, guardian: () => late.guardian }),
    ]);
    late.guardian = guardian;
    closers.push(() => logs.close());
    const tokens = createTokens(
      tokenKey(certs),
      (resource, namespace, { name, uid }) => store.get(resource, namespace, name)?.metadata.uid === uid,
    );
    const scaling = markScaling(store, logs);
    closers.push(() => scaling[Symbol.dispose]());
    closers.push(() => guardian.close());
    seed(objects, configMapSeeds());
    publishNode(objects, kubeletUser, clock.now(), kubernetesVersion.gitVersion);
    const renewLease = () => {
      try {
        renewNodeLease(objects, kubeletUser, clock.now());
      } catch (error) {
        // A full disk refuses this write as any other; the next one may find room.
        log('debug', `the node's lease: ${(error as Error).message}`);
      }
    };
    renewLease();
    const renewingLease = setInterval(renewLease, nodeLeaseRenewMs);
    closers.push(() => clearInterval(renewingLease));

    const plane = createWorkerDataPlane(urlOf('dataplane'));
    closers.push(() => plane.close());
    const debug = createDebugLeases(() => performance.now());
    const certificates = watchCertificates(store, (message) => plane.post(message));
    closers.push(() => certificates[Symbol.dispose]());
    const routing = watchRouting({ store, post: (message) => plane.post(message), held: debug.held });
    closers.push(() => routing[Symbol.dispose]());
    const requestLogs = createRequestLogs({
      store,
      logs,
      post: (message) => plane.post(message),
      kubernetes: kubernetesVersion.gitVersion.replace(/^v(\d+\.\d+).*/, '$1'),
    });
    closers.push(() => requestLogs[Symbol.dispose]());
    const applied = trackApplied(store, routing, (key) => runner.enqueue('ingress', key));
    closers.push(() => applied[Symbol.dispose]());
    const autoscaler = createAutoscaler({ clock, store, config: () => readConfig(store).autoscaler });
    closers.push(() => autoscaler[Symbol.dispose]());
    /** An image has come, or its registry has answered. */
    const lookAgain = () => {
      for (const revision of store.list('revisions.serving.knative.dev')) {
        if (!isReady(revision)) runner.enqueue('revision', keyOf(revision));
      }
    };
    const askOnce = rememberAnswers<RemoteImage>(lookAgain, () => performance.now());
    const runner = runControllers(
      servingControllers({
        images: {
          resolve: (reference) => images.resolve(reference),
          remote(image, { namespace, ...named }, timeoutMs) {
            if (!docker) return undefined;
            const configs = pullConfigs(namespace, named, store);
            return askOnce(JSON.stringify([image, configs]), () => docker.digestOf(image, { configs, timeoutMs }));
          },
        },
        autoscaler,
        serving: applied,
      }),
      { objects, store, clock, log },
    );
    closers.push(() => runner[Symbol.asyncDispose]());
    const garbage = collectGarbage({ objects, store, clock, log });
    closers.push(() => garbage[Symbol.asyncDispose]());
    const desired = autoscaler.onChange((key) => runner.enqueue('podautoscaler', key));
    closers.push(() => desired[Symbol.dispose]());

    const stats = createTrafficStats(Date.now());
    const counted = countInstances(store, stats.recordInstances, Date.now);
    closers.push(() => counted[Symbol.dispose]());
    const boots = createBootTimes();
    const drains = createDrains(store);
    const ending = Promise.withResolvers<string>();
    const gate = Promise.withResolvers<FromDataPlane & { type: 'listening' }>();
    const tlsGate = Promise.withResolvers<FromDataPlane & { type: 'tlsListening' }>();
    plane.onMessage((message) => {
      switch (message.type) {
        case 'listening':
          return gate.resolve(message);
        case 'tlsListening':
          return tlsGate.resolve(message);
        case 'failed':
          log('error', `data plane: ${message.message}`);
          // What one exchange broke is over with it; a data plane that is gone serves nobody, and the next start has one.
          if (message.code.startsWith('DataPlane')) ending.resolve(message.message);
          return gate.reject(
            message.code === 'PortTaken'
              ? platformFault('PortTaken', message.message, data)
              : new Error(message.message),
          );
        case 'applied':
          return applied.applied(message.version);
        case 'stats':
          return autoscaler.record(message.stats);
        case 'traffic':
          return stats.record(message.samples);
        case 'coldStart':
          return stats.recordColdStart(message.trace, boots.take(message.trace.pod));
        case 'requestLogs':
          return requestLogs.record(message.entries);
        case 'drained':
          return drains.drained(message.pod);
      }
    });
    plane.post({
      type: 'listen',
      host: '127.0.0.1',
      port: options.port ?? settings.ingressPort ?? 8080,
      fallback: options.port === undefined,
    });
    const tlsPort = options.port === 0 ? 0 : (settings.ingressTlsPort ?? 8443);
    plane.post({ type: 'listenTls', host: '127.0.0.1', port: tlsPort, fallback: true });
    const [listening, overTls] = await Promise.all([gate.promise, tlsGate.promise]);
    if (overTls.error) log('warn', `HTTPS is not served: port ${tlsPort}: ${overTls.error}`);
    const ingress = {
      host: listening.host,
      port: listening.port,
      ...(overTls.error ? {} : { tlsPort: overTls.port }),
    };
    publishGateway(objects, ingress);

    const access = createInsideAccess({
      plane,
      loopbackPort: listening.inside.port,
      serves: insideNames(store, routing),
      services: () => services,
      listenApi: (host, port) => moreApi(host, port),
      apiPort: () => Number(new URL(listener.url).port),
      log,
    });
    closers.push(() => access[Symbol.dispose]());
    late.inside = access;
    closers.push(() => docker?.close());
    const processes = createProcessRuntime(
      { stateDir: files.pods, images, guardian, mark },
      { extraEnv: () => proxyEnvironment(listening.inside) },
    );
    closers.push(() => processes.close());
    await Promise.all([processes.reap(), docker?.reap()]);
    const kubelet = createKubelet(
      {
        view: store,
        subscribe: (listener) => store.subscribe(listener),
        writer: podWriter({ objects, store, clock }),
        clock,
        images,
        runtimes: { process: processes, docker },
        logs,
        drain: drains.wait,
        api: { url: () => listener.url, ca: certs.ca.cert },
        token: (account, seconds, bound) => tokens.issue(account, Date.now() + seconds * 1_000, bound),
        log,
      },
      { stateDir: files.pods, onPhase: boots.record, onProbe: requestLogs.probed },
    );
    closers.push(() => kubelet.close());
    const services: ClusterServicesWatch = watchClusterServices({
      store,
      post: (message) => plane.post(message),
      portAddress: kubelet.portAddress,
    });
    closers.push(() => services[Symbol.dispose]());
    closers.push(
      debug.onChange((pod, held) => {
        const [namespace = '', name = ''] = pod.split('/');
        kubelet.hold(namespace, name, held);
        routing.refresh(pod);
        const revision = store.get('pods', namespace, name)?.metadata.labels?.['serving.knative.dev/revision'];
        if (revision) autoscaler.hold(objectKey(namespace, revision), held);
      }),
    );

    const delivery = createDeliver(() => listening.inside);
    closers.push(() => delivery.close());
    const eventing = createEventing(
      {
        objects,
        view: store,
        subscribe: (listener) => store.subscribe(listener),
        clock,
        deliver: delivery.deliver,
        log,
      },
      { dir: files.eventing },
    );
    closers.push(() => eventing.close());
    plane.post({ type: 'receivers', port: await eventing.listen() });
    const eventingRunner = runControllers(eventing.controllers, { objects, store, clock, log }, { user: eventingUser });
    closers.push(() => eventingRunner[Symbol.asyncDispose]());

    const leases = createLeases(() => performance.now());
    const watchLeases = setInterval(() => {
      if (options.lifetime === 'leased' && leases.expired()) ending.resolve('no editor has used it for ten minutes');
    }, leaseCheckMs);
    closers.push(() => clearInterval(watchLeases));

    const version = options.version ?? process.env['SLIPWAY_VERSION'] ?? 'development';
    const routes = capabilityRoutes({
      info: () => info(),
      view: store,
      advanceClock(ms) {
        clock.advance(ms);
        writeSettings(data, { ...readSettings(data), clockOffsetMs: clock.offsetMs });
        return { now: clock.now(), offsetMs: clock.offsetMs };
      },
      images: {
        ...images,
        async commit(plan) {
          const image = await images.commit(plan);
          kubelet.imagesChanged();
          lookAgain();
          return image;
        },
      },
      logs,
      stats,
      ping: eventing,
      deliver: delivery.deliver,
      debug: debug.renew,
      lease: leases.renew,
      // The answer goes out first.
      shutdown: () => void setTimeout(() => ending.resolve('asked to'), 50),
      reset: () => resetPlatform({ objects, registry, store, idle: () => garbage.idle() }),
    });
    const authenticate = (token: string) => tokens.verify(token, Date.now());
    const api = createApi({
      objects,
      registry,
      store,
      clock,
      routes,
      routeGroups: [{ group: capabilityGroup, version: capabilityVersion }],
      pods: podSubresources({ kubelet, logs, view: store }),
      tokens,
      log,
    });
    closers.push(() => api.close());
    const listener = await listenKept(settings.apiPort ?? 0);
    closers.push(() => listener.close());
    // Applications are told where the API is.
    kubelet.start();
    const kept = { apiPort: listener.port, ingressPort: ingress.port };
    writeSettings(data, { ...readSettings(data), ...kept, ...(overTls.error ? {} : { ingressTlsPort: overTls.port }) });

    autoscaler.start();
    eventing.start();

    const context = options.name === 'default' ? 'slipway' : `slipway-${options.name}`;
    writeKubeconfig(files.kubeconfig, { name: context, server: listener.url, certs });
    const startedAt = Date.now();
    const record: PlatformRecord = {
      name: options.name,
      engine: 'embedded',
      kubeconfig: files.kubeconfig,
      context,
      api: listener.url,
      ingress,
      pid: process.pid,
      pidStart: processStart(process.pid),
      data,
      startedInMs: Math.round(performance.now() - began),
      version,
      protocolVersion,
      lifetime: options.lifetime,
    };
    writeRecord(record);
    closers.push(() => removeRecord(data));
    return { record, ended: ending.promise, close: closeAll };

    /** For containers: under a certificate that names the address by which they reach it. */
    async function moreApi(host: string, port: number): Promise<ApiListener> {
      const own = await ensureCerts(files.pki, { hosts: [host] });
      const more = await listenApi(api, { host, port, certs: own, authenticate });
      closers.push(() => more.close());
      return more;
    }

    async function listenKept(port: number): Promise<ApiListener> {
      try {
        return await listenApi(api, { port, certs, authenticate });
      } catch (error) {
        // Another program has taken the kept port meanwhile: kubeconfig and record tell the new one.
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
        log('warn', `port ${port}, on which the API was, is taken; choosing another`);
        return listenApi(api, { port: 0, certs, authenticate });
      }
    }

    function info(): PlatformInfo {
      return {
        name: options.name,
        engine: 'embedded',
        version,
        protocolVersion,
        pid: process.pid,
        data,
        api: listener.url,
        ingress,
        startedAt,
        startedInMs: record.startedInMs,
        clockOffsetMs: clock.offsetMs,
        memoryBytes: process.memoryUsage.rss(),
        node: process.version,
        capabilities: [
          'images',
          'image-files',
          'logs',
          'traffic',
          'traffic-history',
          'coldstarts',
          'ping',
          'events',
          'clock',
          'debug',
          'leases',
          'shutdown',
          'reset',
        ],
        docker: docker !== undefined,
      };
    }

    function userOfImage(digest: string): string | undefined {
      const revision = store
        .list('revisions.serving.knative.dev')
        .find((object) => JSON.stringify(object.spec).includes(digest));
      return revision && `revision ${revision.metadata.namespace}/${revision.metadata.name}`;
    }
  }

  function urlOf(entry: 'dataplane' | 'guardian'): URL {
    return options.entries?.[entry] ?? new URL(`./${entry}.mjs`, import.meta.url);
  }

  function fileOf(entry: 'dataplane' | 'guardian'): string {
    return decodeURIComponent(urlOf(entry).pathname);
  }
}
