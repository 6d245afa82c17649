/** /healthz, /livez, /readyz and /version. */
import { type ApiRequest, type ApiResponse, json } from './http.ts';

/** Paths that need no credentials. */
export function isOpenPath(path: string): boolean {
  return /^\/(healthz|livez|readyz|version)(\/|$)/.test(path);
}

export function health(request: ApiRequest): ApiResponse | undefined {
  const [, root] = request.path.split('/');
  if (request.method !== 'GET' || (root !== 'healthz' && root !== 'livez' && root !== 'readyz')) return undefined;
  if (request.query.has('verbose')) {
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: `[+]ping ok\n${root} check passed\n` };
  }
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' };
}

/** The Kubernetes release whose API this is like. */
export const kubernetesVersion = { major: '1', minor: '34', gitVersion: 'v1.34.0+slipway' } as const;

export function versionAnswer(request: ApiRequest): ApiResponse | undefined {
  if (request.path !== '/version' && request.path !== '/version/') return undefined;
  return json(200, {
    ...kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}
