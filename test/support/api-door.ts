/**
 * A door before a platform's API: everything goes through to the real one, but for single requests that it answers as a cluster would
 * (403, 401, a webhook's timeout) or words that it changes on the way back. Beside it one whose certificate has expired.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { parse } from 'yaml';

export interface Rule {
  method: string;
  path: RegExp;
  status: number;
  message: string;
}

export interface ApiDoor {
  /** Its context is named `door`. */
  kubeconfig: string;
  expiredKubeconfig: string;
  with<T>(rule: Rule, work: () => Promise<T>): Promise<T>;
  rewriting<T>(from: string, to: string, work: () => Promise<T>): Promise<T>;
  close(): void;
}

interface Config {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

export async function openDoor(kubeconfig: string, dir: string): Promise<ApiDoor> {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Config;
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (!cluster || !user) throw new Error(`${kubeconfig} has no cluster and user`);
  const pem = (data: string): Buffer => Buffer.from(data, 'base64');
  const tls = {
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
  let rule: Rule | undefined;
  let words: { from: string; to: string } | undefined;

  const serve = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const { method = 'GET', url = '/' } = incoming;
    if (rule && method === rule.method && rule.path.test(url)) {
      const { status: code, message } = rule;
      answer.writeHead(code, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code }));
      incoming.resume();
      return;
    }
    const headers = { ...incoming.headers, host: new URL(cluster.server).host };
    const through = request(new URL(url, cluster.server), { method, headers, ...tls }, (real) => {
      const changed = { ...real.headers };
      delete changed['content-length'];
      answer.writeHead(real.statusCode ?? 502, changed);
      answer.flushHeaders();
      let rest = '';
      // By line, as watches come: words are never cut in two.
      real.setEncoding('utf8').on('data', (part: string) => {
        const lines = (rest + part).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) answer.write(`${translated(line)}\n`);
      });
      real.on('end', () => answer.end(translated(rest)));
      real.on('error', () => answer.destroy());
    });
    const translated = (line: string): string => (words ? line.replaceAll(words.from, words.to) : line);
    through.on('error', () => answer.destroy());
    answer.on('close', () => through.destroy());
    incoming.pipe(through);
  };
  const valid = await certificate(-1, 1);
  const old = await certificate(-30, -1);
  const open = createServer({ cert: valid.cert, key: valid.private }, serve);
  const expired = createServer({ cert: old.cert, key: old.private }, serve);
  const [address, expiredAddress] = [await listening(open), await listening(expired)];
  const written = (name: string, server: object): string => {
    const file = join(dir, name);
    const named = { name: 'door' };
    const content = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ ...named, cluster: server }],
      users: [{ ...named, user: {} }],
      contexts: [{ ...named, context: { cluster: 'door', user: 'door' } }],
      'current-context': 'door',
    };
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const door = (port: number, cert: string) => ({
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(cert).toString('base64'),
  });
  return {
    kubeconfig: written('door.json', door(address.port, valid.cert)),
    expiredKubeconfig: written('expired.json', door(expiredAddress.port, old.cert)),
    async with(given, work) {
      rule = given;
      try {
        return await work();
      } finally {
        rule = undefined;
      }
    },
    async rewriting(from, to, work) {
      words = { from, to };
      try {
        return await work();
      } finally {
        words = undefined;
      }
    },
    close() {
      for (const server of [open, expired]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

function listening(server: Pick<Server, 'listen' | 'address'>): Promise<AddressInfo> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });
}

/** `from` and `to` in days from now. */
function certificate(from: number, to: number): ReturnType<typeof generate> {
  const day = 86_400_000;
  return generate([{ name: 'commonName', value: '127.0.0.1' }], {
    notBeforeDate: new Date(Date.now() + from * day),
    notAfterDate: new Date(Date.now() + to * day),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
}
