/** The log view of the bottom panel. */
import '../lib/page.css';
import './logs.css';
import type { Line } from '../../src/core/log-lines/line.ts';
import { openChannel } from '../lib/channel.ts';
import { announce, attr, h, perFrame, place } from '../lib/dom.ts';
import { beginPage, button, problemNote, problemOf } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { LogLineView, PageProblem, ServiceRef, TrafficState } from '../protocol.ts';
import { LogBuffer } from './buffer.ts';
import { createControls } from './controls.ts';
import { type Filter, noFilter } from './filter.ts';
import { createList } from './list.ts';
import { plainRow, shortOf } from './mark-text.ts';
import { type RowContext, renderField, renderRow } from './row.ts';
import { Rows } from './rows.ts';

const root = beginPage();
const channel = openChannel('logs');
const buffer = new LogBuffer(50_000);
const rows = new Rows(buffer);

let on = '';
let service: ServiceRef | null = null;
let services: ServiceRef[] = [];
let folder: string | null = null;
let platform: TrafficState['platform'] = 'starting';
const saved = restored();
let filter: Filter = saved.filter;
let times = saved.times;
let problem: PageProblem | null = null;
/** What a link led to, until the next one. */
let linkNote = '';
/** A line that is to be shown once it is here. */
let wanted: { pod: string; time: number; text: string } | undefined;
let flashed = -1;
let pausedAt: number | undefined;
let rate = 0;
let arrived = 0;
/** Lines that have come and are not read yet. */
const incoming: LogLineView[][] = [];

const list = createList(
  {
    count: () => rows.count,
    key: (index) => {
      const row = rows.at(index);
      return row ? `${row.line.number}:${row.field}` : '';
    },
    render: (index) => {
      const row = rows.at(index);
      if (!row) return h('div', { class: 'row' });
      const context = contextOf(row.line, row.index);
      if (row.field >= 0) return renderField(row.line, row.field, context);
      const element = renderRow(row.line, context);
      element.classList.toggle('flash', row.line.number === flashed);
      return element;
    },
  },
  (following) => {
    pausedAt = following ? undefined : total();
    // The bar's words change each second: what is read out is this alone.
    announce(t(following ? 'logs.following' : 'logs.paused'));
    paint();
  },
);

/** Not longer than this at once: a storm must leave time for frames, and for hands. A hidden page has neither. */
const readMs = 8;

function read(): void {
  const end = document.hidden ? Number.POSITIVE_INFINITY : performance.now() + readMs;
  let gone = 0;
  do {
    gone += rows.left(buffer.add(incoming[0] ?? []));
    incoming.shift();
  } while (incoming.length > 0 && performance.now() < end);
  list.changed(gone);
  reveal();
  // The first ones take the place of the hint.
  if (hint.hidden) paintSoon();
  else paint();
  if (incoming.length > 0) setTimeout(read);
}

function contextOf(line: Line, index: number): RowContext {
  const { highlight, context } = buffer.matcher;
  return {
    service: service?.name ?? '',
    folder,
    highlight,
    times,
    around: context > 0 && !buffer.matcher.hit(line),
    gap: buffer.hasGapBefore(index),
    expanded: rows.isExpanded(line),
    open: openLink,
    toggle: (toggled) => {
      rows.toggle(toggled);
      list.repaint();
    },
  };
}

const controls = createControls(
  {
    filter: (change) => setFilter({ ...filter, ...change }),
    selectService: (key) => void channel.request('select', { key }).catch(failed),
    times: (on) => {
      times = on;
      keep();
      list.repaint();
      paint();
    },
    follow: () => list.follow(!list.following),
    clear: () => {
      incoming.length = 0;
      buffer.clear();
      rows.clear();
      changed();
    },
    copy: () => send('copy'),
    save: () => send('save'),
  },
  filter,
);
const hint = h('div', { class: 'hint dim' });
const notes = h('div', { class: 'notes' });
const linkStatus = h('div', { class: 'note', role: 'status', hidden: true });
const page = h('div', { class: 'logs' }, controls.element, notes, h('div', { class: 'body' }, list.element, hint));
place(root, [page]);

channel.on('service', (now) => {
  ({ on, service, services, platform, folder } = now);
  buffer.maximum = now.maximum;
  attr(list.element, { 'aria-label': t('logs.label', { service: service?.name ?? '' }) });
  paint();
});
channel.on('clear', () => {
  incoming.length = 0;
  buffer.reset();
  rows.clear();
  problem = null;
  linkNote = '';
  pausedAt = undefined;
  if (filter.pod !== '') setFilter({ ...filter, pod: '' });
  list.follow(true);
  changed();
});
channel.on('lines', ({ key, lines }) => {
  if (key !== service?.key) return;
  // What is read from before the view opened is no rate.
  const recent = Date.now() - 5_000;
  arrived += lines.filter(({ time }) => time > recent).length;
  incoming.push(lines);
  if (incoming.length === 1) read();
});
channel.on('status', (now) => {
  problem = now.problem;
  paint();
});
channel.on('filter', ({ revision }) => setFilter({ ...filter, revisions: revision === null ? [] : [revision] }));
channel.on('reveal', (line) => {
  wanted = line;
  reveal();
});
channel.request('ready', null).catch(failed);
setInterval(() => {
  const before = rate;
  rate = arrived;
  arrived = 0;
  if (rate !== before) paint();
}, 1_000);

