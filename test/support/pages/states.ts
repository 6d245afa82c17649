/** States of our pages that a person comes across, as the host would tell them: for looking at, and for axe-core. */
import type {
  CanaryView,
  EventsState,
  LiveView,
  LogLineView,
  PageName,
  RevisionRowView,
  RevisionsState,
  Sample,
  TrafficRowView,
  TrafficState,
} from '../../../webview/protocol.ts';
import type { PageHarness } from './page-harness.ts';

export interface PageState<Page extends PageName = PageName> {
  name: string;
  page: Page;
  /** Of the page, CSS pixels. */
  size: { width: number; height: number };
  bring(harness: PageHarness<Page>): Promise<void>;
}

const service = { key: 'default/shop', name: 'shop', namespace: 'default' };
const now = Date.now();
const problem = {
  code: 'ApiRefused',
  text: 'The platform refused this: admission webhook "guard" denied the request.',
  fix: 'Ask who runs it.',
};
const failure = {
  reason: "ExitCode1: Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'src/upstream.ts' imported from src/server.ts",
  details:
    'ExitCode1: Container failed with: node:internal/modules/esm/resolve:272\n    throw new ERR_MODULE_NOT_FOUND(',
};

const trafficRow = (short: string, percent: number, more: Partial<TrafficRowView> = {}): TrafficRowView => ({
  ...{ revision: `shop-${short}`, short, percent, actual: percent, followsLatest: false, latestReady: false },
  ...{ tags: [], state: 'ready', reason: '', details: '', instances: 1 },
  ...more,
});
const rows = [
  trafficRow('00005', 30, { latestReady: true, tags: [{ tag: 'canary', url: 'http://canary-shop.localhost' }] }),
  trafficRow('00004', 70, { instances: 2 }),
  trafficRow('00002', 0, { state: 'zero', instances: 0, tags: [{ tag: 'old', url: null }] }),
];
const failed = trafficRow('00003', 0, { state: 'failed', instances: 0, ...failure });
export const trafficOf = (more: Partial<TrafficState> = {}): TrafficState => ({
  ...{ on: 'here', service, services: [service], platform: 'ready', moving: 'allowed', url: null, rows, others: [] },
  ...{ settled: true, canRollBack: true, canary: null, measures: true, alerts: [], problem: null },
  ...more,
});
export const canaryOf = (more: Partial<CanaryView>): CanaryView => ({
  ...{ revision: 'shop-00005', short: '00005', phase: 'running', step: 1, steps: [10, 25, 50, 100], driven: true },
  text: 'Step 2 of 4: 25 %, watching for 42 s more',
  ...more,
});
const live = (requestsPerSecond: number, share: number, p95: number, errors: number, instances: number): LiveView => ({
  ...{ requests: Math.round(requestsPerSecond * 10), share, requestsPerSecond, errors, instances },
  ...{ p50: p95 / 2.3, p95, p99: p95 * 1.6 },
});
const measured: Sample = {
  at: now,
  revisions: { 'shop-00005': live(11.4, 30, 41, 2, 1), 'shop-00004': live(26.7, 70, 44, 0, 2) },
};
const sidebar = { width: 300, height: 620 };
const trafficState = (
  name: string,
  more: Partial<TrafficState>,
  then: (harness: PageHarness<'traffic'>) => Promise<unknown> = async () => undefined,
  size = sidebar,
): PageState<'traffic'> => ({
  name: `traffic-${name}`,
  page: 'traffic',
  size,
  async bring(harness) {
    // Another service first: what was wished in the state before is not this one's.
    await harness.send('state', trafficOf({ service: { ...service, key: 'default/other' }, rows: [] }));
    await harness.page.locator('.rev').first().waitFor({ state: 'detached' });
    await harness.answer('apply', null);
    const state = trafficOf(more);
    await harness.send('state', state);
    await harness.send('live', state.platform === 'ready' ? measured : null);
    await harness.page.locator('#root > *').first().waitFor();
    await then(harness);
  },
});

