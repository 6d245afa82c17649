/** The volumes of one pod over its life: made when a container is, kept up to date, tokens renewed, removed at the end. */
import type { EnvironmentFacts } from './container-environment.ts';
import type { KubeletPorts } from './kubelet-ports.ts';
import type { ContainerSpec } from './ports.ts';
import type { Container, Pod } from './types.ts';
import { accountTokens, prepareMounts, refreshVolumes, removeVolumes, tokensRenewedAfter } from './volumes.ts';

export interface PodVolumes {
  /** @throws ConfigError. */
  mounts(container: Container, env: Record<string, string>): ContainerSpec['mounts'];
  /** ConfigMaps or Secrets of the namespace have changed. */
  refresh(): void;
  remove(): void;
}

export function createPodVolumes(
  {
    clock,
    view,
    token,
    log,
    volumeDir: dir,
  }: Pick<KubeletPorts, 'clock' | 'view' | 'token' | 'log'> & { volumeDir: string },
  pod: () => Pod,
  facts: () => Omit<EnvironmentFacts, 'fixed'>,
): PodVolumes {
  let timer: Disposable | undefined;
  let mounted = false;
  let over = false;
  const ports = () => ({ dir, view, facts: facts(), token: token && accountTokens(view, token) });

  const tried = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log('warn', `volumes of pod ${pod().metadata.namespace}/${pod().metadata.name}: ${(error as Error).message}`);
    }
  };

  function refresh(): void {
    if (mounted && !over) tried(() => refreshVolumes(pod(), ports()));
  }

  function renewTokens(): void {
    const ms = tokensRenewedAfter(pod());
    if (ms === undefined || over) return;
    timer?.[Symbol.dispose]();
    timer = clock.after(ms, () => {
      refresh();
      renewTokens();
    });
  }

  return {
    mounts(container, env) {
      const mounts = prepareMounts(pod(), container, env, ports());
      if (mounts.length > 0 && !mounted) {
        mounted = true;
        renewTokens();
      }
      return mounts;
    },
    refresh,
    remove() {
      over = true;
      timer?.[Symbol.dispose]();
      // What a container wrote as another user may be out of our hands; the pod goes all the same.
      tried(() => removeVolumes(pod(), { dir }));
    },
  };
}
