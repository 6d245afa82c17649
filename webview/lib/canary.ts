/** A guarded canary as it stands: its steps, what it does or why it ended, and what can be done about it. */
import { type PageKey, t } from '../messages.ts';
import type { CanaryAction, CanaryView } from '../protocol.ts';
import { h } from './dom.ts';
import { button, revisionColor } from './page.ts';

export function canaryCard(
  canary: CanaryView,
  { act, disabled }: { act(action: CanaryAction): void; disabled: boolean },
): HTMLElement {
  const done = canary.phase === 'succeeded' || canary.phase === 'rolledBack';
  const actions: CanaryAction[] = done ? ['dismiss'] : [canary.driven ? 'hold' : 'resume', 'abort'];
  const steps = canary.steps.map((percent, index) => {
    const state =
      canary.phase === 'rolledBack'
        ? 'off'
        : index < canary.step || canary.phase === 'succeeded'
          ? 'past'
          : index === canary.step
            ? 'now'
            : 'next';
    return h('li', { class: state, 'aria-current': state === 'now' ? 'step' : null }, `${percent} %`);
  });
  const list = h('ol', { class: 'steps', 'aria-label': t('canary.steps') }, ...steps);
  list.style.setProperty('--c', revisionColor(canary.short));
  const mood =
    canary.phase === 'rolledBack' ? 'bad' : canary.phase === 'held' || (!done && !canary.driven) ? 'warn' : '';
  const buttons = actions.map((action) => {
    const element = button(t(`canary.${action}` as PageKey), () => act(action), {
      id: `canary-${action}`,
      title: t(`canary.${action}Hint` as PageKey),
      appearance: action === 'resume' ? 'primary' : 'secondary',
    });
    if (disabled) element.setAttribute('disabled', '');
    return element;
  });
  return h(
    'div',
    { class: `canary note ${mood}`, role: 'group', 'aria-label': t('canary.of', { revision: canary.short }) },
    h('b', {}, t('canary.of', { revision: canary.short })),
    list,
    h('p', { class: 'said' }, canary.text),
    h('div', { class: 'btns' }, ...buttons),
  );
}
