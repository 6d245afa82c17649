/** One figure of each revision over the last minutes (uPlot on theme colours); the cursors of all charts go together. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from '../lib/dom.ts';
import { revisionColor, rough } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { RevisionRowView, RevisionsState, Sample } from '../protocol.ts';
import { type ChartKind, lastOf, type Quantile, seriesOf } from './series.ts';

const height = 112;
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
  const empty = h('p', { class: 'dim empty-chart' }, t('revisions.chartEmpty'));
  let plot: uPlot | undefined;
  let shape = '';
  let marks: RevisionsState['changes'] = [];

  function build(rows: readonly RevisionRowView[], data: uPlot.AlignedData): uPlot {
    const style = getComputedStyle(document.body);
    const dim = style.getPropertyValue('--vscode-descriptionForeground').trim() || style.color;
    const line = style.getPropertyValue('--vscode-panel-border').trim() || dim;
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
        padding: [6, 8, 0, 0],
        legend: { show: false },
        scales: {
          x: { time: true },
          y: { range: (_plot, _min, max) => [0, kind === 'share' ? 100 : Math.max(least[kind], (max ?? 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            size: 22,
            space: 60,
            values: (_plot, times, _axis, _space, step) =>
              times.map((time) => (step < 60 ? fineClock : clock).format(time * 1_000)),
          },
          {
            ...axis,
            size: 46,
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
          })),
        ],
        hooks: { draw: [drawMarks] },
      },
      data,
      element,
    );
  }

  /** A dashed line where the split changed. */
  function drawMarks(chart: uPlot): void {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = getComputedStyle(document.body).getPropertyValue('--vscode-descriptionForeground');
    ctx.fillStyle = ctx.strokeStyle;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.font = `${10 * devicePixelRatio}px sans-serif`;
    let free = Number.POSITIVE_INFINITY;
    // From the right: the newest is said where two would stand on each other.
    for (const { at, text } of [...marks].reverse()) {
      const x = chart.valToPos(at / 1_000, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (!marked) continue;
      const width = ctx.measureText(text).width + 8 * devicePixelRatio;
      const onRight = x + width <= Math.min(free, bbox.left + bbox.width);
      if (!onRight && (x > free || x - width < bbox.left)) continue;
      ctx.textAlign = onRight ? 'left' : 'right';
      ctx.fillText(text, x + (onRight ? 4 : -4) * devicePixelRatio, bbox.top + 10 * devicePixelRatio);
      free = onRight ? x : x - width;
    }
    ctx.restore();
  }

  new ResizeObserver(() => plot?.setSize({ width: Math.max(160, element.clientWidth), height })).observe(element);
  // The theme changed: colours are read anew.
  new MutationObserver(() => {
    shape = '';
  }).observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });

  return {
    element,
    paint(samples, rows, changes, quantile) {
      marks = changes;
      const busy = rows.filter((row) => samples.some((sample) => (sample.revisions[row.revision]?.requests ?? 0) > 0));
      const next = `${busy.map(({ revision }) => revision).join()}:${document.body.className}`;
      element.setAttribute('aria-label', t(`revisions.chart.${kind}`, { quantile }));
      if (busy.length === 0) {
        plot?.destroy();
        plot = undefined;
        shape = '';
        if (!empty.isConnected) element.replaceChildren(empty);
        return;
      }
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
        [t(`revisions.chart.${kind}`, { quantile }), ...last].filter(Boolean).join(', '),
      );
      if (plot && next === shape) {
        plot.setData(data);
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
  const text = rough(value);
  if (kind === 'latency') return value >= 1_000 ? `${rough(value / 1_000)} s` : `${text} ms`;
  return kind === 'rate' ? text : `${text} %`;
}

/** Canvas needs a colour, not a variable. */
function resolved(variable: string): string {
  const name = /var\((--[\w-]+)\)/.exec(variable)?.[1];
  return name ? getComputedStyle(document.body).getPropertyValue(name).trim() || '#888' : variable;
}
