/**
 * A window in a browser whose editor forwards ports by itself, as its default is: a service is reached through a port that stands for its
 * host, the ports of instances are nobody's; and names that are too long for the panel's tabs leave them their room.
 */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { count, lowest } from '../../../emulator/pods/process/free-port.ts';
import { serviceRow } from '../../support/editor/editor.ts';
import { useWorkspace } from '../../support/editor/workspace.ts';
import { request } from '../../support/ingress.ts';
import { until } from '../../support/until.ts';

const hostile = `<img src=x onerror="window.hacked=1"> $(zap) 😀 ${'long'.repeat(40)}`;

const { editor, path, run, up, platform } = useWorkspace({
  name: 'forwarded',
  settings: { 'remote.autoForwardPorts': true, 'terminal.integrated.gpuAcceleration': 'off' },
  fill: (workspace) => {
    // One whose settings cannot be read is called by its folder.
    mkdirSync(`${workspace}/${hostile}`);
    writeFileSync(`${workspace}/${hostile}/slipway.yaml`, 'name: [\n');
  },
});
const panel = () => editor().page.locator('.part.panel');

describe('forwarded ports', () => {
  it('have none of an instance, and lead to the service by a port that stands for its host', async () => {
    await up('--port', '0');
    await run('new', 'node-web', path('shop'));
    await run('deploy', path('shop'));
    expect((await request(platform().ingress, { host: 'shop.default.localhost' })).status).toBe(200);
    await editor().openContainer();
    const opened = editor().page.context().waitForEvent('page');
    await editor().act('Applications', serviceRow('shop'), 'slipway.service.openUrl');
    const page = await opened;
    await page.getByText('Hello').first().waitFor();
    await editor().shot('opened');
    const { hostname, port } = new URL(page.url());
    expect(hostname).not.toContain('shop');
    await page.close();
    await editor().run('Ports: Focus on Ports View');
    const rows = panel().locator('.monaco-list-row');
    // The editor forwards what is opened after its first look at the machine, which a busy one takes late: so something is, until it does.
    await using doors = new AsyncDisposableStack();
    const own: number[] = [];
    await until(
      'a forwarded port',
      async () => {
        const server = doors.use(createServer()).listen(0, '127.0.0.1');
        await once(server, 'listening');
        own.push((server.address() as AddressInfo).port);
        return rows.first().isVisible();
      },
      { timeout: 60_000, every: 2_000 },
    );
    await editor().shot('ports');
    const told = await rows.allInnerTexts();
    // The first column; others have numbers of processes in them.
    const ports = told.flatMap((text) => /^\D*(\d{2,5})\b/.exec(text)?.slice(1).map(Number) ?? []);
    expect(ports.length, `${told.join(' | ')}; opened at ${port}`).toBeGreaterThan(0);
    expect(ports.filter((each) => each >= lowest && each < lowest + count && !own.includes(each))).toEqual([]);
  });
});

describe('what is told under the mouse', () => {
  const hover = async (id: string, text: RegExp, shot: string) => {
    const item = editor().page.locator(`.statusbar-item[id*="${id}"]`);
    const told = editor().page.locator('.monaco-hover', { hasText: text }).first();
    await until(
      `${id}: ${text}`,
      async () => {
        await editor().page.mouse.move(700, 300);
        await item.hover({ timeout: 2_000 });
        await told.waitFor({ timeout: 3_000 });
        return true;
      },
      { timeout: 60_000 },
    );
    await editor().shot(shot);
  };

  it('by the status bar: the platform with its health and instances, the service, and how a manifest is', async () => {
    await hover('slipway.platform', /platform embedded is ready, 1 service, \d instances?\./, 'hover-platform');
    await hover('slipway.service', /shop on embedded\. Click for its revisions and traffic/, 'hover-service');
    await editor().openAt('shop/slipway.yaml', 1);
    await hover('status.languageStatus', /Slipway: in order/, 'hover-language');
  });
});

describe('a long name', () => {
  it('leaves the tabs of the panel their room, in the title of its terminal', async () => {
    await editor().run('Tasks: Run Task');
    await editor().quickInput.choose('slipway');
    await editor()
      .quickInput.entry(/run <img/)
      .click();
    await until('its terminal', async () => (await panel().locator('.xterm-rows').count()) > 0);
    await editor().page.locator('.part.panel .single-terminal-tab', { hasText: '<img' }).waitFor();
    await editor().shot('terminal');
    const tabs = panel().locator('.composite-bar .action-item:not(.icon)');
    for (const name of ['Problems', 'Output', 'Debug Console', 'Terminal', 'Ports', 'Slipway Logs'])
      await tabs.filter({ hasText: name }).first().waitFor({ timeout: 5_000 });
    expect(await editor().page.evaluate('window.hacked')).toBeUndefined();
  });
});
