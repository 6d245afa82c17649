/** The phases of a cold start, one bar each, where they began. */
import { h } from '../lib/dom.ts';
import { duration } from '../lib/page.ts';
import { type PageKey, t } from '../messages.ts';
import type { RevisionsState } from '../protocol.ts';

type ColdStart = RevisionsState['coldStarts'][number];

const colors: Record<string, string> = {
  decide: 'var(--dim)',
  spawn: 'var(--vscode-charts-yellow)',
  boot: 'var(--vscode-charts-blue)',
  ready: 'var(--vscode-charts-green)',
  connect: 'var(--vscode-terminal-ansiCyan)',
  firstByte: 'var(--vscode-charts-purple)',
};

export function waterfall(start: ColdStart): HTMLElement {
  const total = Math.max(1, start.totalMs);
  let begun = 0;
  const rows = start.phases.map(({ name, ms }) => {
    const bar = h('i');
    bar.style.setProperty('--x', `${(begun / total) * 100}%`);
    bar.style.setProperty('--w', `${(ms / total) * 100}%`);
    bar.style.background = colors[name] ?? 'var(--dim)';
    begun += ms;
    return h(
      'div',
      { role: 'listitem' },
      h('span', {}, name in colors ? t(`revisions.phase.${name}` as PageKey) : name),
      h('span', { class: 'track' }, bar),
      h('em', {}, duration(ms)),
    );
  });
  return h('div', { class: 'wf', role: 'list' }, ...rows);
}
