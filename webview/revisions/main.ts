/** The editor tab "Revisions & Traffic". */
import '../lib/page.css';
import './revisions.css';
import { canaryCard } from '../lib/canary.ts';
import { openChannel } from '../lib/channel.ts';
import { announce, attr, h, perFrame, place, text } from '../lib/dom.ts';
import {
  beginPage,
  button,
  instancesText,
  plainButton,
  problemNote,
  problemOf,
  rough,
  wholeDuration,
} from '../lib/page.ts';
import { type PageKey, t } from '../messages.ts';
import type { PageProblem, RevisionsState, Sample } from '../protocol.ts';
import { createChart } from './chart.ts';
import { chartKinds, type Quantile, shownIn } from './series.ts';
import { revisionsTable } from './table.ts';
import { waterfall } from './waterfall.ts';

const root = beginPage();
const locale = document.documentElement.lang || 'en';
const channel = openChannel('revisions');
const kept = 1_020;

let state: RevisionsState | undefined;
let live: Sample | null = null;
let samples: Sample[] = [];
let chosen: string[] = [];
let quantile: Quantile = 'p95';
/** A pointer is down in the table: what it is on must be there when it comes up. */
let pressed = false;
let problem: PageProblem | null = null;

const title = h('h1');
const sub = h('div', { class: 'sub dim' });
const notes = h('div', { 'aria-live': 'polite' });
const table = h('div', { class: 'table' });
const compareButton = button('', compare, { id: 'compare' });
const rollbackButton = button(t('revisions.rollback'), () => void rollback(), {
  title: t('traffic.rollbackHint'),
  id: 'rollback',
});
const logsButton = button(
  t('revisions.logs'),
  () => void channel.request('showLogs', { revision: null }).catch(failed),
  { id: 'logs' },
);
const charts = chartKinds.map((kind) => createChart(kind, { marked: kind === 'share' }));
const quantiles = (['p50', 'p95', 'p99'] as const).map((name) =>
  plainButton(name, t('revisions.chart.latency', { quantile: name }), () => setQuantile(name), {
    'data-quantile': name,
  }),
);
const chartCells = chartKinds.map((kind, index) =>
  h(
    'div',
    { class: 'cell' },
    h(
      'div',
      { class: 'cell-head' },
      h('h2', { class: 'chart-title' }, t(`revisions.chartTitle.${kind}`)),
      charts[index]?.readout,
      kind === 'latency' &&
        h('span', { class: 'kinds', role: 'group', 'aria-label': t('revisions.chartTitle.latency') }, ...quantiles),
    ),
    charts[index]?.element,
  ),
);
const chartsPlace = h('div', { class: 'charts' }, ...chartCells);
const canary = h('div');
const coldStarts = h('div');
const conditions = h('div');
const page = h('div', { class: 'panel' });
const sections = [
  title,
  sub,
  notes,
  canary,
  table,
  h('div', { class: 'btns' }, compareButton, rollbackButton, logsButton),
  chartsPlace,
  h('div', { class: 'grid' }, h('section', {}, coldStarts), h('section', {}, conditions)),
];
const paint = perFrame(render);
table.addEventListener('pointerdown', () => {
  pressed = true;
});
window.addEventListener('pointerup', () => {
  // The click comes after this: then it may be built anew.
  setTimeout(() => {
    pressed = false;
  });
});

channel.on('state', (told) => {
  // A platform that is away knows nothing: what it last said stays.
  const away = told.platform !== 'ready' && told.rows.length === 0 && told.on === state?.on && state.rows.length > 0;
  const next = away && state ? { ...state, platform: told.platform } : told;
  // What was refused because this one is in use by now is told here.
  if (told.on !== state?.on && problem?.code !== 'PlatformChanged') problem = null;
  state = next;
  chosen = chosen.filter((revision) => next.rows.some((row) => row.revision === revision));
  channel.save({ key: next.service.key });
  paint();
});
channel.on('history', (history) => {
  samples = history;
  live = history.at(-1) ?? null;
  paint();
});
channel.on('live', (sample) => {
  live = sample;
  if (sample) samples = [...samples, sample].slice(-kept);
  paint();
});
channel.request('ready', null).catch(failed);

