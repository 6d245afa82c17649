/**
 * A registry of images (OCI distribution) on loopback, which engines trust without TLS: enough for a push and a pull, with or
 * without a login. Everything is kept in memory.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  host: string;
  /** Forgets a tag. */
  untag(repository: string, tag: string): void;
}

interface Manifest {
  type: string;
  content: Buffer;
}

/** `login`: `user:password`, asked for by HTTP Basic. */
export async function startRegistry(login?: string): Promise<Registry> {
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Buffer>();
  /** `repository:tag` and `repository@digest`. */
  const manifests = new Map<string, Manifest>();
  const digestOf = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => send(response, 500, error.message));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = new URL(request.url ?? '/', 'http://registry');
    const body = await read(request);
    if (login && headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      response.setHeader('www-authenticate', 'Basic realm="test"');
      return send(response, 401, errorBody('UNAUTHORIZED', 'authentication required'));
    }
    const [, repository = '', kind, name = ''] =
      /^\/v2\/(.+)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];
    if (!kind) return send(response, 200, '{}');
    if (kind === 'manifests') return manifest(method, repository, name, headers['content-type'] ?? '', body, response);
    if (kind === 'blobs') {
      const blob = blobs.get(name);
      response.setHeader('docker-content-digest', name);
      return blob ? send(response, 200, blob, method) : send(response, 404, errorBody('BLOB_UNKNOWN', 'no such blob'));
    }
    const id = method === 'POST' ? randomUUID() : name;
    const content = Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), body]);
    uploads.set(id, content);
    response.setHeader('location', `/v2/${repository}/blobs/uploads/${id}`);
    response.setHeader('range', `0-${Math.max(0, content.length - 1)}`);
    if (method !== 'PUT') return send(response, 202, '');
    blobs.set(digestOf(content), content);
    uploads.delete(id);
    return send(response, 201, '');
  }

  function manifest(
    method: string,
    repository: string,
    name: string,
    type: string,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const key = name.startsWith('sha256:') ? `${repository}@${name}` : `${repository}:${name}`;
    if (method === 'PUT') {
      for (const each of [key, `${repository}@${digestOf(body)}`]) manifests.set(each, { type, content: body });
      response.setHeader('docker-content-digest', digestOf(body));
      send(response, 201, '');
      return;
    }
    const found = manifests.get(key);
    if (!found) {
      send(response, 404, errorBody('MANIFEST_UNKNOWN', 'manifest unknown'));
      return;
    }
    response.setHeader('content-type', found.type);
    response.setHeader('docker-content-digest', digestOf(found.content));
    send(response, 200, found.content, method);
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    untag: (repository, tag) => void manifests.delete(`${repository}:${tag}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function errorBody(code: string, message: string): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: string | Buffer, method = 'GET'): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(method === 'HEAD' ? undefined : body);
}
