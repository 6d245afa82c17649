/** The traffic view of the sidebar: what is wished beside what is, and the way from one to the other. */
import '../lib/page.css';
import './traffic.css';
import { canaryCard } from '../lib/canary.ts';
import { openChannel, Refusal } from '../lib/channel.ts';
import { announce, attr, h, perFrame, place, text } from '../lib/dom.ts';
import { beginPage, button, plainButton, problemNote, problemOf, revisionColor } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { CanaryAction, CanaryPlanView, PageProblem, Sample, TrafficRowView, TrafficState } from '../protocol.ts';
import { type CanaryForm, createCanaryForm } from './canary-form.ts';
import { note, noteList, placeNotes } from './notes.ts';
import { createRow, type RowView } from './row.ts';
import { asApplied, positive, shortSplit, splitText } from './splits.ts';
import {
  type Action,
  follows,
  noWish,
  type Percents,
  presets,
  receive,
  reduce,
  sameSplit,
  shownRows,
  type Wish,
  wholeShares,
  wished,
} from './wish.ts';

const root = beginPage();
const channel = openChannel('traffic');
const rowViews = new Map<string, RowView>();
const made = new Map<string, HTMLElement>();

let state: TrafficState | undefined;
let live: Sample | null = null;
let wish: Wish = restored();
let problem: PageProblem | null = null;
/** The platform that was meant by what was refused last. */
let refusedOn = '';
/** Places whose split is being written: another one that is chosen meanwhile is not held up by it. */
const applying = new Set<string>();
let form: CanaryForm | undefined;
/** A canary was begun here, and is not shown yet. */
let begun = false;
/** The last canary text that was read out. */
let saidCanary = '';

const bar = h('div', { class: 'bar', role: 'img' });
const rows = h('div', { role: 'list' });
const buttons = h('div', { class: 'btns' });
const extras = h('div', { class: 'extras' });
/** One step less and more stand beside each other, whatever there is room for. */
const steps = h('span', { class: 'pair' });
/** The platform's state: above all else, for nothing below can be done while it is away. */
const away = h('div', { 'aria-live': 'polite' });
const card = h('div');
const setup = h('div');
const notes = h('div', { 'aria-live': 'polite' });
const page = h('div', { class: 'traffic' }, bar, away, card, rows, buttons, extras, setup, notes);
const paint = perFrame(render);

channel.on('state', (told) => {
  // A platform that is away knows nothing: what it last said stays, greyed out, with a line that says so.
  const isAway = told.platform !== 'ready' && !told.service && told.on === state?.on;
  const next = isAway && state?.service ? { ...state, platform: told.platform } : told;
  if (state && placeOf(state) !== placeOf(next)) {
    if (!isStillNews(state, next)) problem = null;
    form = undefined;
  }
  state = next;
  if (next.service && next.platform === 'ready') wish = receive(wish, placeOf(next), next.rows.concat(next.others));
  keep();
  paint();
});
channel.on('live', (sample) => {
  live = sample && wholeShares(sample);
  paint();
});
channel.request('ready', null).catch(failed);

/** That nothing was done because another platform is in use is told on that one's page, which comes at the same time. */
function isStillNews(before: TrafficState, next: TrafficState): boolean {
  const onItsWay = before.on === refusedOn || !before.service;
  return problem?.code === 'PlatformChanged' && next.on !== refusedOn && onItsWay;
}

function act(action: Action): void {
  if (!state) return;
  wish = reduce(wish, action, shown(state));
  if (action.type !== 'toggleLock') problem = null;
  if (action.type !== 'drag' && action.type !== 'dragStart') keep();
  // At once, not with the next frame: the field that had the focus must show what it led to.
  render();
  if (action.type !== 'drag' && action.type !== 'dragStart' && wish.percent) announce(splitText(wish.percent, state));
}

