/** What every page does first, and the pieces that more than one page shows. */
import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import { speak, t } from '../messages.ts';
import type { LiveView, PageProblem } from '../protocol.ts';
import { Refusal } from './channel.ts';
import { announce, h } from './dom.ts';

/** Registers the controls and takes the language over from `<html lang>`. Returns the page's root. */
export function beginPage(): HTMLElement {
  speak(document.documentElement.lang);
  // There before anything is said: what comes into being with its words is not read out.
  announce('');
  provideVSCodeDesignSystem().register(vsCodeButton());
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  return root;
}

export function button(
  label: string,
  onClick: () => void,
  options: { appearance?: 'primary' | 'secondary'; title?: string; id?: string } = {},
): HTMLElement {
  const element = h('vscode-button', {
    appearance: options.appearance ?? 'secondary',
    title: options.title,
    id: options.id,
  });
  element.textContent = label;
  element.addEventListener('click', onClick);
  return element;
}

/** A small button without a frame; `label` is its accessible name when it shows no words, else its hint. */
export function plainButton(
  content: Node | string,
  label: string,
  onClick: () => void,
  attributes: Record<string, string | boolean> = {},
): HTMLButtonElement {
  const element = h(
    'button',
    {
      class: 'plain',
      type: 'button',
      title: label,
      'aria-label': hasWords(content) ? undefined : label,
      ...attributes,
    },
    content,
  );
  element.addEventListener('click', onClick);
  return element;
}

/** Visible words must be in the name: who speaks to the editor says what is seen. */
const hasWords = (content: Node | string): boolean => typeof content === 'string' && /[\p{L}\p{N}]/u.test(content);

export function problemNote(problem: PageProblem, ...actions: HTMLElement[]): HTMLElement {
  return h(
    'div',
    { class: 'note bad', role: 'alert', 'data-code': problem.code },
    problem.text,
    problem.fix !== '' && h('span', { class: 'fix' }, problem.fix),
    actions.length > 0 && h('div', { class: 'btns' }, ...actions),
  );
}

/** Turns whatever a request died of into something that can be shown. */
export function problemOf(error: unknown): PageProblem {
  if (error instanceof Refusal) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', text: t('problem.unexpected', { detail }), fix: '' };
}

// Not charts-orange (see-through in the default themes) and not red (that is failure).
const palette = ['charts-blue', 'charts-purple', 'charts-yellow', 'terminal-ansiCyan', 'charts-green'] as const;

/** A revision keeps its colour on every page: by its number, else by its letters. */
export function revisionColor(short: string): string {
  const number = /^\d+$/.test(short)
    ? Number(short) - 1
    : [...short].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return `var(--vscode-${palette[Math.max(0, number) % palette.length]})`;
}

export function instancesText(count: number): string {
  return count === 1 ? t('instances.one') : t('instances.many', { count });
}

export function errorsText(live: LiveView): string {
  if (live.errors === 0) return t('traffic.errors.none');
  return live.errors === 1 ? t('traffic.errors.one') : t('traffic.errors.many', { count: live.errors });
}

/** From a second on in seconds. */
export function duration(ms: number): string {
  return ms >= 1_000 ? `${rough(ms / 1_000)} s` : `${rough(ms)} ms`;
}

/** The same without parts of a millisecond. */
export function wholeDuration(ms: number): string {
  return ms >= 1_000 ? duration(ms) : `${Math.round(ms)} ms`;
}

/** 0.4 → `0.4`, 12.34 → `12`, for figures that change each second. */
export function rough(value: number): string {
  return value > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value));
}
