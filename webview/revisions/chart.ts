/** Requests per second, or shares, of each revision over the last minutes (uPlot on theme colours). */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { h } from '../lib/dom.ts';
import { revisionColor } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { RevisionRowView, RevisionsState, Sample } from '../protocol.ts';
import { seriesOf } from './series.ts';

export type ChartKind = 'rate' | 'share';

const height = 150;

export interface Chart {
  element: HTMLElement;
  paint(
    samples: readonly Sample[],
    rows: readonly RevisionRowView[],
    changes: RevisionsState['changes'],
    kind: ChartKind,
  ): void;
}

export function createChart(): Chart {
  const element = h('div', { class: 'chart', role: 'img' });
  const empty = h('p', { class: 'dim empty-chart' }, t('revisions.chartEmpty'));
  let plot: uPlot | undefined;
  let shape = '';
  let marks: RevisionsState['changes'] = [];

  function build(rows: readonly RevisionRowView[], kind: ChartKind, data: uPlot.AlignedData): uPlot {
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
        cursor: { y: false, points: { size: 6 } },
        legend: { show: false },
        scales: {
          x: { time: true },
          y: { range: (_plot, _min, max) => [0, kind === 'share' ? 100 : Math.max(1, max * 1.1)] },
        },
        axes: [
          { ...axis, size: 22, space: 70 },
          {
            ...axis,
            size: 40,
            values: (_plot, values) => values.map((value) => (kind === 'share' ? `${value} %` : String(value))),
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
    for (const { at, text } of marks) {
      const x = chart.valToPos(at / 1_000, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const room = bbox.left + bbox.width - x;
      ctx.textAlign = room < 120 * devicePixelRatio ? 'right' : 'left';
      ctx.fillText(text, x + (room < 120 * devicePixelRatio ? -4 : 4), bbox.top + 10 * devicePixelRatio);
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
    paint(samples, rows, changes, kind) {
      marks = changes;
      const busy = rows.filter((row) => samples.some((sample) => (sample.revisions[row.revision]?.requests ?? 0) > 0));
      element.setAttribute('aria-label', t(kind === 'rate' ? 'revisions.chart' : 'revisions.chartShare'));
      const next = `${kind}:${busy.map(({ revision }) => revision).join()}:${document.body.className}`;
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
      ) as uPlot.AlignedData;
      if (plot && next === shape) {
        plot.setData(data);
        return;
      }
      plot?.destroy();
      empty.remove();
      shape = next;
      plot = build(busy, kind, data);
    },
  };
}

/** Canvas needs a colour, not a variable. */
function resolved(variable: string): string {
  const name = /var\((--[\w-]+)\)/.exec(variable)?.[1];
  return name ? getComputedStyle(document.body).getPropertyValue(name).trim() || '#888' : variable;
}
