/**
 * One of our pages in a browser without an editor: its bundle as it is shipped, a stand-in for the host's end of the wire, and
 * colours of the default themes. For what is about the page alone: layout, keys, painting times.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PageName, ToView } from '../../../webview/protocol.ts';
import { root } from '../places.ts';

export type PageTheme = 'dark' | 'light' | 'high-contrast';

export interface PageHarness<Name extends PageName> extends AsyncDisposable {
  page: Page;
  send<Event extends keyof ToView<Name> & string>(event: Event, payload: ToView<Name>[Event]): Promise<void>;
  /** What the page asked of its host so far. */
  asked(): Promise<{ method: string; params: unknown }[]>;
  /** What the host answers to a method from now on; null for all others. */
  answer(method: string, result: unknown): Promise<void>;
}

export interface HarnessOptions {
  width: number;
  height: number;
  theme?: PageTheme;
  language?: 'en' | 'zh-cn';
}

/** The part of a window that is used inside of the page. */
interface InPage {
  host: { asked: { method: string; params: unknown }[]; answers: Record<string, unknown> };
  acquireVsCodeApi: () => {
    postMessage(request: { id: number; method: string; params: unknown }): void;
    getState(): undefined;
    setState(): undefined;
  };
  postMessage(message: unknown, target: string): void;
}

export async function openPage<Name extends PageName>(
  name: Name,
  { width, height, theme = 'dark', language = 'en' }: HarnessOptions,
): Promise<PageHarness<Name>> {
  const executablePath = process.env['SLIPWAY_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width, height } });
  const file = (extension: string) => readFileSync(join(root, 'dist', 'webview', `${name}.${extension}`), 'utf8');
  const variables = Object.entries(themes[theme]).map(([key, value]) => `--vscode-${key}: ${value};`);
  const body = theme === 'high-contrast' ? 'vscode-high-contrast' : `vscode-${theme}`;
  const background = name === 'traffic' ? 'sideBar-background' : 'editor-background';
  await page.setContent(
    `<!doctype html><html lang="${language}"><head><style>:root{${variables.join('')}}body{background:var(--vscode-${background})}</style>` +
      `<style>${file('css')}</style></head><body class="${body}"><main id="root"></main></body></html>`,
  );
  await page.evaluate(() => {
    const here = globalThis as unknown as InPage;
    here.host = { asked: [], answers: {} };
    here.acquireVsCodeApi = () => ({
      postMessage: ({ id, method, params }) => {
        here.host.asked.push({ method, params });
        here.postMessage({ kind: 'answer', id, error: null, result: here.host.answers[method] ?? null }, '*');
      },
      getState: () => undefined,
      setState: () => undefined,
    });
  });
  await page.addScriptTag({ content: file('js') });
  return {
    page,
    send: (event, payload) =>
      page.evaluate((message) => (globalThis as unknown as InPage).postMessage(message, '*'), {
        kind: 'event',
        name: event,
        payload,
      }),
    asked: () => page.evaluate(() => (globalThis as unknown as InPage).host.asked),
    answer: (method, result) =>
      page.evaluate(
        ([name, value]) => {
          (globalThis as unknown as InPage).host.answers[name as string] = value;
        },
        [method, result] as const,
      ),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** The variables that our pages use, with the values of the default themes. */
const shared = {
  'font-family': 'system-ui, "DejaVu Sans", sans-serif',
  'font-size': '13px',
  'editor-font-family': '"DejaVu Sans Mono", monospace',
};
const themes: Record<PageTheme, Record<string, string>> = {
  dark: {
    ...shared,
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    'sideBar-background': '#181818',
    'editor-background': '#1f1f1f',
    'panel-border': '#2b2b2b',
    'widget-border': '#313131',
    focusBorder: '#0078d4',
    'button-background': '#0078d4',
    'button-foreground': '#ffffff',
    'button-hoverBackground': '#026ec1',
    'button-secondaryBackground': '#313131',
    'button-secondaryForeground': '#cccccc',
    'button-secondaryHoverBackground': '#3c3c3c',
    'button-border': 'transparent',
    'input-background': '#313131',
    'input-foreground': '#cccccc',
    'input-border': '#3c3c3c',
    'scrollbarSlider-background': 'rgba(121, 121, 121, 0.4)',
    'list-hoverBackground': '#2a2d2e',
    'toolbar-hoverBackground': 'rgba(90, 93, 94, 0.31)',
    'textLink-foreground': '#4daafc',
    'textLink-activeForeground': '#4daafc',
    errorForeground: '#f85149',
    'charts-blue': '#59a4f9',
    'charts-purple': '#b180d7',
    'charts-yellow': '#cca700',
    'charts-green': '#89d185',
    'charts-red': '#f14c4c',
    'terminal-ansiCyan': '#11a8cd',
  },
  light: {
    ...shared,
    foreground: '#3b3b3b',
    descriptionForeground: '#3b3b3b',
    'sideBar-background': '#f8f8f8',
    'editor-background': '#ffffff',
    'panel-border': '#e5e5e5',
    'widget-border': '#e5e5e5',
    focusBorder: '#005fb8',
    'button-background': '#005fb8',
    'button-foreground': '#ffffff',
    'button-hoverBackground': '#0258a8',
    'button-secondaryBackground': '#e5e5e5',
    'button-secondaryForeground': '#3b3b3b',
    'button-secondaryHoverBackground': '#cccccc',
    'button-border': 'transparent',
    'input-background': '#ffffff',
    'input-foreground': '#3b3b3b',
    'input-border': '#cecece',
    'scrollbarSlider-background': 'rgba(100, 100, 100, 0.4)',
    'list-hoverBackground': '#f2f2f2',
    'toolbar-hoverBackground': 'rgba(184, 184, 184, 0.31)',
    'textLink-foreground': '#005fb8',
    'textLink-activeForeground': '#005fb8',
    errorForeground: '#f85149',
    'charts-blue': '#0063d3',
    'charts-purple': '#652d90',
    'charts-yellow': '#bf8803',
    'charts-green': '#388a34',
    'charts-red': '#e51400',
    'terminal-ansiCyan': '#0598bc',
  },
  'high-contrast': {
    ...shared,
    foreground: '#ffffff',
    descriptionForeground: 'rgba(255, 255, 255, 0.7)',
    'sideBar-background': '#000000',
    'editor-background': '#000000',
    'panel-border': '#6fc3df',
    contrastBorder: '#6fc3df',
    focusBorder: '#f38518',
    'button-background': 'transparent',
    'button-foreground': '#ffffff',
    'button-border': '#6fc3df',
    'button-secondaryForeground': '#ffffff',
    'input-background': '#000000',
    'input-foreground': '#ffffff',
    'input-border': '#6fc3df',
    'scrollbarSlider-background': 'rgba(111, 195, 223, 0.6)',
    'textLink-foreground': '#21a6ff',
    'textLink-activeForeground': '#21a6ff',
    errorForeground: '#f48771',
    'charts-blue': '#75beff',
    'charts-purple': '#b180d7',
    'charts-yellow': '#ffd370',
    'charts-green': '#89d185',
    'charts-red': '#f48771',
    'terminal-ansiCyan': '#00cdcd',
  },
};