function render(): void {
  if (!state) return;
  channel.drawnFor(state.on);
  if (!state.service || state.rows.length === 0) {
    place(root, [emptyPage(state), ...(problem ? [problemNote(problem)] : [])]);
    return;
  }
  const list = shown(state);
  const split = wished(list, wish);
  const unable = state.platform !== 'ready' || isApplying(state) || state.moving !== 'allowed';
  // A canary that somebody drives has the split: a hand in between would end it.
  const disabled = unable || (state.canary?.phase === 'running' && state.canary.driven);
  const following = follows(wish, list);
  place(root, [page]);
  for (const known of rowViews.keys()) if (!list.some((row) => row.revision === known)) rowViews.delete(known);
  place(
    rows,
    list.map((row, index) => {
      const view = rowViews.get(row.revision) ?? createRow(row.revision, { act, openUrl, editTag });
      rowViews.set(row.revision, view);
      const { percent, locked } = split[index] ?? { percent: 0, locked: false };
      view.update(row, {
        ...{ percent, locked: locked === true, disabled },
        follows: following,
        live: live?.revisions[row.revision],
        now: shareNow(row),
      });
      return view.element;
    }),
  );
  attr(rows, { 'aria-label': t('traffic.rowsLabel', { service: state.service.name }) });
  renderBar(list);
  renderButtons(state, list, disabled);
  renderCanary(state, unable);
  placeNotes(away, platformNotes(state));
  placeNotes(
    notes,
    noteList(
      { state, list, wish, problem, applying: isApplying(state) },
      {
        takeTheirs: () => act({ type: 'reset' }),
        keepMine: () => state && act({ type: 'rebase', rows: shown(state) }),
      },
    ),
  );
}

/** The card of one that is there, else the form of one that is to be. */
function renderCanary(now: TrafficState, disabled: boolean): void {
  if (now.canary && !isOver(now.canary)) form = undefined;
  form?.offer(candidates(now));
  place(card, now.canary ? [cardOf(now.canary, disabled)] : []);
  if (now.canary && begun) {
    // It stands above the rows, the form that began it below them.
    card.scrollIntoView({ block: 'nearest' });
    begun = false;
  }
  place(setup, form ? [form.element] : []);
  // Seconds that pass are not read out; a step, a hold and an end are.
  const said = now.canary ? `${now.canary.phase} ${now.canary.step} ${now.canary.driven}` : '';
  if (said === saidCanary) return;
  if (now.canary && saidCanary !== '') announce(now.canary.text);
  saidCanary = said;
}

const isOver = ({ phase }: { phase: string }): boolean => phase === 'succeeded' || phase === 'rolledBack';

/** The same element while only its words change, so that its buttons keep the focus and a click between two seconds counts. */
function cardOf(now: NonNullable<TrafficState['canary']>, disabled: boolean): HTMLElement {
  const shape = JSON.stringify([now.revision, now.phase, now.step, now.driven, disabled]);
  const there = made.get('canary');
  const said = there?.querySelector('.said');
  if (there && said && there.dataset['shape'] === shape) {
    text(said, now.text);
    return there;
  }
  const element = canaryCard(now, { act: (action) => void actOnCanary(action), disabled });
  element.dataset['shape'] = shape;
  made.set('canary', element);
  return element;
}

function openForm(): void {
  if (!state) return;
  const rows = candidates(state);
  form = createCanaryForm(rows, state.measures, {
    start: (plan) => void startCanary(plan),
    cancel: () => {
      form = undefined;
      render();
      made.get('guarded')?.focus();
    },
  });
  render();
  form.focus();
  // Its first field alone would be all that a low view shows of it.
  form.element.scrollIntoView({ block: 'nearest' });
}

/** Revisions that could take over from those that serve: newest first, those with the least traffic before. */
function candidates(now: TrafficState): TrafficRowView[] {
  return [...shown(now), ...now.others.filter((row) => !wish.added.includes(row.revision))]
    .filter((row) => row.percent < 100 && row.state !== 'failed' && row.state !== 'starting')
    .filter((row, index, all) => all.findIndex((other) => other.revision === row.revision) === index);
}

async function startCanary(plan: CanaryPlanView): Promise<void> {
  if (!state?.service) return;
  await settled(placeOf(state), channel.request('startCanary', { key: state.service.key, plan }), (now) => {
    begun = true;
    form = undefined;
    wish = noWish(placeOf(now));
  });
}

async function actOnCanary(action: CanaryAction): Promise<void> {
  if (!state?.service) return;
  await settled(placeOf(state), channel.request('canary', { key: state.service.key, action }));
}

/** What comes of it is told where its service is still shown. */
async function settled(
  where: string,
  request: Promise<PageProblem | null>,
  done: (now: TrafficState) => void = () => {},
): Promise<void> {
  const found = await request.catch(refused);
  const isShown = state !== undefined && placeOf(state) === where;
  if (state && isShown) {
    problem = found;
    if (!found) done(state);
    keep();
  } else if (found?.code === 'PlatformChanged') problem = found;
  render();
  if (isShown) showProblem();
}