const lines = (): LogLineView[] => {
  const line = (at: number, text: string, more: Partial<LogLineView> = {}): LogLineView => ({
    ...{ time: now - 60_000 + at, revision: 'shop-00004', pod: 'shop-00004-deployment-7c9d-x7q', stream: 'stdout' },
    ...{ text, mark: null, site: null },
    ...more,
  });
  const fresh = { revision: 'shop-00005', pod: 'shop-00005-deployment-5f6b-k2p' };
  const site = { path: 'src/upstream.ts', line: 57, column: 5 };
  return [
    line(0, '', { mark: 'started' }),
    line(118, 'listening on 41233'),
    line(131, '\u001b[32m✓\u001b[0m cache \u001b[1mwarm\u001b[0m \u001b[2m(42 entries)\u001b[0m', fresh),
    line(140, '{"level":"warn","msg":"upstream slow","ms":812,"url":"http://prices.default/"}', { ...fresh, site }),
    line(150, '{"level":"info","msg":"request","method":"GET","path":"/render/42","status":200}'),
    line(700, '', { mark: 'scaled 1 2', pod: '' }),
    line(1_019, 'TypeError: scene is undefined', { stream: 'stderr', pod: 'shop-00004-deployment-7c9d-b9d' }),
    line(1_020, '    at renderScene (src/render.ts:118:14)', { stream: 'stderr' }),
    line(1_021, '    at handler (src/server.ts:31:9)', { stream: 'stderr' }),
    line(1_100, 'GET /render/43 200 18ms'),
  ];
};
const logsState = (
  name: string,
  more: Partial<Parameters<PageHarness<'logs'>['send']>[1]> | object,
  then: (harness: PageHarness<'logs'>) => Promise<unknown> = async () => undefined,
  size = { width: 960, height: 260 },
): PageState<'logs'> => ({
  name: `logs-${name}`,
  page: 'logs',
  size,
  async bring(harness) {
    await harness.send('clear', null);
    await harness.send('filter', { revision: null });
    await harness.page.locator('.filter').fill('');
    await harness.send('service', {
      ...{ on: 'here', service, services: [service], platform: 'ready', maximum: 50_000, folder: '/srv/shop' },
      ...more,
    });
    await harness.send('status', { following: true, problem: null });
    await then(harness);
  },
});
const withLines = (harness: PageHarness<'logs'>) => harness.send('lines', { key: service.key, lines: lines() });

const condition = (type: string, status: string, reason = '', cause = '') => ({
  ...{ type, status, reason, cause, message: cause, since: null },
});
const good = ['Ready', 'ContainerHealthy', 'ResourcesAvailable'].map((type) => condition(type, 'True'));
const revision = (row: TrafficRowView, age: number, more: Partial<RevisionRowView> = {}): RevisionRowView => ({
  ...{ revision: row.revision, short: row.short, generation: Number(row.short), created: now - age, by: 'ada' },
  commit: '9f2c1ab',
  ...{ subject: 'Cache thumbnails', state: row.state, reason: '', cause: '', message: '', percent: row.percent },
  ...{ followsLatest: false, latestReady: row.latestReady, tags: row.tags, instances: row.instances },
  ...{ image: 'dev.local/shop@sha256:08607e0d', conditions: good, changes: ['2 files'] },
  ...more,
});
const minute = 60_000;
const all: RevisionRowView[] = [
  revision(rows[0] as TrafficRowView, 5 * minute),
  revision(rows[1] as TrafficRowView, 48 * minute, { commit: '77e01bd', subject: 'Raise timeout', changes: ['env A'] }),
  revision(failed, 55 * minute, {
    ...{ reason: 'ExitCode1', cause: failure.reason.slice(11), message: failure.details, commit: '0c11d2e*' },
    conditions: [condition('Ready', 'False', 'ExitCode1', failure.reason.slice(11))],
  }),
  revision(rows[2] as TrafficRowView, 26 * 60 * minute, {
    ...{ by: '', commit: '', changes: [] },
    conditions: [condition('Ready', 'True'), condition('Active', 'False', 'NoTraffic', 'The target is not receiving')],
  }),
];
export const revisionsOf = (more: Partial<RevisionsState> = {}): RevisionsState => ({
  ...{ on: 'here', service, gone: false, platform: 'ready', moving: 'allowed', ready: 'True' },
  url: 'http://shop.default.localhost:8080',
  ...{ reason: '', cause: '', message: '', canRollBack: true, rows: all, canary: null, measures: true, alerts: [] },
  conditions: ['Ready', 'ConfigurationsReady', 'RoutesReady'].map((type) => condition(type, 'True')),
  coldStarts: [
    {
      ...{ revision: 'shop-00004', at: now - 4 * minute, totalMs: 96.3 },
      phases: [
        { name: 'decide', ms: 0.4 },
        { name: 'spawn', ms: 6.1 },
        { name: 'boot', ms: 71.2 },
        { name: 'ready', ms: 1.4 },
        { name: 'connect', ms: 6 },
        { name: 'firstByte', ms: 11.2 },
      ],
    },
  ],
  changes: [
    // Three in a row, as when somebody tries a few splits.
    { at: now - 242_000, text: '5 % → 00005' },
    { at: now - 240_000, text: '10 % → 00005' },
    { at: now - 238_000, text: '20 % → 00005' },
    { at: now - 60_000, text: '30 % → 00005' },
  ],
  ...more,
});
/** Ten minutes in which a canary is let in after six. */
const history: Sample[] = Array.from({ length: 120 }, (_, index): Sample => {
  const at = now - (120 - index) * 5_000;
  const wave = Math.sin(index / 7) * 3 + Math.sin(index / 2.3);
  const share = index < 72 ? 0 : index < 108 ? 20 : 30;
  const rate = 34 + wave;
  const old = live((rate * (100 - share)) / 100, 100 - share, 44 + wave * 2, 0, index < 40 ? 1 : 2);
  const fresh = live((rate * share) / 100, share, 41 - wave, index % 29 === 0 ? 4 : 0, 1);
  return { at, revisions: { 'shop-00004': old, ...(share > 0 ? { 'shop-00005': fresh } : {}) } };
});
const revisionsStateOf = (
  name: string,
  more: Partial<RevisionsState>,
  { samples = history, width = 1_080, height = 900 }: { samples?: Sample[]; width?: number; height?: number } = {},
  then: (harness: PageHarness<'revisions'>) => Promise<unknown> = async () => undefined,
): PageState<'revisions'> => ({
  name: `revisions-${name}`,
  page: 'revisions',
  size: { width, height },
  async bring(harness) {
    await harness.send('state', revisionsOf(more));
    await harness.send('history', samples);
    await harness.page.locator('.panel').waitFor();
    await then(harness);
  },
});

