/** What must not appear in the browser's console or the extension host's log: errors that are ours. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsoleMessage, Page } from 'playwright-core';

/** The extension's id: its files' paths, its webviews' origins and its log lines carry it. */
const ours = /slipway/i;

/**
 * The editor's own files lie in folders that carry our name: its code in a cache (in paths and, escaped, in addresses), its settings
 * and snippets among the suite's temporary ones.
 */
const withoutEditorsPaths = (text: string): string =>
  text
    .replace(/\S*(\/|%2F)node_modules(\/|%2F)code-server(\/|%2F)/g, '')
    .replace(/[^\s'"]*\/(user-data\/User|\.vscode)\b/g, '');

/** The editor's own troubles without a network; each would be there without us too. */
const editorsOwn: { pattern: RegExp; why: string }[] = [
  {
    pattern: /ERR_(INTERNET_DISCONNECTED|NAME_NOT_RESOLVED|CONNECTION_REFUSED|BLOCKED_BY_CLIENT)/,
    why: 'the gallery and telemetry are not reachable',
  },
  {
    pattern: /Failed to load resource: the server responded with a status of 40[34].*(vsda|favicon|gallery)/s,
    why: 'code-server ships without them',
  },
  {
    pattern: /Failed to resolve files at location: [^\n]* Canceled: Canceled/,
    why: 'a reload of the window while the editor looks through the folder for files of its own',
  },
  {
    pattern: /Unable to refresh tree view slipway\.\w+: Canceled/,
    why: 'a reload of the window while a tree asks for its rows',
  },
  {
    pattern: /No tree item with id '[^']*' found/,
    why: 'the editor asks for the rows below one that it has been told to draw anew a moment before; it asks again with that',
  },
  {
    pattern: /Channel has been closed[\s\S]*\/lib\/vscode\/extensions\//,
    why: "a reload of the window while an extension of the editor's own writes to its log",
  },
];

/** In the host's log, when a second window on the same folder comes and goes. */
const ofSecondWindows = [
  /EEXIST: file already exists, open '[^']*vscode\.lock'/,
  /Unable to refresh tree view [\w.]+: Canceled/,
];

export interface Complaints {
  /** Lines so far; empty is good. */
  list(): string[];
  /** Of a notification that a suite provoked and has seen: the workbench writes those of errors to its console, too. */
  provoked(text: RegExp): void;
}

export function collectComplaints(page: Page, logs: string): Complaints {
  const seen: string[] = [];
  const provoked: RegExp[] = [];
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() !== 'error') return;
    const text = withoutEditorsPaths(`${message.text()} (${message.location().url})`);
    if (ours.test(text) && !editorsOwn.some(({ pattern }) => pattern.test(text))) seen.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => {
    const text = error.stack ?? error.message;
    if (ours.test(text)) seen.push(`page: ${text}`);
  });
  const isProvoked = (line: string): boolean =>
    /\/workbench\.js\)$/.test(line) && provoked.some((text) => text.test(line));
  return {
    list: () => [...seen.filter((line) => !isProvoked(line)), ...hostErrors(logs)],
    provoked: (text) => void provoked.push(text),
  };
}

/** Errors in extension-host logs that name us: failed activations, unhandled rejections, commands that threw. */
function hostErrors(logs: string): string[] {
  let files: string[];
  try {
    files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /exthost.*\.log$|remoteagent\.log$/.test(name),
    );
  } catch {
    return [];
  }
  return files
    .filter((name) => !/slipway/i.test(name))
    .flatMap((name) => {
      const lines = readFileSync(join(logs, name), 'utf8').split('\n');
      return lines.flatMap((line, index) => {
        if (!/\[error\]/.test(line) || ofSecondWindows.some((pattern) => pattern.test(line))) return [];
        // The stack follows on lines without a time stamp.
        const stack = lines.slice(index + 1, index + 12).filter((next) => /^\s+at /.test(next));
        const whole = withoutEditorsPaths([line, ...stack].join('\n'));
        const known = editorsOwn.some(({ pattern }) => pattern.test(whole));
        return ours.test(whole) && !known ? [`${name}: ${whole}`] : [];
      });
    });
}
