/** Events: a form that sends a CloudEvent to a service, and what the platform delivered. */
import '../lib/page.css';
import './events.css';
import { draftFaults } from '../../src/core/event-draft.ts';
import { openChannel } from '../lib/channel.ts';
import { announce, attr, h, place, text } from '../lib/dom.ts';
import { beginPage, button, problemNote, problemOf, wholeDuration } from '../lib/page.ts';
import { t } from '../messages.ts';
import type { EventDraftView, EventsState, PageProblem } from '../protocol.ts';
import { traceTable } from './trace.ts';

const root = beginPage();
const channel = openChannel('events');
const locale = document.documentElement.lang;

let state: EventsState | undefined;
let sending = false;

const target = h('select', { id: 'target' });
const type = h('input', { id: 'type', type: 'text', spellcheck: 'false', autocomplete: 'off' });
const source = h('input', { id: 'source', type: 'text', spellcheck: 'false', autocomplete: 'off' });
const subject = h('input', { id: 'subject', type: 'text', spellcheck: 'false', autocomplete: 'off' });
const contentType = h('input', { id: 'contentType', type: 'text', spellcheck: 'false', autocomplete: 'off' });
const data = h('textarea', { id: 'data', rows: 6, spellcheck: 'false' });
const fields = { type, source, subject, contentType, data };

const faultNotes = new Map<string, HTMLElement>();
const labelled = (id: keyof typeof fields | 'target', control: HTMLElement): HTMLElement => {
  const note = h('span', { class: 'fault', id: `${id}-fault`, role: 'alert' });
  faultNotes.set(id, note);
  attr(control, { 'aria-describedby': `${id}-fault` });
  return h('div', { class: 'field' }, h('label', { for: id }, t(`events.${id}`)), control, note);
};

const send = button(t('events.sendButton'), () => void submit(), { appearance: 'primary', id: 'send' });
const outcome = h('div', { class: 'outcome', id: 'outcome' });
const form = h(
  'form',
  { 'aria-label': t('events.send') },
  labelled('target', target),
  h('div', { class: 'pair' }, labelled('type', type), labelled('source', source)),
  h('div', { class: 'pair' }, labelled('subject', subject), labelled('contentType', contentType)),
  labelled('data', data),
  h('div', { class: 'btns' }, send),
);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void submit();
});
/** Fields that were written in before the form had what it begins with, which comes from a host that may be busy: they stay. */
const early = new Set<string>();
let begun = false;
/** Its target was chosen outside, after whatever was kept. */
let aimed = false;
form.addEventListener('input', ({ target: changed }) => {
  if (!begun && changed instanceof HTMLElement) early.add(changed.id);
  // While its platform is away it is no target; it is the chosen one when that is back.
  if (changed === target) wanted = target.value;
  keep();
  showFaults(false);
});
const trace = h('div', { id: 'trace' });
place(root, [
  h('section', { class: 'send' }, h('h1', {}, t('events.send')), form, outcome),
  h('section', { class: 'trace' }, h('h2', {}, t('events.trace')), trace),
]);

channel.on('state', (next) => {
  state = next;
  paint();
});
channel.on('form', ({ draft, sent, aimed: isAimed }) => {
  lastSent = sent;
  aimed = isAimed;
  // What is being written stays, whoever it goes to.
  fill(begun && aimed ? { ...draftNow(), key: draft.key } : draft);
  if (begun) keep();
});
const kept = channel.load();
void channel.request('ready', null).then(() => {
  // What was being written counts more than what was last sent, unless it is from before that: the editor may have kept an older state.
  const goesOn = isKept(kept) && kept.over === lastSent;
  if (goesOn) fill({ ...kept.draft, key: aimed ? wanted : kept.draft.key || wanted });
  if (goesOn || aimed || early.size > 0) keep();
  begun = true;
  early.clear();
});

