/** The platform that the settings name: one that can be none is told with what there is, and keeps nothing from working. */
import { describe, expect, it } from 'vitest';
import { words } from '../../../src/extension/catalogues.ts';
import { ownPlatform, wrongNameText } from '../../../src/extension/platform/own-platform.ts';

it.each(['default', 'shop', 'Team_1.test'])('%s is a name', (name) => {
  expect(ownPlatform(name)).toMatchObject({ name, target: { type: 'platform', name } });
  expect(ownPlatform(name).wrong).toBeUndefined();
});

describe.each(['my shop', '../../etc', '', 'x'.repeat(64), {}, ['shop', 'b']])('%j', (value) => {
  it('is none: the default platform is taken, and it is told with what is a name and what there is', () => {
    const { name, target, wrong } = ownPlatform(value);
    expect({ name, target }).toMatchObject({ name: 'default', target: { type: 'platform', name: 'default' } });
    if (!wrong) throw new Error('it was taken');
    const known = [{ label: 'embedded' }, { label: 'prod' }];
    expect(wrongNameText(words('en'), wrong, known)).toBe(
      `"${String(value)}" cannot be the name of a platform. Use letters, digits, "-", "_" and "."; at most 63; the first a letter or digit. The setting slipway.platform.name has no effect; known platforms: embedded, prod.`,
    );
    expect(wrongNameText(words('zh-cn'), wrong, known)).toMatch(
      /设置 slipway\.platform\.name 未生效；已有平台：embedded、prod。$/,
    );
  });
});

it('what stands there is no link', () => {
  const { wrong } = ownPlatform('[x](command:workbench.action.quit)');
  if (!wrong) throw new Error('it was taken');
  expect(wrongNameText(words('en'), wrong, [])).not.toContain('](command:');
});
