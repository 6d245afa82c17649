/**
 * One of our pages in a browser without an editor: its bundle as it is shipped, a stand-in for the host's end of the wire, and
 * colours of the default themes. For what is about the page alone: layout, keys, painting times.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PageName, PageProblem, ToView } from '../../../webview/protocol.ts';
import { root } from '../places.ts';
import { themes } from './themes.ts';

export const pageThemes = ['dark', 'light', 'high-contrast', 'high-contrast-light'] as const;
export type PageTheme = (typeof pageThemes)[number];

export interface PageHarness<Name extends PageName> extends AsyncDisposable {
  page: Page;
  send<Event extends keyof ToView<Name> & string>(event: Event, payload: ToView<Name>[Event]): Promise<void>;
  /** What the page asked of its host so far. */
  asked(): Promise<{ method: string; on: string; params: unknown }[]>;
  /** The same page in another theme. */
  theme(name: PageTheme): Promise<void>;
  /** What was sent is on the screen. */
  painted(): Promise<void>;
  /** What the page saved. */
  kept(): Promise<unknown>;
  /** What the host answers to a method from now on; null for all others. undefined: it does not answer. */
  answer(method: string, result: unknown): Promise<void>;
  /** The host answers what was asked of it last by this method, which it had not answered. */
  answerNow(method: string, result: unknown): Promise<void>;
  /** It refuses a method from now on, or does so no more. */
  refuse(method: string, problem: PageProblem | null): Promise<void>;
}

export interface HarnessOptions {
  width: number;
  height: number;
  theme?: PageTheme;
  language?: 'en' | 'zh-cn';
  /** What the page had saved when it was there before. */
  kept?: unknown;
  /** What the host sends before it answers that the page is ready. */
  first?: { name: string; payload: unknown }[];
  /** What it answers from the beginning, as `answer` says. */
  answers?: Record<string, unknown>;
}

/** The part of a window that is used inside of the page. */
interface InPage {
  host: {
    asked: { method: string; on: string; params: unknown }[];
    /** Number of the last request, by its method. */
    last: Record<string, number>;
    answers: Record<string, unknown>;
    refusals: Record<string, PageProblem | null>;
    kept: unknown;
  };
  acquireVsCodeApi: () => {
    postMessage(request: { id: number; method: string; on: string; params: unknown }): void;
    getState(): unknown;
    setState(state: unknown): void;
  };
  postMessage(message: unknown, target: string): void;
  requestAnimationFrame(paint: () => void): void;
  document: { documentElement: { setAttribute(name: string, value: string): void }; body: { className: string } };
}

const fonts = {
  'font-family': "system-ui, 'DejaVu Sans', sans-serif",
  'font-size': '13px',
  'editor-font-family': "'DejaVu Sans Mono', monospace",
};

const styleOf = (theme: PageTheme): string =>
  Object.entries({ ...fonts, ...themes[theme] })
    .map(([key, value]) => `--vscode-${key}: ${value};`)
    .join(' ');
const classesOf = (theme: PageTheme): string =>
  theme === 'high-contrast-light' ? 'vscode-high-contrast vscode-high-contrast-light' : `vscode-${theme}`;

export async function openPage<Name extends PageName>(
  name: Name,
  { width, height, theme = 'dark', language = 'en', kept, first = [], answers = {} }: HarnessOptions,
): Promise<PageHarness<Name>> {
  const executablePath = process.env['SLIPWAY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width, height } });
  const file = (extension: string) => readFileSync(join(root, 'dist', 'webview', `${name}.${extension}`), 'utf8');
  const ground = { traffic: 'sideBar', logs: 'panel', revisions: 'editor', events: 'editor' }[name as PageName];
  await page.setContent(
    `<!doctype html><html lang="${language}" style="${styleOf(theme)}"><head><title>${name}</title>` +
      `<style>body{background:var(--vscode-${ground}-background)}</style>` +
      `<style>${file('css')}</style></head><body class="${classesOf(theme)}"><main id="root"></main></body></html>`,
  );
  await page.evaluate(
    ([kept, first, answers]) => {
      const here = globalThis as unknown as InPage;
      here.host = { asked: [], last: {}, answers, refusals: {}, kept };
      here.acquireVsCodeApi = () => ({
        postMessage: ({ id, method, on, params }) => {
          here.host.asked.push({ method, on, params });
          here.host.last[method] = id;
          if (method === 'ready')
            for (const { name, payload } of first)
              here.postMessage({ kind: 'event', name, payload: JSON.stringify(payload) }, '*');
          const { answers, refusals } = here.host;
          const problem = refusals[method] ?? null;
          if (Object.hasOwn(answers, method) && answers[method] === undefined) return;
          here.postMessage({ kind: 'answer', id, error: null, problem, result: answers[method] ?? null }, '*');
        },
        getState: () => here.host.kept,
        setState: (state) => {
          here.host.kept = state;
        },
      });
    },
    [kept, first, answers] as const,
  );
  await page.addScriptTag({ content: file('js') });
  // With it the controls begin to follow the theme; this document's own came before the script.
  await page.evaluate("dispatchEvent(new Event('load'))");
  return {
    page,
    send: (event, payload) =>
      page.evaluate((message) => (globalThis as unknown as InPage).postMessage(message, '*'), {
        kind: 'event',
        name: event,
        payload: JSON.stringify(payload),
      }),
    theme: (next) =>
      page.evaluate(
        ([style, classes]) => {
          const { document } = globalThis as unknown as InPage;
          document.documentElement.setAttribute('style', style);
          document.body.className = classes;
        },
        [styleOf(next), classesOf(next)] as const,
      ),
    painted: () =>
      page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const { requestAnimationFrame } = globalThis as unknown as InPage;
            requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
          }),
      ),
    kept: () => page.evaluate(() => (globalThis as unknown as InPage).host.kept),
    asked: () => page.evaluate(() => (globalThis as unknown as InPage).host.asked),
    answer: (method, result) =>
      page.evaluate(
        ([name, value]) => {
          (globalThis as unknown as InPage).host.answers[name as string] = value;
        },
        [method, result] as const,
      ),
    answerNow: (method, result) =>
      page.evaluate(
        ([name, value]) => {
          const here = globalThis as unknown as InPage;
          const id = here.host.last[name as string];
          here.postMessage({ kind: 'answer', id, error: null, problem: null, result: value }, '*');
        },
        [method, result] as const,
      ),
    refuse: (method, problem) =>
      page.evaluate(
        ([name, value]) => {
          (globalThis as unknown as InPage).host.refusals[name] = value;
        },
        [method, problem] as const,
      ),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
