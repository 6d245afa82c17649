/**
 * `npm run editor`: a real VS Code in the browser with the extension in it, on a sample workspace, for a look around. Its
 * platforms, settings and files live in a folder of their own and are kept for the next time; `--fresh` begins anew.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureCodeServer } from './lib/code-server.mjs';
import { ensureDependencies } from './lib/deps.mjs';
import { cacheHome, dist } from './lib/paths.mjs';
import { say } from './lib/progress.mjs';
import { fail, pinnedEnv, pinnedNode, runNode, ScriptError, stay } from './lib/run.mjs';
import { ensureSystem } from './lib/system.mjs';
import { makePackage } from './package.mjs';

async function main() {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '8899' }, fresh: { type: 'boolean' } } });
  await ensureDependencies();
  const missing = await ensureSystem(['native']);
  if (missing.length > 0)
    throw new ScriptError(`needed to install the editor: ${missing.map(({ fix }) => fix).join('; ')}`);
  const entry = await ensureCodeServer();
  const vsix = await makePackage();

  const home = join(cacheHome, 'editor');
  if (values.fresh) rmSync(home, { recursive: true, force: true });
  const workspace = join(home, 'workspace');
  mkdirSync(workspace, { recursive: true });
  const env = pinnedEnv({ SLIPWAY_HOME: join(home, 'platforms') });
  if (!existsSync(join(workspace, 'hello'))) {
    await runNode([join(dist, 'cli.mjs'), 'new', 'node-web', join(workspace, 'hello')], {
      quiet: true,
      pulse: 'a sample application',
    });
  }
  const userData = join(home, 'user-data');
  const settings = join(userData, 'User', 'settings.json');
  if (!existsSync(settings)) {
    mkdirSync(join(userData, 'User'), { recursive: true });
    writeFileSync(
      settings,
      `${JSON.stringify(
        {
          'telemetry.telemetryLevel': 'off',
          'workbench.startupEditor': 'none',
          'chat.disableAIFeatures': true,
          'workbench.secondarySideBar.defaultVisibility': 'hidden',
        },
        null,
        2,
      )}\n`,
    );
  }
  writeFileSync(join(home, 'config.yaml'), '{}\n');
  const shared = [
    '--user-data-dir',
    userData,
    '--extensions-dir',
    join(home, 'extensions'),
    '--config',
    join(home, 'config.yaml'),
  ];
  await runNode([entry, ...shared, '--install-extension', vsix, '--force'], {
    quiet: true,
    pulse: 'installing the extension',
  });
  let output = '';
  const args = [
    entry,
    ...shared,
    '--auth',
    'none',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    // The sample workspace is ours; without trust nothing of it may run.
    '--disable-workspace-trust',
    '--bind-addr',
    `127.0.0.1:${values.port}`,
  ];
  const server = stay(pinnedNode(), args, { env }, (code) => {
    if (code) process.stderr.write(output);
    process.exit(code);
  });
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (!/listening on http/i.test(output)) return;
      stream.removeAllListeners('data').resume();
      const address = /listening on (http:\/\/[\d.:]+)/i.exec(output)[1];
      say('Ctrl-C ends it; what you did is kept for the next time');
      process.stdout.write(`${address}/?folder=${encodeURIComponent(join(workspace, 'hello'))}\n`);
    });
  }
}

main().catch(fail);
