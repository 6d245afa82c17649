/**
 * What the engine is told to log in with when it pulls: the pod's imagePullSecrets, else what `docker login` left for this
 * user (config.json and its credential helpers). The engine itself keeps no credentials.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** As the engine's API takes it (`X-Registry-Auth`). */
export interface RegistryAuth {
  username?: string;
  password?: string;
  identitytoken?: string;
  serveraddress: string;
}

/** The parts of a Docker client's config.json. */
export interface DockerConfig {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
}

const dockerHub = 'https://index.docker.io/v1/';
const helperTimeoutMs = 10_000;

/** `registry/path`, the way in which entries of config.json name what they are for; Docker's own has no host in references. */
export function placeOf(image: string): string {
  const repository = image.split('@')[0] ?? '';
  const first = repository.split('/')[0] ?? '';
  const hasHost = repository.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return hasHost ? repository : `index.docker.io/${repository}`;
}

/** The entry with the longest name that leads to the image. Pure. */
export function authIn(config: DockerConfig, image: string): RegistryAuth | undefined {
  const place = placeOf(image).replace(/:[^/:]*$/, '');
  const found = Object.entries(config.auths ?? {})
    .map(([name, entry]) => ({ name, prefix: bare(name), entry }))
    .filter(({ prefix }) => place === prefix || place.startsWith(`${prefix}/`))
    .sort((a, b) => b.prefix.length - a.prefix.length)[0];
  if (!found) return undefined;
  const { name, entry } = found;
  const decoded = entry.auth ? Buffer.from(entry.auth, 'base64').toString('utf8') : '';
  const colon = decoded.indexOf(':');
  const username = entry.username ?? (colon < 0 ? undefined : decoded.slice(0, colon));
  const password = entry.password ?? (colon < 0 ? undefined : decoded.slice(colon + 1).replace(/\0+$/, ''));
  const { identitytoken } = entry;
  if (identitytoken) return { identitytoken, serveraddress: name };
  return username === undefined || password === undefined ? undefined : { username, password, serveraddress: name };
}

/** `https://index.docker.io/v1/` → `index.docker.io`. */
function bare(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(v\d\/?)?$/, '');
}

/** Of the user of this machine. Undefined where there is none, or where its helper cannot say. */
export async function userAuth(image: string): Promise<RegistryAuth | undefined> {
  const folder = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  let config: DockerConfig;
  try {
    config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as DockerConfig;
  } catch {
    return undefined;
  }
  const host = placeOf(image).split('/')[0] ?? '';
  const server = host === 'index.docker.io' ? dockerHub : host;
  const helper = config.credHelpers?.[host] ?? config.credsStore;
  return (helper ? await fromHelper(helper, server) : undefined) ?? authIn(config, image);
}

/** The protocol of docker-credential-helpers: the server on stdin, JSON on stdout. */
function fromHelper(helper: string, server: string): Promise<RegistryAuth | undefined> {
  return new Promise((resolve) => {
    const child = execFile(`docker-credential-${helper}`, ['get'], { timeout: helperTimeoutMs }, (error, stdout) => {
      if (error) return resolve(undefined);
      try {
        const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
        if (Username === '<token>') resolve({ identitytoken: Secret, serveraddress: server });
        else resolve({ username: Username, password: Secret, serveraddress: server });
      } catch {
        resolve(undefined);
      }
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
}