function render(): void {
  if (!state) return;
  channel.drawnFor(state.on);
  place(root, [page]);
  // Of a service that is gone there is nothing to show, and nothing to do here.
  place(page, state.gone ? [title, notes] : sections);
  text(title, state.service.name);
  attr(title, { title: state.service.name });
  renderSub(state);
  place(notes, [
    ...(state.platform === 'ready' ? [] : [note(t(`platform.${state.platform}`))]),
    ...(state.moving === 'allowed' ? [] : [note(t(`traffic.${state.moving}`), '')]),
    ...(state.gone ? [note(t('revisions.gone', { service: state.service.name }))] : []),
    ...(state.ready === 'False'
      ? [note([state.reason, state.cause].filter(Boolean).join(': '), 'bad', state.message)]
      : []),
    ...state.alerts.map((alert) => note(alert)),
    ...(state.measures || state.platform !== 'ready' ? [] : [note(t('revisions.blind'))]),
    ...(problem ? [problemNote(problem)] : []),
  ]);
  renderCanary(state);
  renderTable(state);
  const pair = comparedPair(state);
  const short = (revision: string) => ends(state?.rows.find((row) => row.revision === revision)?.short ?? revision);
  const label = pair
    ? t('revisions.compare', { before: short(pair[0]), after: short(pair[1]) })
    : t('revisions.compareHint');
  text(compareButton, label);
  attr(compareButton, { disabled: pair === undefined });
  rollbackButton.hidden = state.moving !== 'allowed';
  attr(rollbackButton, { disabled: !state.canRollBack || state.platform !== 'ready' });
  for (const element of quantiles) attr(element, { 'aria-pressed': String(element.dataset['quantile'] === quantile) });
  renderCharts(state);
  renderColdStarts(state);
  renderConditions(state);
}

/** Where nothing was measured that is said once, and not in five empty charts. */
function renderCharts(now: RevisionsState): void {
  const any = chartKinds.some((kind) => shownIn(now.rows, samples, kind).length > 0);
  place(chartsPlace, any ? chartCells : [h('p', { class: 'dim' }, t('revisions.chartEmpty'))]);
  if (any) for (const chart of charts) chart.paint(samples, now.rows, now.changes, quantile);
}

/** The same element while only its words change. */
function renderCanary(now: RevisionsState): void {
  if (!now.canary) {
    place(canary, []);
    return;
  }
  const shape = JSON.stringify([
    now.canary.revision,
    now.canary.phase,
    now.canary.step,
    now.canary.driven,
    now.platform,
    now.moving,
  ]);
  const there = canary.firstElementChild;
  const said = there?.querySelector('.said');
  if (there instanceof HTMLElement && said && there.dataset['shape'] === shape) {
    text(said, now.canary.text);
    return;
  }
  const card = canaryCard(now.canary, {
    act: (action) => void answer(channel.request('canary', { action })),
    disabled: now.platform !== 'ready' || now.moving !== 'allowed',
  });
  card.dataset['shape'] = shape;
  // Seconds that pass are not read out; a step, a hold and an end are.
  if (there) announce(now.canary.text);
  place(canary, [card]);
}

/** A long name by its end, which tells revisions apart. */
const ends = (name: string): string => (name.length > 24 ? `…${name.slice(-16)}` : name);

function renderSub(now: RevisionsState): void {
  const instances = now.rows.reduce((sum, row) => sum + row.instances, 0);
  const rate = Object.values(live?.revisions ?? {}).reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0);
  const ready = t(
    now.ready === 'True' ? 'revisions.ready' : now.ready === 'False' ? 'revisions.notReady' : 'revisions.unknown',
  );
  const words = [ready, instancesText(instances), rate > 0 && t('unit.perSecond', { value: rough(rate) })].filter(
    Boolean,
  );
  const { url } = now;
  const parts: Node[] = [];
  if (url !== null) {
    const link = sub.querySelector('button') ?? h('button', { class: 'link', type: 'button' });
    link.textContent = url;
    attr(link, { title: url });
    link.onclick = () => void channel.request('openUrl', { url }).catch(failed);
    parts.push(link.parentElement ?? h('span', { class: 'part' }, link));
  }
  for (const word of words) parts.push(h('span', { class: 'part' }, word));
  place(sub, parts);
}

/** Built anew, then the focus is put back where it was: the rows are few, and their content changes each second. */
function renderTable(now: RevisionsState): void {
  if (pressed) return;
  const active = document.activeElement;
  const row = active?.closest('tr')?.dataset['revision'];
  const controls = (element: Element | null | undefined) => [...(element?.querySelectorAll('button,input') ?? [])];
  const index = controls(active?.closest('tr')).indexOf(active as Element);
  place(table, [revisionsTable(now, live, chosen, actions, locale)]);
  if (row === undefined || index < 0) return;
  const back = [...table.querySelectorAll('tr')].find((element) => element.dataset['revision'] === row);
  const control = controls(back)[index];
  if (control instanceof HTMLElement) control.focus();
}

const actions = {
  choose(revision: string, on: boolean) {
    chosen = on ? [...chosen, revision].slice(-2) : chosen.filter((other) => other !== revision);
    render();
  },
  openUrl: (url: string) => void channel.request('openUrl', { url }).catch(failed),
  showLogs: (revision: string) => void channel.request('showLogs', { revision }).catch(failed),
  editTag: (revision: string) => void channel.request('editTag', { revision }).catch(failed),
  remove: (revision: string) => void channel.request('remove', { revision }).catch(failed),
  follow: (on: boolean) => void answer(channel.request('follow', { on })),
  retire: (revision: string) => void answer(channel.request('retire', { revision })),
  sendAll: (revision: string) => void answer(channel.request('sendAll', { revision })),
};

