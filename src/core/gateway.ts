/** Where requests go in, and URLs as a person on this machine can use them (decision 5). */
import type { PlatformClient } from './client.ts';

export interface Gateway {
  host: string;
  /** Where the URLs' hosts are served; undefined = the scheme's own port. */
  port: number | undefined;
  /** The same of HTTPS. */
  tlsPort?: number | undefined;
}

const gateways = new WeakMap<PlatformClient, Promise<Gateway>>();

/**
 * Where requests go in: the platform's ingress; elsewhere the port that the istio-ingressgateway's Service publishes on a
 * local kind cluster is not known to the API, so URLs are used as they are. Kept per client.
 */
export function gatewayOf(client: PlatformClient): Promise<Gateway> {
  let gateway = gateways.get(client);
  if (!gateway) {
    gateway = client.platform().then((platform) => {
      return platform ? { ...platform.ingress } : { host: '', port: undefined };
    });
    gateway.catch(() => gateways.delete(client));
    gateways.set(client, gateway);
  }
  return gateway;
}

/** Its port; undefined where there is none, or nobody says. Never rejects. */
export async function ingressOf(client: PlatformClient): Promise<number | undefined> {
  try {
    return (await gatewayOf(client)).port;
  } catch {
    return undefined;
  }
}

/** `http://hello.default.localhost` + port 8080 → `http://hello.default.localhost:8080`. Pure. */
export function publicUrl(url: string | undefined, gateway?: Omit<Gateway, 'host'>): string | undefined {
  if (!url || gateway?.port === undefined) return url;
  try {
    const parsed = new URL(url);
    // A name inside the cluster is not reached through the gateway.
    if (isInsideCluster(url)) return url;
    const port = parsed.protocol === 'https:' ? gateway.tlsPort : gateway.port;
    if (parsed.port === '' && port !== undefined) parsed.port = String(port);
    return parsed.href.replace(/\/$/, '');
  } catch {
    return url;
  }
}

/** Whether a URL names a Service that only the cluster itself can reach. Pure. */
export function isInsideCluster(url: string): boolean {
  const hostname = URL.canParse(url) ? new URL(url).hostname : '';
  return hostname.endsWith('.svc') || hostname.endsWith('.svc.cluster.local');
}
