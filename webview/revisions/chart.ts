/** One figure of each revision over the last minutes (uPlot on theme colours); the cursors of all charts go together. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { announce, attr, h, place } from '../lib/dom.ts';
import { duration, revisionColor, rough } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { RevisionRowView, RevisionsState, Sample } from '../protocol.ts';
import { placeMarks } from './marks.ts';
import { type ChartKind, lastOf, type Quantile, seriesOf, shownIn } from './series.ts';

const height = 112;
/** Above the curves, for the words of marks. */
const labelHeight = 16;
const axisWidth = 46;
const rightRoom = 8;
const stepped = uPlot.paths.stepped?.({ align: 1 });
const cursors = uPlot.sync('slipway');
const clockOf = (more: Intl.DateTimeFormatOptions = {}) =>
  new Intl.DateTimeFormat(document.documentElement.lang || 'en', {
    ...{ hour: '2-digit', minute: '2-digit', hour12: false },
    ...more,
  });
const clock = clockOf();
/** Where two marks of the axis are less than a minute apart. */
const fineClock = clockOf({ second: '2-digit' });

export interface Chart {
  element: HTMLElement;
  /** What the cursor is on, in figures. */
  readout: HTMLElement;
  paint(
    samples: readonly Sample[],
    rows: readonly RevisionRowView[],
    changes: RevisionsState['changes'],
    quantile: Quantile,
  ): void;
}

