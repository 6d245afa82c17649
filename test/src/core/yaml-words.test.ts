/** What is no YAML is said in our words and in both languages: the parser's own sentences are English and tell of its tokens. */
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/core/app/document.ts';
import { render } from '../../../src/core/messages/core.ts';

const mistakes: [string, string, string, string][] = [
  ['an open quote', 'name: "shop\n', 'the closing quote is missing', '缺少结尾的引号'],
  ['an open bracket', 'args: [a, b\nname: shop\n', 'the closing bracket is missing', '缺少结尾的括号'],
  ['an open brace at the end', '{ name: shop', 'the closing bracket is missing', '缺少结尾的括号'],
  ['a line without a colon', 'name: shop\nrun\n', 'there is no colon after the key', '键后没有冒号'],
  [
    'two keys on a line',
    'name: shop: more\n',
    'there is another key or a list on the line of a key',
    '键所在的行上还有另一个键或列表',
  ],
  ['a key twice', 'name: a\nname: b\n', 'the key is there twice', '该键重复出现'],
  ['a tab', 'run:\n\tport: 1\n', 'there is a tab in the indentation', '缩进中有制表符'],
  ['another indentation', 'run:\n  port: 1\n start: a\n', 'the indentation does not fit', '缩进不一致'],
  [
    'an at-sign',
    'image: @shop\n',
    'a value starts with a character that means something in YAML',
    '值以 YAML 中有特殊含义的字符开头',
  ],
  ['a wrong escape', 'name: "a\\q"\n', 'there is an unknown escape in double quotes', '双引号中有未知的转义'],
  ['a key over lines', 'a\n  b: c\n', 'a key goes over several lines', '键跨越了多行'],
  ['two anchors', 'name: &a &b shop\n', 'a value has two anchors', '一个值有两个锚点'],
  ['a comment without a space', 'args: [a]# more\n', 'a space is missing', '缺少空格'],
  ['items without a comma', 'args: ["a" "b"]\n', 'a comma is missing', '缺少逗号'],
  ['a bracket too many', 'args: [a]]\n', 'there is something that does not belong here', '此处有不应出现的内容'],
  ['a tag of nobody', 'name: !nobody shop\n', 'the tag is unknown, or does not fit the value', '标签未知，或与值不符'],
];

describe('a file that is no YAML', () => {
  it.each(mistakes)('by %s', (_, text, english, chinese) => {
    const [problem] = parseYaml('slipway.yaml', text).problems;
    if (!problem) throw new Error('it is YAML');
    expect(render('en', 'problem.YamlSyntax', problem.args)).toBe(`This is not valid YAML: ${english}`);
    expect(render('zh-cn', 'problem.YamlSyntax', problem.args)).toBe(`不是有效的 YAML：${chinese}`);
    // What to do is in the same language: of English there is YAML's own name alone.
    expect(render('zh-cn', 'fix.YamlSyntax', problem.args).replace('YAML', '')).not.toMatch(/[a-z]{2,}/i);
  });
});