/** The two that were chosen; else the two newest. Older first. */
function comparedPair(now: RevisionsState): [string, string] | undefined {
  const order = now.rows.map(({ revision }) => revision);
  const pair = chosen.length === 2 ? [...chosen] : chosen.length === 0 ? order.slice(0, 2) : [];
  const [after, before] = pair.sort((one, other) => order.indexOf(one) - order.indexOf(other));
  return after !== undefined && before !== undefined ? [before, after] : undefined;
}

function compare(): void {
  const pair = state && comparedPair(state);
  if (pair) channel.request('compare', { before: pair[0], after: pair[1] }).catch(failed);
}

async function rollback(): Promise<void> {
  const found = await answer(channel.request('rollback', null));
  if (!found) announce(t('revisions.rolledBack'));
}

/** What comes of it is told on the page of its platform; that nothing was done there, on that of the one in use by now. */
async function answer(request: Promise<PageProblem | null>): Promise<PageProblem | null> {
  const on = state?.on;
  const found = await request.catch(problemOf);
  if (state?.on === on || found?.code === 'PlatformChanged') problem = found;
  render();
  return found;
}

function renderColdStarts(now: RevisionsState): void {
  const [last] = now.coldStarts;
  const short = (revision: string) => now.rows.find((row) => row.revision === revision)?.short ?? revision;
  const heading = h('h2', {}, t('revisions.coldStarts'));
  if (!last) {
    place(coldStarts, [heading, h('p', { class: 'dim' }, t('revisions.noColdStarts'))]);
    return;
  }
  place(coldStarts, [
    heading,
    ...now.coldStarts.slice(0, 3).flatMap((start) => [
      h(
        'p',
        { class: 'dim caption' },
        t('revisions.coldStartOf', {
          revision: short(start.revision),
          time: new Date(start.at).toLocaleTimeString(locale, { hour12: false }),
          took: wholeDuration(start.totalMs),
        }),
      ),
      waterfall(start),
    ]),
  ]);
}

/** Of the service, then of the revision that was chosen (or else of the newest): as Knative reports them, and what they mean. */
function renderConditions(now: RevisionsState): void {
  if (now.conditions.length === 0) {
    place(conditions, []);
    return;
  }
  const row = now.rows.find(({ revision }) => revision === chosen.at(-1)) ?? now.rows[0];
  place(conditions, [
    h('h2', {}, t('revisions.conditions')),
    h('div', { role: 'list' }, ...readyFirst(now.conditions)),
    ...(row && row.conditions.length > 0
      ? [
          h('h2', {}, t('revisions.conditionsOf', { revision: row.short })),
          h('div', { role: 'list' }, ...readyFirst(row.conditions)),
        ]
      : []),
  ]);
}

function readyFirst(all: RevisionsState['conditions']): HTMLElement[] {
  const place = ({ type }: { type: string }) => (type === 'Ready' ? 0 : 1);
  return [...all].sort((one, other) => place(one) - place(other)).map(conditionRow);
}

const explained = ['Ready', 'ConfigurationsReady', 'RoutesReady', 'ResourcesAvailable', 'ContainerHealthy', 'Active'];

function conditionRow({ type, status, reason, cause, message }: RevisionsState['conditions'][number]): HTMLElement {
  // A revision at zero is not Active, which is as it should be.
  const zero = type === 'Active' && reason === 'NoTraffic';
  const state = status === 'True' ? 'ready' : zero ? 'zero' : status === 'False' ? 'failed' : 'starting';
  const told = status === 'True' ? '' : [reason, cause].filter(Boolean).join(': ');
  const meaning = zero
    ? t('revisions.explain.NoTraffic')
    : explained.includes(type)
      ? t(`revisions.explain.${type}` as PageKey)
      : '';
  return h(
    'div',
    { class: 'condition', role: 'listitem' },
    h('span', { class: `dot ${state}`, role: 'img', 'aria-label': status }),
    h('b', {}, type),
    h(
      'span',
      {},
      told !== '' && h('span', { class: 'told', title: message }, told),
      h('span', { class: 'dim' }, meaning),
    ),
  );
}

function setQuantile(next: Quantile): void {
  quantile = next;
  render();
}

function note(message: string, level: '' | 'warn' | 'bad' = 'warn', details?: string): HTMLElement {
  return h('div', { class: `note ${level}`, title: details }, message);
}

function failed(error: unknown): void {
  problem = problemOf(error);
  render();
}