const events = (more: Partial<EventsState> = {}): EventsState => ({
  ...{ on: 'here', platform: 'ready', traced: true },
  targets: [{ key: service.key, name: 'shop', namespace: 'default', url: 'http://shop.default.localhost:8080' }],
  trace: [
    {
      ...{ at: now - 2_000, type: 'com.example.greeting', sender: '/slipway/editor', to: 'shop', status: 202 },
      ...{ tries: 1, ms: 12, error: '', how: 'here' },
      draft: { ...draft, data: '{}' },
    },
    {
      ...{ at: now - 62_000, type: 'dev.knative.sources.ping', sender: 'nightly', to: 'shop', status: 0 },
      ...{ tries: 5, ms: 31_004, error: 'connect ECONNREFUSED', how: 'schedule', draft: null },
    },
  ],
  ...more,
});
const draft = {
  ...{ key: service.key, type: 'com.example.greeting', source: '/slipway/editor', subject: '' },
  ...{ contentType: 'application/json', data: '{\n  "message": "hello"\n}' },
};
const eventsState = (
  name: string,
  more: Partial<EventsState>,
  then: (harness: PageHarness<'events'>) => Promise<unknown> = async () => undefined,
  size = { width: 1_040, height: 700 },
): PageState<'events'> => ({
  name: `events-${name}`,
  page: 'events',
  size,
  async bring(harness) {
    await harness.send('state', events(more));
    await harness.send('form', { draft, sent: 0, aimed: false });
    await then(harness);
  },
});

const drag = (harness: PageHarness<'traffic'>) =>
  harness.page.locator('.rev[data-revision="shop-00005"] input[type=range]').press('Shift+ArrowRight');
const openForm = (harness: PageHarness<'traffic'>) => harness.page.locator('#guarded').click();

/** As long as a name may be. */
const long = 'render-thumbnails-of-the-catalogue-'.repeat(8).slice(0, 253);
const longService = { key: `default/${long}`, name: long, namespace: long };
const longRows = rows.map((row, index) => ({
  ...row,
  ...{
    revision: `${long.slice(0, 247)}-0000${index}`,
    short: index === 0 ? '00005' : `${long.slice(0, 240)}-0000${index}`,
  },
  tags: [{ tag: long, url: `http://${long}.localhost` }],
}));

