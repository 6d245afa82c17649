/** package.json, the catalogues and the typed table of ids say the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { count, lowest } from '../../../emulator/pods/process/free-port.ts';
import { extensionMessages } from '../../../src/extension/catalogues.ts';
import { commandIds, contextKeys, settingDefaults, viewIds } from '../../../src/extension/contributions.ts';
import { pageMessages } from '../../../webview/messages.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  contributes: {
    commands: { command: string; title: string; icon?: string }[];
    menus: Record<string, { command: string; when?: string; group?: string }[]>;
    keybindings: { command: string; when?: string; group?: string }[];
    views: Record<string, { id: string; icon?: string }[]>;
    viewsWelcome: { view: string; when?: string; contents: string }[];
    configuration: { properties: Record<string, { default: unknown }> };
    configurationDefaults: { 'remote.portsAttributes': Record<string, { onAutoForward: string }> };
  };
};
const { contributes } = manifest;

function sources(folder: string): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('messages.ts'))
    .map((path) => read(join(folder, path)))
    .join('\n');
}

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe('the manifest and the code', () => {
  it('name the same commands', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual([...commandIds].sort());
  });

  it('name the same settings with the same defaults', () => {
    const settings = Object.entries(contributes.configuration.properties);
    expect(Object.fromEntries(settings.map(([name, { default: value }]) => [name, value]))).toEqual(
      Object.fromEntries(Object.entries(settingDefaults).map(([name, value]) => [`slipway.${name}`, value])),
    );
  });

  it('name the same views', () => {
    const views = Object.values(contributes.views).flatMap((list) => list.map(({ id }) => id));
    expect(views.sort()).toEqual([viewIds.platform, viewIds.applications, viewIds.traffic, viewIds.logs].sort());
  });

  it('give each view an icon, for where there is no room for its name', () => {
    const bare = Object.values(contributes.views).flatMap((views) =>
      views.filter(({ icon = '' }) => !icon.startsWith('$(')),
    );
    expect(bare).toEqual([]);
  });

  it('keep an editor in a browser from forwarding the ports of instances', () => {
    const ports = contributes.configurationDefaults['remote.portsAttributes'];
    expect(ports[`${lowest}-${lowest + count - 1}`]?.onAutoForward).toBe('ignore');
  });

  it('use only context keys that are set', () => {
    const clauses = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.viewsWelcome,
    ].flatMap(({ when }) => (when ? [when] : []));
    const used = new Set(clauses.flatMap((when) => when.match(/\bslipway\.\w+(?!\w*')/g) ?? []));
    const known = new Set<string>([...Object.values(contextKeys), ...Object.values(viewIds)]);
    expect([...used].filter((key) => !known.has(key))).toEqual([]);
  });

  it('write titles of commands as the editor writes its own: each word with a capital but short prepositions, then "..."', () => {
    const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const titles = contributes.commands.map(({ title }) => texts[title.slice(1, -1)] ?? title);
    const small = /^(a|an|the|and|or|as|at|by|for|from|in|of|on|to|with|&)$/;
    const wrong = titles.filter((title) =>
      title.split(' ').some((word, at) => /^[a-z]/.test(word) && !(at > 0 && small.test(word))),
    );
    expect(wrong).toEqual([]);
    const chinese = JSON.parse(read('package.nls.zh-cn.json')) as Record<string, string>;
    const ours = contributes.commands.map(({ title }) => chinese[title.slice(1, -1)] ?? title);
    expect([...titles, ...ours].filter((title) => title.includes('…'))).toEqual([]);
  });

  it('show no command in the palette that cannot work there', () => {
    const guarded = new Set(contributes.menus['commandPalette']?.map(({ command }) => command));
    const always = commandIds.filter((id) => !guarded.has(id));
    expect(always.sort()).toEqual(
      [
        'slipway.application.new',
        'slipway.doctor',
        'slipway.platform.copyKubeconfig',
        'slipway.platform.refresh',
        'slipway.platform.use',
        'slipway.showOutput',
        'slipway.walkthrough',
      ].sort(),
    );
  });

  it('offer running and deploying in a trusted workspace only', () => {
    const starting = /^slipway\.application\.(deploy|deployTo|run|debug)$/;
    const entries = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    const open = entries.filter(
      ({ command, when = '' }) =>
        starting.test(command) && !/!slipway\.restricted|-(deployable|environments|runnable|debuggable)/.test(when),
    );
    expect(open).toEqual([]);
  });

  it("ask our own key for that: the editor's comes seconds later than its views", () => {
    expect(JSON.stringify(contributes)).not.toContain('isWorkspaceTrusted');
  });
});

describe('each place of each command', () => {
  const places = [
    ...Object.entries(contributes.menus).flatMap(([menu, entries]) => entries.map((entry) => ({ menu, ...entry }))),
    ...contributes.keybindings.map((entry) => ({ menu: 'keybinding', ...entry })),
  ].filter(({ command, when }) => command?.startsWith('slipway.') && when !== 'false');
  const at = ({ menu, command, when = '' }: (typeof places)[number]) => `${menu}: ${command}: ${when}`;

  /** A platform that is only looked at must not be changed from anywhere. */
  const changing =
    /^slipway\.(application\.(deploy|run|debug)|service\.(delete|select)|traffic\.(rollback|sendAll)|revision\.(tag|delete|retire|pin)|domain\.(add|remove)|ping\.fire)$/;
  it('that changes a platform is hidden where the platform is read only', () => {
    const open = places.filter(
      ({ command, when = '' }) =>
        changing.test(command) && !/slipway\.writable|-(writable|deployable|runnable|debuggable|sendable)\b/.test(when),
    );
    expect(open.map(at)).toEqual([]);
  });

  /** Starts, stops and resets are of an embedded platform; what reads or changes objects needs one that answers. */
  const asking = /^slipway\.(service|traffic|revision|ping|event|logs|domain\.(add|remove))\b/;
  it('that asks a platform is in the palette only while one answers', () => {
    const open = places.filter(
      ({ menu, command, when = '' }) =>
        menu === 'commandPalette' && asking.test(command) && !when.includes("slipway.platformState == 'ready'"),
    );
    expect(open.map(at)).toEqual([]);
  });

  /** One that could only say that there is nothing it could be done to. */
  const needs: [RegExp, RegExp][] = [
    [/^slipway\.(service|revision)\.|^slipway\.(domain\.add|traffic\.sendAll)$/, /\bslipway\.deployed\b/],
    [/^slipway\.ping\./, /\bslipway\.hasPings\b/],
    [/^slipway\.domain\.remove$/, /\bslipway\.hasDomains\b/],
    [/^slipway\.traffic\.rollback$/, /\bslipway\.canRollBack\b/],
    [/^slipway\.application\.deployTo$/, /\bslipway\.hasEnvironments\b/],
    [/^slipway\.application\.stop$/, /\bslipway\.running\b/],
  ];
  it('that is done to something is in the palette only while there is such a thing', () => {
    const palette = places.filter(({ menu }) => menu === 'commandPalette');
    const open = needs.flatMap(([commands, key]) =>
      palette.filter(({ command, when = '' }) => commands.test(command) && !key.test(when)),
    );
    expect(open.map(at)).toEqual([]);
    // Each rule is about something.
    expect(needs.filter(([commands]) => !palette.some(({ command }) => commands.test(command)))).toEqual([]);
  });

  it('on a tree is for a view and a kind of row', () => {
    const rows = places.filter(({ menu }) => menu === 'view/item/context');
    expect(rows.filter(({ when = '' }) => !/view == slipway\.\w+ && viewItem =~/.test(when)).map(at)).toEqual([]);
    const titles = places.filter(({ menu }) => menu === 'view/title');
    expect(titles.filter(({ when = '' }) => !/^view == slipway\.\w+/.test(when)).map(at)).toEqual([]);
  });

  it('has an icon where it is a button', () => {
    const icons = new Map(contributes.commands.map(({ command, icon }) => [command, icon]));
    const buttons = places.filter(({ group = '' }) => /^(inline|navigation)/.test(group));
    expect(buttons.filter(({ command }) => !icons.get(command)).map(at)).toEqual([]);
  });
});

