/** What makes an application ask the platform for `name.namespace.svc.cluster.local`, and for everything else as before. */
export function proxyEnvironment({ host, port }: { host: string; port: number }): Record<string, string> {
  const proxy = `http://${host}:${port}`;
  const direct = 'localhost,127.0.0.1,::1,.localhost';
  return { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: direct, no_proxy: direct, NODE_USE_ENV_PROXY: '1' };
}