/** In a low view it may stand below the edge. */
function showProblem(): void {
  if (problem) notes.querySelector('[role="alert"]')?.scrollIntoView({ block: 'nearest' });
}

/** The share that requests take now; before any were measured, what the platform routes. */
function shareNow({ revision, actual }: TrafficRowView): number {
  const measured = live && Object.values(live.revisions).some(({ requests }) => requests > 0);
  return measured ? (live?.revisions[revision]?.share ?? 0) : actual;
}

function renderBar(list: readonly TrafficRowView[]): void {
  const parts = list.map((row) => ({ row, share: shareNow(row) })).filter(({ share }) => share > 0);
  place(
    bar,
    parts.map(({ row, share }) => {
      const part = h('i');
      part.style.width = `${share}%`;
      part.style.background = row.state === 'failed' ? 'var(--bad)' : revisionColor(row.short);
      return part;
    }),
  );
  const split = parts.map(({ row, share }) => t('traffic.part', { percent: share, revision: row.short }));
  const label = t('traffic.bar', { split: split.join(t('separator')) });
  attr(bar, { 'aria-label': label, title: label });
}

function renderButtons(now: TrafficState, list: readonly TrafficRowView[], disabled: boolean): void {
  const wishing = wish.percent !== null;
  const label = isApplying(now) ? t('traffic.applying') : t('traffic.apply', { split: shortSplit(wished(list, wish)) });
  const applyButton = once('apply', () => button('', apply, { appearance: 'primary', id: 'apply' }));
  text(applyButton, label);
  attr(applyButton, { disabled: disabled || !wishing, 'aria-label': label });
  const reset = once('reset', () => button(t('traffic.reset'), () => act({ type: 'reset' }), { id: 'reset' }));
  const rollBack = once('rollback', () =>
    button(t('traffic.rollback'), rollback, { title: t('traffic.rollbackHint'), id: 'rollback' }),
  );
  attr(rollBack, { disabled: disabled || !now.canRollBack });
  const guarded = once('guarded', () =>
    button(t('canary.open'), openForm, { title: t('canary.openHint'), id: 'guarded' }),
  );
  attr(guarded, { disabled: disabled || form !== undefined });
  const canGuard = candidates(now).length > 0 && (!now.canary || isOver(now.canary));
  place(buttons, [
    ...(wishing || isApplying(now)
      ? [applyButton, reset]
      : now.canRollBack && (!now.canary || isOver(now.canary))
        ? [rollBack]
        : []),
    ...(canGuard && !wishing && !isApplying(now) ? [guarded] : []),
  ]);

  const presetButtons = presets(list, wish).map(({ name, percent }) => {
    const element = once(`preset-${name}`, () =>
      plainButton(t(`traffic.preset.${name}`), t(`traffic.preset.${name}Hint`), () => {
        const found = state && presets(shown(state), wish).find((preset) => preset.name === name);
        if (found) act({ type: 'preset', percent: found.percent });
      }),
    );
    attr(element, { disabled: disabled || sameSplit(percent, splitNow(list)) });
    return element;
  });
  const undo = once('undo', () => plainButton(t('traffic.undo'), t('traffic.undo'), () => act({ type: 'undo' })));
  const preview = once('preview', () => plainButton(t('traffic.preview'), t('traffic.preview'), showPreview));
  const add = once('add', () => plainButton(t('traffic.add'), t('traffic.add'), addRevision));
  attr(preview, { disabled: now.platform !== 'ready' });
  attr(add, { disabled });
  const hiddenOthers = now.others.some((row) => row.state !== 'failed' && !list.includes(row));
  place(steps, presetButtons.slice(-2));
  place(extras, [
    ...(list.length > 1 ? [...presetButtons.slice(0, -2), steps] : []),
    ...(wish.past.length > 0 ? [undo] : []),
    ...(wishing ? [preview] : []),
    ...(hiddenOthers ? [add] : []),
  ]);
}

function platformNotes(now: TrafficState): HTMLElement[] {
  if (now.platform === 'ready') return [];
  return [note('warn', t(`platform.${now.platform}`), ...(now.platform === 'stopped' ? [startButton()] : []))];
}

