/**
 * Request logs as config-observability asks for them: what a queue-proxy answers is written, by the template there, into
 * the log of the pod's container `queue-proxy`.
 */
import type { RequestLogEntry, ToDataPlane } from '../dataplane/protocol.ts';
import type { KubeObject } from '../kernel/object.ts';
import type { Store, View } from '../kernel/store.ts';
import { parseTemplate } from '../knative/config/go-template.ts';
import { type GoValue, goStruct } from '../knative/config/go-template-run.ts';
import { servingNamespace } from '../knative/config/namespaces.ts';
import { readConfig } from '../knative/config/read.ts';
import type { ObservabilityConfig } from '../knative/config/types.ts';
import { serving } from '../knative/keys.ts';
import { queueContainerName } from '../knative/revision/queue.ts';
import type { LogStore } from '../pods/ports.ts';
import type { Pod } from '../pods/types.ts';

export interface RequestLogsPorts {
  store: View & Pick<Store, 'subscribe'>;
  logs: Pick<LogStore, 'append'>;
  post(message: ToDataPlane): void;
  /** Kubernetes' version, for the user agent of its probes. */
  kubernetes: string;
}

export interface RequestLogs extends Disposable {
  record(entries: readonly RequestLogEntry[]): void;
  /** A readiness probe that Kubernetes makes of the queue-proxy. */
  probed(pod: KubeObject, ok: boolean, seconds: number): void;
}

export function createRequestLogs({ store, logs, post, kubernetes }: RequestLogsPorts): RequestLogs {
  const config = (): ObservabilityConfig => readConfig(store).observability;
  let parsed: { source: string; execute(data: GoValue): string } | undefined;

  const templateOf = ({ requestLogTemplate: source }: ObservabilityConfig) => {
    if (parsed?.source !== source) parsed = parseTemplate('requestLog', source);
    return parsed;
  };

  const tell = () => {
    const { enableRequestLog, enableProbeRequestLog } = config();
    post({ type: 'logRequests', on: enableRequestLog, probes: enableProbeRequestLog });
  };
  tell();
  const subscription = store.subscribe(({ resource, object }) => {
    const { name, namespace } = object.metadata;
    if (resource === 'configmaps' && name === 'config-observability' && namespace === servingNamespace) tell();
  });

  function write(entry: RequestLogEntry, observability: ObservabilityConfig): void {
    const slash = entry.revision.indexOf('/');
    const [namespace, revision] = [entry.revision.slice(0, slash), entry.revision.slice(slash + 1)];
    const pod = store.get<Pod>('pods', namespace, entry.pod);
    const labels = pod?.metadata.labels ?? {};
    const status = pod?.status?.containerStatuses?.find(({ name }) => name === queueContainerName);
    logs.append({
      time: entry.at,
      namespace,
      service: labels[serving.service] ?? '',
      revision,
      pod: entry.pod,
      ...(pod ? { podUid: pod.metadata.uid } : {}),
      container: queueContainerName,
      restart: status?.restartCount ?? 0,
      stream: 'stdout',
      text: line(entry, observability, {
        Name: revision,
        Namespace: namespace,
        Service: labels[serving.service] ?? '',
        Configuration: labels[serving.configuration] ?? '',
        PodName: entry.pod,
        PodIP: pod?.status?.podIP ?? '',
      }),
    });
  }

  function line(entry: RequestLogEntry, observability: ObservabilityConfig, revision: Record<string, string>): string {
    try {
      const data = templateInput(entry, revision);
      return templateOf(observability).execute(data).replace(/\n$/, '');
    } catch {
      const { method, status, seconds, uri } = entry;
      return `Invalid request log template: method: ${method}, response code: ${status}, latency: ${seconds}, url: ${uri}`;
    }
  }

  return {
    record(entries) {
      const observability = config();
      if (observability.requestLogTemplate === '') return;
      for (const entry of entries) write(entry, observability);
    },
    probed(pod, ok, seconds) {
      const observability = config();
      const { enableRequestLog, enableProbeRequestLog, requestLogTemplate } = observability;
      const { namespace, name, labels } = pod.metadata;
      const revision = labels?.[serving.revision];
      if (!enableRequestLog || !enableProbeRequestLog || requestLogTemplate === '' || !revision) return;
      const podIP = (pod as Pod).status?.podIP ?? '';
      const entry: RequestLogEntry = {
        at: Date.now(),
        revision: `${namespace}/${revision}`,
        pod: name,
        method: 'GET',
        uri: '/',
        host: podIP,
        headers: ['user-agent', `kube-probe/${kubernetes}`, 'k-network-probe', 'queue'],
        requestSize: 0,
        status: ok ? 200 : 503,
        // The queue-proxy answers a good probe with its own name.
        responseSize: ok ? 'queue'.length : 0,
        seconds,
        remoteAddress: (pod as Pod).status?.hostIP ?? '',
        protocol: 'HTTP/1.1',
      };
      write(entry, observability);
    },
    [Symbol.dispose]: () => subscription[Symbol.dispose](),
  };
}

/** As Knative's `RequestLogTemplateInput`; of the request what a template can reach without calling functions. */
function templateInput(entry: RequestLogEntry, revision: Record<string, string>): GoValue {
  const headers = new Map<string, string[]>();
  for (let i = 0; i < entry.headers.length; i += 2) {
    const name = canonical(entry.headers[i] ?? '');
    headers.set(name, [...(headers.get(name) ?? []), entry.headers[i + 1] ?? '']);
  }
  const header = (name: string) => headers.get(name)?.[0] ?? '';
  return goStruct('*http.RequestLogTemplateInput', {
    Request: goStruct('*http.Request', {
      Method: entry.method,
      URL: entry.uri,
      RequestURI: entry.uri,
      Proto: entry.protocol,
      Host: entry.host,
      Header: headers,
      ContentLength: entry.requestSize,
      RemoteAddr: entry.remoteAddress,
      UserAgent: header('User-Agent'),
      Referer: header('Referer'),
      TLS: null,
    }),
    Response: goStruct('*http.RequestLogResponse', {
      Code: entry.status,
      Size: entry.responseSize,
      Latency: entry.seconds,
    }),
    Revision: goStruct('*http.RequestLogRevision', revision),
    // Of W3C's traceparent the second field, else B3's.
    TraceID: header('Traceparent').split('-')[1] ?? header('X-B3-Traceid'),
  });
}

/** Go's canonical form of a header's name. */
function canonical(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (first) => first.toUpperCase());
}
