/** The API's own CA, its server certificate and the client certificate of the kubeconfig; kept in a folder, 0600. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

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

export interface CertOptions {
  /** Further names and addresses of the server certificate. */
  hosts?: string[];
  /** ms since the epoch, wall clock. */
  now?: number;
}

const day = 24 * 3600 * 1000;
const renewBefore = 30 * day;
const hostsAlways = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '::1',
  // The machine as containers of Docker Desktop name it.
  'host.docker.internal',
];

/** Reads or makes them; renews what ends within 30 days. A new CA renews everything. */
export async function ensureCerts(directory: string, options: CertOptions = {}): Promise<Certificates> {
  const { now = Date.now(), hosts = [] } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const names = [...new Set([...hostsAlways, ...hosts])];
  const ca =
    usable(readPair(directory, 'ca'), now) ??
    (await make(directory, 'ca', [{ name: 'commonName', value: 'Slipway CA' }], { now, days: 3650 }));
  const issue = async (name: string, subject: Attribute[], altNames?: string[]): Promise<KeyPair> => {
    const known = usable(readPair(directory, name), now, ca);
    if (known && (!altNames || coversHosts(known, altNames))) return known;
    return make(directory, name, subject, { now, days: 365, ca, ...(altNames ? { altNames } : {}) });
  };
  const server = await issue('server', [{ name: 'commonName', value: 'slipway' }], names);
  const client = await issue('client', [
    { name: 'organizationName', value: 'system:masters' },
    { name: 'commonName', value: 'slipway-admin' },
  ]);
  return { ca, server, client };
}

interface Attribute {
  name: string;
  value: string;
}

async function make(
  directory: string,
  name: string,
  subject: Attribute[],
  { now, days, ca, altNames }: { now: number; days: number; ca?: KeyPair; altNames?: string[] },
): Promise<KeyPair> {
  const made = await generate(subject, {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A little earlier, for clocks that differ.
    notBeforeDate: new Date(now - 3600_000),
    notAfterDate: new Date(now + days * day),
    ...(ca ? { ca } : {}),
    extensions: [
      { name: 'basicConstraints', cA: !ca, critical: true },
      {
        name: 'keyUsage',
        critical: true,
        ...(ca
          ? { digitalSignature: true, keyEncipherment: true }
          : { keyCertSign: true, cRLSign: true, digitalSignature: true }),
      },
      ...(ca ? [{ name: 'extKeyUsage' as const, ...(altNames ? { serverAuth: true } : { clientAuth: true }) }] : []),
      ...(altNames
        ? [
            {
              name: 'subjectAltName' as const,
              altNames: altNames.map((host) =>
                isAddress(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
              ),
            },
          ]
        : []),
    ],
  });
  const pair = { cert: made.cert, key: made.private };
  // One file, so that a certificate is never beside another one's key.
  writeSecret(join(directory, `${name}.json`), JSON.stringify(pair));
  return pair;
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d+(\.\d+){3}$/.test(host);
}

function readPair(directory: string, name: string): KeyPair | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')) as KeyPair;
  } catch {
    return undefined;
  }
}

/** A broken pair (half written, of another CA) is made anew, never trusted. */
function usable(pair: KeyPair | undefined, now: number, ca?: KeyPair): KeyPair | undefined {
  if (!pair) return undefined;
  try {
    const certificate = new X509Certificate(pair.cert);
    if (Date.parse(certificate.validTo) < now + renewBefore || Date.parse(certificate.validFrom) > now)
      return undefined;
    if (!certificate.publicKey.equals(createPublicKey(pair.key))) return undefined;
    if (ca && !certificate.verify(new X509Certificate(ca.cert).publicKey)) return undefined;
    return pair;
  } catch {
    return undefined;
  }
}

function coversHosts(pair: KeyPair, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(pair.cert);
  return hosts.every(
    (host) => (isAddress(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined,
  );
}

/** Atomic, mode 0600. */
export function writeSecret(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, file);
}
