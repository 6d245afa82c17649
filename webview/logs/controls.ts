/** The bar of the log view: what is followed, what is shown of it, and what can be done with it. */

import type { Level } from '../../src/core/log-lines/line.ts';
import { attr, h, place, text } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { plainButton, revisionColor } from '../lib/page.ts';
import { type PageKey, t } from '../messages.ts';
import type { ServiceRef } from '../protocol.ts';
import type { Filter } from './filter.ts';
import { podName, shortOf } from './mark-text.ts';

export interface ControlActions {
  filter(change: Partial<Filter>): void;
  selectService(key: string): void;
  times(on: boolean): void;
  follow(): void;
  clear(): void;
  copy(): void;
  save(): void;
}

export interface ControlState {
  service: ServiceRef | null;
  services: readonly ServiceRef[];
  filter: Filter;
  times: boolean;
  following: boolean;
  revisions: readonly string[];
  pods: readonly string[];
  status: string;
  statusTitle: string | null;
}

export interface Controls {
  element: HTMLElement;
  paint(state: ControlState): void;
}

const levels: readonly [Level, PageKey][] = [
  ['trace', 'logs.level.all'],
  ['debug', 'logs.level.debug'],
  ['info', 'logs.level.info'],
  ['warn', 'logs.level.warn'],
  ['error', 'logs.level.error'],
];
const contexts = [0, 1, 3, 10];
const shownChips = 6;

export function createControls(actions: ControlActions, initial: Filter): Controls {
  const search = h('input', {
    class: 'filter',
    type: 'search',
    placeholder: t('logs.filter'),
    'aria-label': t('logs.filter'),
    spellcheck: 'false',
  });
  search.value = initial.text;
  search.addEventListener('input', () => actions.filter({ text: search.value }));

  const services = select(t('logs.service'), (key) => actions.selectService(key));
  const pods = select(t('logs.instances'), (pod) => actions.filter({ pod }));
  const level = select(t('logs.levelLabel'), (value) => actions.filter({ level: value as Level }));
  fill(
    level,
    levels.map(([value, key]) => [value, t(key)]),
  );
  const context = select(t('logs.context'), (value) => actions.filter({ context: Number(value) }));
  fill(
    context,
    contexts.map((count) => [String(count), count === 0 ? t('logs.context.none') : t('logs.context.some', { count })]),
  );
  const chips = h('span', { class: 'chips', role: 'group', 'aria-label': t('logs.revisions') });
  const status = h('span', { class: 'status dim' });
  const follow = plainButton(icon('arrowDown'), t('logs.follow'), actions.follow);
  const times = plainButton(icon('clock'), t('logs.times'), () => {
    actions.times(times.getAttribute('aria-pressed') !== 'true');
  });
  const element = h(
    'div',
    { class: 'bar' },
    services,
    search,
    context,
    level,
    pods,
    chips,
    h(
      'span',
      { class: 'end' },
      status,
      h(
        'span',
        { class: 'actions' },
        follow,
        times,
        plainButton(icon('clear'), t('logs.clear'), actions.clear),
        plainButton(icon('copy'), t('logs.copy'), actions.copy),
        plainButton(icon('save'), t('logs.save'), actions.save),
      ),
    ),
  );
  let chipsPainted = '';

  function paintChips({ revisions, filter, service }: ControlState): void {
    const shown = revisions.slice(0, shownChips);
    const now = JSON.stringify([shown, filter.revisions, service?.name]);
    if (now === chipsPainted) return;
    chipsPainted = now;
    place(chips, shown.length < 2 ? [] : shown.map((revision) => chipOf(revision, filter, service?.name ?? '')));
  }

  function chipOf(revision: string, filter: Filter, service: string): HTMLElement {
    const short = shortOf(revision, service);
    const on = filter.revisions.includes(revision);
    const title = t('logs.chipOn', { revision: short });
    const chip = h('button', { class: 'chip', type: 'button', 'aria-pressed': String(on), title }, short);
    chip.style.setProperty('--c', revisionColor(short));
    chip.addEventListener('click', () => {
      const others = filter.revisions.filter((other) => other !== revision);
      actions.filter({ revisions: on ? others : [...others, revision] });
    });
    return chip;
  }

  return {
    element,
    paint(state) {
      const { filter, service } = state;
      if (search.value !== filter.text) search.value = filter.text;
      level.value = filter.level;
      context.value = String(filter.context);
      context.hidden = filter.text === '';
      const several = new Set(state.services.map(({ namespace }) => namespace)).size > 1;
      fill(
        services,
        state.services.map(({ key, name, namespace }) => [key, several ? `${namespace}/${name}` : name]),
      );
      services.value = service?.key ?? '';
      services.hidden = state.services.length < 2;
      const known = filter.pod === '' || state.pods.includes(filter.pod) ? state.pods : [filter.pod, ...state.pods];
      fill(pods, [
        ['', t('logs.allInstances')],
        ...known.map((pod): [string, string] => [pod, podName(pod, revisionOf(pod), service?.name ?? '')]),
      ]);
      pods.value = filter.pod;
      pods.hidden = known.length < 2;
      paintChips(state);
      text(status, state.status);
      attr(status, { title: state.statusTitle });
      const label = t(state.following ? 'logs.pause' : 'logs.follow');
      if (follow.title !== label) follow.replaceChildren(icon(state.following ? 'pause' : 'arrowDown'));
      attr(follow, { 'aria-pressed': String(state.following), title: label, 'aria-label': label });
      attr(times, { 'aria-pressed': String(state.times) });
    },
  };
}

function select(label: string, chosen: (value: string) => void): HTMLSelectElement {
  const element = h('select', { class: 'chip', 'aria-label': label, title: label });
  element.addEventListener('change', () => chosen(element.value));
  return element;
}

/** Only where something changed: an open list must not be rebuilt under the hand. */
function fill(element: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
  const now = JSON.stringify(options);
  if (element.dataset['options'] === now) return;
  element.dataset['options'] = now;
  place(
    element,
    options.map(([value, label]) => h('option', { value }, label)),
  );
}

/** `hello-00004` of `hello-00004-deployment-7c9-x7q`. */
function revisionOf(pod: string): string {
  return pod.replace(/-deployment(-\w+)*$/, '');
}
