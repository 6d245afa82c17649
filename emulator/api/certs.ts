/**
 * The API's own CA, its server certificate and the client certificate of the kubeconfig; kept in a folder, 0600. EC keys
 * on P-256: made in milliseconds, taken by every client.
 */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SelfsignedOptions } from 'selfsigned';

export interface KeyPair {
  /** PEM */
  cert: string;
  key: string;
}

export interface Certificates {
  ca: KeyPair;
  server: KeyPair;
  /** CN slipway-admin, O system:masters. */
  client: KeyPair;
}

const day = 86_400_000;
const renewBefore = 30 * day;
const lifetimes = { ca: 3_650 * day, leaf: 365 * day };

/** Reads or makes them; renews what ends within 30 days. `now`: ms since the epoch, wall clock. */
export async function ensureCerts(
  directory: string,
  options: { hosts?: string[]; now?: number } = {},
): Promise<Certificates> {
  const now = options.now ?? Date.now();
  const hosts = options.hosts ?? ['localhost', 'kubernetes', 'kubernetes.default.svc'];
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const kept = read(join(directory, 'ca.json'), now);
  const ca = kept ?? (await make('slipway-ca', 'slipway', caOptions(now)));
  // Leaves of an old authority are worth nothing with a new one.
  const server =
    (kept && read(join(directory, 'server.json'), now, hosts)) ??
    (await make('slipway-apiserver', 'slipway', serverOptions(now, ca, hosts)));
  const client =
    (kept && read(join(directory, 'client.json'), now)) ??
    (await make('slipway-admin', 'system:masters', clientOptions(now, ca)));
  for (const [name, pair] of Object.entries({ ca, server, client })) write(join(directory, `${name}.json`), pair);
  return { ca, server, client };
}

async function make(commonName: string, organization: string, options: SelfsignedOptions): Promise<KeyPair> {
  // CommonJS: from a bundle in chunks it comes as the default export alone.
  const imported: typeof import('selfsigned') & { default?: typeof import('selfsigned') } = await import('selfsigned');
  const { generate } = imported.default ?? imported;
  const attributes = [
    { name: 'organizationName', value: organization },
    { name: 'commonName', value: commonName },
  ];
  const made = await generate(attributes, { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...options });
  return { cert: made.cert, key: made.private };
}

/** A minute back: clocks of machines that share a folder differ. */
function validity(now: number, lifetime: number): SelfsignedOptions {
  return { notBeforeDate: new Date(now - 60_000), notAfterDate: new Date(now + lifetime) };
}

function caOptions(now: number): SelfsignedOptions {
  return {
    ...validity(now, lifetimes.ca),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  };
}

function serverOptions(now: number, ca: KeyPair, hosts: readonly string[]): SelfsignedOptions {
  return {
    ...validity(now, lifetimes.leaf),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...hosts.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  };
}

function clientOptions(now: number, ca: KeyPair): SelfsignedOptions {
  return {
    ...validity(now, lifetimes.leaf),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
    ],
  };
}

/** undefined: absent, damaged, soon over, or not for these hosts. */
function read(file: string, now: number, hosts: readonly string[] = []): KeyPair | undefined {
  try {
    const pair = JSON.parse(readFileSync(file, 'utf8')) as KeyPair;
    const certificate = new X509Certificate(pair.cert);
    if (Date.parse(certificate.validTo) - renewBefore <= now || !pair.key) return undefined;
    return hosts.every((host) => certificate.checkHost(host)) ? pair : undefined;
  } catch {
    return undefined;
  }
}

function write(file: string, pair: KeyPair): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, JSON.stringify(pair), { mode: 0o600 });
  renameSync(draft, file);
}
