/** The table of revisions: newest first, figures of the last seconds, two of them can be chosen to compare. */
import { keptFor } from '../../src/core/traffic/kept.ts';
import { h } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { plainButton, revisionColor, rough, wholeDuration } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { RevisionRowView, RevisionsState, Sample } from '../protocol.ts';

export interface TableActions {
  choose(revision: string, on: boolean): void;
  openUrl(url: string): void;
  showLogs(revision: string): void;
  editTag(revision: string): void;
  sendAll(revision: string): void;
  follow(on: boolean): void;
  retire(revision: string): void;
  remove(revision: string): void;
}

export function revisionsTable(
  state: RevisionsState,
  live: Sample | null,
  chosen: readonly string[],
  actions: TableActions,
  locale: string,
): HTMLElement {
  const heads = [
    h('th', { scope: 'col' }, t('revisions.revision')),
    ...(['traffic', 'rate', 'p50', 'p95', 'p99', 'errors'] as const).map((name) =>
      h('th', { scope: 'col' }, t(`revisions.${name}`)),
    ),
    h('th', { scope: 'col', title: t('revisions.instancesLong') }, t('revisions.instances')),
    h('th', { scope: 'col' }, h('span', { class: 'visually-hidden' }, t('revisions.actions'))),
  ];
  return h(
    'table',
    { 'aria-label': t('revisions.table', { service: state.service.name }) },
    h('thead', {}, h('tr', {}, ...heads)),
    h('tbody', {}, ...state.rows.map((row) => tableRow(row, state, live, chosen, actions, locale))),
  );
}

function tableRow(
  row: RevisionRowView,
  state: RevisionsState,
  live: Sample | null,
  chosen: readonly string[],
  actions: TableActions,
  locale: string,
): HTMLElement {
  const figures = live?.revisions[row.revision];
  const busy = figures !== undefined && figures.requests > 0;
  const cell = (text: string, bad = false) => h('td', bad ? { class: 'bad' } : {}, text);
  const ms = (value: number | null | undefined) => (busy && value != null ? wholeDuration(value) : t('none'));
  const errors = busy ? (figures.errors / figures.requests) * 100 : 0;
  return h(
    'tr',
    { 'data-revision': row.revision, class: row.state },
    firstCell(row, state, chosen, actions, locale),
    shareCell(row),
    cell(busy ? rough(figures.requestsPerSecond) : t('none')),
    cell(ms(figures?.p50)),
    cell(ms(figures?.p95)),
    cell(ms(figures?.p99)),
    cell(busy ? `${rough(errors)} %` : t('none'), errors > 0),
    cell(String(row.instances)),
    h('td', { class: 'acts' }, h('span', { class: 'over' }, ...rowActions(row, state, actions))),
  );
}

/** A share that moves on to each newer revision is told from one that stays. */
function shareCell(row: RevisionRowView): HTMLElement {
  if (row.percent === 0) return h('td', {}, t('none'));
  const share = `${row.percent} %`;
  if (!row.followsLatest) return h('td', {}, share);
  return h('td', { title: t('traffic.follows') }, `${share} `, h('span', { class: 'dim' }, '@latest'));
}

function firstCell(
  row: RevisionRowView,
  state: RevisionsState,
  chosen: readonly string[],
  actions: TableActions,
  locale: string,
): HTMLElement {
  const choose = h('input', {
    type: 'checkbox',
    class: 'choose',
    'aria-label': t('revisions.select', { revision: row.short }),
    'data-revision': row.revision,
  });
  choose.checked = chosen.includes(row.revision);
  choose.addEventListener('change', () => actions.choose(row.revision, choose.checked));
  const swatch = h('span', { class: 'sw' });
  swatch.style.background =
    row.state === 'failed'
      ? 'var(--bad)'
      : row.percent > 0 || row.state === 'ready'
        ? revisionColor(row.short)
        : 'var(--dim)';
  const tags = row.tags.map(({ tag, url }) => {
    if (url === null) return h('span', { class: 'tag' }, tag);
    const label = t('traffic.tagOpen', { tag, url });
    const chip = h('button', { class: 'tag', type: 'button', title: label, 'aria-label': label }, `${tag} ↗`);
    chip.addEventListener('click', () => actions.openUrl(url));
    return chip;
  });
  if (row.latestReady) tags.unshift(h('span', { class: 'tag', title: t('traffic.latestHint') }, t('revisions.latest')));
  return h(
    'td',
    {},
    h('span', { class: 'name' }, choose, swatch, h('b', { title: row.revision }, row.short), ...tags),
    subLine(row, state, actions, locale),
  );
}