/** `marked`: says in words what a mark stands for; the others only have its line. */
export function createChart(kind: ChartKind, { marked = false }: { marked?: boolean } = {}): Chart {
  const element = h('div', { class: 'chart', role: 'img', 'data-chart': kind });
  const readout = h('span', { class: 'readout' });
  const empty = h('p', { class: 'dim empty-chart' }, t('revisions.chartEmpty'));
  let plot: uPlot | undefined;
  let shape = '';
  let marks: RevisionsState['changes'] = [];
  let shown: readonly RevisionRowView[] = [];
  let again = () => {};

  function build(rows: readonly RevisionRowView[], data: uPlot.AlignedData): uPlot {
    const style = getComputedStyle(document.body);
    const dim = style.getPropertyValue('--vscode-descriptionForeground').trim() || style.color;
    // In high contrast borders are as bright as what is drawn between them.
    const strength = document.body.classList.contains('vscode-high-contrast') ? 25 : 60;
    const border = style.getPropertyValue('--vscode-panel-border').trim() || dim;
    const line = `color-mix(in srgb, ${border} ${strength}%, transparent)`;
    const axis = {
      stroke: dim,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      font: `11px ${style.fontFamily}`,
    };
    return new uPlot(
      {
        width: Math.max(160, element.clientWidth),
        height,
        cursor: { y: false, points: { size: 6 }, sync: { key: cursors.key } },
        padding: [marked ? labelHeight : 6, rightRoom, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: true },
          y: { range: (_plot, _min, max) => [0, kind === 'share' ? 100 : Math.max(least[kind], (max ?? 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            size: 22,
            // Where marks would be half a minute apart or less, seconds are told, and take room.
            space: (_plot, _axis, min, max, width) => (((max - min) / width) * 45 <= 30 ? 70 : 45),
            values: (chart, times, _axis, _space, step) =>
              times.map((time) => {
                const text = (step < 60 ? fineClock : clock).format(time * 1_000);
                return fits(chart, time, text) ? text : '';
              }),
          },
          {
            ...axis,
            size: axisWidth,
            space: 28,
            values: (_plot, values) => values.map((value) => axisText(kind, value)),
          },
        ],
        series: [
          {},
          ...rows.map((row) => ({
            label: row.short,
            stroke: resolved(revisionColor(row.short)),
            width: 1.6,
            points: { show: false },
            // There is no half an instance on the way from one to two.
            ...(stepped && kind === 'instances' ? { paths: stepped } : {}),
          })),
        ],
        hooks: { draw: [drawMarks], setCursor: [showFigures] },
      },
      data,
      element,
    );
  }

  /** Of the moment under the cursor: each revision's figure, with its colour. */
  function showFigures(chart: uPlot): void {
    place(
      readout,
      figuresAt(chart).flatMap(({ color, text }) => {
        if (color === undefined) return [h('span', {}, text)];
        const swatch = h('span', { class: 'sw' });
        swatch.style.background = color;
        return [swatch, h('span', {}, text)];
      }),
    );
  }

  function figuresAt({ cursor: { idx }, data }: uPlot): { color?: string; text: string }[] {
    const time = idx == null ? undefined : data[0][idx];
    if (idx == null || time === undefined) return [];
    const figures = shown.map(({ short }, index) => {
      const value = data[index + 1]?.[idx];
      return { color: revisionColor(short), text: value == null ? t('none') : axisText(kind, value) };
    });
    return [{ text: fineClock.format(time * 1_000) }, ...figures];
  }

  /** The arrows walk through the moments, and say what the eye sees there. */
  function walk(event: KeyboardEvent): void {
    if (!plot) return;
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined) {
      if (event.key === 'Escape') plot.setCursor({ left: -10, top: -10 });
      return;
    }
    event.preventDefault();
    const [times] = plot.data;
    const last = times.length - 1;
    const index = Math.min(last, Math.max(0, (plot.cursor.idx ?? (step < 0 ? last + 1 : -1)) + step));
    plot.setCursor({ left: plot.valToPos(times[index] ?? 0, 'x'), top: 0 });
    const [time, ...figures] = figuresAt(plot);
    announce([time?.text, ...figures.map(({ text }, at) => `${shown[at]?.short ?? ''} ${text}`)].join(t('separator')));
  }
  element.addEventListener('keydown', walk);

  /** A dashed line where the split changed; what it is since then stands above the curves. */
  function drawMarks(chart: uPlot): void {
    const { ctx, bbox } = chart;
    const { devicePixelRatio: ratio } = window;
    const style = getComputedStyle(document.body);
    ctx.save();
    ctx.strokeStyle = style.getPropertyValue('--vscode-descriptionForeground');
    ctx.fillStyle = ctx.strokeStyle;
    ctx.font = `${10 * ratio}px ${style.fontFamily}`;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    const at = marks.map((mark) => ({ x: chart.valToPos(mark.at / 1_000, 'x', true), text: mark.text }));
    const placed = placeMarks(at, {
      left: bbox.left,
      right: bbox.left + bbox.width,
      gap: 4 * ratio,
      width: (text) => ctx.measureText(text).width,
    });
    for (const { x, label } of placed) {
      ctx.beginPath();
      ctx.globalAlpha = label ? 1 : 0.45;
      // Up to its words only: a line without must not strike out another's.
      ctx.moveTo(x, marked && label ? bbox.top - labelHeight * ratio : bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (!marked || !label) continue;
      ctx.textAlign = label.side;
      ctx.fillText(label.text, label.x, bbox.top - 4 * ratio);
    }
    ctx.restore();
  }

  new ResizeObserver(() => plot?.setSize({ width: Math.max(160, element.clientWidth), height })).observe(element);
  // The theme changed: colours are read anew.
  new MutationObserver(() => {
    shape = '';
    again();
  }).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });

  return {
    element,
    readout,
    paint(samples, rows, changes, quantile) {
      again = () => this.paint(samples, rows, changes, quantile);
      marks = changes;
      const busy = shownIn(rows, samples, kind);
      const next = `${busy.map(({ revision }) => revision).join()}:${document.body.className}`;
      element.setAttribute('aria-label', t(`revisions.chart.${kind}`, { quantile }));
      if (busy.length === 0) {
        plot?.destroy();
        plot = undefined;
        shape = '';
        place(readout, []);
        attr(element, { tabindex: null });
        if (!empty.isConnected) element.replaceChildren(empty);
        return;
      }
      shown = busy;
      attr(element, { tabindex: 0 });
      const data = seriesOf(
        samples,
        busy.map(({ revision }) => revision),
        kind,
        quantile,
      ) as uPlot.AlignedData;
      const last = lastOf(data as (number | null)[][]).map((value, index) =>
        value === null ? '' : `${busy[index]?.short ?? ''} ${axisText(kind, value)}`,
      );
      element.setAttribute(
        'aria-label',
        [t(`revisions.chart.${kind}`, { quantile }), ...last].filter(Boolean).join(t('separator')),
      );
      if (plot && next === shape) {
        plot.setData(data);
        showFigures(plot);
        return;
      }
      plot?.destroy();
      empty.remove();
      shape = next;
      plot = build(busy, data);
    },
  };
}

/** The scale shows at least so much, so that noise about nothing does not fill it. */
const least: Record<ChartKind, number> = { share: 100, rate: 1, latency: 5, errors: 1, instances: 1 };

function axisText(kind: ChartKind, value: number): string {
  if (kind === 'instances') return Number.isInteger(value) ? String(value) : '';
  if (kind === 'latency') return duration(value);
  // Beside 0 stand 2 and 4, not 2.0 and 4.0.
  const text = Number.isInteger(value) ? String(value) : rough(value);
  return kind === 'rate' ? text : `${text} %`;
}

/** A time at the right end would be cut off by the edge, one at the left end would run into the 0 of the other axis. */
function fits(chart: uPlot, time: number, text: string): boolean {
  const { min = 0, max = 0 } = chart.scales['x'] ?? {};
  if (min === null || max === null) return true;
  const width = chart.width - axisWidth - rightRoom;
  const at = ((time - min) / (max - min)) * width;
  // About half of its width: digits of 11 px are 6 px wide.
  const half = text.length * 3.2;
  return at >= half && width - at + rightRoom >= half;
}

/** Canvas needs a colour, not a variable. */
function resolved(variable: string): string {
  const name = /var\((--[\w-]+)\)/.exec(variable)?.[1];
  return name ? getComputedStyle(document.body).getPropertyValue(name).trim() || '#888' : variable;
}
