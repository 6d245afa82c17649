/**
 * An instance that stands at a breakpoint of debugpy, Delve or a JVM: its request outlasts the revision's timeout, its probes and the
 * stable window, and is answered when it goes on. Beside it the same without the editor's lease, to which all of that happens. With
 * SLIPWAY_TEST_FULL=1, where the machine has the language; debugpy is installed from PyPI, Delve is the machine's.
 */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { heldTime } from '../../../src/extension/debug/held-time.ts';
import { type Attach, dap, jdb } from '../../support/debug-clients.ts';
import { request } from '../../support/ingress.ts';
import { core, type KubeAny, serving } from '../../support/kube.ts';
import { usePlatform } from '../../support/platform.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const python = full ? findProgram('', 'python3') : undefined;
const go = full ? findProgram('', 'go') : undefined;
const delve = go ? findProgram('SLIPWAY_TEST_DLV', 'dlv') : undefined;
const javaDebugger = full && findProgram('', 'java') ? findProgram('', 'jdb') : undefined;

interface Case {
  template: string;
  there: string | undefined;
  kind: string;
  tool?: (at: (...parts: string[]) => string) => string;
  /** In place of what a deploy starts. */
  command?: string[];
  file: string;
  handled: string;
  attach: Attach;
  /** What answers probes stops, too. */
  whole: boolean;
}

const cases: Case[] = [
  {
    template: 'python-web',
    there: python,
    kind: 'debugpy',
    tool: (at) => at('libs', 'debugpy'),
    file: 'server.py',
    handled: 'name = parse_qs(',
    attach: dap({ request: 'attach', redirectOutput: false }),
    // The thread of a request that comes later is not stopped.
    whole: false,
  },
  {
    template: 'go-web',
    there: delve,
    kind: 'delve',
    tool: () => delve ?? '',
    command: ['go', 'run', '.'],
    file: 'main.go',
    handled: 'name := ',
    attach: dap({ request: 'attach', mode: 'remote', stopOnEntry: false }),
    whole: true,
  },
  {
    template: 'java-web',
    there: javaDebugger,
    kind: 'jdwp',
    file: 'Server.java',
    handled: 'String name = ',
    attach: jdb(javaDebugger ?? 'jdb'),
    whole: false,
  },
];

const platform = usePlatform('debuggers', { GOCACHE: join(homedir(), '.cache', 'go-build') });
beforeAll(() => {
  if (!python) return;
  const libs = platform().at('libs');
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--target', libs, 'debugpy==1.8.22'], { stdio: 'pipe' });
}, 120_000);

/** With the shortest of times. */
async function make(
  template: string,
  name: string,
  annotations: Record<string, string>,
  command?: string[],
): Promise<void> {
  const { at, slipway } = platform();
  expect((await slipway('new', template, at(name))).code).toBe(0);
  const file = at(name, 'deploy', 'service.yaml');
  const service = parse(readFileSync(file, 'utf8'));
  const { metadata, spec } = service.spec.template;
  Object.assign(metadata.annotations, { 'autoscaling.knative.dev/window': '6s', ...annotations });
  spec.timeoutSeconds = 10;
  spec.containers[0].livenessProbe = { httpGet: { path: '/healthz' }, periodSeconds: 1, failureThreshold: 2 };
  if (command) spec.containers[0].command = command;
  writeFileSync(file, stringify(service));
}

const podsOf = async (name: string): Promise<KubeAny[]> =>
  (await platform().kube.get(`${core('default', 'pods')}?labelSelector=serving.knative.dev/service=${name}`)).items ??
  [];

