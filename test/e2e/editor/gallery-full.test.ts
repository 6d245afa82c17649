/**
 * The whole gallery of failed deploys in the editor, with SLIPWAY_TEST_FULL=1: each is really provoked, and its notification must name
 * the cause and lead to its one fix (the edit in the file, the line, or the command), which is then taken; where that can mend it, the
 * next deploy must go well. What is data here is the platform suite's; the gate's few stand in gallery.test.ts, a platform that
 * goes away in killed.test.ts.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../src/core/codes.ts';
import { render } from '../../../src/core/messages/core.ts';
import { type ApiDoor, openDoor } from '../../support/api-door.ts';
import { slipway } from '../../support/cli.ts';
import { noticesOf } from '../../support/editor/notices.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { openRegistry } from '../../support/npm-registry.ts';
import type { Fixture } from '../../support/platform.ts';
import { freePort } from '../../support/ports.ts';
import { until } from '../../support/until.ts';
import { type Ended, type Failure, withPort, writeApplication } from '../platform/gallery-application.ts';
import { failures, skipped } from '../platform/gallery-failures.ts';

/** A small disk can be made here. */
const mounts = process.getuid?.() === 0 && existsSync('/usr/bin/mount');

describe.runIf(process.env['SLIPWAY_TEST_FULL'] === '1')('each failure in the editor', () => {
  let fixture: Fixture;
  let door: ApiDoor;
  let registry: Awaited<ReturnType<typeof openRegistry>> | undefined;
  const { editor, path, up, platform, kube } = useWorkspace({
    name: 'gallery-full',
    env: { DOCKER_HOST: 'unix:///nonexistent/docker.sock' },
    // In a browser it is on by default, and a fix that is left to be looked at would be saved.
    settings: { 'files.autoSave': 'off' },
  });
  const { quiet } = noticesOf(editor);
  const toasts = () => editor().page.locator('.notifications-toasts .notification-toast');
  const settings = (more: Record<string, unknown>) => {
    const file = join(editor().dir, 'editor', 'user-data', 'Machine', 'settings.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...more }));
  };

  beforeAll(async () => {
    const { env, dir } = editor();
    await up('--port', '0');
    const part: Pick<Fixture, 'up' | 'kube' | 'slipway'> = {
      up: platform(),
      kube: kube(),
      slipway: (...args) => slipway(args, { env, cwd: path() }),
    };
    fixture = part as Fixture;
    door = await openDoor(platform().kubeconfig, dir);
    settings({
      'slipway.contexts': [
        { name: 'the door', context: 'door', kubeconfig: door.kubeconfig },
        { name: 'the expired door', context: 'door', kubeconfig: door.expiredKubeconfig },
      ],
    });
  });
  afterAll(() => {
    door?.close();
    registry?.close();
  });

  beforeEach(async () => {
    await quiet();
    await editor().run('View: Close All Editors');
    const keep = editor().page.locator('.monaco-dialog-box .monaco-button', { hasText: "Don't Save" });
    await until('no editor', async () => {
      if (await keep.isVisible()) await keep.click({ timeout: 2_000 });
      return (await editor().page.locator('.editor-group-container .tab').count()) === 0;
    });
  });

  let used = 'embedded';
  const use = async (name: string) => {
    if (used === name) return;
    await editor().run('slipway.platform.use');
    await editor().quickInput.choose(new RegExp(`^${name}`));
    used = name;
  };

  /** How the deploy that is under way is told in the end. */
  async function outcome(): Promise<{ failed: boolean; text: string }> {
    const failed = toasts().filter({ has: editor().page.locator('.codicon-error') });
    const good = toasts().filter({ hasText: /serves \d+ %|is up to date/ });
    await failed.or(good).first().waitFor({ timeout: 100_000 });
    editor().complaints.provoked(/./);
    return { failed: (await failed.count()) > 0, text: (await failed.or(good).first().textContent()) ?? '' };
  }

  /** Deploys with the action in the title of a file of the application. */
  async function deploy(name: string): Promise<{ failed: boolean; text: string }> {
    const { page } = editor();
    await editor().openAt(`${name}/slipway.yaml`, 1);
    // Each of them has a file of this name.
    await page.locator('.monaco-breadcrumbs', { hasText: new RegExp(`${name}\\s*slipway\\.yaml`) }).waitFor();
    const action = page.locator('.editor-actions .action-label[aria-label^="Deploy"]');
    await action.waitFor();
    await quiet();
    await action.click();
    return outcome();
  }

  async function deployed(dir: string, args: string[] = []): Promise<Ended> {
    const kubeconfig = args[args.indexOf('--kubeconfig') + 1];
    await use(
      !args.includes('--kubeconfig') ? 'embedded' : kubeconfig === door.kubeconfig ? 'the door' : 'the expired door',
    );
    const { failed, text } = await deploy(dir.split('/').at(-1) ?? dir);
    expect(failed, text).toBe(true);
    // One cause, said once.
    await until('one notification', async () => (await toasts().count()) === 1);
    const serving = /(\S+) serves on/.exec(text)?.[1];
    return {
      ...(serving ? { serving } : {}),
      cause: { code: text, args: {} },
      fix: text,
      evidence: { logs: [], conditions: [] },
    };
  }

  /** What the sentence of a code says between its arguments. */
  const words = (code: string): string[] =>
    render('en', `problem.${code as ProblemCode}`)
      .split(/\{\w+\}/)
      .map((part) => part.trim())
      .filter((part) => part.length > 3);

  /** The output channel, where the evidence is. */
  const output = () =>
    readdirSync(editor().logs, { recursive: true, encoding: 'utf8' })
      .filter((name) => /Slipway\.log$/.test(name))
      .map((name) => readFileSync(join(editor().logs, name), 'utf8'))
      .join('');

  const press = (label: string | RegExp) => toasts().locator('.monaco-button', { hasText: label }).first().click();

  /** Takes the one fix. @returns whether it deploys by itself */
  async function fix(failure: Failure, dir: string): Promise<boolean> {
    const { page, quickInput } = editor();
    if (failure.edits) {
      const file = failure.edits.file.split('/').at(-1) ?? '';
      await press(`Fix in ${file}`);
      await page.locator('.tab.active', { hasText: file }).waitFor();
      const [first = ''] = failure.edits.gives.split('\n');
      await page.locator('.editor-instance .view-line', { hasText: first.trim() }).first().waitFor();
      return false;
    }
    if (failure.opens) {
      const file = failure.opens.file.split('/').at(-1) ?? '';
      await press(`Open ${file}, line ${failure.opens.line}`);
      await page.locator('.tab.active', { hasText: file }).waitFor();
      await page.locator('.statusbar-item', { hasText: `Ln ${failure.opens.line},` }).waitFor();
      return false;
    }
    switch (failure.runs?.command) {
      case 'createSecret':
        await press(/Create Secret /);
        for (const [asks, typed] of [
          [/Name of a key/, 'PASSWORD'],
          [/Value of PASSWORD/, 'open sesame'],
          [/Another key/, ''],
        ] as const) {
          await quickInput.expect(asks);
          await quickInput.type(typed);
          await quickInput.accept();
        }
        return true;
      case 'createNamespace':
        await press(/Create Namespace /);
        return true;
      case 'deployAgain':
        await press('Retry');
        return true;
      case 'installModule':
        registry = await openRegistry(join(editor().dir, 'registry'), 'express');
        writeFileSync(join(dir, '.npmrc'), `registry=${registry.url}\naudit=false\n`);
        await press('Run npm install express');
        await until('the module', () => existsSync(join(dir, 'node_modules', 'express', 'index.js')), {
          timeout: 60_000,
        });
        return false;
      case 'logIn':
        await press('Choose Platform');
        await quickInput.choose(/^embedded/);
        used = 'embedded';
        return false;
      case 'showLogs':
        await press('Show Logs');
        await (await editor().webview('logs')).locator('.row').first().waitFor();
        return false;
      default:
        throw new Error(`no fix is expected of ${failure.name}`);
    }
  }

  const all = failures({ platform: () => fixture, door: () => door, deployed });
  it.each(
    all
      .filter((failure) => skipped(failure) === undefined)
      .map((failure): [string, Failure] => [failure.name, failure]),
  )(
    '%s',
    async (name, failure) => {
      const port = await freePort();
      const taken = failure.name === 'port-taken' ? createServer().listen(port, '127.0.0.1') : undefined;
      const namespace = failure.args?.[failure.args.indexOf('--namespace') + 1];
      const asked = failure.args?.includes('--namespace') ? namespace : undefined;
      const dir = path(name);
      writeApplication(dir, name, withPort(failure, port), asked);
      const opened = failure.opens && join(dir, failure.opens.file);
      // What a compiler says is given; that its line is opened needs the file.
      if (opened && !existsSync(opened)) {
        mkdirSync(dirname(opened), { recursive: true });
        writeFileSync(opened, '\n'.repeat(Number(failure.opens?.line) + 1));
      }
      await failure.before?.(dir);
      const before = output().length;
      const run = () => deployed(dir);
      const ended = await (failure.deploy ? failure.deploy(dir, run) : run());
      taken?.close();
      await editor().shot(name);
      for (const part of words(failure.cause)) expect(ended.fix).toContain(part);
      if (failure.evidence) {
        const { evidence } = failure;
        await until('the evidence in the output', () => evidence.test(output().slice(before)));
      }
      const { mends } = failure;
      // A fix that deploys by itself deploys what the author has mended.
      if (typeof mends === 'function' && failure.runs) mends(dir);
      const itself = await fix(failure, dir);
      if (mends === undefined) return;
      if (typeof mends === 'function' && !failure.runs) mends(dir);
      const { failed, text } = await (itself ? outcome() : deploy(name));
      expect(failed, text).toBe(false);
      if (failure.edits) expect(readFileSync(join(dir, failure.edits.file), 'utf8')).toContain(failure.edits.gives);
      if (!failure.opens || failure.cause !== 'AppExited') return;
      // What was told at the line that threw is over.
      await editor().openAt(`${name}/${failure.opens.file}`, 1);
      await until('no error', async () => (await editor().page.locator('.squiggly-error').count()) === 0);
    },
    240_000,
  );

  it.runIf(mounts)(
    'disk-full',
    async () => {
      const disk = join(editor().env['SLIPWAY_HOME'] ?? '', 'small');
      mkdirSync(disk, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
      try {
        settings({ 'slipway.platform.name': 'small' });
        await use('small');
        const dir = path('disk-full');
        writeApplication(dir, 'disk-full', { name: 'disk-full', cause: '' });
        writeFileSync(join(dir, 'large.bin'), randomBytes(40_000_000));
        const { failed, text } = await deploy('disk-full');
        expect(failed, text).toBe(true);
        for (const part of words('PlatformDiskFull')) expect(text).toContain(part);
        await editor().shot('disk-full');
        await press('Run Doctor');
        await editor().page.locator('.tab.active', { hasText: 'doctor.md' }).waitFor();
        await editor()
          .page.locator('.view-line', { hasText: /only\s\d+\sMiB\sof\sdisk/ })
          .waitFor();
        await editor().shot('disk-full-doctor');
        rmSync(join(dir, 'large.bin'));
        expect(await deploy('disk-full')).toMatchObject({ failed: false });
        await fixture.slipway('down', '--name', 'small');
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    },
    240_000,
  );
});
