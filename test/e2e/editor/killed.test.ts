/**
 * The platform is killed (`kill -9`) while an application runs from the editor: stopped meanwhile, it does not stay on the platform.
 * With SLIPWAY_TEST_FULL=1; the gate has the log and the traffic view over an ordered restart.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { request } from '../../support/ingress.ts';
import { isReady, type Kube, kubeOf, serving } from '../../support/kube.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

describe.runIf(process.env['SLIPWAY_TEST_FULL'] === '1')('a platform that is killed', () => {
  let workspace = '';
  let platform: UpAnswer;
  let kube: Kube;
  const editor = useEditor({
    name: 'killed',
    workspace: (dir) => {
      workspace = join(dir, 'workspace');
      mkdirSync(workspace);
      return workspace;
    },
  });
  const run = async (...args: string[]) => {
    const result = await slipway(args, { env: editor().env, cwd: workspace });
    expect(result.code, result.stderr).toBe(0);
  };
  const up = async () => {
    platform = await slipwayJson<UpAnswer>(['up', '--detach'], { env: editor().env, cwd: workspace });
    kube = kubeOf(platform.kubeconfig);
  };
  const kill = async () => {
    process.kill(platform.pid, 'SIGKILL');
    await editor()
      .page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: /stopped/ })
      .waitFor();
  };
  beforeAll(async () => {
    await up();
    const dir = join(workspace, 'shop');
    await run('new', 'node-web', dir);
    await run('deploy', dir);
    await editor().openContainer();
  }, 240_000);

  it('while an application runs: stopped meanwhile, it is gone once the platform is back', async () => {
    await editor().act('Applications', /^shop/, 'slipway.application.run');
    await until('the running application', async () => isReady(await kube.find(serving('dev', 'services', 'shop'))), {
      timeout: 120_000,
    });
    await kill();
    await editor().page.keyboard.press('Shift+F5');
    await editor()
      .page.locator('.statusbar', { hasText: 'The platform is away; shop is removed from it when it is back.' })
      .waitFor();
    await editor().shot('stopped-while-away');
    await up();
    await until('the run gone', async () => (await kube.find(serving('dev', 'services', 'shop'))) === undefined, {
      timeout: 120_000,
    });
    expect((await request(platform.ingress, { host: 'shop.default.localhost' })).status).toBe(200);
  }, 300_000);
});
