/** Completion and hover of manifests, as the editor shows them. */
import { describe, expect, it } from 'vitest';
import type { Locale } from '../../../src/core/messages/render.ts';
import { type Completion, completionsAt } from '../../../src/extension/manifests/completion.ts';
import { hoverAt } from '../../../src/extension/manifests/hover.ts';
import type { World } from '../../../src/extension/manifests/world.ts';

const world: World = {
  objects: async (kind) =>
    kind === 'Service'
      ? [{ name: 'shop', from: 'platform', detail: 'ready', url: 'http://shop.default.localhost:8080' }]
      : [{ name: `${kind.toLowerCase()}-one`, from: 'workspace' }],
  revisions: async (service) => [{ name: `${service}-00002`, from: 'platform', detail: '100 %' }],
  tags: async () => [{ name: 'green', from: 'platform' }],
  keys: async (kind, name) => [`${kind}/${name}/key`],
  namespaces: async () => ['default', 'dev'],
  contexts: async (kubeconfig) => [kubeconfig === undefined ? 'company' : `of ${kubeconfig}`],
  image: 'dev.local/shop',
  now: () => Date.UTC(2026, 0, 1),
};

/** `|` is the cursor. */
const complete = (marked: string, options: { slipwayFile?: boolean; locale?: Locale } = {}): Promise<Completion[]> =>
  completionsAt({
    text: marked.replace('|', ''),
    offset: marked.indexOf('|'),
    slipwayFile: options.slipwayFile ?? false,
    locale: options.locale ?? 'en',
    world,
  });
const labels = async (...given: Parameters<typeof complete>) => (await complete(...given)).map(({ label }) => label);
const hover = async (marked: string, slipwayFile = false, locale: Locale = 'en') =>
  (
    await hoverAt({
      file: 'a.yaml',
      text: marked.replace('|', ''),
      offset: marked.indexOf('|'),
      slipwayFile,
      locale,
      world,
    })
  )?.markdown;

const head = 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: shop\n';
const template = `${head}spec:\n  template:\n    spec:\n      containers:\n        - image: dev.local/shop\n`;
const ping = 'apiVersion: sources.knative.dev/v1\nkind: PingSource\nmetadata:\n  name: tick\nspec:\n';

