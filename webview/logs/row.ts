/** One line of the log as elements: time, instance, text with its colours, links and hits; fields of JSON below it. */

import { parseAnsi, type Span } from '../../src/core/log-lines/ansi.ts';
import type { Line } from '../../src/core/log-lines/line.ts';
import { h } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { revisionColor } from '../lib/page.ts';
import { t } from '../messages.ts';
import { findLinks, type Link } from './links.ts';
import { markText, shortOf, timeText } from './mark-text.ts';
import { fieldRows } from './rows.ts';

export interface RowContext {
  service: string;
  /** Of the application in this workspace. */
  folder: string | null;
  highlight: RegExp | undefined;
  times: boolean;
  /** Around a hit, not one itself. */
  around: boolean;
  /** Lines were left out before it. */
  gap: boolean;
  expanded: boolean;
  open(line: Line, place: { path: string; line: number; column: number }): void;
  toggle(line: Line): void;
}

/** Characters of fields that are shown before a JSON line is expanded. */
const summaryLength = 120;

export function renderRow(line: Line, context: RowContext): HTMLElement {
  if (line.mark !== null) {
    return h('div', { class: `row mark${context.gap ? ' gap' : ''}` }, `— ${markText(line, context.service)} —`);
  }
  const short = shortOf(line.revision, context.service);
  const tail = line.pod.slice(line.pod.lastIndexOf('-') + 1);
  const source = h('span', { class: 'source', title: line.pod }, tail ? `${short}-${tail}` : short);
  source.style.setProperty('--c', revisionColor(short));
  const content = h('span', { class: 'text' });
  if (line.json) {
    append(content, line, line.json.message, unstyled(line.json.message), context);
    if (!context.expanded) appendSummary(content, line.json.fields, context.highlight);
  } else append(content, line, line.plain, parseAnsi(line.text), context);
  const level = line.json || line.level === 'error' || line.level === 'warn' ? line.level : '';
  const classes = ['row', level, context.around && 'around', context.gap && 'gap'].filter(Boolean).join(' ');
  return h(
    'div',
    { class: classes },
    context.times && h('span', { class: 'time' }, timeText(line.shownTime)),
    source,
    twistie(line, context),
    line.json && h('span', { class: 'level' }, line.level.toUpperCase()),
    content,
    siteLink(line, context),
  );
}

/** A line of a field of an expanded line, in a row of its own. */
export function renderField(line: Line, field: number, context: RowContext): HTMLElement {
  const [key, value] = fieldRows(line)[field] ?? ['', ''];
  const content = h('span', { class: 'value' });
  append(content, line, value, unstyled(value), context);
  return h('div', { class: 'row field' }, h('span', { class: 'key' }, key), content);
}

function twistie(line: Line, context: RowContext): HTMLElement | undefined {
  if (!line.json || line.json.fields.length === 0) return undefined;
  const label = t(context.expanded ? 'logs.collapse' : 'logs.expand');
  const element = h(
    'button',
    { class: 'twistie', type: 'button', 'aria-expanded': String(context.expanded), 'aria-label': label, title: label },
    icon(context.expanded ? 'chevronDown' : 'chevronRight'),
  );
  element.addEventListener('click', () => context.toggle(line));
  return element;
}

/** What the rest says, cut short: the whole of it is a click away. */
function appendSummary(content: HTMLElement, fields: readonly [string, string][], highlight?: RegExp): void {
  let left = summaryLength;
  for (const [key, value] of fields) {
    if (left <= 0) {
      content.append(h('span', { class: 'key' }, ' …'));
      return;
    }
    const shown = value.length > left ? `${value.slice(0, left)}…` : value;
    const name = h('span', { class: 'key' }, ' ');
    appendPieces(name, key, unstyled(key), hitsOf(key, highlight));
    name.append('=');
    const text = shown.replaceAll('\n', '⏎');
    const told = h('span', { class: 'value' });
    appendPieces(told, text, unstyled(text), hitsOf(text, highlight));
    content.append(name, told);
    left -= key.length + shown.length + 2;
  }
}

