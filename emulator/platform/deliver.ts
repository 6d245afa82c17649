/** Event delivery goes where applications' requests go: through the data plane's inside listener, as an HTTP proxy. */
import { Agent, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Deliver } from '../eventing/eventing.ts';

const clusterLocal = /\.svc(\.[a-z0-9.-]+)?$/i;

export function createDeliver(inside: () => { host: string; port: number }): { deliver: Deliver; close(): void } {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 });
  const deliver: Deliver = (url, headers, body, signal) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      if (target.protocol === 'https:') {
        // TLS ends at the receiver: nothing of ours stands between.
        fetch(target, { method: 'POST', headers, body: new Uint8Array(body), ...(signal ? { signal } : {}) }).then(
          async (answer) =>
            resolve({
              status: answer.status,
              headers: Object.fromEntries(answer.headers),
              body: new Uint8Array(await answer.arrayBuffer()),
            }),
          reject,
        );
        return;
      }
      const proxied = clusterLocal.test(target.hostname);
      const { host, port } = proxied ? inside() : { host: target.hostname, port: Number(target.port || 80) };
      const call = request(
        {
          agent,
          host,
          port,
          method: 'POST',
          path: proxied ? target.href : target.pathname + target.search,
          headers: {
            ...headers,
            host: target.host,
            ...(headers['transfer-encoding'] ? {} : { 'content-length': String(body.byteLength) }),
          },
          ...(signal ? { signal } : {}),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
            const packed = Buffer.concat(chunks);
            try {
              // Deliveries say that they take gzip, as Knative's do.
              const body = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(packed) : packed;
              resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(flat), body });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  return { deliver, close: () => agent.destroy() };
}