describe('the catalogues', () => {
  it('of the manifest have the same keys and name files that are there', () => {
    const en = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const zh = JSON.parse(read('package.nls.zh-cn.json')) as Record<string, string>;
    expect(Object.keys(zh)).toEqual(Object.keys(en));
    for (const text of [...Object.values(en), ...Object.values(zh)]) {
      if (text.startsWith('media/')) expect(read(text).length).toBeGreaterThan(0);
    }
  });

  it.each([
    ['extension', extensionMessages, 'src/extension'],
    ['pages', pageMessages, 'webview'],
  ] as const)(
    'of the %s have the same placeholders in both languages, and every key is used',
    (_name, area, folder) => {
      const code = sources(folder);
      const zh: Record<string, string> = area['zh-cn'];
      for (const [key, text] of Object.entries(area.en)) {
        expect([key, placeholders(zh[key] ?? '')]).toEqual([key, placeholders(text)]);
      }
      const unused = Object.keys(area.en).filter((key) => {
        const stem = key.slice(0, key.lastIndexOf('.') + 1);
        // Keys are made of a stem and a closed word, too: `state.${row.state}`.
        return !code.includes(`'${key}'`) && !(stem !== '' && code.includes(`\`${stem}\${`));
      });
      expect(unused).toEqual([]);
    },
  );
});
