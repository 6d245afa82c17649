/** Failed deploys in the editor: the verdict with its one button, the line in the Problems view, the quick fix; then it goes well. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { slipway, slipwayJson } from '../../support/cli.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { noticesOf } from '../../support/editor/notices.ts';
import { request } from '../../support/ingress.ts';
import { root, temporaryHome } from '../../support/places.ts';
import type { UpAnswer } from '../../support/platform.ts';

const template = temporaryHome('gallery-template');
await slipway(['new', 'node-web', join(template.dir, 'shop')], { env: template.env, cwd: template.dir });

let workspace = '';
const editor = useEditor({
  name: 'gallery',
  env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
  workspace: (dir) => {
    workspace = join(dir, 'workspace');
    mkdirSync(workspace);
    cpSync(join(template.dir, 'shop'), join(workspace, 'shop'), { recursive: true });
    template[Symbol.dispose]();
    return workspace;
  },
});
const at = (...parts: string[]) => join(workspace, 'shop', ...parts);
const original = { server: '', manifest: '', settings: '' };
const restore = () => {
  writeFileSync(at('src', 'server.ts'), original.server);
  writeFileSync(at('deploy', 'service.yaml'), original.manifest);
  writeFileSync(at('slipway.yaml'), original.settings);
};
const deploy = async () => {
  await editor().openContainer();
  await editor().act('Applications', /^shop/, 'slipway.application.deploy');
};
const { toast, press, quiet, problem } = noticesOf(editor);

it('deploys at first', async () => {
  Object.assign(original, {
    server: readFileSync(at('src', 'server.ts'), 'utf8'),
    manifest: readFileSync(at('deploy', 'service.yaml'), 'utf8'),
    settings: readFileSync(at('slipway.yaml'), 'utf8'),
  });
  await deploy();
  await toast(/shop-00001 serves 100 %/).waitFor({ timeout: 90_000 });
  await quiet();
}, 150_000);

it('an application that ends at its start: the line that threw, and the old revision serves on', async () => {
  writeFileSync(at('src', 'server.ts'), `const moon = undefined as any;\nmoon.rise();\n${original.server}`);
  await deploy();
  const failure = /was not deployed.*ended with code 1/;
  await toast(failure).waitFor({ timeout: 90_000 });
  await toast(/shop-00001 serves on/).waitFor();
  await editor().shot('exits');
  await press(failure, 'Open server.ts, line 2');
  await editor().page.locator('.statusbar-item', { hasText: 'Ln 2,' }).waitFor();
  await editor().page.keyboard.press('Control+Shift+m');
  await problem(/ended with code 1/).waitFor();
  await editor().shot('exits-problem');
  const { ingress } = await slipwayJson<UpAnswer>(['status'], { env: editor().env, cwd: workspace });
  expect((await request(ingress, { host: 'shop.default.localhost' })).body).toContain('shop-00001');
  // Told wherever one looks, long before Knative gives the revision up.
  const crash = /CrashLoopBackOff.*TypeError: Cannot read properties/;
  await editor().openContainer();
  await editor()
    .row('Applications', /00002.*TypeError: Cannot read properties/)
    .waitFor();
  await editor()
    .page.locator('.statusbar-item[id*="slipway.service"]', { hasText: /shop.*CrashLoopBackOff/ })
    .waitFor();
  const traffic = await editor().webview('traffic');
  await traffic.locator('.note', { hasText: /00002 failed \(CrashLoopBackOff: TypeError.*takes no traffic/ }).waitFor();
  await editor().run('slipway.service.openRevisions');
  const tab = await editor().webview('revisions');
  await tab.locator('.note', { hasText: crash }).waitFor();
  const row = tab.locator('tr[data-revision="shop-00002"]', { hasText: crash });
  await row.waitFor();
  const [link, line] = await Promise.all(['.link', '.l'].map((part) => row.locator(part).boundingBox()));
  if (!link || !line) throw new Error('the row has no link to the cause');
  expect(link.x + link.width).toBeLessThanOrEqual(line.x + line.width);
  await editor().shot('exits-everywhere');
  await editor().run('View: Close Editor');
  restore();
  await quiet();
}, 150_000);

it('a build that fails: the compiler’s lines in the Problems view', async () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  writeFileSync(
    at('slipway.yaml'),
    original.settings.replace(
      /^build:\n/m,
      `build:\n  command: node ${tsc} --noEmit --pretty false --ignoreConfig src/wrong.ts\n`,
    ),
  );
  writeFileSync(at('src', 'wrong.ts'), "export const n: number = 'text';\n");
  await deploy();
  await toast(/The build command .* ended with/).waitFor({ timeout: 90_000 });
  await press(/The build command/, 'Open wrong.ts, line 1');
  await problem(/Type 'string' is not assignable to type 'number'.*Slipway \(ts\)/).waitFor();
  await editor().shot('build');
  restore();
  await quiet();
}, 150_000);

it('a config map that is not there: the button adds its manifest, and the next deploy goes well', async () => {
  const declared = original.manifest.replace(
    'env:\n',
    'env:\n            - name: COLOUR\n              valueFrom:\n                configMapKeyRef:\n                  name: settings\n                  key: colour\n',
  );
  writeFileSync(at('deploy', 'service.yaml'), declared);
  await deploy();
  const failure = /no ConfigMap settings/;
  await toast(failure).waitFor({ timeout: 90_000 });
  await editor().shot('config-map');
  await press(failure, 'Fix in settings.yaml');
  await editor().page.locator('.tab.active', { hasText: 'settings.yaml' }).waitFor();
  await editor().page.locator('.view-line', { hasText: 'kind: ConfigMap' }).first().waitFor();
  await editor().shot('config-map-fixed');
  await quiet();
  // What is deployed is what is in the editor: it is saved.
  await deploy();
  await toast(/serves 100 %/).waitFor({ timeout: 90_000 });
  expect(readFileSync(at('deploy', 'settings.yaml'), 'utf8')).toContain('colour:');
  await quiet();
}, 240_000);

it('too little memory: a quick fix at the line of the limit', async () => {
  restore();
  const limited = original.manifest.replace(
    '          env:\n',
    '          resources:\n            limits:\n              memory: 96Mi\n          env:\n',
  );
  writeFileSync(at('deploy', 'service.yaml'), limited);
  writeFileSync(
    at('src', 'server.ts'),
    'const all: Buffer[] = [];\nsetInterval(() => all.push(Buffer.alloc(64 << 20, 1)), 5);\n',
  );
  await deploy();
  const failure = /more memory than its limit/;
  await toast(failure).waitFor({ timeout: 90_000 });
  await editor().page.keyboard.press('Control+Shift+m');
  await problem(failure).waitFor();
  await press(failure, 'Fix in service.yaml');
  await editor().page.locator('.view-line', { hasText: 'memory: 192Mi' }).first().waitFor();
  // At a place that reads otherwise now the cause is not told any more.
  await problem(failure).waitFor({ state: 'detached' });
  await editor().shot('memory');
}, 150_000);
