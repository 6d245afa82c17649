/** The Applications tree as a function of the platform's objects. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../emulator/kernel/object.ts';
import type { Application } from '../../../src/core/app/model.ts';
import { domainModel } from '../../../src/core/domains.ts';
import { cronWords } from '../../../src/core/manifest/cron-words.ts';
import type { Locale } from '../../../src/core/messages/render.ts';
import { pingModel } from '../../../src/core/ping.ts';
import { revisionModel } from '../../../src/core/revisions.ts';
import { instanceModel, serviceModel } from '../../../src/core/services.ts';
import { words } from '../../../src/extension/catalogues.ts';
import { emptySnapshot, type Snapshot } from '../../../src/extension/platform/snapshot.ts';
import { type ApplicationsInput, applicationsTree } from '../../../src/extension/trees/applications-tree.ts';
import { icons, paintedForm, type TreeNode } from '../../../src/extension/trees/nodes.ts';

const readers = {
  service: serviceModel,
  revision: revisionModel,
  instance: instanceModel,
  domain: domainModel,
  ping: pingModel,
  schedule: async (...read: Parameters<typeof cronWords>) => cronWords(...read),
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
    at: [],
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
    passedOver: [],
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

  it('says of a service whose newest revision crashes that it does, before its conditions do, and why', () => {
    const crashing = {
      ...pod('shop', 'shop-00002'),
      status: {
        phase: 'Running',
        conditions: ready('False'),
        containerStatuses: [
          {
            name: 'user-container',
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container' } },
            lastState: { terminated: { exitCode: 1, message: 'node:1\nError: no moon tonight\n    at x' } },
          },
        ],
      },
    };
    const unknown = {
      ...service('shop'),
      status: { conditions: ready('Unknown', 'RevisionMissing'), latestCreatedRevisionName: 'shop-00002' },
    };
    const tree = (pods: KubeObject[]) =>
      applicationsTree(
        input(
          { services: [unknown], revisions: [revision('shop', 2, ready('Unknown'))], pods },
          { applications: [application('shop')] },
        ),
        readers,
        say,
      );
    const [app] = tree([crashing]);
    const [node] = app?.children() ?? [];
    expect(node?.description).toBe('Error: no moon tonight');
    expect(node?.icon).toEqual(icons.failed);
    expect(node?.children()[0]?.description).toBe('Error: no moon tonight');
    // Later the Service says what follows from it, and the revision what it is.
    const given = { ...unknown, status: { ...unknown.status, conditions: ready('False', 'RevisionMissing', 'none') } };
    const gone = revision('shop', 2, ready('False', 'ExitCode1', 'Container failed with: node:1\nError: no moon'));
    const [later] = applicationsTree(
      input({ services: [given], revisions: [gone] }, { applications: [application('shop')] }),
      readers,
      say,
    );
    expect(later?.children()[0]?.description).toBe('Error: no moon');
    // One that has not crashed yet gets ready.
    const starting = { ...crashing, status: { phase: 'Pending', conditions: ready('False') } };
    expect(tree([starting])[0]?.children()[0]?.icon).toEqual(icons.starting);
    // What an older revision's instances meet is that one's affair.
    const older = {
      ...crashing,
      metadata: { ...crashing.metadata, labels: pod('shop', 'shop-00001').metadata.labels ?? {} },
    };
    expect(tree([older])[0]?.children()[0]?.description).toBe('1 revision');
  });

  it('keeps the reason where the application did not say what went wrong', () => {
    const failed = (reason: string, message: string) => {
      const revisions = [revision('shop', 1, ready('False', reason, message))];
      const [node] = applicationsTree(input({ services: [service('shop')], revisions }), readers, say);
      return node?.children()[0]?.description;
    };
    expect(failed('ExitCode1', 'Container failed with: bye')).toBe('ExitCode1: bye');
    expect(failed('ContainerMissing', 'Error response from daemon: pull access denied')).toMatch(/^ContainerMissing: /);
  });

  it('says of a revision that has no instance yet that it starts, not that it is at zero', () => {
    const revisions = [revision('shop', 1, ready('Unknown', 'Deploying'))];
    const [node] = applicationsTree(input({ services: [service('shop')], revisions }), readers, say);
    expect(node?.children()[0]?.description).toBe('starting');
  });

  it('says of a revision whose last instance is about to end that it is at zero, and shows the instance', () => {
    const { metadata, ...running } = pod('shop', 'shop-00001');
    const pods = [{ ...running, metadata: { ...metadata, deletionTimestamp: created } }];
    const revisions = [revision('shop', 1)];
    const [node] = applicationsTree(input({ services: [service('shop')], revisions, pods }), readers, say);
    expect(node?.children()[0]?.description).toBe('at zero');
    expect(node?.children()[0]?.children()[0]?.description).toBe('Terminating');
  });

  it('offers nothing that starts programs in an untrusted workspace, but shows the tree', () => {
    const [trusted] = applicationsTree(input({}, { applications: [application('shop')] }), readers, say);
    const [app] = applicationsTree(input({}, { applications: [application('shop')], trusted: false }), readers, say);
    expect(trusted?.context).toBe('application-deployable-runnable-debuggable');
    expect(app?.context).toBe('application');
    expect(app?.description).toBe('not deployed');
  });

  it('offers no change on a read-only platform, nor in an untrusted workspace', () => {
    const { snapshot } = input({
      services: [service('shop')],
      revisions: [revision('shop', 1), revision('shop', 2)],
    });
    const contexts = (more: Partial<ApplicationsInput>): (string | undefined)[] => {
      const [node] = applicationsTree({ ...input({}), snapshot, ...more }, readers, say);
      return [node?.context, ...(node?.children() ?? []).map(({ context }) => context)];
    };
    const readOnly = { snapshot: { ...snapshot, entry: { ...snapshot.entry, readOnly: true } } };
    expect(contexts({}).join()).toMatch(/-writable.*-sendable/);
    for (const more of [readOnly, { trusted: false }]) expect(contexts(more).join()).not.toMatch(/writable|sendable/);
    expect(contexts({ trusted: false })[0]).toBe('service-url-deployed-several');
  });

  it('says in words what an icon says, for whoever does not see it', () => {
    const failed = revision('shop', 2, ready('False', 'ExitCode1'));
    const snapshot = { services: [service('shop')], revisions: [revision('shop', 1), failed] };
    const [node] = applicationsTree(input(snapshot), readers, say);
    expect([node?.spoken, ...(node?.children() ?? []).map(({ spoken }) => spoken)]).toEqual([
      'Ready',
      'failed',
      'Ready',
    ]);
  });

  it('offers going back and comparing where there is another revision', () => {
    const contexts = (count: number) => {
      const revisions = Array.from({ length: count }, (_, at) => revision('shop', at + 1));
      const [node] = applicationsTree(input({ services: [service('shop')], revisions }), readers, say);
      return [node?.context, node?.children()[0]?.context];
    };
    expect(contexts(1)).toEqual(['service-url-deployed-writable', 'revision-sendable-writable']);
    expect(contexts(2)).toEqual(['service-url-deployed-several-writable', 'revision-several-sendable-writable']);
  });

  it('offers to retire a revision only where another can take what it has', () => {
    const retirable = (...revisions: KubeObject[]) => {
      const shop = service('shop', [{ revisionName: 'shop-00001', percent: 100 }]);
      const [node] = applicationsTree(input({ services: [shop], revisions }), readers, say);
      return node?.children().map(({ context }) => context.includes('retirable'));
    };
    expect(retirable(revision('shop', 1))).toEqual([false]);
    expect(retirable(revision('shop', 1), revision('shop', 2, ready('False', 'ExitCode1')))).toEqual([false, false]);
    expect(retirable(revision('shop', 1), revision('shop', 2))).toEqual([false, true]);
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
      schedule: readers.schedule,
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

describe('the hover of a row', () => {
  const hoverOf = async (part: Partial<Snapshot>, locale: Locale = 'en') => {
    const [node] = applicationsTree({ ...input(part), locale }, readers, words(locale).say);
    return node?.children()[0]?.hover?.();
  };
  const commit = '313918e5'.padEnd(40, '0');
  const noted = (values: Record<string, string>, conditions = ready('True')) => {
    const { metadata, ...rest } = revision('shop', 2, conditions);
    return {
      ...rest,
      metadata: { ...metadata, annotations: values },
      spec: { containers: [{ image: `dev.local/shop@sha256:${'ab'.repeat(32)}` }] },
    };
  };

  it('tells of a revision its state, share, instances, and where it comes from', async () => {
    const revisions = [
      noted({
        'slipway.dev/commit': commit,
        'slipway.dev/commit-subject': 'Greet them',
        'slipway.dev/deployed-by': 'Ada',
      }),
    ];
    const services = [service('shop', [{ revisionName: 'shop-00002', percent: 30, tag: 'next' }])];
    const text = await hoverOf({ services, revisions, pods: [pod('shop', 'shop-00002')] });
    expect(text?.split(/\s*\n+/)).toEqual([
      '**shop\\-00002** — Ready',
      'Traffic: 30 % · next',
      'Instances: 1',
      expect.stringMatching(/^Created: .*2026.*\d\d:\d\d · Ada$/),
      'Commit: 313918e “Greet them”',
      'Image: `dev.local/shop@sha256:abababababab…`',
    ]);
    expect(await hoverOf({ services, revisions }, 'zh-cn')).toMatch(
      /流量：30 % · next\s+实例：已缩容到零\s+创建：2026年/,
    );
  });

  it('tells why a revision failed, with what it wrote last; none of it is more than text', async () => {
    const message = `Container failed with: ${Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n')}\n\`\`\`\n[x](command:y)`;
    const subject = '<img src=x> **bold** [x](command:y)';
    const failed = noted(
      { 'slipway.dev/commit': commit, 'slipway.dev/commit-subject': subject, 'slipway.dev/commit-dirty': 'true' },
      ready('False', 'ExitCode1', message),
    );
    const text = (await hoverOf({ services: [service('shop')], revisions: [failed] })) ?? '';
    expect(text).toContain('— failed · ExitCode1');
    expect(text).toContain('Instances: 0');
    expect(text).toContain('Commit: 313918e\\* “\\<img src=x\\> \\*\\*bold\\*\\* \\[x\\]\\(command:y\\)”');
    expect(text).toMatch(/````\n…\nline 20\n[\s\S]*\n```\n\[x\]\(command:y\)\n````$/);
  });

  it('of a ping source says a last fire that went wrong first, one that went well last', () => {
    const source = object('sources.knative.dev/v1', 'PingSource', 'nightly', { status: { conditions: ready('True') } });
    const saying = (status: number) => {
      const schedule = { schedule: '* * * * *', timezone: '', next: [now + 50_000], last: { at: now, status, ms: 1 } };
      const schedules = new Map([['default/nightly', schedule as never]]);
      const owner = application('shop');
      owner.application?.manifests.push({ ...owner.application.service, object: source } as never);
      const [node] = applicationsTree(input({ pings: [source] }, { schedules, applications: [owner] }), readers, say);
      return node?.children().at(-1)?.description;
    };
    expect(saying(204)).toMatch(/^next .*, in 50 s · last 204$/);
    expect(saying(503)).toMatch(/^last 503 · next .*, in 50 s$/);
  });

  it('tells of a ping source its schedule in words, and what came of the last fire', async () => {
    const source = object('sources.knative.dev/v1', 'PingSource', 'nightly', {
      spec: {
        schedule: '*/5 * * * *',
        sink: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'shop' } },
      },
      status: { conditions: ready('True'), sinkUri: 'http://shop.default.svc.cluster.local' },
    });
    const schedules = new Map([
      [
        'default/nightly',
        {
          schedule: '*/5 * * * *',
          timezone: 'Etc/UTC',
          next: [now + 170_000],
          last: { at: now, status: 204, ms: 12 } as never,
        },
      ],
    ]);
    const tree = applicationsTree(input({ services: [service('shop')], pings: [source] }, { schedules }), readers, say);
    const text = await tree[0]?.children().at(-1)?.hover?.();
    expect(text?.split(/\s*\n+/)).toEqual([
      '**nightly** — Every 5 minutes',
      'Schedule: `*/5 * * * *` · Etc/UTC',
      'Sink: `http://shop.default.svc.cluster.local`',
      'Last: 204 in 12 ms',
      expect.stringMatching(/^Next: in 3 min · \d\d:\d\d$/),
    ]);
  });
});
