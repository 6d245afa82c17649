/** What the lenses and the language status of slipway.yaml and deploy/*.yaml say and do, here and on a context of a kubeconfig. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { noticesOf } from '../../support/editor/notices.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { kubeOf, serving } from '../../support/kube.ts';
import { temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

/** A platform in a home of its own, which the editor knows by a context of its kubeconfig only. */
const elsewhere = temporaryHome('manifests-cluster');
const there = { env: elsewhere.env, cwd: elsewhere.dir };
const cluster = await slipwayJson<UpAnswer>(['up', '--detach', '--port', '0'], there);
afterAll(async () => {
  await slipway(['down'], there);
  elsewhere[Symbol.dispose]();
});

const ping = `apiVersion: sources.knative.dev/v1
kind: PingSource
metadata:
  name: tick
spec:
  schedule: "0 8 * * 1-5"
  sink:
    ref:
      apiVersion: serving.knative.dev/v1
      kind: Service
      name: shop
`;
const { editor, path, run, up, platform, kube } = useWorkspace({
  name: 'manifests-live',
  settings: {
    'slipway.contexts': ['staging', 'mirror'].map((name) => ({
      name,
      context: cluster.context,
      kubeconfig: cluster.kubeconfig,
    })),
  },
});
const file = (name: string) => path('shop', name);
const { toast, quiet } = noticesOf(editor);
const lens = (text: string | RegExp) => editor().page.locator('.codelens-decoration', { hasText: text }).first();
const press = (text: string) =>
  editor()
    .page.locator('.codelens-decoration a', { hasText: new RegExp(`${text}$`) })
    .first()
    .click();
const open = async (name: string) => {
  await editor().openAt(`shop/${name}`, 1);
  await editor().page.locator('.statusbar-item', { hasText: /YAML/ }).first().waitFor();
};
/** The language status, open. */
const languageStatus = async (says: string | RegExp) => {
  const { page } = editor();
  const item = page.locator('.hover-language-status', { hasText: says });
  // What it says follows the text a moment later, and the status that is drawn anew closes it.
  await until(`the language status ${says}`, async () => {
    await page.locator('.statusbar-item[id="status.languageStatus"]').click({ timeout: 2_000 });
    if (
      await item.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    )
      return true;
    await page.keyboard.press('Escape');
    return false;
  });
  return item;
};

beforeAll(async () => {
  await up('--port', '0');
  await run('new', 'node-web', path('shop'));
  writeFileSync(file('deploy/tick.yaml'), ping);
}, 120_000);

describe('above slipway.yaml', () => {
  it('a lens deploys, and says what serves then', async () => {
    await open('slipway.yaml');
    await lens('not deployed').waitFor();
    await press('Deploy');
    await toast(/shop-00001 serves 100 %/).waitFor({ timeout: 90_000 });
    await lens(/Ready/).waitFor();
    await lens(`shop.default.localhost:${platform().ingress.port}`).waitFor();
    await editor().shot('slipway');
    await quiet();
  });

  it('the language status says whether it is in order, and deploys', async () => {
    await languageStatus('Slipway: in order');
    await editor().shot('status');
    await editor().page.keyboard.press('Escape');
    const text = readFileSync(file('slipway.yaml'), 'utf8');
    writeFileSync(file('slipway.yaml'), text.replace('start:', 'strat:'));
    await editor().page.locator('.squiggly-error').first().waitFor();
    await languageStatus('Slipway: 1 problem');
    // In the place of the others: the text does not jump.
    await lens('1 problem in its files').waitFor();
    await editor().shot('status-problems');
    await editor().page.keyboard.press('Escape');
    writeFileSync(file('slipway.yaml'), text);
    await until('in order', async () => (await editor().page.locator('.squiggly-error').count()) === 0);
    writeFileSync(file('PRICES'), 'pears\n');
    const item = await languageStatus('Slipway: in order');
    await item.getByText('Deploy', { exact: true }).click();
    await toast(/shop-00002 serves 100 %/).waitFor({ timeout: 90_000 });
    await quiet();
  });
});

