/** The platform's API as any Kubernetes client sees it, straight over TLS: what the suites assert must not pass our own client. */
import { readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { parse } from 'yaml';

export interface Kube {
  /** One request. @throws Error with status and body where the status is not 2xx. */
  call<T = KubeAny>(method: string, path: string, body?: object, contentType?: string): Promise<T>;
  get<T = KubeAny>(path: string): Promise<T>;
  /** undefined on 404. */
  find<T = KubeAny>(path: string): Promise<T | undefined>;
  /** A watch; `path` with its query. Ends by itself with the connection. */
  watch(path: string, onEvent: (event: WatchEvent) => void): KubeWatch;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeAny;
}

export interface KubeWatch {
  /** Resolves with the status once the answer has begun. */
  opened: Promise<number>;
  /** Resolves when the stream has ended, however that came. */
  ended: Promise<void>;
  close(): void;
}

export interface KubeAny {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion?: string;
    generation?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  status?: {
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    traffic?: { revisionName?: string; percent?: number; tag?: string; url?: string; latestRevision?: boolean }[];
    url?: string;
    latestReadyRevisionName?: string;
    latestCreatedRevisionName?: string;
    actualReplicas?: number;
    desiredScale?: number;
    actualScale?: number;
    [key: string]: unknown;
  };
  items?: KubeAny[];
  data?: Record<string, string>;
}

export const serving = (namespace: string, kind: string, name = '') =>
  `/apis/serving.knative.dev/v1/namespaces/${namespace}/${kind}${name ? `/${name}` : ''}`;
export const core = (namespace: string, kind: string, name = '') =>
  `/api/v1/namespaces/${namespace}/${kind}${name ? `/${name}` : ''}`;

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data'?: string; 'certificate-authority'?: string } }[];
  users: {
    user: {
      'client-certificate-data'?: string;
      'client-key-data'?: string;
      'client-certificate'?: string;
      'client-key'?: string;
    };
  }[];
}

/** @param options `connections`: keeps up to so many connections open; default: each request has its own. */
export function kubeOf(kubeconfig: string, options: { connections?: number } = {}): Kube {
  const agent = options.connections ? new Agent({ keepAlive: true, maxSockets: options.connections }) : false;
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user;
  if (!cluster || !user) throw new Error(`${kubeconfig} has no cluster and user`);
  const pem = (data: string | undefined, file: string | undefined): Buffer | undefined =>
    data ? Buffer.from(data, 'base64') : file ? readFileSync(file) : undefined;
  const tls = {
    ca: pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    cert: pem(user['client-certificate-data'], user['client-certificate']),
    key: pem(user['client-key-data'], user['client-key']),
  };
  const send = (method: string, path: string, body?: object, contentType = 'application/json') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const outgoing = httpsRequest(
        new URL(path, cluster.server),
        {
          method,
          ...tls,
          agent,
          timeout: 30_000,
          headers: { accept: 'application/json', 'content-type': contentType },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path}: no answer`)));
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const call = async <T>(method: string, path: string, body?: object, contentType?: string): Promise<T> => {
    const { status, text } = await send(method, path, body, contentType);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  };
  return {
    call,
    watch: (path, onEvent) => {
      const opened = Promise.withResolvers<number>();
      const ended = Promise.withResolvers<void>();
      const outgoing = httpsRequest(new URL(path, cluster.server), { ...tls, agent: false }, (response) => {
        opened.resolve(response.statusCode ?? 0);
        let rest = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onEvent(JSON.parse(line) as WatchEvent);
        });
        response.on('error', () => ended.resolve());
        response.on('close', () => ended.resolve());
      });
      outgoing.on('error', () => {
        opened.resolve(0);
        ended.resolve();
      });
      outgoing.end();
      return { opened: opened.promise, ended: ended.promise, close: () => outgoing.destroy() };
    },
    get: (path) => call('GET', path),
    find: async (path) => {
      const { status, text } = await send('GET', path);
      if (status === 404) return undefined;
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${text.slice(0, 500)}`);
      return JSON.parse(text);
    },
  };
}

export function isReady(object: KubeAny | undefined): boolean {
  return object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