describe.each(cases)('under $kind', ({ template, there, kind, tool, command, file, handled, attach, whole }) => {
  it.runIf(there)(
    'a request at a breakpoint outlasts what would end it, and is answered',
    async () => {
      const { at, slipway, up, kube, env } = platform();
      const names = { idle: `idle-${kind}`, held: `held-${kind}`, left: `left-${kind}` };
      await make('node-web', names.idle, {});
      expect((await slipway('deploy', at(names.idle))).code).toBe(0);

      const client = {
        capabilities: async () => new Set(['debug']),
        capability: (method: string, path: string, body: object) =>
          kube.call(method, `/apis/platform.slipway.dev/v1alpha1${path}`, body),
      };
      using time = heldTime(() => ({ client, session: { namespace: 'default' } }) as never, {
        debug: (text) => expect.unreachable(text),
      });
      /** Deployed under its debugger, and attached to. */
      const debugged = async (name: string, holds: boolean) => {
        const annotations = { 'slipway.dev/debug': kind, ...(tool ? { 'slipway.dev/debug-tool': tool(at) } : {}) };
        await make(template, name, annotations, command);
        // Else Delve compiles Go's own library first, with an empty cache: as it does, without optimizing.
        if (go && kind === 'delve') {
          const words = ['build', '-gcflags', 'all=-N -l', '-o', '/dev/null', '.'];
          await promisify(execFile)(go, words, { cwd: at(name), env });
        }
        const deploying = slipway('deploy', at(name));
        const pod = await until(
          `the debugger of ${name}`,
          async () => (await podsOf(name)).find(({ metadata }) => metadata.annotations?.['slipway.dev/debug-address']),
          { timeout: 60_000 },
        );
        const [, host = '', port] =
          /^(.*):(\d+)$/.exec(pod.metadata.annotations?.['slipway.dev/debug-address'] ?? '') ?? [];
        const root = await until('where it runs', async () => rootOf(name));
        const source = join(root, file);
        const line =
          readFileSync(source, 'utf8')
            .split('\n')
            .findIndex((text) => text.includes(handled)) + 1;
        const instance = { slipwayApplication: at(name), slipwayPod: pod.metadata.name };
        const debug = await attach(
          { host, port: Number(port) },
          { file: source, line, className: 'Server' },
          (message) => {
            if (holds) time.said(name, instance, message);
          },
        );
        const { code, stderr } = await deploying;
        expect(code, stderr).toBe(0);
        return { debug, pod };
      };
      /** What the instance logged as its folder: Delve and debugpy know files by their whole path. */
      const rootOf = async (name: string) => {
        const { stdout } = await slipway('logs', name, '--json');
        const lines = stdout
          .split('\n')
          .filter(Boolean)
          .map((text) => JSON.parse(text) as { root?: string });
        return lines.find((each) => each.root)?.root;
      };
      const ask = (name: string) =>
        request(up.ingress, { host: `${name}.default.localhost`, path: `/?name=${name}`, timeout: 300_000 });

      const held = await debugged(names.held, true);
      await using heldDebug = held.debug;
      const answer = ask(names.held);
      await heldDebug.stopped;
      const left = await debugged(names.left, false);
      await using leftDebug = left.debug;
      const timedOut = ask(names.left);
      await leftDebug.stopped;
      await ask(names.idle);
      expect((await timedOut).status).toBe(504);
      /** That its probe was not answered in time; one that waits for its debugger refuses it. */
      const probed = async () =>
        (await kube.get(core('default', 'events'))).items?.some((event) => {
          const { message = '', involvedObject } = event as { message?: string; involvedObject?: { name?: string } };
          return involvedObject?.name === left.pod.metadata.name && /Liveness probe failed.*deadline/.test(message);
        });
      if (whole) await until('a probe of the one that is not held to fail', probed, { timeout: 60_000 });
      await until('the idle one at zero', async () => (await podsOf(names.idle)).length === 0, { timeout: 120_000 });

      const [now] = await podsOf(names.held);
      expect(now?.metadata.uid).toBe(held.pod.metadata.uid);
      await heldDebug.goOn();
      const { status, body, took } = await answer;
      expect([status, body]).toEqual([200, expect.stringContaining(`Hello, ${names.held}!`)]);
      expect(took).toBeGreaterThan(10_000);
      const [after] = await podsOf(names.held);
      const statuses = (after?.status?.['containerStatuses'] ?? []) as { restartCount: number }[];
      expect(statuses.map(({ restartCount }) => restartCount)).toEqual([0, 0]);
      // From here on time goes on for it, too.
      await until('it at zero', async () => (await podsOf(names.held)).length === 0, { timeout: 120_000 });
      await kube.call('DELETE', serving('default', 'services', names.left));
    },
    600_000,
  );
});
