/** One revision of the traffic view: its slider, field, tags, lock and figures. Built once, then only updated. */
import { attr, h, place, text } from '../lib/dom.ts';
import { icon } from '../lib/icons.ts';
import { errorsText, instancesText, plainButton, revisionColor, wholeDuration } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { LiveView, TrafficRowView } from '../protocol.ts';
import type { Action } from './wish.ts';

export interface RowActions {
  act(action: Action): void;
  openUrl(url: string): void;
  editTag(revision: string): void;
}

export interface RowView {
  element: HTMLElement;
  update(
    row: TrafficRowView,
    shown: {
      percent: number;
      locked: boolean;
      follows: boolean;
      /** Of this revision; undefined or without requests where none came. */
      live: LiveView | undefined;
      /** Whole per cent that requests take now: measured where any came to the service, else what is routed. */
      now: number;
      disabled: boolean;
    },
  ): void;
}

export function createRow(revision: string, actions: RowActions): RowView {
  const dot = h('span', { class: 'dot', role: 'img' });
  const name = h('b');
  const tags = h('span', { class: 'tags' });
  const lock = plainButton('', '', () => actions.act({ type: 'toggleLock', revision }), { class: 'plain lock' });
  const tagButton = plainButton(icon('tag'), '', () => actions.editTag(revision), { class: 'plain tagging' });
  const field = h('input', {
    class: 'pct',
    type: 'text',
    inputmode: 'numeric',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const slider = h('input', { type: 'range', min: 0, max: 100, step: 1 });
  const figures = h('small');
  const element = h(
    'div',
    { class: 'rev', role: 'listitem', 'data-revision': revision },
    h('header', {}, dot, name, tags, tagButton, lock, field),
    slider,
    figures,
  );
  let shownPercent = 0;
  let dragging = false;
  /** What the parts that are built anew were last built from: a move of the slider must not build what it does not change. */
  const built = { tags: '', figures: '', locked: '' };
  const changed = (part: keyof typeof built, form: unknown): boolean => {
    const text = JSON.stringify(form);
    if (built[part] === text) return false;
    built[part] = text;
    return true;
  };

  const begin = () => {
    if (dragging) return;
    dragging = true;
    actions.act({ type: 'dragStart' });
  };
  const end = () => {
    if (!dragging) return;
    dragging = false;
    actions.act({ type: 'dragEnd' });
  };
  slider.addEventListener('pointerdown', begin);
  slider.addEventListener('input', () => {
    // Read first: beginning repaints, and would put the old value back.
    const percent = Number(slider.value);
    // A key press is a drag of one step; a pointer's ends with `change`.
    begin();
    actions.act({ type: 'drag', revision, percent });
  });
  slider.addEventListener('change', end);
  slider.addEventListener('pointerup', end);
  slider.addEventListener('pointercancel', end);
  slider.addEventListener('keydown', (event) => {
    const step = keyStep(event);
    if (step === undefined) return;
    event.preventDefault();
    const percent = Math.min(100, Math.max(0, shownPercent + step));
    actions.act({ type: 'set', revision, percent });
  });

  field.addEventListener('focus', () => field.select());
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') commit();
    else if (event.key === 'Escape') {
      field.value = `${shownPercent} %`;
      field.select();
    } else {
      const step = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const percent = Math.min(100, Math.max(0, shownPercent + step * (event.shiftKey ? 10 : 1)));
      actions.act({ type: 'set', revision, percent });
      field.value = `${shownPercent} %`;
    }
  });
  field.addEventListener('blur', () => commit());

  function commit(): void {
    const typed = /^\s*(\d{1,3})\s*%?\s*$/.exec(field.value)?.[1];
    const percent = typed === undefined ? shownPercent : Math.min(100, Number(typed));
    if (percent !== shownPercent) actions.act({ type: 'set', revision, percent });
    field.value = `${shownPercent} %`;
  }

  return {
    element,
    update(row, { percent, locked, follows, live, now, disabled }) {
      shownPercent = percent;
      element.style.setProperty('--c', row.state === 'failed' ? 'var(--bad)' : revisionColor(row.short));
      slider.style.setProperty('--p', `${percent}%`);
      const state = t(`state.${row.state}`);
      attr(dot, { class: `dot ${row.state}`, 'aria-label': state, title: row.details || state });
      text(name, row.short);
      attr(name, { title: row.revision });
      const share = row.latestReady ? percent > 0 : false;
      if (changed('tags', [row.tags, row.latestReady, share, follows, disabled]))
        place(tags, tagChips(row, percent, follows, disabled, actions, tags));
      attr(tagButton, labelled(t('traffic.tagEdit', { revision: row.short })));
      if (changed('locked', locked)) lock.replaceChildren(icon(locked ? 'lock' : 'unlock'));
      attr(lock, {
        ...labelled(t(locked ? 'traffic.unlock' : 'traffic.lock', { revision: row.short })),
        'aria-pressed': String(locked),
      });
      element.classList.toggle('locked', locked);
      if (document.activeElement !== field || field.value.trim() === '') field.value = `${percent} %`;
      const unable = disabled || locked || (row.state === 'failed' && percent === 0);
      attr(field, { 'aria-label': t('traffic.field', { revision: row.short }), disabled: unable });
      if (Number(slider.value) !== percent) slider.value = String(percent);
      attr(slider, {
        'aria-label': t('traffic.slider', { revision: row.short }),
        'aria-valuetext': t('traffic.sliderValue', { percent, actual: now }),
        disabled: unable,
      });
      attr(lock, { disabled });
      const { state: condition, reason, instances } = row;
      const onlyTag = row.percent === 0 && row.tags.length > 0;
      if (changed('figures', [condition, reason, now, instances, onlyTag, live]))
        place(figures, figuresOf(row, live, now));
    },
  };
}

