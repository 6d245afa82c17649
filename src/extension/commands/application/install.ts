/**
 * After scaffolding: `npm install` of a template's development dependencies (types), so that the editor does not underline
 * what it cannot know. The application runs without them; where npm or a network is missing, that is said in the log only.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Deps } from '../../deps.ts';

/**
 * Resolves when it has ended, in whatever way. `outlive`: it goes on when this window does not, for instance because the new
 * folder is opened in it.
 */
export async function installDevelopmentDependencies(
  deps: Deps,
  dir: string,
  name: string,
  { outlive }: { outlive: boolean },
): Promise<void> {
  if (!vscode.workspace.isTrusted || !existsSync(join(dir, 'package.json'))) return;
  const title = deps.problems.words.say('new.installing', { name });
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    npmInstall(deps, dir, outlive),
  );
}

function npmInstall({ log, context }: Deps, dir: string, outlive: boolean): Promise<void> {
  return new Promise((resolve) => {
    const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const child = spawn(program, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: dir,
      stdio: ['ignore', 'ignore', outlive ? 'ignore' : 'pipe'],
      windowsHide: true,
      shell: process.platform === 'win32',
      detached: outlive,
    });
    if (outlive) child.unref();
    else context.subscriptions.push({ dispose: () => void child.kill() });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
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