function emptyPage(now: TrafficState): HTMLElement {
  if (now.platform !== 'ready') {
    return h(
      'div',
      { class: 'empty' },
      h('p', {}, t(`platform.${now.platform}`)),
      now.platform === 'stopped' && startButton(),
    );
  }
  if (now.services.length > 0) {
    const pick = button(t('traffic.pick'), () => void channel.request('pickService', null).catch(failed), {
      appearance: 'primary',
    });
    return h('div', { class: 'empty' }, h('p', {}, t('traffic.empty')), pick);
  }
  const deploy = button(t('traffic.deploy'), () => void channel.request('command', { name: 'deploy' }).catch(failed));
  return h('div', { class: 'empty' }, h('p', {}, t('traffic.noServices')), now.moving === 'allowed' && deploy);
}

function startButton(): HTMLElement {
  return button(t('platform.start'), () => void channel.request('command', { name: 'start' }).catch(failed), {
    appearance: 'primary',
    id: 'start',
  });
}

/** A wish is of one service on one platform, and so is what is being written. */
function placeOf({ on, service }: TrafficState): string {
  return service ? `${on} ${service.key}` : '';
}

function isApplying(now: TrafficState): boolean {
  return applying.has(placeOf(now));
}

async function apply(): Promise<void> {
  if (!state?.service || !wish.percent || isApplying(state)) return;
  const { key } = state.service;
  const percent = positive(wish.percent);
  const follow = follows(wish, shown(state));
  const base = { ...wish.base };
  await write(placeOf(state), channel.request('apply', { key, base, percent, follow }), (now) => {
    wish = reduce(wish, { type: 'applied', rows: asApplied(now.rows.concat(now.others), percent, follow) }, []);
    state = { ...now, rows: asApplied(now.rows, percent, follow), others: asApplied(now.others, percent, follow) };
    announce(t('traffic.said.applied', { split: splitText(percent, state) }));
  });
}

async function rollback(): Promise<void> {
  if (!state?.service || isApplying(state)) return;
  const { key } = state.service;
  await write(placeOf(state), channel.request('rollback', { key }), (now) => {
    wish = noWish(placeOf(now));
    announce(t('traffic.said.rolledBack'));
  });
}

async function write(
  where: string,
  request: Promise<PageProblem | null>,
  done: (now: TrafficState) => void,
): Promise<void> {
  applying.add(where);
  problem = null;
  render();
  const ended = request.finally(() => applying.delete(where));
  await settled(where, ended, done);
}

function addRevision(): void {
  if (!state?.service) return;
  channel
    .request('addRevision', { key: state.service.key, shown: shown(state).map((row) => row.revision) })
    .then((revision) => revision !== null && act({ type: 'add', revision }))
    .catch(failed);
}

function showPreview(): void {
  if (!state?.service || !wish.percent) return;
  channel
    .request('preview', {
      key: state.service.key,
      percent: positive(wish.percent),
      follow: follows(wish, shown(state)),
    })
    .catch(failed);
}

function openUrl(url: string): void {
  channel.request('openUrl', { url }).catch(failed);
}

function editTag(revision: string): void {
  if (state?.service) channel.request('editTag', { key: state.service.key, revision }).catch(failed);
}

function failed(error: unknown): void {
  problem = refused(error);
  render();
}

function refused(error: unknown): PageProblem {
  if (error instanceof Refusal) refusedOn = error.on;
  return problemOf(error);
}

function shown(now: TrafficState): TrafficRowView[] {
  return shownRows(now.rows, now.others, wish);
}

function splitNow(list: readonly TrafficRowView[]): Percents {
  return Object.fromEntries(wished(list, wish).map(({ revision, percent }) => [revision, percent]));
}

function once(key: string, make: () => HTMLElement): HTMLElement {
  const there = made.get(key);
  if (there) return there;
  const element = make();
  made.set(key, element);
  return element;
}

function keep(): void {
  channel.save({ wish: { ...wish, dragFrom: null } });
}

/** What this very page saved before it was hidden; anything else is no wish. */
function restored(): Wish {
  const saved = channel.load();
  if (typeof saved !== 'object' || saved === null || !('wish' in saved)) return noWish('');
  const { wish: kept } = saved as { wish: Partial<Wish> };
  return { ...noWish(kept?.key ?? ''), ...kept, dragFrom: null, refused: null };
}