/** Shift with an arrow and the page keys move by 10; the plain ones are the browser's own steps of 1. */
function keyStep(event: KeyboardEvent): number | undefined {
  if (event.key === 'PageUp') return 10;
  if (event.key === 'PageDown') return -10;
  if (!event.shiftKey) return undefined;
  if (event.key === 'ArrowRight' || event.key === 'ArrowUp') return 10;
  if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') return -10;
  return undefined;
}

const labelled = (label: string) => ({ title: label, 'aria-label': label });

/** Built anew each time; the focus is put back on the chip that had it. */
function tagChips(
  row: TrafficRowView,
  percent: number,
  follows: boolean,
  disabled: boolean,
  actions: RowActions,
  before: Element,
): HTMLElement[] {
  const chips: HTMLElement[] = [];
  if (row.latestReady && percent > 0) {
    // The one share that can move by itself: whether it does is said, and can be changed.
    const label = t(follows ? 'traffic.followsHint' : 'traffic.pinnedHint');
    const chip = h(
      'button',
      { class: 'tag follow', type: 'button', 'aria-pressed': String(follows), disabled, title: label },
      t(follows ? 'traffic.follows' : 'traffic.pinned'),
    );
    chip.addEventListener('click', () => actions.act({ type: 'follow', on: !follows }));
    if (before.querySelector('.follow') === document.activeElement) queueMicrotask(() => chip.focus());
    chips.push(chip);
  } else if (row.latestReady) {
    chips.push(h('span', { class: 'tag', title: t('traffic.latestHint') }, t('traffic.latest')));
  }
  for (const { tag, url } of row.tags) {
    if (url === null) chips.push(h('span', { class: 'tag' }, tag));
    else {
      const label = t('traffic.tagOpen', { tag, url });
      const chip = h('button', { class: 'tag', type: 'button', ...labelled(label) }, `${tag} ↗`);
      chip.addEventListener('click', () => actions.openUrl(url));
      chips.push(chip);
    }
  }
  return chips;
}

function figuresOf(row: TrafficRowView, live: LiveView | undefined, now: number): HTMLElement[] {
  const figure = (content: string, attributes: Record<string, string> = {}) => h('span', attributes, content);
  if (row.state === 'failed') {
    return [
      figure(row.reason ? t('traffic.failedWhy', { reason: row.reason }) : t('state.failed'), {
        class: 'failed',
        title: row.details,
      }),
    ];
  }
  const parts: HTMLElement[] = [];
  if (live && live.requests > 0) {
    parts.push(figure(t('traffic.now', { percent: now }), { class: 'now', title: t('traffic.nowHint') }));
    if (live.p95 !== null) parts.push(figure(t('traffic.p95', { time: wholeDuration(live.p95) })));
    parts.push(figure(errorsText(live), live.errors > 0 ? { class: 'failed' } : {}));
    parts.push(figure(row.state === 'ready' ? instancesText(row.instances) : t(`state.${row.state}`)));
  } else {
    parts.push(figure(t('traffic.now', { percent: now }), { class: 'now' }));
    parts.push(figure(row.state === 'ready' ? instancesText(row.instances) : t(`state.${row.state}`)));
  }
  if (row.percent === 0 && row.tags.length > 0)
    parts.push(figure(t('traffic.tagOnly'), { title: t('traffic.tagOnlyHint') }));
  return parts;
}
