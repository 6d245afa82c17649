/** One line of the log as elements: time, instance, text with its colours, links and hits. */
import { h } from '../lib/dom.ts';
import { revisionColor } from '../lib/page.ts';
import { t } from '../messages.ts';
import { parseAnsi, type Span } from './ansi.ts';
import type { Line } from './lines.ts';
import { findLinks, type Link } from './links.ts';

export interface RowContext {
  service: string;
  highlight: RegExp | undefined;
  open(link: Link): void;
}

export function shortOf(revision: string, service: string): string {
  const rest = revision.startsWith(`${service}-`) ? revision.slice(service.length + 1) : '';
  return rest === '' ? revision : rest;
}

export function renderRow(line: Line, context: RowContext): HTMLElement {
  if (line.mark !== null) return h('div', { class: 'row mark' }, `— ${markText(line, context.service)} —`);
  const short = shortOf(line.revision, context.service);
  const tail = line.pod.slice(line.pod.lastIndexOf('-') + 1);
  const source = h('span', { class: 'source', title: line.pod }, tail ? `${short}-${tail}` : short);
  source.style.color = revisionColor(short);
  const content = h('span', { class: 'text' });
  if (line.json) {
    append(content, line.json.message, [{ text: line.json.message, style: {} }], context);
    for (const [key, value] of line.json.fields) {
      content.append(h('span', { class: 'key' }, ` ${key}=`));
      const part = h('span', { class: 'value' });
      append(part, value, [{ text: value, style: {} }], context);
      content.append(part);
    }
  } else append(content, line.plain, parseAnsi(line.text), context);
  const level = line.json || line.level === 'error' || line.level === 'warn' ? line.level : '';
  return h(
    'div',
    { class: `row ${level}` },
    h('span', { class: 'time' }, timeText(line.time)),
    source,
    line.json && h('span', { class: 'level' }, line.level.toUpperCase()),
    content,
  );
}

export function plainRow(line: Line, service: string): string {
  if (line.mark !== null) return `— ${markText(line, service)} —`;
  return `${new Date(line.time).toISOString()} ${line.pod || line.revision} ${line.plain}`;
}

export function timeText(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

function markText({ mark, pod, revision, time }: Line, service: string): string {
  const tail = pod.slice(pod.lastIndexOf('-') + 1);
  const name = tail ? `${shortOf(revision, service)}-${tail}` : shortOf(revision, service);
  const args = { pod: name, revision: shortOf(revision, service), time: timeText(time) };
  const exited = /^exited (-?\w+)/.exec(mark ?? '');
  if (exited) return t('logs.mark.exited', { ...args, code: exited[1] ?? '' });
  switch (mark) {
    case 'started':
      return t('logs.mark.started', args);
    case 'ready':
      return t('logs.mark.ready', args);
    case 'stopped':
      return t('logs.mark.stopped', args);
    case 'new revision':
      return t('logs.mark.revision', args);
    case 'no history before':
      return t('logs.mark.noHistory', args);
    case 'platform away':
      return t('logs.mark.away');
    case 'platform back':
      return t('logs.mark.back');
    default:
      return [name, mark].filter(Boolean).join(' ');
  }
}

interface Piece {
  from: number;
  to: number;
  span: Span;
  link: Link | undefined;
  hit: boolean;
}

/** Cuts the text where a colour, a link or a hit begins or ends. `plain` is the spans' text joined. */
function append(parent: HTMLElement, plain: string, spans: readonly Span[], context: RowContext): void {
  const links = findLinks(plain);
  const hits = context.highlight ? hitsOf(plain, context.highlight) : [];
  const cuts = new Set<number>([0, plain.length]);
  let at = 0;
  const starts = spans.map((span) => {
    const start = at;
    at += span.text.length;
    cuts.add(Math.min(at, plain.length));
    return { start, end: at, span };
  });
  for (const { start, end } of [...links, ...hits]) cuts.add(start).add(end);
  const sorted = [...cuts].sort((one, other) => one - other);
  let anchor: { link: Link; element: HTMLElement } | undefined;
  for (let index = 0; index + 1 < sorted.length; index++) {
    const from = sorted[index] ?? 0;
    const to = sorted[index + 1] ?? 0;
    const holder = starts.find(({ start, end }) => from >= start && from < end);
    if (!holder || to <= from) continue;
    const link = links.find(({ start, end }) => from >= start && from < end);
    const hit = hits.some(({ start, end }) => from >= start && from < end);
    const node = pieceNode({ from, to, span: holder.span, link, hit }, plain);
    if (!link) parent.append(node);
    else {
      if (anchor?.link !== link) {
        anchor = { link, element: linkElement(link, context) };
        parent.append(anchor.element);
      }
      anchor.element.append(node);
    }
  }
}

function pieceNode({ from, to, span, hit }: Piece, plain: string): Node {
  const text = plain.slice(from, to);
  const { style } = span;
  if (Object.keys(style).length === 0 && !hit) return document.createTextNode(text);
  const element = h(hit ? 'mark' : 'span', {}, text);
  if (style.color) element.style.color = style.color;
  if (style.background) element.style.background = style.background;
  if (style.bold) element.style.fontWeight = 'bold';
  if (style.dim) element.style.opacity = '0.7';
  if (style.italic) element.style.fontStyle = 'italic';
  if (style.underline) element.style.textDecoration = 'underline';
  return element;
}

function linkElement(link: Link, context: RowContext): HTMLElement {
  const place = `${link.path}:${link.line}`;
  const element = h('button', { class: 'link', type: 'button', title: t('logs.openSource', { place }) });
  element.addEventListener('click', () => context.open(link));
  return element;
}

function hitsOf(plain: string, expression: RegExp): { start: number; end: number }[] {
  const hits: { start: number; end: number }[] = [];
  for (const match of plain.matchAll(expression)) {
    if (match[0] === '') continue;
    hits.push({ start: match.index, end: match.index + match[0].length });
    if (hits.length >= 50) break;
  }
  return hits;
}
