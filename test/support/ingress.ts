/** Requests as an outside client sends them: to the ingress's address, with the name in Host, so no DNS is needed. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface IngressRequest {
  host: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** ms; default 60,000: a cold start is waited for. */
  timeout?: number;
}

export interface IngressResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** ms from the start of the request to its last byte. */
  took: number;
}

export interface IngressAddress {
  host: string;
  port: number;
}

export function request(ingress: IngressAddress, wanted: IngressRequest): Promise<IngressResponse> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: ingress.host,
        port: ingress.port,
        method: wanted.method ?? 'GET',
        path: wanted.path ?? '/',
        headers: { host: wanted.host, ...wanted.headers },
        timeout: wanted.timeout ?? 60_000,
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            took: performance.now() - began,
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${wanted.host} in time`)));
    outgoing.on('error', reject);
    outgoing.end(wanted.body);
  });
}

/** Counts answers to `count` requests by what `classify` says of each; eight at a time. */
export async function distribution(
  ingress: IngressAddress,
  wanted: IngressRequest,
  count: number,
  classify: (response: IngressResponse) => string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const key = classify(await request(ingress, wanted));
      counts[key] = (counts[key] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return counts;
}
