/** The Applications tree as a function of the platform's objects. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Application } from '../../../src/core/app/model.ts';
import { domainModel } from '../../../src/core/domains.ts';
import { pingModel } from '../../../src/core/ping.ts';
import { revisionModel } from '../../../src/core/revisions.ts';
import { instanceModel, serviceModel } from '../../../src/core/services.ts';
import { words } from '../../../src/extension/messages.ts';
import { emptySnapshot, type Snapshot } from '../../../src/extension/platform/snapshot.ts';
import { type ApplicationsInput, applicationsTree } from '../../../src/extension/trees/applications-tree.ts';
import { paintedForm, type TreeNode } from '../../../src/extension/trees/nodes.ts';

const readers = {
  service: serviceModel,
  revision: revisionModel,
  instance: instanceModel,
  domain: domainModel,
  ping: pingModel,
};
const { say } = words('en');
const created = '2026-11-23T12:00:00Z';
const now = Date.parse('2026-11-23T12:02:10Z');
const ready = (status: string, reason = '', message = '') => [{ type: 'Ready', status, reason, message }];

function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: Partial<KubeObject> & { labels?: Record<string, string> } = {},
): KubeObject {
  const { labels, ...others } = rest;
  const metadata = {
    name,
    namespace: 'default',
    uid: `${kind}-${name}`,
    resourceVersion: '1',
    creationTimestamp: created,
  };
  return { apiVersion, kind, metadata: { ...metadata, ...(labels ? { labels } : {}) }, ...others };
}

const service = (name: string, traffic: object[] = [], labels?: Record<string, string>) =>
  object('serving.knative.dev/v1', 'Service', name, {
    ...(labels ? { labels } : {}),
    status: {
      conditions: ready('True'),
      url: `http://${name}.default.localhost`,
      traffic,
      latestReadyRevisionName: `${name}-00002`,
    },
  });

const revision = (name: string, number: number, conditions = ready('True')) =>
  object('serving.knative.dev/v1', 'Revision', `${name}-0000${number}`, {
    labels: { 'serving.knative.dev/service': name, 'serving.knative.dev/configurationGeneration': String(number) },
    status: { conditions },
  });

const pod = (name: string, of: string) =>
  object('v1', 'Pod', `${of}-deployment-x7q`, {
    labels: { 'serving.knative.dev/service': name, 'serving.knative.dev/revision': of },
    status: { phase: 'Running', conditions: ready('True') },
  });

const entry = {
  id: 'platform:default',
  label: 'embedded',
  embedded: true,
  namespace: undefined,
  readOnly: false,
} as const;
const target = {
  type: 'platform',
  name: 'default',
  data: '/data',
  kubeconfig: '/data/kubeconfig',
  context: undefined,
} as const;

function input(part: Partial<Snapshot>, rest: Partial<ApplicationsInput> = {}): ApplicationsInput {
  return {
    snapshot: { ...emptySnapshot({ ...entry, target }, 'ready'), gateway: { host: '127.0.0.1', port: 8080 }, ...part },
    applications: [],
    schedules: new Map(),
    deploying: new Map(),
    rates: new Map(),
    alerts: new Map(),
    now,
    trusted: true,
    locale: 'en',
    ...rest,
  };
}

function application(name: string): ApplicationsInput['applications'][number] {
  const manifest = {
    file: `/ws/${name}/deploy/service.yaml`,
    index: 0,
    object: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name } },
    place: () => ({ file: '', line: 1, column: 1 }),
  };
  const value: Application = {
    dir: `/ws/${name}`,
    name,
    file: `/ws/${name}/slipway.yaml`,
    build: { image: `dev.local/${name}`, command: undefined, foreign: false },
    run: { start: ['node', 'server.js'], dev: undefined, env: {}, debug: 'node', port: undefined },
    environments: {},
    alerts: {},
    manifests: [manifest],
    service: manifest,
  };
  return { dir: value.dir, name, application: value, problemCount: 0 };
}

const outline = (nodes: readonly TreeNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [
    `${'  '.repeat(depth)}${node.label} | ${node.description}`,
    ...outline(node.children(), depth + 1),
  ]);

describe('the Applications tree', () => {
  it('shows an application, its service, revisions and instances', () => {
    const traffic = [
      { revisionName: 'shop-00002', percent: 30, tag: 'canary', url: 'http://canary-shop.default.localhost' },
      { revisionName: 'shop-00001', percent: 70 },
    ];
    const tree = applicationsTree(
      input(
        {
          services: [service('shop', traffic)],
          revisions: [revision('shop', 1), revision('shop', 2)],
          pods: [pod('shop', 'shop-00002')],
        },
        { applications: [application('shop')] },
      ),
      readers,
      say,
    );
    expect(outline(tree)).toEqual([
      'shop | deployed 2 min ago',
      '  shop | 2 revisions',
      '    00002 | 30 % · canary · 1 instance',
      '      x7q | Running',
      '    00001 | 70 % · at zero',
    ]);
    const [, canary] = [tree[0]?.children()[0], tree[0]?.children()[0]?.children()[0]];
    expect(canary?.subject).toMatchObject({ type: 'revision', url: 'http://canary-shop.default.localhost:8080' });
  });

  it('says why a revision failed, and does not offer to send traffic to it', () => {
    const failed = revision(
      'shop',
      2,
      ready('False', 'ExitCode1', "Container failed with: Cannot find module 'koa'\nat x"),
    );
    const [app] = applicationsTree(
      input({ services: [service('shop')], revisions: [failed] }, { applications: [application('shop')] }),
      readers,
      say,
    );
    const node = app?.children()[0]?.children()[0];
    expect(node?.description).toBe("ExitCode1: Cannot find module 'koa'");
    expect(node?.context).not.toContain('sendable');
  });

  it('offers nothing that starts programs in an untrusted workspace, but shows the tree', () => {
    const [trusted] = applicationsTree(input({}, { applications: [application('shop')] }), readers, say);
    const [app] = applicationsTree(input({}, { applications: [application('shop')], trusted: false }), readers, say);
    expect(trusted?.context).toBe('application-deployable-runnable-debuggable');
    expect(app?.context).toBe('application');
    expect(app?.description).toBe('not deployed');
  });

  it('offers no change on a read-only platform', () => {
    const snapshot = input({ services: [service('shop')] }).snapshot;
    const [node] = applicationsTree(
      { ...input({}), snapshot: { ...snapshot, entry: { ...snapshot.entry, readOnly: true } } },
      readers,
      say,
    );
    expect(node?.context).toBe('service-url-deployed');
  });

  it('puts what runs in development mode and what is from elsewhere into groups of their own', () => {
    const tree = applicationsTree(
      input(
        { services: [service('other'), service('shop', [], { 'slipway.dev/run': 'shop' })] },
        { applications: [application('shop')] },
      ),
      readers,
      say,
    );
    expect(outline(tree).map((line) => line.trim())).toEqual([
      'shop | not deployed',
      'Running | 1',
      'shop | at zero',
      'On the platform | 1',
      'other | at zero',
    ]);
  });

  it('of a thousand services reads those that are painted, once, and no revision until it is opened', () => {
    const services = Array.from({ length: 1_000 }, (_, index) => service(`s${index}`));
    const revisions = services.flatMap(({ metadata: { name } }) =>
      [1, 2, 3, 4, 5].map((number) => revision(name, number)),
    );
    // What a reading costs is measured (test/bench/editor/tree.bench.ts); how many there are is what decides.
    const count = { service: 0, revision: 0, others: 0 };
    const counting: typeof readers = {
      service: (...of) => {
        count.service++;
        return readers.service(...of);
      },
      revision: (...of) => {
        count.revision++;
        return readers.revision(...of);
      },
      instance: (of) => {
        count.others++;
        return readers.instance(of);
      },
      domain: (...of) => {
        count.others++;
        return readers.domain(...of);
      },
      ping: (of) => {
        count.others++;
        return readers.ping(of);
      },
    };
    let looked = 0;
    const watched = revisions.map(
      (object) =>
        new Proxy(object, {
          get: (target, name, self) => {
            if (name === 'metadata') looked++;
            return Reflect.get(target, name, self);
          },
        }),
    );
    const tree = applicationsTree(input({ services, revisions: watched }), counting, say);
    expect(tree).toHaveLength(1_000);
    expect(count).toEqual({ service: 0, revision: 0, others: 0 });
    for (const node of tree.slice(0, 40)) paintedForm(node);
    for (const node of tree.slice(0, 40)) paintedForm(node);
    expect(count).toEqual({ service: 40, revision: 0, others: 0 });
    // For the index by service, and for the order of a service's own.
    expect(looked).toBeLessThan(revisions.length * 20);
    expect(tree[7]?.children()).toHaveLength(5);
    expect(count).toMatchObject({ revision: 5, others: 0 });
  });
});