describe('completion of keys', () => {
  it('what may stand there, required first, not what stands there already', async () => {
    const items = await complete(`${template}          |`);
    const names = items.map(({ label }) => label);
    expect(names).toEqual(expect.arrayContaining(['env', 'ports', 'readinessProbe', 'resources']));
    expect(names).not.toContain('image');
    const trigger = await complete(
      'apiVersion: eventing.knative.dev/v1\nkind: Trigger\nmetadata:\n  name: t\nspec:\n  |',
    );
    // By the platform's admission: the schema of a Trigger says nothing of it.
    const first = trigger.sort((a, b) => (a.sort < b.sort ? -1 : 1)).slice(0, 2);
    expect(first).toMatchObject([
      { label: 'broker', detail: 'text · required', insert: 'broker: $0' },
      { label: 'subscriber', detail: 'group · required', insert: 'subscriber:\n  $0' },
    ]);
  });

  it('a list’s item: what is below it lies deeper by its dash', async () => {
    const [probe] = (await complete(`${head}spec:\n  template:\n    spec:\n      containers:\n        - |`)).filter(
      ({ label }) => label === 'resources',
    );
    expect(probe?.insert).toBe('resources:\n    $0');
  });

  it('every kind into an empty file', async () => {
    const items = await complete('|');
    const service = items.find(({ label }) => label === 'Service');
    expect(service?.insert).toContain('kind: Service');
    expect(service?.insert).toContain('dev.local/shop');
    for (const kind of [
      'PingSource',
      'DomainMapping',
      'Trigger',
      'Broker',
      'Subscription',
      'Sequence',
      'JobSink',
      'SinkBinding',
    ])
      expect(items.map(({ label }) => label)).toContain(kind);
  });

  it('in a list: of the item, its head, and the first item with its dash', async () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n';
    const indented = (text: string) => text.replace(/\n(?=.)/g, '\n    ');
    expect((await labels(`${list}  - ${indented(`${template}          |`)}`)).sort()).toEqual(
      (await labels(`${template}          |`)).sort(),
    );
    const of = async (marked: string, name: string) =>
      (await complete(list + marked)).find(({ label }) => label === name)?.insert;
    const whole =
      /^apiVersion: serving.knative.dev\/v1\n {2}kind: Service\n {2}metadata:\n {4}name: .*\n {2}spec:\n {4}template:/;
    expect(await of('  - |', 'Service')).toMatch(whole);
    expect(await of('- |', 'Service')).toMatch(whole);
    // The editor leaves an empty list's line without a dash.
    const first = await of('  |', 'Service');
    expect(first?.slice(0, 2)).toBe('- ');
    expect(first?.slice(2)).toMatch(whole);
    expect(await of('  - kind: Service\n    |', 'metadata')).toBe('metadata:\n  name: $0');
    expect(await of('  - kind: Service\n  |', 'metadata')).toBe('  metadata:\n    name: $0');
    expect(await labels(`${list}  - apiVersion: sources.knative.dev/v1\n    kind: Ping|`)).toContain('PingSource');
    expect(await labels('apiVersion: v1\nkind: |')).toEqual(['List']);
    expect(await labels('kind: List\napiVersion: |')).toEqual(['v1']);
    expect(await labels('apiVersion: v1\nkind: List\n|')).toEqual(['items']);
  });

  it('annotations where they work, explained, with a value', async () => {
    const text = `${head}spec:\n  template:\n    metadata:\n      annotations:\n        auto|\n`;
    const items = await complete(text);
    const min = items.find(({ label }) => label === 'autoscaling.knative.dev/min-scale');
    expect(min?.markdown).toContain('no cold start');
    expect(min?.insert).toContain('"');
    expect(items.map(({ label }) => label)).not.toContain('serving.knative.dev/rollout-duration');
    expect(await labels(`${head}  annotations:\n    |`)).toEqual(
      expect.arrayContaining(['serving.knative.dev/rollout-duration']),
    );
    expect(await labels(`${head}  annotations:\n    |`)).not.toContain('autoscaling.knative.dev/min-scale');
    expect(await labels(`${head}  labels:\n    |`)).toEqual(['networking.knative.dev/visibility']);
  });

  it('of slipway.yaml', async () => {
    expect(await labels('name: a\n|', { slipwayFile: true })).toEqual([
      'manifests',
      'build',
      'run',
      'alerts',
      'environments',
    ]);
    expect(await labels('environments:\n  prod:\n    |', { slipwayFile: true })).toEqual(
      expect.arrayContaining(['context', 'protected', 'patch']),
    );
    expect(await labels('environments:\n  prod:\n    deploy: |', { slipwayFile: true })).toEqual([
      'direct',
      'pipeline',
      'hook',
    ]);
    const context = (environment: string) => labels(`environments:\n  prod:\n${environment}`, { slipwayFile: true });
    expect(await context('    context: |')).toEqual(['company']);
    expect(await context('    kubeconfig: ../kube\n    context: |')).toEqual(['of ../kube']);
    expect(await context('    context: |\n    kubeconfig: ~/kube\n  test:\n    kubeconfig: other')).toEqual([
      'of ~/kube',
    ]);
    expect(await context('    context: |\n  test:\n    kubeconfig: other')).toEqual(['company']);
  });
});

describe('completion of values', () => {
  it.each<[string, string, string[]]>([
    [
      'kinds of a group',
      'apiVersion: messaging.knative.dev/v1\nkind: |',
      ['Channel', 'InMemoryChannel', 'Subscription'],
    ],
    ['the version of a kind', 'kind: PingSource\napiVersion: |', ['sources.knative.dev/v1']],
    ['closed lists', `${template}          imagePullPolicy: |`, ['Always', 'IfNotPresent', 'Never']],
    ['true and false', `${head}spec:\n  traffic:\n    - latestRevision: |`, ['true', 'false']],
    ['revisions of this service', `${head}spec:\n  traffic:\n    - revisionName: |`, ['shop-00002']],
    ['tags', `${head}spec:\n  traffic:\n    - tag: |`, ['green']],
    ['services as sinks', `${ping}  sink:\n    ref:\n      kind: Service\n      name: |`, ['shop']],
    ['brokers', 'apiVersion: eventing.knative.dev/v1\nkind: Trigger\nspec:\n  broker: |', ['broker-one']],
    [
      'what a domain leads to',
      'apiVersion: serving.knative.dev/v1beta1\nkind: DomainMapping\nspec:\n  ref:\n    name: |',
      ['shop'],
    ],
    [
      'config maps',
      `${template}          env:\n            - name: A\n              valueFrom:\n                configMapKeyRef:\n                  name: |`,
      ['configmap-one'],
    ],
    [
      'their keys',
      `${template}          env:\n            - name: A\n              valueFrom:\n                secretKeyRef:\n                  name: s\n                  key: |`,
      ['Secret/s/key'],
    ],
    [
      'the image that is built',
      `${head}spec:\n  template:\n    spec:\n      containers:\n        - image: |`,
      ['dev.local/shop'],
    ],
    ['namespaces', `${head}  namespace: |`, ['default', 'dev']],
    [
      'an annotation’s',
      `${head}spec:\n  template:\n    metadata:\n      annotations:\n        autoscaling.knative.dev/metric: |`,
      ['concurrency', 'rps'],
    ],
  ])('%s', async (_, marked, wanted) => {
    expect(await labels(marked)).toEqual(wanted);
  });

  it('schedules in words, with their next fires', async () => {
    const [first] = await complete(`${ping}  schedule: |`);
    expect(first).toMatchObject({ label: '* * * * *', detail: 'Every minute', insert: '"* * * * *"' });
    expect(first?.markdown).toMatch(/00:01:00/);
    const [chinese] = await complete(`${ping}  schedule: |`, { locale: 'zh-cn' });
    expect(chinese?.detail).toMatch(/每/);
  });
});

