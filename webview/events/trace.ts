/** The table of deliveries, newest first. */
import { h } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { duration, plainButton } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { EventDraftView, TraceRowView } from '../protocol.ts';
import { shortSink } from './sink.ts';

export function traceTable(
  rows: readonly TraceRowView[],
  locale: string,
  takeOver: (draft: EventDraftView) => void,
): HTMLElement {
  const heads = (['time', 'type', 'sender', 'to', 'status', 'tries', 'duration'] as const).map((name) =>
    h('th', { scope: 'col' }, t(`events.${name}`)),
  );
  return h(
    'table',
    { 'aria-label': t('events.trace') },
    h('thead', {}, h('tr', {}, ...heads, h('td', {}))),
    h('tbody', {}, ...rows.map((row) => traceRow(row, locale, takeOver))),
  );
}

function traceRow(row: TraceRowView, locale: string, takeOver: (draft: EventDraftView) => void): HTMLElement {
  const good = row.status >= 200 && row.status < 300;
  const { draft } = row;
  const how = row.how === 'here' ? t('events.me') : row.how === 'now' ? t('events.fired') : '';
  return h(
    'tr',
    {},
    h('td', { class: 'time' }, new Date(row.at).toLocaleTimeString(locale, { hour12: false })),
    h(
      'td',
      { title: row.type },
      h('span', { class: 'few' }, ...row.type.split(/(?<=[./-])/).flatMap((part) => [part, h('wbr')])),
    ),
    h(
      'td',
      {},
      h('span', { class: 'few', title: row.sender }, row.sender),
      how !== '' && h('span', { class: 'dim' }, ` ${how}`),
    ),
    h('td', { class: 'to', title: row.to }, shortSink(row.to)),
    h(
      'td',
      { class: good ? 'good' : 'bad', title: row.error },
      row.status === 0 ? t('events.noAnswer') : String(row.status),
    ),
    h('td', {}, String(row.tries)),
    h('td', {}, duration(row.ms)),
    h('td', {}, draft && plainButton(icon('edit'), t('events.again'), () => takeOver(draft))),
  );
}
