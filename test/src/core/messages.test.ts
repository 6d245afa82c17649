import { describe, expect, it } from 'vitest';
import { causeCodes, faultCodes } from '../../../src/core/codes.ts';
import { Fault, isFault } from '../../../src/core/faults.ts';
import { cliMessages } from '../../../src/core/messages/cli.ts';
import { coreMessages, render, renderProblem } from '../../../src/core/messages/core.ts';
import { doctorMessages } from '../../../src/core/messages/doctor.ts';
import { phraseIn } from '../../../src/core/messages/phrases.ts';
import { defineArea, localeOf, type MessageArea, renderIn } from '../../../src/core/messages/render.ts';

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)[:}]/g)].map(([, name = '']) => name).sort();

describe.each([
  ['core', coreMessages as MessageArea<string>],
  ['cli', cliMessages as MessageArea<string>],
  ['doctor', doctorMessages as MessageArea<string>],
])('the %s catalogue', (_, area) => {
  it('has the same keys and, in each, the same placeholders in both languages', () => {
    expect(Object.keys(area['zh-cn']).sort()).toEqual(Object.keys(area.en).sort());
    for (const [key, text] of Object.entries(area.en)) {
      expect([key, [...new Set(placeholders(area['zh-cn'][key] ?? ''))]]).toEqual([
        key,
        [...new Set(placeholders(text))],
      ]);
    }
  });

  it('is translated: a Chinese text with words in it has Chinese in it', () => {
    const bare = (text: string) => text.replace(/\{\w+\}/g, '').trim();
    const left = Object.entries(area['zh-cn']).filter(
      ([, text]) => bare(text) !== '' && !/[\u4e00-\u9fff]/.test(text) && /[a-z]{3}/i.test(bare(text)),
    );
    expect(left.map(([key]) => key)).toEqual([]);
  });
});

it('says of what others wrote its words, not what commands a terminal', () => {
  const area = defineArea({ told: 'It is {name}.' }, { told: '是 {name}。' });
  expect(renderIn(area, 'en', 'told', { name: 'a\u001b[31m\u001b]0;b\u0007\r\u0008c\n\td' })).toBe('It is ac\n\td.');
});

describe('a word that goes with a number', () => {
  const area = defineArea({ left: '{count} {count:line|lines} {count:is|are} left' }, { left: '剩余 {count} 行' });

  it.each([
    [0, '0 lines are left'],
    [1, '1 line is left'],
    [2, '2 lines are left'],
  ])('%i', (count, expected) => {
    expect(renderIn(area, 'en', 'left', { count })).toBe(expected);
    expect(renderIn(area, 'zh-cn', 'left', { count })).toBe(`剩余 ${count} 行`);
  });
});

describe('problems', () => {
  it('have a sentence and a fix for each code', () => {
    for (const code of [...faultCodes, ...causeCodes]) {
      const { text, fix } = renderProblem('en', { code, args: {} });
      expect(text, code).not.toBe('');
      expect(fix, code).not.toBe('');
    }
  });

  it('are rendered with their arguments, and leave what is not given visible', () => {
    expect(render('en', 'problem.PortTaken', { port: 8080, by: ' by nginx (pid 3)' })).toBe(
      'Port 8080 is taken by nginx (pid 3).',
    );
    expect(render('zh-cn', 'problem.SplitSum', { sum: 90 })).toBe('百分比之和为 90，必须为 100。');
    expect(render('en', 'problem.SplitSum')).toContain('{sum}');
  });

  it('have what a field should be, and what it is, in the language of the sentence', () => {
    const said = (args: Record<string, string>) => renderProblem('zh-cn', { code: 'BadField', args });
    expect(said({ path: 'run.port', got: 'the number 0', expected: 'a port between 1 and 65535' })).toEqual({
      text: 'run.port 为 数字 0，应为 1 到 65535 之间的端口。',
      fix: '请把 run.port 改为 1 到 65535 之间的端口。',
    });
    expect(render('zh-cn', 'fix.UnknownField', {})).toBe('请删除它，或修正拼写。');
    expect(render('zh-cn', 'problem.UnknownField', { path: 'runn', expected: 'one of name, run' })).toBe(
      '此处没有字段 runn，应为 以下之一：name, run。',
    );
    // A name is what it is.
    expect(render('zh-cn', 'problem.ServiceNotFound', { service: 'none', namespace: 'a list' })).toMatch(
      /none.*a list|a list.*none/,
    );
    expect(render('zh-cn', 'problem.UnknownField', { path: 'missing', expected: 'name' })).toBe(
      '此处没有字段 missing，应为 name。',
    );
    // The only environment there is may be called so; that there is none is another phrase.
    expect(render('zh-cn', 'fix.EnvironmentUnknown', { known: 'none' })).toBe('已有：none。');
    expect(render('zh-cn', 'fix.EnvironmentUnknown', { known: 'none so far' })).toBe('已有：无。');
    expect(phraseIn('en', 'a list')).toBe('a list');
  });

  it('are told apart from bugs', () => {
    const fault = new Fault('Cancelled');
    expect(isFault(fault)).toBe(true);
    expect(isFault(fault, 'Usage')).toBe(false);
    expect(isFault(new Error('x'))).toBe(false);
    expect(fault.message).toBe('Cancelled.');
  });
});

describe('localeOf', () => {
  it.each([
    ['zh-CN', 'zh-cn'],
    ['zh_CN.UTF-8', 'zh-cn'],
    ['zh', 'zh-cn'],
    ['zh-Hans', 'zh-cn'],
    ['zh-TW', 'en'],
    ['en_US.UTF-8', 'en'],
    ['C', 'en'],
    [undefined, 'en'],
  ])('%s → %s', (tag, locale) => {
    expect(localeOf(tag)).toBe(locale);
  });
});
