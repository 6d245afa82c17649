/**
 * Parts of sentences that the core gives as arguments: what a field should be, what it is, what there is of a kind. The English phrase is
 * its own key; `{name}` in it stands for what is in it. Pure leaf.
 */
import type { MessageArgs } from '../codes.ts';
import type { Locale } from './render.ts';

const chinese = {
  'none so far': '无',
  ' by {owner}': '（{owner}）',
  // what a value is
  missing: '缺失',
  empty: '空值',
  'an empty list': '空列表',
  'a list': '列表',
  'an object': '对象',
  'the number {value}': '数字 {value}',
  'the boolean {value}': '布尔值 {value}',
  'the bigint {value}': '数字 {value}',
  'the document': '文档',
  // what stands where a file would be written
  'a link that leads nowhere': '是指向不存在之处的链接',
  'a file, not a folder': '是文件而不是文件夹',
  'there already': '已存在',
  // what one should be
  'a text': '文本',
  'true or false': 'true 或 false',
  'a path': '路径',
  'a name': '名称',
  'one of {names}': '以下之一：{names}',
  'the name of a kube context': 'kube 上下文的名称',
  'the name of an embedded platform': '内嵌平台的名称',
  'the name of a namespace': '命名空间的名称',
  'a registry such as {example}': '镜像仓库，例如 {example}',
  'a host name such as {example}': '主机名，例如 {example}',
  'a repository such as {example}': '镜像库，例如 {example}',
  'the repository {image} that slipway.yaml builds': 'slipway.yaml 所构建的镜像库 {image}',
  'an image reference': '镜像引用',
  'a directory or file inside the application': '应用内的目录或文件',
  'a shell command': 'shell 命令',
  'a command, as text or as a list of words': '命令（文本或单词列表）',
  'a port between {from} and {to}': '{from} 到 {to} 之间的端口',
  'a whole number between {from} and {to}': '{from} 到 {to} 之间的整数',
  'a whole number of milliseconds': '整数毫秒',
  'a name of lower-case letters, digits and "-", starting with a letter': '由小写字母、数字和“-”组成并以字母开头的名称',
  'an object of texts': '由文本组成的对象',
  'an object with the fields to change': '含有要更改的字段的对象',
  'an object with one entry per environment': '每个环境各有一项的对象',
  'an object with {first} and {second}': '含有 {first} 和 {second} 的对象',
  'a Kubernetes object': 'Kubernetes 对象',
  'an API version such as {example}': 'API 版本，例如 {example}',
  'a kind such as {example}': '类型，例如 {example}',
  'a list with one container and its image': '含有一个容器及其镜像的列表',
  // YAML
  'a template is no YAML until it is rendered': '模板在渲染之前不是 YAML',
  'what helm template, or the like, makes of it': 'helm template 等工具渲染后的结果',
  'valid YAML 1.2': '有效的 YAML 1.2',
  'an alias without a tag or anchor of its own': '自身不带标签或锚点的别名',
  'an alias of an anchor that stands before it': '引用前面已有锚点的别名',
  'a directive that YAML knows': 'YAML 支持的指令',
  'an escape that YAML knows, or single quotes': 'YAML 支持的转义，或单引号',
  'an indentation that is the same for all keys of one object, and deeper than that of their parent':
    '同一对象的所有键缩进一致，且比上级更深',
  'tag and anchor before the value': '标签和锚点位于值之前',
  'quotes around a value that starts with this character': '以此字符开头的值要加引号',
  'one key and one value on a line, or quotes around a value with ": " in it':
    '每行一个键和一个值；值中含有“: ”时要加引号',
  'the same style inside of brackets': '括号内使用同一种写法',
  'each key once': '每个键只出现一次',
  'a shorter key': '更短的键',
  'the closing quote, bracket, or the colon after the key': '结尾的引号、括号，或键后的冒号',
  'a key on one line followed by ": "': '键在一行之内，其后为“: ”',
  'spaces instead of the tab': '用空格代替制表符',
  'a tag that YAML knows': 'YAML 支持的标签',
  'the end of the line, or quotes around the whole value': '行到此结束，或整个值加引号',
  // what is wrong with it
  'an alias has a tag or anchor of its own': '别名自身带有标签或锚点',
  'an anchor or alias has no proper name': '锚点或别名没有有效的名称',
  'a name after & or *, without a colon at its end': '“&”或“*”之后的名称，且不以冒号结尾',
  'the tag is for another kind of value': '该标签用于另一种值',
  'a tag that fits the value': '与值相符的标签',
  'there is an unknown directive': '指令未知',
  'there is an unknown escape in double quotes': '双引号中有未知的转义',
  'the indentation does not fit': '缩进不一致',
  'a tag or anchor stands in the wrong place': '标签或锚点的位置不对',
  'a value starts with a character that means something in YAML': '值以 YAML 中有特殊含义的字符开头',
  'there is another key or a list on the line of a key': '键所在的行上还有另一个键或列表',
  'a block stands inside of brackets': '括号内出现了块写法',
  'the key is there twice': '该键重复出现',
  'it cannot be read': '无法读取',
  'the key is too long': '该键过长',
  'a character is missing': '缺少字符',
  'a key goes over several lines': '键跨越了多行',
  'a value has two anchors': '一个值有两个锚点',
  'one anchor': '一个锚点',
  'there are several documents': '其中有多个文档',
  'one document': '一个文档',
  'a value has two tags': '一个值有两个标签',
  'one tag': '一个标签',
  'a key is no text': '键不是文本',
  'it is nested too deeply': '嵌套过深',
  'fewer levels': '更少的层级',
  'there is a tab in the indentation': '缩进中有制表符',
  'the tag is unknown, or does not fit the value': '标签未知，或与值不符',
  'there is something that does not belong here': '此处有不应出现的内容',
  'the closing quote is missing': '缺少结尾的引号',
  'the same quote at the end of the value': '值的末尾使用相同的引号',
  'the closing bracket is missing': '缺少结尾的括号',
  'the closing bracket, indented deeper than the key': '结尾的括号，且缩进比键更深',
  'there is no colon after the key': '键后没有冒号',
  'a comma is missing': '缺少逗号',
  'a comma between what is in brackets': '括号内各项之间的逗号',
  'a space is missing': '缺少空格',
  'a space before this': '其前有一个空格',
  'there is no anchor &{name}': '没有锚点 &{name}',
  'an alias stands in what it names': '别名位于它所引用的内容之中',
  'a value that ends': '不含自身的值',
  'the aliases make too much of it': '别名展开后过大',
  'few aliases of small values': '少量引用小值的别名',
  'it names no cluster to use': '其中没有指明要用的集群',
} as const satisfies Readonly<Record<string, string>>;