const paint = perFrame(() => {
  channel.drawnFor(on);
  const missed = pausedAt === undefined ? 0 : total() - pausedAt;
  controls.paint({
    ...{ service, services, filter, times, following: list.following },
    revisions: buffer.revisions,
    pods: buffer.pods,
    status: [stateText(missed), rate > 0 && t('logs.rate', { count: rate }), countText()].filter(Boolean).join(' · '),
    statusTitle: buffer.dropped > 0 ? t('logs.dropped', { count: buffer.dropped }) : null,
  });
  const bad = buffer.matcher.problem;
  linkStatus.hidden = linkNote === '';
  linkStatus.textContent = linkNote;
  place(notes, [
    ...(bad === undefined
      ? []
      : [h('div', { class: 'note warn', role: 'alert' }, t('logs.filterBad', { detail: bad }))]),
    linkStatus,
    ...(problem ? [problemNote(problem)] : []),
  ]);
  paintHint();
});

/** What goes with each line is no more than numbers in the bar: told a few times a second. */
const barMs = 250;
let soon: number | undefined;
function paintSoon(): void {
  soon ??= window.setTimeout(() => {
    soon = undefined;
    paint();
  }, barMs);
}

function stateText(missed: number): string {
  if (platform === 'lost' || platform === 'stopped') return t('logs.away');
  if (list.following) return t('logs.following');
  return missed > 0 ? t('logs.pausedNew', { count: missed }) : t('logs.paused');
}

function countText(): string {
  const { text, level, revisions, pod } = filter;
  const filtered = text !== '' || level !== 'trace' || revisions.length > 0 || pod !== '';
  return filtered
    ? t('logs.matches', { count: buffer.shownCount, all: buffer.count })
    : t('logs.count', { count: buffer.count });
}

function paintHint(): void {
  const start = () => void channel.request('command', { name: 'start' }).catch(failed);
  const pick = () => void channel.request('pickService', null).catch(failed);
  if (buffer.shownCount > 0) place(hint, []);
  else if (platform === 'stopped') {
    place(hint, [h('p', {}, t('platform.stopped')), button(t('platform.start'), start, { appearance: 'primary' })]);
  } else if (!service) {
    const choose = button(t('logs.pick'), pick, { appearance: 'primary' });
    place(hint, [
      h('p', {}, t(services.length > 0 ? 'logs.none' : 'traffic.noServices')),
      ...(services.length > 0 ? [choose] : []),
    ]);
  } else place(hint, [h('p', {}, buffer.count > 0 ? t('logs.noMatch') : t('logs.waiting'))]);
  hint.hidden = buffer.shownCount > 0;
}

function setFilter(next: Filter): void {
  filter = next;
  keep();
  buffer.filter(filter);
  changed();
}

function changed(): void {
  list.repaint();
  paint();
}

function total(): number {
  return buffer.dropped + buffer.count;
}

/** Shows the wanted line; a filter that hides it is taken off. */
function reveal(): void {
  const line = wanted && buffer.find(wanted);
  if (!line) return;
  wanted = undefined;
  if (buffer.at(buffer.indexOf(line.number)) !== line) setFilter(noFilter);
  flashed = line.number;
  list.reveal(rows.rowOfLine(line));
  list.repaint();
}

function openLink(line: Line, { path, line: at, column }: { path: string; line: number; column: number }): void {
  const place = `${path.split(/[\\/]/).slice(-2).join('/')}:${at}`;
  channel
    .request('openSource', { path, line: at, column, pod: line.pod })
    .then((result) => {
      const revision = shortOf(line.revision, service?.name ?? '');
      if (result === 'changed') linkNote = t('logs.sourceChanged', { place, revision });
      else linkNote = result === 'none' ? t('logs.sourceNone', { place }) : '';
      paint();
    })
    .catch(failed);
}

/** What is shown, or what is selected of it. */
function send(method: 'copy' | 'save'): void {
  const selected = document.getSelection()?.toString() ?? '';
  if (method === 'copy' && selected !== '') {
    channel.request('copy', { text: selected }).catch(failed);
    return;
  }
  const shown: string[] = [];
  for (let index = 0; index < buffer.shownCount; index++) {
    const line = buffer.at(index);
    if (line) shown.push(plainRow(line, service?.name ?? ''));
  }
  channel.request(method, { text: `${shown.join('\n')}\n` }).catch(failed);
}

function failed(error: unknown): void {
  problem = problemOf(error);
  paint();
}

function keep(): void {
  channel.save({ filter, times });
}

function restored(): { filter: Filter; times: boolean } {
  const state = channel.load();
  if (typeof state !== 'object' || state === null || !('filter' in state)) return { filter: noFilter, times: true };
  const { filter: kept, times: shown } = state as { filter: Partial<Filter> | null; times?: unknown };
  return {
    filter: {
      ...noFilter,
      text: typeof kept?.text === 'string' ? kept.text : '',
      level: kept?.level ?? 'trace',
      context: typeof kept?.context === 'number' ? kept.context : 0,
    },
    times: shown !== false,
  };
}

buffer.filter(filter);
paint();
