/**
 * Desktop VS Code, downloaded by @vscode/test-electron and joined over the DevTools protocol. UNTRIED: the machines this was
 * written on cannot reach VS Code's download; contributors who can choose it with SLIPWAY_TEST_EDITOR=desktop
 * (SLIPWAY_TEST_VSCODE_VERSION picks a version, `engines.vscode` being the oldest).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { chromium } from 'playwright-core';
import { until } from '../until.ts';
import type { Launcher } from './launcher.ts';

export const launchDesktop: Launcher = async (options) => {
  const executable = await downloadAndUnzipVSCode(process.env['SLIPWAY_TEST_VSCODE_VERSION'] ?? 'stable');
  const userData = join(options.dir, 'user-data');
  const extensions = join(options.dir, 'extensions');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User', 'settings.json'), JSON.stringify(options.settings, null, 2));
  const shared = ['--user-data-dir', userData, '--extensions-dir', extensions];

  const [cli, ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(executable);
  if (!cli) throw new Error(`no command line beside ${executable}`);
  for (const vsix of [options.vsix, ...options.others]) {
    await ended(
      spawn(cli, [...cliArgs, ...shared, '--install-extension', vsix, '--force'], {
        env: options.env,
        stdio: 'inherit',
      }),
    );
  }

  const editor = spawn(
    executable,
    [
      ...(options.workspace ? [options.workspace] : ['--new-window']),
      ...shared,
      ...[
        '--remote-debugging-port=0',
        '--skip-welcome',
        '--skip-release-notes',
        '--disable-updates',
        '--disable-telemetry',
        '--no-sandbox',
      ],
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ],
    { env: options.env, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  editor.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const address = await until('the DevTools address', () => /DevTools listening on (ws:\/\/\S+)/.exec(output)?.[1]);
  const browser = await chromium.connectOverCDP(address);
  const page = await until('the window', () =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((candidate) => candidate.url().includes('workbench')),
  );
  return {
    page,
    logs: join(userData, 'logs'),
    close: async () => {
      await browser.close();
      editor.kill();
      if (editor.exitCode === null) await ended(editor).catch(() => {});
    },
  };
};

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 || code === null ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}