type Filled<Text extends string> = Text extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Text;

/** One that has its translation. */
export type Phrase = Filled<keyof typeof chinese>;

/** Arguments that a phrase may be in; others are what they are: names, numbers. */
const phrased = new Set(['expected', 'got', 'known', 'detail', 'path', 'by']);
/** Among these a single word is no phrase: a field may be called `missing`, an environment `none`, and an application may write it. */
const ownWords = new Set(['detail', 'path', 'known']);

const templates = Object.entries(chinese)
  .filter(([english]) => english.includes('{'))
  .map(([english, text]) => {
    const pattern = english.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>.+)');
    return { pattern: new RegExp(`^${pattern}$`, 's'), text };
  });

export function phraseIn(locale: Locale, english: string): string {
  if (locale === 'en') return english;
  if (Object.hasOwn(chinese, english)) return chinese[english as keyof typeof chinese];
  for (const { pattern, text } of templates) {
    const parts = pattern.exec(english)?.groups;
    if (parts) return text.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '');
  }
  return english;
}

const isPhrase = (name: string, value: string): boolean =>
  phrased.has(name) && (value.includes(' ') || !ownWords.has(name));

export function withPhrases(locale: Locale, args: MessageArgs): MessageArgs {
  if (locale === 'en') return args;
  const said = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === 'string' && isPhrase(name, value) ? phraseIn(locale, value) : value,
  ]);
  return Object.fromEntries(said) as MessageArgs;
}
