/**
 * After scaffolding: `npm install` of a template's development dependencies (types), so that the editor does not underline
 * what it cannot know. The application runs without them; where npm or a network is missing, that is said in the log only.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';

/** Resolves when it has ended, in whatever way. */
export async function installDevelopmentDependencies(deps: Deps, dir: string, name: string): Promise<void> {
  if (!vscode.workspace.isTrusted || !existsSync(join(dir, 'package.json'))) return;
  const title = deps.problems.words.say('new.installing', { name });
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => npmInstall(deps, dir));
}

function npmInstall({ log, context }: Deps, dir: string): Promise<void> {
  return new Promise((resolve) => {
    const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(program, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
      windowsHide: true,
      shell: process.platform === 'win32',
    });
    // The window that asked for it is the only one that wants it.
    const ended = { dispose: () => void child.kill() };
    context.subscriptions.push(ended);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    child.on('error', (error) => {
      log.warn(`npm install in ${dir}: ${error.message}`);
      resolve();
    });
    child.on('close', (code) => {
      if (code !== 0) log.warn(`npm install in ${dir} ended with ${code}: ${said.trim()}`);
      resolve();
    });
  });
}