function siteLink(line: Line, context: RowContext): HTMLElement | undefined {
  const { site } = line;
  if (!site) return undefined;
  const place = `${site.path}:${site.line}`;
  // One that the line names itself need not stand there twice.
  if (line.plain.includes(place)) return undefined;
  const element = h('button', { class: 'link site', type: 'button', title: t('logs.openSource', { place }) }, place);
  element.addEventListener('click', () => context.open(line, site));
  return element;
}

interface Piece {
  from: number;
  to: number;
  span: Span;
  hit: boolean;
}

interface Links {
  places: readonly Link[];
  element(link: Link): HTMLElement;
}

const unstyled = (text: string): Span[] => [{ text, style: {} }];
const noLinks: Links = { places: [], element: () => h('span') };

/** `plain` is the spans' text joined. */
function append(parent: HTMLElement, line: Line, plain: string, spans: readonly Span[], context: RowContext): void {
  appendPieces(parent, plain, spans, hitsOf(plain, context.highlight), {
    places: findLinks(plain, context.folder),
    element: (link) => linkElement(line, link, context),
  });
}

/** Cuts the text where a colour, a link or a hit begins or ends. */
function appendPieces(
  parent: HTMLElement,
  plain: string,
  spans: readonly Span[],
  hits: readonly { start: number; end: number }[],
  { places: links, element }: Links = noLinks,
): void {
  const cuts = new Set<number>([0, plain.length]);
  let at = 0;
  const starts = spans.map((span) => {
    const start = at;
    at += span.text.length;
    cuts.add(Math.min(at, plain.length));
    return { start, end: at, span };
  });
  for (const { start, end } of [...links, ...hits]) cuts.add(start).add(end);
  for (const { start, hidden } of links) cuts.add(start + hidden);
  const sorted = [...cuts].sort((one, other) => one - other);
  let anchor: { link: Link; element: HTMLElement } | undefined;
  for (let index = 0; index + 1 < sorted.length; index++) {
    const from = sorted[index] ?? 0;
    const to = sorted[index + 1] ?? 0;
    const holder = starts.find(({ start, end }) => from >= start && from < end);
    if (!holder || to <= from) continue;
    const link = links.find(({ start, end }) => from >= start && from < end);
    if (link && to <= link.start + link.hidden) continue;
    const hit = hits.some(({ start, end }) => from >= start && from < end);
    const node = pieceNode({ from, to, span: holder.span, hit }, plain);
    if (!link) parent.append(node);
    else {
      if (anchor?.link !== link) {
        anchor = { link, element: element(link) };
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
  // On a background of its own it is as the application chose it.
  if (style.color && style.background) element.style.color = style.color;
  else if (style.color) {
    element.classList.add('ansi');
    element.style.setProperty('--c', style.color);
  }
  if (style.background) element.style.background = style.background;
  if (style.bold) element.style.fontWeight = 'bold';
  if (style.dim) element.style.opacity = '0.8';
  if (style.italic) element.style.fontStyle = 'italic';
  if (style.underline) element.style.textDecoration = 'underline';
  return element;
}

function linkElement(line: Line, link: Link, context: RowContext): HTMLElement {
  const place = `${link.path}:${link.line}`;
  const element = h('button', { class: 'link', type: 'button', title: t('logs.openSource', { place }) });
  element.addEventListener('click', () => context.open(line, link));
  return element;
}

function hitsOf(plain: string, expression: RegExp | undefined): { start: number; end: number }[] {
  if (!expression) return [];
  const hits: { start: number; end: number }[] = [];
  for (const match of plain.matchAll(expression)) {
    if (match[0] === '') continue;
    hits.push({ start: match.index, end: match.index + match[0].length });
    if (hits.length >= 50) break;
  }
  return hits;
}
