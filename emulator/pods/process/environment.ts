/** The environment that applications get: the user's own, without what an editor, npm or Node's launcher put there. */
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const dropped =
  /^(ELECTRON_|VSCODE_|npm_|SLIPWAY_)|^(NODE_OPTIONS|NODE_CHANNEL_FD|NODE_UNIQUE_ID|NODE_ENV|INIT_CWD|ORIGINAL_XDG_CURRENT_DESKTOP|CHROME_DESKTOP|PORT|K_SERVICE|K_REVISION|K_CONFIGURATION|OLDPWD|_)$/i;

export function baseEnvironment(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !dropped.test(name)) result[name] = value;
  }
  const pathName = Object.keys(result).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  result[pathName] = userPath(result[pathName] ?? '', platform);
  // Python holds its output back when it is no terminal; logs are to appear when they are written.
  result['PYTHONUNBUFFERED'] ??= '1';
  return result;
}

/** npm puts its projects' folders in front of PATH; an application gets what the user's shell would find. */
function userPath(path: string, platform: NodeJS.Platform): string {
  const separator = platform === 'win32' ? ';' : ':';
  return path
    .split(separator)
    .filter((entry) => !/[\\/]node_modules[\\/]\.bin[\\/]?$|[\\/]node-gyp-bin[\\/]?$/.test(entry))
    .join(separator);
}

/** Where an application's own dependencies put their programs, as a Dockerfile's `RUN` would have put them on the PATH. */
const ownPrograms = ['.venv/bin', '.venv/Scripts', 'venv/bin', 'venv/Scripts', 'node_modules/.bin'];

/** What stands before PATH for an application of this folder: those of its dependencies' folders that are there. */
export function withOwnPrograms(env: Record<string, string>, dir: string): Record<string, string> {
  const own = ownPrograms
    .map((folder) => join(dir, folder))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  if (own.length === 0) return env;
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...env, [pathName]: [...own, env[pathName]].filter(Boolean).join(delimiter) };
}

/**
 * The instance's port in the words of the frameworks that listen on 8080 in an image unless they are told: Knative's own default, so that
 * they need no PORT there. On this machine it is the gateway's, and each instance has another.
 */
export function portVariables(port: number): Record<string, string> {
  return {
    PORT: String(port),
    // Spring Boot
    SERVER_PORT: String(port),
    QUARKUS_HTTP_PORT: String(port),
    MICRONAUT_SERVER_PORT: String(port),
    ASPNETCORE_URLS: `http://+:${port}`,
    // Knative's own runtime of functions in JavaScript
    FUNC_PORT: String(port),
  };
}