function subLine(row: RevisionRowView, state: RevisionsState, actions: TableActions, locale: string): HTMLElement {
  const when = whenText(row.created, locale);
  if (row.state === 'failed') {
    const cause = h('button', { class: 'link', type: 'button' }, t('revisions.showCause'));
    cause.addEventListener('click', () => actions.showLogs(row.revision));
    const why = [when, fromText(row), row.reason, row.cause].filter(Boolean).join(' · ');
    const title = [row.message, detailsOf(row)].filter(Boolean).join('\n\n');
    return h('span', { class: 'l why', title }, h('span', {}, why), ' · ', cause);
  }
  // The one before it may be deleted: then it is not known what changed.
  const isOldest = state.rows.at(-1) === row;
  const changed =
    row.generation === 1
      ? t('revisions.first')
      : row.changes.length > 0
        ? row.changes.join(t('separator'))
        : isOldest
          ? ''
          : t('revisions.noChange');
  const words = [when, fromText(row), changed, row.state === 'ready' ? '' : t(`state.${row.state}`), imageText(row)];
  return h('span', { class: 'l', title: detailsOf(row) }, words.filter(Boolean).join(' · '));
}

/** `ada · 9f2c1ab “cache thumbnails”`, as far as it is known. */
function fromText({ commit, subject, by }: RevisionRowView): string {
  const what = commit === '' || subject === '' ? commit : `${commit} “${subject}”`;
  return [by, what].filter(Boolean).join(' · ');
}

/** `shop@08607e0` of `registry.example.com/team/shop@sha256:08607e0d…`, `shop:1.2`: what tells images apart; the whole is in the title. */
function imageText({ image }: RevisionRowView): string {
  const [name = '', digest = ''] = (image.split('/').at(-1) ?? '').split('@');
  return digest === '' ? name : `${name.split(':')[0]}@${digest.replace(/^\w+:/, '').slice(0, 7)}`;
}

function detailsOf(row: RevisionRowView): string {
  const dirty = row.commit.endsWith('*') && t('revisions.dirty');
  const by = row.by !== '' && t('revisions.by', { who: row.by });
  return [row.revision, by, dirty, row.image].filter(Boolean).join('\n');
}

function rowActions(row: RevisionRowView, state: RevisionsState, actions: TableActions): HTMLElement[] {
  const act = (name: Parameters<typeof icon>[0], label: string, run: () => void, disabled = false) =>
    plainButton(icon(name), label, run, { disabled });
  const away = state.platform !== 'ready';
  const logs = act('output', t('revisions.logs'), () => actions.showLogs(row.revision));
  if (state.moving !== 'allowed') return [logs];
  return [
    act(
      'arrowCircleUp',
      t('revisions.sendAll', { revision: row.short }),
      () => actions.sendAll(row.revision),
      away || row.state === 'failed' || row.percent === 100,
    ),
    ...(row.latestReady && row.percent > 0
      ? [
          act(
            row.followsLatest ? 'pin' : 'pinned',
            t(row.followsLatest ? 'revisions.pin' : 'revisions.unpin', { revision: row.short }),
            () => actions.follow(!row.followsLatest),
            away,
          ),
        ]
      : []),
    act('tag', t('revisions.tag', { revision: row.short }), () => actions.editTag(row.revision), away),
    ...(row.percent > 0 || row.tags.length > 0
      ? [act('archive', t('revisions.retire', { revision: row.short }), () => actions.retire(row.revision), away)]
      : []),
    logs,
    act(
      'trash',
      t('revisions.delete', { revision: row.short }),
      () => actions.remove(row.revision),
      away || keptFor(row) !== undefined,
    ),
  ];
}

/** The hour today, the day before that. */
function whenText(at: number, locale: string): string {
  const date = new Date(at);
  const today = new Date().toDateString() === date.toDateString();
  return new Intl.DateTimeFormat(
    locale,
    today
      ? { hour: '2-digit', minute: '2-digit', hour12: false }
      : { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false },
  ).format(date);
}
