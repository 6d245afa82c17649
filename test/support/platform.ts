/** A platform of a suite's own, brought up and down through the command line as a user does. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { slipway, slipwayJson } from './cli.ts';
import { type Kube, kubeOf } from './kube.ts';
import { type TemporaryHome, temporaryHome } from './places.ts';
import { describeProcesses, processesOf } from './processes.ts';
import { until } from './until.ts';

export interface UpAnswer {
  name: string;
  engine: string;
  kubeconfig: string;
  context: string;
  api: string;
  ingress: { host: string; port: number };
  pid: number;
  data: string;
  startedInMs: number;
}

export interface Fixture extends TemporaryHome {
  up: UpAnswer;
  kube: Kube;
  /** Path of a folder inside the suite's own. */
  at(...parts: string[]): string;
  slipway(...args: string[]): ReturnType<typeof slipway>;
  json<T>(...args: string[]): Promise<T>;
  /** Takes the platform's answer anew, after another `up`. */
  joined(up: UpAnswer): void;
}

/** `up --detach` before the tests of a file, `down` after; then no process of the suite may be left. */
export function usePlatform(name: string, env: NodeJS.ProcessEnv = {}): () => Fixture {
  let fixture: Fixture | undefined;
  beforeAll(async () => {
    const home = temporaryHome(name);
    Object.assign(home.env, env);
    const cwd = home.dir;
    const json = <T>(...args: string[]): Promise<T> => slipwayJson<T>(args, { env: home.env, cwd });
    const up = await json<UpAnswer>('up', '--detach', '--port', '0');
    fixture = {
      ...home,
      up,
      kube: kubeOf(up.kubeconfig),
      at: (...parts) => join(home.dir, ...parts),
      slipway: (...args) => slipway(args, { env: home.env, cwd }),
      json,
      joined(answer) {
        this.up = answer;
        this.kube = kubeOf(answer.kubeconfig);
      },
    };
  });
  afterAll(async () => {
    if (!fixture) return;
    await fixture.slipway('down');
    try {
      await until('no process left', () => processesOf(fixture?.dir ?? '').length === 0, { timeout: 10_000 }).catch(
        () => {},
      );
      expect(describeProcesses(processesOf(fixture.dir))).toEqual([]);
    } finally {
      for (const { pid } of processesOf(fixture.dir)) process.kill(pid, 'SIGKILL');
      fixture[Symbol.dispose]();
    }
  });
  return () => {
    if (!fixture) throw new Error('the platform is not up');
    return fixture;
  };
}
