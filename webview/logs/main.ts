/** The log view of the bottom panel. */
import '../lib/page.css';
import './logs.css';
import { openChannel } from '../lib/channel.ts';
import { attr, h, perFrame, place, text } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { beginPage, button, plainButton, problemNote, revisionColor, unexpected } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { PageProblem, ServiceRef, TrafficState } from '../protocol.ts';
import { LogBuffer } from './buffer.ts';
import { type Filter, noFilter } from './filter.ts';
import type { Level } from './lines.ts';
import { createList } from './list.ts';
import { plainRow, renderRow, shortOf } from './row.ts';

const root = beginPage();
const channel = openChannel('logs');
const buffer = new LogBuffer(50_000);

let service: ServiceRef | null = null;
let services: ServiceRef[] = [];
let platform: TrafficState['platform'] = 'starting';
let filter: Filter = restored();
let problem: PageProblem | null = null;
let pausedAt: number | undefined;
let rate = 0;
let arrived = 0;

const list = createList(
  () => buffer.shownCount,
  (index) => {
    const line = buffer.at(index);
    const context = { service: service?.name ?? '', highlight: buffer.matcher.highlight, open: openLink };
    return line ? renderRow(line, context) : h('div', { class: 'row' });
  },
  (following) => {
    pausedAt = following ? undefined : total();
    paintBar();
  },
);

const search = h('input', {
  class: 'filter',
  type: 'search',
  placeholder: t('logs.filter'),
  'aria-label': t('logs.filter'),
  spellcheck: 'false',
});
search.value = filter.text;
const chips = h('span', { class: 'chips', role: 'group', 'aria-label': t('logs.revisions') });
const level = h('select', { class: 'chip', 'aria-label': t('logs.levelLabel') });
for (const [value, key] of [
  ['trace', 'logs.level.all'],
  ['warn', 'logs.level.warn'],
  ['error', 'logs.level.error'],
] as const) {
  level.append(h('option', { value }, t(key)));
}
level.value = filter.level;
const status = h('span', { class: 'status dim', role: 'status' });
const followButton = plainButton(icon('arrowDown'), t('logs.follow'), () => list.follow(!list.following));
const bar = h(
  'div',
  { class: 'bar' },
  search,
  level,
  chips,
  status,
  followButton,
  plainButton(icon('clear'), t('logs.clear'), () => {
    buffer.clear();
    changed();
  }),
  plainButton(icon('copy'), t('logs.copy'), () => send('copy')),
  plainButton(icon('save'), t('logs.save'), () => send('save')),
);
const hint = h('div', { class: 'hint dim' });
const notes = h('div', { class: 'notes' });
const page = h('div', { class: 'logs' }, bar, notes, h('div', { class: 'body' }, list.element, hint));
place(root, [page]);

search.addEventListener('input', () => setFilter({ ...filter, text: search.value }));
level.addEventListener('change', () => setFilter({ ...filter, level: level.value as Level }));

channel.on('service', (now) => {
  ({ service, services, platform } = now);
  buffer.maximum = now.maximum;
  attr(list.element, { 'aria-label': t('logs.label', { service: service?.name ?? '' }) });
  paint();
});
channel.on('clear', () => {
  buffer.reset();
  problem = null;
  pausedAt = undefined;
  list.follow(true);
  changed();
});
channel.on('lines', ({ key, lines }) => {
  if (key !== service?.key) return;
  // What is read from before the view opened is no rate.
  const recent = Date.now() - 5_000;
  arrived += lines.filter(({ time }) => time > recent).length;
  list.changed(buffer.add(lines));
  paint();
});
channel.on('status', (now) => {
  problem = now.problem;
  paint();
});
channel.on('filter', ({ revision }) => setFilter({ ...filter, revisions: revision === null ? [] : [revision] }));
channel.request('ready', null).catch(failed);
setInterval(() => {
  const before = rate;
  rate = arrived;
  arrived = 0;
  if (rate !== before) paintBar();
}, 1_000);

const paint = perFrame(() => {
  paintBar();
  paintChips();
  const note = buffer.matcher.problem;
  place(notes, [
    ...(note === undefined ? [] : [h('div', { class: 'note warn' }, t('logs.filterBad', { detail: note }))]),
    ...(problem ? [problemNote(problem)] : []),
  ]);
  paintHint();
});

function paintBar(): void {
  const counted =
    filter.text !== '' || filter.level !== 'trace' || filter.revisions.length > 0
      ? t('logs.matches', { count: buffer.shownCount, all: buffer.count })
      : t('logs.count', { count: buffer.count });
  const missed = pausedAt === undefined ? 0 : total() - pausedAt;
  const state =
    platform === 'lost'
      ? t('logs.away')
      : list.following
        ? t('logs.following')
        : missed > 0
          ? t('logs.pausedNew', { count: missed })
          : t('logs.paused');
  text(status, [state, rate > 0 && t('logs.rate', { count: rate }), counted].filter(Boolean).join(' · '));
  attr(status, { title: buffer.dropped > 0 ? t('logs.dropped', { count: buffer.dropped }) : null });
  const label = t(list.following ? 'logs.pause' : 'logs.follow');
  followButton.replaceChildren(icon(list.following ? 'pause' : 'arrowDown'));
  attr(followButton, { 'aria-pressed': String(list.following), title: label, 'aria-label': label });
}

function paintChips(): void {
  const revisions = buffer.revisions.slice(0, 6);
  place(
    chips,
    revisions.length < 2
      ? []
      : revisions.map((revision) => {
          const short = shortOf(revision, service?.name ?? '');
          const on = filter.revisions.includes(revision);
          const chip = h(
            'button',
            { class: 'chip', type: 'button', 'aria-pressed': String(on), title: t('logs.chipOn', { revision: short }) },
            short,
          );
          chip.style.setProperty('--c', revisionColor(short));
          chip.addEventListener('click', () => {
            const others = filter.revisions.filter((other) => other !== revision);
            setFilter({ ...filter, revisions: on ? others : [...others, revision] });
          });
          return chip;
        }),
  );
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
  channel.save({ filter });
  buffer.filter(filter);
  changed();
}

function changed(): void {
  list.changed();
  paint();
}

function total(): number {
  return buffer.dropped + buffer.count;
}

function openLink({ path, line, column }: { path: string; line: number; column: number }): void {
  channel.request('openSource', { path, line, column }).catch(failed);
}

/** What is shown, or what is selected of it. */
function send(method: 'copy' | 'save'): void {
  const selected = document.getSelection()?.toString() ?? '';
  const rows: string[] = [];
  for (let index = 0; index < buffer.shownCount; index++) {
    const line = buffer.at(index);
    if (line) rows.push(plainRow(line, service?.name ?? ''));
  }
  const content = method === 'copy' && selected !== '' ? selected : `${rows.join('\n')}\n`;
  channel.request(method, { text: content }).catch(failed);
}

function failed(error: unknown): void {
  problem = unexpected(error);
  paint();
}

function restored(): Filter {
  const saved = channel.load();
  if (typeof saved !== 'object' || saved === null || !('filter' in saved)) return noFilter;
  const kept = saved.filter as Partial<Filter>;
  return { ...noFilter, text: typeof kept.text === 'string' ? kept.text : '', level: kept.level ?? 'trace' };
}

buffer.filter(filter);
paint();