describe('hover', () => {
  it('has no picture and no link of what a manifest says', async () => {
    const kind = '![x](https://example.com/x.png)';
    const sink = `${ping}  sink:\n    ref:\n      apiVersion: v1\n      kind: "${kind}"\n      name: "${kind}-|one"\n`;
    const shown = await hover(sink);
    expect(shown).toContain('example');
    expect(shown).not.toMatch(/!\[[^\]\\]*\]\(/);
  });

  it('a field: its type, the default as the platform puts it in, our own words', async () => {
    const text = template.replace('containers:', 'timeout|Seconds: 20\n      containers:');
    expect(await hover(text)).toBe(
      '**timeoutSeconds** — whole number\n\nSeconds that a request may take in all.\n\nDefault: `300`',
    );
    expect(await hover(text, false, 'zh-cn')).toMatch(
      /^[^默]*一个请求总共可用的秒数[^默]*默认值：`300`$|一个请求总共可用的秒数。\n\n默认值: `300`$/,
    );
  });

  it('an annotation, also under an old spelling', async () => {
    const text = `${head}spec:\n  template:\n    metadata:\n      annotations:\n        autoscaling.knative.dev/min|Scale: "1"\n`;
    expect(await hover(text)).toMatch(/Old spelling of `autoscaling.knative.dev\/min-scale`/);
  });

  it('a schedule, and why it is none', async () => {
    expect(await hover(`${ping}  schedule: "0 8 |* * 1-5"\n`)).toMatch(/^\*\*At 08:00, Monday through Friday\*\*/);
    expect(await hover(`${ping}  schedule: "99 |* * * *"\n`)).toContain('above maximum');
  });

  it('a name: where it leads', async () => {
    expect(await hover(`${ping}  sink:\n    ref:\n      kind: Service\n      name: sh|op\n`)).toContain(
      'http://shop.default.localhost:8080',
    );
    expect(await hover(head.replace('shop', 'sh|op'))).toContain('Service **shop** — ready');
  });

  it('in a list’s item as in a plain document, and nothing of the list itself', async () => {
    const item = (text: string) =>
      `apiVersion: v1\nitems:\n- ${text.replace(/\n(?=.)/g, '\n  ')}kind: List\nmetadata: {}\n`;
    for (const text of [
      template.replace('containers:', 'timeout|Seconds: 20\n      containers:'),
      `${ping}  schedule: "0 8 |* * 1-5"\n`,
      head.replace('shop', 'sh|op'),
    ]) {
      expect(await hover(item(text))).toBe(await hover(text));
      expect(await hover(item(text))).toBeDefined();
    }
    expect(await hover(item(template).replace('metadata: {}', 'meta|data: {}'))).toBeUndefined();
    expect(await hover(item(template).replace('items', 'it|ems'))).toBeUndefined();
  });

  it('of slipway.yaml', async () => {
    expect(await hover('na|me: a\n', true)).toMatch(/required/);
    expect(await hover('run:\n  po|rt: 3000\n', true)).toContain('1 to 65535');
  });

  it('nothing where nothing is known', async () => {
    expect(await hover('apiVersion: v1\nkind: Secret\nda|ta: {}\n')).toBeUndefined();
  });
});
