/**
 * F5 on an application in Python, Go or Java attaches the debugger of its language: debugpy, Delve and Microsoft's adapter for Java
 * themselves, which a stand-in for their extensions connects with the editor as those do. With SLIPWAY_TEST_FULL=1, where the machine
 * has the language; debugpy is installed from PyPI into the stand-in, as the extension brings it, Java's adapter from Maven Central, and
 * Delve is the machine's. java.test.ts goes on where Java is another matter.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of a shell.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slipway } from '../../support/cli.ts';
import { runningPlatform, setBreakpoint, stopByKey } from '../../support/editor/breakpoint.ts';
import { useEditor } from '../../support/editor/editor.ts';
import { findJdk, javaExtension } from '../../support/editor/java.ts';
import { request } from '../../support/ingress.ts';
import { isReady, kubeOf, serving } from '../../support/kube.ts';
import { root, type TemporaryHome, temporaryHome } from '../../support/places.ts';
import { findProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

const full = process.env['SLIPWAY_TEST_FULL'] === '1';
const python = full ? findProgram('', 'python3') : undefined;
const go = full ? findProgram('', 'go') : undefined;
const delve = go ? findProgram('SLIPWAY_TEST_DLV', 'dlv') : undefined;
const jdk = full ? findJdk() : undefined;

/** Of the stand-ins, which are made when a test of them is to run. */
const extensions: string[] = [];
const env: NodeJS.ProcessEnv = withCache();
let made: TemporaryHome | undefined;
beforeAll(() => {
  made = temporaryHome('debuggers-extension');
  const standIn = join(made.dir, 'extension');
  cpSync(join(root, 'test', 'support', 'editor', 'debuggers-extension'), standIn, { recursive: true });
  extensions.push(standIn);
  if (python) {
    const libs = join(standIn, 'bundled', 'libs');
    mkdirSync(libs, { recursive: true });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--target', libs, 'debugpy==1.8.22'], { stdio: 'pipe' });
  }
  if (jdk) {
    const java = javaExtension(jdk, made.dir);
    extensions.push(java.folder);
    Object.assign(env, java.env);
  }
}, 300_000);
afterAll(() => made?.[Symbol.dispose]());

/** `handled`: the line of the breakpoint, once for each request. `start`: in place of the template's own command. */
const languages = [
  { name: 'python-web', template: 'python-web', there: python, file: 'server.py', handled: 'name = parse_qs(' },
  {
    name: 'python-web by a shell',
    template: 'python-web',
    there: python,
    start: 'exec python3 server.py --bind "0.0.0.0:$PORT" ${OPTIONS:---plain}',
    file: 'server.py',
    handled: 'name = parse_qs(',
  },
  { name: 'go-web', template: 'go-web', there: delve, file: 'main.go', handled: 'name := ' },
  { name: 'java-web', template: 'java-web', there: jdk, file: 'Server.java', handled: 'String name = ' },
];

/** The compiler's own cache: else it compiles its whole standard library for each home that is new. */
function withCache(): Record<string, string> {
  if (!go || !delve) return {};
  const GOCACHE = execFileSync(go, ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
  return { GOCACHE };
}

describe.each(languages)('an application of $name', ({ name, template, there, start, file, handled }) => {
  let folder = '';
  const editor = useEditor({
    name: `debuggers-${name.replaceAll(' ', '-')}`,
    settings: { 'files.autoSave': 'off' },
    extensions,
    env,
    workspace: (home) => {
      folder = join(home, 'workspace');
      mkdirSync(folder);
      return folder;
    },
  });
  const page = () => editor().page;
  const console = () => page().locator('.repl .monaco-list-row');
  const frame = () => page().locator('.debug-top-stack-frame-line').first();

  it.runIf(there)(
    'stops at the breakpoint in a request, is answered when it goes on, starts again on a save, and ends with Shift+F5',
    async () => {
      if (delve) {
        // Where `go install` puts it, as the editor's PATH is that of a login shell.
        const bin = join(editor().env['HOME'] ?? '', 'go', 'bin');
        mkdirSync(bin, { recursive: true });
        symlinkSync(delve, join(bin, 'dlv'));
      }
      // Started here, it has the PATH that the language was found on.
      for (const args of [
        ['up', '--detach', '--port', '0'],
        ['new', template, join(folder, 'orders')],
      ]) {
        const { code, stderr } = await slipway(args, { env: { ...editor().env, ...env }, cwd: folder });
        expect(code, stderr).toBe(0);
      }
      if (start) {
        const settings = join(folder, 'orders', 'slipway.yaml');
        const text = readFileSync(settings, 'utf8');
        const changed = text.replace('start: python3 server.py', () => `start: ${JSON.stringify(start)}`);
        expect(changed).not.toBe(text);
        writeFileSync(settings, changed);
      }
      await editor().openContainer();
      await editor()
        .row('Applications', /^orders/)
        .waitFor();
      await setBreakpoint(editor(), join(folder, 'orders', file), `orders/${file}`, handled);
      await page().keyboard.press('F5');
      const { ingress, kubeconfig } = await until('the platform', () => runningPlatform(editor()), { timeout: 60_000 });
      const kube = kubeOf(kubeconfig);
      const service = await until(
        'the running application',
        async () => {
          const found = await kube.find(serving('dev', 'services', 'orders'));
          return isReady(found) ? found : undefined;
        },
        { timeout: 300_000 },
      );
      expect(JSON.stringify(service)).toContain('"autoscaling.knative.dev/max-scale":"1"');
      await console().filter({ hasText: 'orders runs at http://orders.dev.localhost' }).waitFor();
      await console().filter({ hasText: 'listening' }).waitFor();

      const ask = (name: string) =>
        request(ingress, { host: 'orders.dev.localhost', path: `/?name=${name}`, timeout: 300_000 });
      const answered = ask('f5');
      await frame().waitFor({ timeout: 60_000 });
      await editor().shot('stopped');
      await page().keyboard.press('F5');
      expect((await answered).body).toContain('Hello, f5!');
      await console().filter({ hasText: '"name":' }).filter({ hasText: 'f5' }).first().waitFor();
      // Once, and not by the platform and the debugger both; nor what the debugger says to those who attach by hand.
      expect(await console().filter({ hasText: '"f5"' }).count()).toBe(1);
      expect(
        await console()
          .filter({ hasText: /API server listening|[Dd]ebugger warning/ })
          .count(),
      ).toBe(0);

      // A fresh instance, whose debugger is attached to in its turn.
      await frame().waitFor({ state: 'detached' });
      await page().keyboard.press('End');
      await page().keyboard.type(' ');
      await page().keyboard.press('Control+s');
      await console().filter({ hasText: 'listening' }).nth(1).waitFor({ timeout: 300_000 });
      const again = ask('again');
      await frame().waitFor({ timeout: 300_000 });
      await page().keyboard.press('F5');
      expect((await again).body).toContain('Hello, again!');

      await stopByKey(editor(), kube, 'orders');
      expect(await page().locator('.monaco-dialog-box').count()).toBe(0);
      // Nothing of the debugger is left in the folder that it was started in.
      expect(existsSync(join(folder, 'orders', '__debug_bin'))).toBe(false);
    },
    600_000,
  );
});