function paint(): void {
  if (!state) return;
  channel.drawnFor(state.on);
  const before = target.value;
  place(
    target,
    state.targets.map(({ key, name, namespace, url }) =>
      h('option', { value: key }, namespace === 'default' ? `${name} · ${url}` : `${namespace}/${name} · ${url}`),
    ),
  );
  if (state.targets.some(({ key }) => key === before)) target.value = before;
  else if (wanted !== '') target.value = wanted;
  attr(send, { disabled: sending || state.targets.length === 0 });
  const none = state.platform === 'ready' ? t('events.noTarget') : t(`platform.${state.platform}`);
  text(faultNotes.get('target') ?? outcome, state.targets.length === 0 ? none : '');
  place(trace, [
    ...(state.traced ? [] : [h('p', { class: 'dim' }, t('events.traceMissing'))]),
    state.trace.length === 0
      ? h('p', { class: 'dim' }, t('events.traceNone'))
      : traceTable(state.trace, locale, (draft) => {
          fill(draft);
          keep();
          type.focus();
        }),
  ]);
}

let wanted = '';
let lastSent = 0;
function fill(draft: EventDraftView): void {
  if (!early.has('target')) {
    wanted = draft.key;
    if (draft.key !== '') target.value = draft.key;
  }
  for (const [name, control] of Object.entries(fields))
    if (!early.has(name)) control.value = draft[name as keyof typeof fields];
  showFaults(false);
}

/** What was written since it was last sent. */
function keep(): void {
  channel.save({ draft: draftNow(), over: lastSent } satisfies Kept);
}

function draftNow(): EventDraftView {
  return {
    key: target.value || wanted,
    type: type.value,
    source: source.value,
    subject: subject.value,
    contentType: contentType.value,
    data: data.value,
  };
}

/** `all`: fields that were left empty are named too, as when Send was pressed. */
function showFaults(all: boolean): boolean {
  const faults = draftFaults(draftNow());
  for (const [name, control] of Object.entries(fields)) {
    const wrong = faults.find((fault) => fault === name);
    const shown = wrong !== undefined && (all || control.value !== '');
    attr(control, { 'aria-invalid': shown });
    text(faultNotes.get(name) ?? outcome, shown ? t(`events.fault.${wrong}`) : '');
  }
  if (all && faults[0]) fields[faults[0]].focus();
  return faults.length > 0;
}

async function submit(): Promise<void> {
  if (sending || !state || state.targets.length === 0 || showFaults(true)) return;
  sending = true;
  paint();
  place(outcome, [h('p', { class: 'dim' }, t('events.sending'))]);
  try {
    const { sent, status, ms, body, problem } = await channel.request('send', draftNow());
    lastSent = sent;
    keep();
    showOutcome(status, ms, body, problem);
  } catch (error) {
    place(outcome, [problemNote(problemOf(error))]);
  } finally {
    sending = false;
    paint();
  }
}

function showOutcome(status: number, ms: number, body: string, problem: PageProblem | null): void {
  if (problem) {
    place(outcome, [problemNote(problem)]);
    return;
  }
  const line = t('events.answered', { status, time: wholeDuration(ms) });
  const good = status >= 200 && status < 300;
  place(outcome, [
    h('p', { class: good ? 'good' : 'bad', id: 'answered' }, line),
    ...(body === '' ? [] : [h('pre', { 'aria-label': t('events.answer'), tabindex: 0 }, body)]),
  ]);
  announce(line);
}

interface Kept {
  draft: EventDraftView;
  /** When the form had last been sent, ms since the epoch; 0 = never. */
  over: number;
}

function isKept(value: unknown): value is Kept {
  return typeof value === 'object' && value !== null && 'draft' in value && 'over' in value && isDraft(value.draft);
}

function isDraft(value: unknown): value is EventDraftView {
  if (typeof value !== 'object' || value === null) return false;
  const draft = value as Record<string, unknown>;
  return ['key', 'type', 'source', 'subject', 'contentType', 'data'].every((name) => typeof draft[name] === 'string');
}