describe('above deploy/*.yaml', () => {
  it('the lens of the service deploys and leads to its logs', async () => {
    writeFileSync(file('PRICES'), 'apples\n');
    await open('deploy/service.yaml');
    await lens(/Ready/).waitFor();
    await press('Deploy');
    await toast(/shop-00003 serves 100 %/).waitFor({ timeout: 90_000 });
    await editor().shot('service');
    await quiet();
    await request(platform().ingress, { host: 'shop.default.localhost', path: '/?name=lens' });
    await press('Logs');
    const log = await editor().webview('logs');
    await log.locator('.row', { hasText: 'name=lens' }).first().waitFor();
    await editor().run('View: Hide Panel');
  });

  it('follow the platform also when the text loses the focus just then, at which the editor drops its question', async () => {
    const { keyboard } = editor().page;
    await open('deploy/service.yaml');
    await lens(/00003 100 %/).waitFor();
    const changed = run('traffic', 'shop', 'shop-00001=40', 'shop-00003=60');
    let end = Number.POSITIVE_INFINITY;
    void changed.finally(() => {
      end = performance.now() + 1_500;
    });
    // Shorter in the text than the editor's pause.
    while (performance.now() < end) {
      await keyboard.press('Control+1');
      await keyboard.press('Control+0');
    }
    await changed;
    await lens(/00001 40 %/).waitFor();
    await editor().shot('unfocused');
  });

  it('a source says when it fires next, and fires by hand', async () => {
    await open('deploy/tick.yaml');
    await lens(/Ready/).waitFor();
    await lens(/next .*08:00/).waitFor();
    await press('Fire Now');
    await editor().page.locator('.statusbar', { hasText: /20\d/ }).waitFor({ timeout: 60_000 });
    await editor().shot('ping');
  });
});

describe('on a context of a kubeconfig', () => {
  it('the lenses say what is there, and deploy there', async () => {
    await open('slipway.yaml');
    await editor().run('slipway.platform.use');
    await editor().quickInput.choose(/^staging/);
    await lens('not deployed').waitFor();
    await editor().shot('cluster-before');
    await press('Deploy');
    await toast(/shop-00001 serves 100 %/).waitFor({ timeout: 90_000 });
    await lens(/Ready/).waitFor();
    await lens(`shop.default.localhost:${cluster.ingress.port}`).waitFor();
    await editor().shot('cluster');
    const answer = await request(cluster.ingress, { host: 'shop.default.localhost' });
    expect(answer.body).toContain('shop-00001');
    await quiet();
  });

  it('what changes there is seen, and the platform of this machine was not touched', async () => {
    const shop = serving('default', 'services', 'shop');
    await slipwayJson(['traffic', 'shop', 'shop-00001=100'], there);
    await slipwayJson(['deploy', '--no-traffic', file('')], there);
    expect((await kube().get(shop)).status?.latestReadyRevisionName).toBe('shop-00003');
    await open('deploy/service.yaml');
    await lens(/00001 100 %/).waitFor();
    await editor().run('slipway.platform.use');
    await editor().quickInput.choose(/^embedded/);
    await lens(`shop.default.localhost:${platform().ingress.port}`).waitFor();
    await editor().shot('back');
  });

  it('an environment that two of them fit is deployed to the one that is chosen, which is put in use for that', async () => {
    appendFileSync(
      file('slipway.yaml'),
      `environments:\n  test:\n    context: ${cluster.context}\n  pipeline:\n    deploy: pipeline\n`,
    );
    writeFileSync(file('PRICES'), 'plums\n');
    // In the palette once there are environments.
    await editor().run('slipway.application.deployTo');
    await editor()
      .quickInput.entry(/pipeline.*by pipeline/)
      .waitFor();
    await editor().shot('environments');
    await editor().quickInput.choose(/^test/);
    await editor()
      .quickInput.entry(/^mirror/)
      .waitFor();
    await editor().shot('which');
    await editor().quickInput.choose(/^staging/);
    await toast(/shop-00002 is ready and takes 0 %/).waitFor({ timeout: 90_000 });
    await editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: 'staging' }).waitFor();
    const there = await kubeOf(cluster.kubeconfig).get(serving('default', 'services', 'shop'));
    expect(there.status?.latestReadyRevisionName).toBe('shop-00002');
    await editor().shot('environment');
    await quiet();
  });

  it('a protected one asks for the name before its platform is put in use, and nothing is changed without it', async () => {
    const settings = readFileSync(file('slipway.yaml'), 'utf8');
    const guarded = `    context: ${cluster.context}\n    kubeconfig: ${cluster.kubeconfig}\n    protected: true\n`;
    writeFileSync(file('slipway.yaml'), settings.replace(/^ {4}context: .*\n/m, guarded));
    writeFileSync(file('PRICES'), 'cherries\n');
    const inUse = (name: string) =>
      editor().page.locator('.statusbar-item[id*="slipway.platform"]', { hasText: name }).waitFor();
    await editor().run('slipway.platform.use');
    await editor().quickInput.choose(/^embedded/);
    await inUse('embedded');
    const deploy = async () => {
      await editor().run('slipway.application.deployTo');
      await editor().quickInput.choose(/^test.*protected/);
      await editor().quickInput.choose(/^staging/);
      await editor().quickInput.expect(/test is protected/);
    };
    await deploy();
    // Nothing is being deployed yet.
    await inUse('embedded');
    await editor().shot('protected');
    await editor().quickInput.cancel();
    await inUse('embedded');
    await deploy();
    await editor().quickInput.type('shop');
    await editor().quickInput.accept();
    await toast(/shop-00003 is ready and takes 0 %/).waitFor({ timeout: 90_000 });
    await inUse('staging');
    await quiet();
  });
});
