/** The notes of the traffic view: what each says, as a function of what is shown and wished. */
import { attr, h, place } from '../lib/dom.ts';
import { button, problemNote } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { PageProblem, TrafficRowView, TrafficState } from '../protocol.ts';
import { splitText } from './splits.ts';
import { changedElsewhere, splitOf, type Wish } from './wish.ts';

export interface Told {
  state: TrafficState;
  /** The rows that are shown. */
  list: readonly TrafficRowView[];
  wish: Wish;
  /** Of this page's own last request. */
  problem: PageProblem | null;
  /** The split is being written. */
  applying: boolean;
}

/** Between a wish and a split that was changed elsewhere. */
export interface Choices {
  takeTheirs(): void;
  keepMine(): void;
}

/** What is wrong, what is refused, what has changed elsewhere. */
export function noteList({ state: now, list, wish, problem, applying }: Told, choices: Choices): HTMLElement[] {
  const result: HTMLElement[] = [];
  if (now.moving !== 'allowed') result.push(note('', t(`traffic.${now.moving}`)));
  const shownProblem = problem ?? now.problem;
  if (shownProblem) result.push(problemNote(shownProblem));
  if (wish.refused) result.push(note('warn', t(`traffic.refused.${wish.refused}`)));
  if (changedElsewhere(wish, list)) {
    result.push(
      note(
        'warn',
        t('traffic.elsewhere', { split: splitText(splitOf(list), now) }),
        button(t('traffic.takeTheirs'), choices.takeTheirs, { id: 'takeTheirs' }),
        button(t('traffic.keepMine'), choices.keepMine, { id: 'keepMine' }),
      ),
    );
  } else if (wish.percent !== null && !applying) result.push(note('', t('traffic.notApplied')));
  else if (now.canary?.phase === 'running' && now.canary.driven) result.push(note('', t('canary.running')));
  else if (!now.settled) result.push(note('', t('traffic.notSettled')));
  for (const alert of now.alerts) result.push(note('warn', alert));
  const newestFailed = [...list, ...now.others].find((row) => row.state === 'failed');
  // Its own row says so, where there is one.
  if (newestFailed && !list.includes(newestFailed)) {
    const { short: revision, reason, details } = newestFailed;
    const told = note(
      'bad',
      reason === '' ? t('traffic.failed', { revision }) : t('traffic.failedHint', { revision, reason }),
    );
    attr(told, { title: details || null });
    result.push(told);
  }
  return result;
}

/** Left alone while they say the same: a live region reads out whatever is put into it. */
export function placeNotes(parent: HTMLElement, wanted: HTMLElement[]): void {
  const form = wanted.map((element) => element.outerHTML).join('');
  if (parent.dataset['form'] === form) return;
  parent.dataset['form'] = form;
  place(parent, wanted);
}

export function note(kind: '' | 'warn' | 'bad', message: string, ...actions: HTMLElement[]): HTMLElement {
  return h('div', { class: `note ${kind}` }, message, actions.length > 0 && h('div', { class: 'btns' }, ...actions));
}
