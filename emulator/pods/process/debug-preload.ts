/**
 * What makes a Node application wait for its debugger: a script that NODE_OPTIONS preloads. `--inspect-wait` itself would
 * also stop every package manager and watcher on the way to the application, and they would take the port; this one
 * lets them pass and takes itself out of the environment of what the application starts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = `'use strict';
const launchers = /(^|[\\\\/])(npm|npx|yarn|pnpm|pnpx|corepack|nodemon|tsx[\\\\/]dist[\\\\/](cli|preflight))(-cli)?(\\.c?m?js)?$/;
const watching = process.execArgv.some((word) => word.startsWith('--watch')) && !process.env.WATCH_REPORT_DEPENDENCIES;
const { isMainThread } = require('node:worker_threads');
if (isMainThread && !watching && process.argv[1] && !launchers.test(process.argv[1])) {
  const port = Number(process.env.SLIPWAY_DEBUG_PORT);
  delete process.env.SLIPWAY_DEBUG_PORT;
  const own = process.env.SLIPWAY_DEBUG_OPTION;
  delete process.env.SLIPWAY_DEBUG_OPTION;
  if (own && process.env.NODE_OPTIONS) {
    process.env.NODE_OPTIONS = process.env.NODE_OPTIONS.replace(own, '').trim();
    if (!process.env.NODE_OPTIONS) delete process.env.NODE_OPTIONS;
  }
  if (port) {
    const inspector = require('node:inspector');
    inspector.open(port, '127.0.0.1');
    inspector.waitForDebugger();
  }
}
`;

/** Writes the script; returns the variables that make an instance wait on `port`. */
export function debugEnvironment(dir: string, port: number, options: string | undefined): Record<string, string> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const script = join(dir, 'wait-for-debugger.cjs');
  writeFileSync(script, source);
  const option = `--require ${JSON.stringify(script)}`;
  return {
    NODE_OPTIONS: options ? `${options} ${option}` : option,
    SLIPWAY_DEBUG_PORT: String(port),
    SLIPWAY_DEBUG_OPTION: option,
  };
}
