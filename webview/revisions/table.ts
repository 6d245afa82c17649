/** The table of revisions: newest first, figures of the last seconds, two of them can be chosen to compare. */
import { h } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { plainButton, revisionColor, rough } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { RevisionRowView, RevisionsState, Sample } from '../protocol.ts';

export interface TableActions {
  choose(revision: string, on: boolean): void;
  openUrl(url: string): void;
  showLogs(revision: string): void;
  editTag(revision: string): void;
  sendAll(revision: string): void;
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
    ...(['traffic', 'rate', 'p50', 'p95', 'errors'] as const).map((name) =>
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
  const ms = (value: number | null | undefined) => (busy && value != null ? `${Math.round(value)} ms` : t('none'));
  const errors = busy ? (figures.errors / figures.requests) * 100 : 0;
  return h(
    'tr',
    { 'data-revision': row.revision, class: row.state },
    firstCell(row, state, chosen, actions, locale),
    cell(row.percent > 0 ? `${row.percent} %` : t('none')),
    cell(busy ? rough(figures.requestsPerSecond) : t('none')),
    cell(ms(figures?.p50)),
    cell(ms(figures?.p95)),
    cell(busy ? `${rough(errors)} %` : t('none'), errors > 0),
    cell(String(row.instances)),
    h('td', { class: 'acts' }, h('span', { class: 'over' }, ...rowActions(row, state, actions))),
  );
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
    const why = [when, row.reason, row.message.split('\n')[0]].filter(Boolean).join(' · ');
    return h('span', { class: 'l', title: row.message }, `${why} · `, cause);
  }
  const isFirst = state.rows.at(-1) === row;
  const changed = isFirst
    ? t('revisions.first')
    : row.changes.length > 0
      ? row.changes.map((change) => (change === 'image' ? t('revisions.newImage') : change)).join(', ')
      : t('revisions.noChange');
  const words = [when, changed, row.state === 'ready' ? '' : t(`state.${row.state}`)].filter(Boolean).join(' · ');
  return h('span', { class: 'l', title: `${row.revision}\n${row.image}` }, words);
}

function rowActions(row: RevisionRowView, state: RevisionsState, actions: TableActions): HTMLElement[] {
  const act = (name: Parameters<typeof icon>[0], label: string, run: () => void, disabled = false) =>
    plainButton(icon(name), label, run, { disabled });
  const away = state.platform !== 'ready';
  return [
    act(
      'rocket',
      t('revisions.sendAll', { revision: row.short }),
      () => actions.sendAll(row.revision),
      away || row.state === 'failed' || row.percent === 100,
    ),
    act('tag', t('revisions.tag', { revision: row.short }), () => actions.editTag(row.revision), away),
    act('output', t('revisions.logs'), () => actions.showLogs(row.revision)),
    act(
      'trash',
      t('revisions.delete', { revision: row.short }),
      () => actions.remove(row.revision),
      away || row.percent > 0 || row.latestReady,
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