export const pageStates: readonly PageState[] = [
  trafficState('settled', {}),
  trafficState('wish-and-failed', { rows: [...rows.slice(0, 2), failed] }, drag),
  trafficState('refused', {}, async (harness) => {
    await drag(harness);
    await harness.answer('apply', problem);
    await harness.page.locator('#apply').click();
    await harness.page.locator('.note.bad').waitFor();
  }),
  trafficState('changed-elsewhere', {}, async (harness) => {
    await drag(harness);
    await harness.send('state', trafficOf({ rows: [trafficRow('00005', 55), trafficRow('00004', 45)] }));
    await harness.page.locator('#takeTheirs').waitFor();
  }),
  trafficState('canary-form', {}, async (harness) => {
    await openForm(harness);
    await harness.page.locator('#canary-steps').fill('50, 20');
    await harness.page.locator('#canary-start').click();
  }),
  trafficState('canary-running', { canary: canaryOf({}), alerts: ['shop 00005: 6 % errors (limit 5 %)'] }),
  trafficState('canary-held', { canary: canaryOf({ driven: false, text: 'Holds at 25 %: nobody drives it' }) }),
  trafficState('canary-rolled-back', {
    canary: canaryOf({
      phase: 'rolledBack',
      text: 'Rolled back to the split before: 6.2 % of the answers were errors',
    }),
  }),
  trafficState('narrow', { rows: [...rows, failed] }, drag, { width: 180, height: 760 }),
  // Half of the pixels of a side bar: at 200 % zoom.
  trafficState('zoomed', { rows: [...rows, failed] }, drag, { width: 150, height: 620 }),
  trafficState('stopped', { service: null, services: [], rows: [], platform: 'stopped' }),
  trafficState('nothing-deployed', { service: null, services: [], rows: [] }),
  trafficState('untrusted', { moving: 'untrusted' }),
  trafficState('read-only', { moving: 'readOnly' }),
  trafficState('starting', { service: null, services: [], rows: [], platform: 'starting' }),
  trafficState('lost', { platform: 'lost' }),
  trafficState('long-names', { service: longService, services: [longService], rows: longRows }),

  revisionsStateOf('busy', {}),
  revisionsStateOf('chosen', {}, {}, async ({ page }) => {
    await page.locator('tr[data-revision="shop-00003"] .choose').check();
    await page.locator('tr[data-revision="shop-00005"] .choose').check();
    await page.locator('[data-chart="rate"]').focus();
    for (let step = 0; step < 9; step += 1) await page.keyboard.press('ArrowLeft');
  }),
  revisionsStateOf(
    'failing',
    {
      ...{ ready: 'False', reason: 'RevisionFailed', cause: failure.reason.slice(11), message: failure.details },
      ...{ canary: canaryOf({}), alerts: ['shop 00005: 6 % errors (limit 5 %)'], coldStarts: [] },
    },
    { samples: [] },
  ),
  revisionsStateOf('narrow', {}, { width: 420, height: 1_500 }),
  revisionsStateOf('zoomed', { canary: canaryOf({}) }, { width: 360, height: 1_700 }),
  revisionsStateOf('away', { platform: 'lost', measures: false }),
  revisionsStateOf('read-only', { moving: 'readOnly', measures: false }),
  revisionsStateOf('gone', { gone: true, rows: [], conditions: [], coldStarts: [], url: null, ready: 'Unknown' }),
  revisionsStateOf(
    'long-names',
    {
      ...{ service: longService, url: `http://${long}.${long}.localhost:8080` },
      rows: longRows.map((row) => revision(row, minute, { by: long, subject: long, changes: [long] })),
    },
    { width: 720 },
  ),

  logsState('lines', {}, withLines),
  logsState('filtered', {}, async (harness) => {
    await withLines(harness);
    await harness.page.locator('.filter').fill('/scene|slow/');
    await harness.page.locator('mark').first().waitFor();
    await harness.page.locator('.twistie').first().click();
  }),
  logsState('paused', {}, async (harness) => {
    await withLines(harness);
    await harness.page.locator('.list').press('Home');
  }),
  logsState('bad-filter', {}, async (harness) => {
    await withLines(harness);
    await harness.page.locator('.filter').fill('/(/');
    await harness.page.locator('.note').first().waitFor();
  }),
  logsState('zoomed', {}, withLines, { width: 480, height: 200 }),
  // A view can be moved to the side bar.
  logsState('narrow', {}, withLines, { width: 180, height: 500 }),
  logsState('nothing-yet', {}),
  logsState('stopped', { service: null, services: [], platform: 'stopped' }),
  logsState('long-names', { service: longService, services: [longService, service] }, (harness) =>
    harness.send('lines', {
      key: longService.key,
      lines: lines().map((line) => ({
        ...line,
        revision: `${long.slice(0, 247)}-00004`,
        pod: `${long.slice(0, 240)}-x7q`,
      })),
    }),
  ),

  eventsState('trace', {}),
  eventsState('faults', {}, async ({ page }) => {
    await page.locator('#type').fill('');
    await page.locator('#data').fill('{ "broken"');
    await page.locator('#send').click();
  }),
  eventsState('answered', {}, async (harness) => {
    await harness.answer('send', { sent: 1, status: 200, ms: 12, body: '{"ok":true}', problem: null });
    await harness.page.locator('#send').click();
    await harness.page.locator('#answered').waitFor();
  }),
  eventsState('zoomed', {}, undefined, { width: 360, height: 1_100 }),
  eventsState('narrow', {}, undefined, { width: 180, height: 1_300 }),
  eventsState('long-names', {
    targets: [{ ...longService, url: `http://${long}.localhost:8080` }],
    trace: events().trace.map((row) => ({ ...row, type: long, sender: long, to: long, error: long })),
  }),
  eventsState('nothing', { targets: [], trace: [], traced: false }),
] as readonly PageState[];
