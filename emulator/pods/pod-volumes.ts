/** The volumes of one pod over its life: made when a container is, kept up to date, tokens renewed, removed at the end. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountKubeconfig, accountToken, hasAccount, withAccountMount, withAccountVolume } from './account-volume.ts';
import type { EnvironmentFacts } from './container-environment.ts';
import type { KubeletPorts } from './kubelet-ports.ts';
import type { ContainerSpec } from './ports.ts';
import type { Container, Pod } from './types.ts';
import { accountTokens, prepareMounts, refreshVolumes, removeVolumes, tokensRenewedAfter } from './volumes.ts';

export interface PodVolumes {
  /** @throws ConfigError. */
  mounts(
    container: Container,
    env: Record<string, string>,
    options: { /** Its service account's files among them, where it is to have one. */ account: boolean },
  ): ContainerSpec['mounts'];
  /** For a container that can have no mounts: a kubeconfig of the pod's service account, where it is to have one. */
  kubeconfig(): string | undefined;
  /** ConfigMaps or Secrets of the namespace have changed. */
  refresh(): void;
  remove(): void;
}

export function createPodVolumes(
  {
    clock,
    view,
    token,
    api,
    log,
    volumeDir: dir,
  }: Pick<KubeletPorts, 'clock' | 'view' | 'token' | 'api' | 'log'> & { volumeDir: string },
  given: () => Pod,
  facts: () => Omit<EnvironmentFacts, 'fixed'>,
): PodVolumes {
  let timer: Disposable | undefined;
  let mounted = false;
  let over = false;
  const ports = () => ({ dir, view, facts: facts(), token: token && accountTokens(view, token), ca: api?.ca });
  /** As it is when it begins: whoever takes the right away later makes another pod. */
  let decided: boolean | undefined;
  let kubeconfigIn: string | undefined;
  const account = () => {
    decided ??= api !== undefined && token !== undefined && hasAccount(given(), view);
    return decided;
  };
  const pod = () => (decided ? withAccountVolume(given()) : given());

  const tried = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log('warn', `volumes of pod ${pod().metadata.namespace}/${pod().metadata.name}: ${(error as Error).message}`);
    }
  };

  function refresh(): void {
    if (!mounted || over) return;
    tried(() => refreshVolumes(pod(), ports()));
  }

  /** Plain files, and no links: not every system lets a process make those. */
  function writeToken(): void {
    const issued = ports().token?.(pod(), undefined, accountToken.seconds);
    if (kubeconfigIn === undefined || issued === undefined) return;
    const file = join(kubeconfigIn, accountToken.file);
    writeFileSync(`${file}.next`, issued, { mode: 0o600 });
    renameSync(`${file}.next`, file);
  }

  function renewTokens(): void {
    const ms = tokensRenewedAfter(pod());
    if (ms === undefined || over) return;
    timer?.[Symbol.dispose]();
    timer = clock.after(ms, () => {
      refresh();
      tried(writeToken);
      renewTokens();
    });
  }

  function begin(): void {
    if (mounted) return;
    mounted = true;
    renewTokens();
  }

  return {
    mounts(container, env, options) {
      const whole = options.account && account() ? withAccountMount(container) : container;
      const mounts = prepareMounts(pod(), whole, env, ports());
      if (mounts.length > 0) begin();
      return mounts;
    },
    kubeconfig() {
      if (!account() || !api) return undefined;
      const { uid, namespace = '' } = given().metadata;
      kubeconfigIn = join(dir, 'volumes', uid, 'account');
      mkdirSync(kubeconfigIn, { recursive: true, mode: 0o700 });
      writeToken();
      begin();
      const file = join(kubeconfigIn, 'kubeconfig');
      writeFileSync(file, accountKubeconfig(kubeconfigIn, { server: api.url(), ca: api.ca, namespace }), {
        mode: 0o600,
      });
      return file;
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
