/** Where a guarded canary is set up: revision, steps, pause and limits, with what is wrong said beside the field. */
import { h } from '../lib/dom.ts';
import { button } from '../lib/page.ts';
import { type PageKey, t } from '../messages.ts';
import type { CanaryPlanView, TrafficRowView } from '../protocol.ts';

export interface CanaryForm {
  element: HTMLElement;
  /** Puts the focus into its first field. */
  focus(): void;
  /** The revisions as they are now: one may have come since it was opened. */
  offer(rows: readonly TrafficRowView[]): void;
}

const fields = ['steps', 'pauseSeconds', 'maxErrorPercent', 'maxP95Ratio', 'minRequests'] as const;
type FieldName = (typeof fields)[number];
const initial: Record<FieldName, string> = {
  steps: '10, 25, 50, 100',
  pauseSeconds: '60',
  maxErrorPercent: '1',
  maxP95Ratio: '1.5',
  minRequests: '20',
};

export function createCanaryForm(
  offered: readonly TrafficRowView[],
  measures: boolean,
  actions: { start(plan: CanaryPlanView): void; cancel(): void },
): CanaryForm {
  let rows: readonly TrafficRowView[] = [];
  const revision = h('select', { id: 'canary-revision' });
  offer(offered);
  const inputs = new Map<FieldName, HTMLInputElement>();
  const wrong = h('div', { class: 'wrong', role: 'alert', id: 'canary-wrong' });
  // What cannot be measured cannot be limited.
  const shown = fields.filter((name) => measures || name === 'steps' || name === 'pauseSeconds');
  const lines = shown.map((name) => {
    const input = h('input', {
      id: `canary-${name}`,
      type: 'text',
      inputmode: name === 'steps' ? null : 'decimal',
      value: initial[name],
      spellcheck: 'false',
      autocomplete: 'off',
    });
    inputs.set(name, input);
    return h('label', { for: `canary-${name}` }, t(`canary.field.${name}` as PageKey), input);
  });
  const form = h(
    'form',
    { class: 'canary-form', 'aria-label': t('canary.title') },
    h('label', { for: 'canary-revision' }, t('canary.field.revision'), revision),
    ...lines,
    measures ? null : h('p', { class: 'dim' }, t('canary.blind')),
    wrong,
    h(
      'div',
      { class: 'btns' },
      button(t('canary.start'), () => start(), { appearance: 'primary', id: 'canary-start' }),
      button(t('canary.cancel'), () => actions.cancel(), { id: 'canary-cancel' }),
    ),
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') actions.cancel();
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) start();
  });

  function start(): void {
    const plan = read();
    for (const input of inputs.values()) input.removeAttribute('aria-invalid');
    if ('field' in plan) {
      const input = inputs.get(plan.field);
      input?.setAttribute('aria-invalid', 'true');
      input?.setAttribute('aria-describedby', 'canary-wrong');
      wrong.textContent = t(`canary.wrong.${plan.field}` as PageKey);
      input?.focus();
      return;
    }
    wrong.textContent = '';
    actions.start(plan);
  }

  function read(): CanaryPlanView | { field: FieldName } {
    const value = (name: FieldName) => inputs.get(name)?.value.trim() ?? initial[name];
    const number = (name: FieldName) =>
      value(name) === '' ? Number.NaN : Number(value(name).replace(/\s*[%sx×]$/, ''));
    const steps = value('steps')
      .split(/[\s,;/]+/)
      .filter(Boolean)
      .map((step) => Number(step.replace('%', '')));
    const now = rows.find((row) => row.revision === revision.value)?.percent ?? 0;
    const rising = steps.every((step, index) => step > (index === 0 ? now : (steps[index - 1] ?? 0)));
    const whole = steps.every((step) => Number.isInteger(step) && step >= 1 && step <= 100);
    if (steps.length === 0 || !whole || !rising) return { field: 'steps' };
    const pauseSeconds = number('pauseSeconds');
    if (!(pauseSeconds >= 1 && pauseSeconds <= 86_400)) return { field: 'pauseSeconds' };
    const maxErrorPercent = number('maxErrorPercent');
    if (!(maxErrorPercent >= 0 && maxErrorPercent <= 100)) return { field: 'maxErrorPercent' };
    const unlimited = value('maxP95Ratio') === '';
    const maxP95Ratio = unlimited ? null : number('maxP95Ratio');
    if (maxP95Ratio !== null && !(maxP95Ratio >= 1)) return { field: 'maxP95Ratio' };
    const minRequests = number('minRequests');
    if (!Number.isInteger(minRequests) || minRequests < 0) return { field: 'minRequests' };
    return { revision: revision.value, steps, pauseSeconds, maxErrorPercent, maxP95Ratio, minRequests };
  }

  /** What was chosen stays so while it is there. */
  function offer(now: readonly TrafficRowView[]): void {
    const names = (list: readonly TrafficRowView[]) => list.map((row) => row.revision).join();
    const isNew = names(now) !== names(rows);
    rows = now;
    if (!isNew) return;
    const chosen = revision.value;
    revision.replaceChildren(...rows.map((row) => h('option', { value: row.revision }, row.short)));
    if (rows.some((row) => row.revision === chosen)) revision.value = chosen;
  }

  return { element: form, focus: () => revision.focus(), offer };
}
