/** ../source-messages.ts in Chinese. Pure leaf. */
import type { sourceEnglish } from '../source-messages.ts';

export const sourceChinese = {
  'source.count.one': '已输出一次',
  'source.count.many': '已输出 {count} 次，最近的内容：',
  'source.showInLog': '在日志中显示',
  'source.thrown.once': '{message}（在 {revision} 中抛出）',
  'source.thrown.onceOn': '{message}（在 {revision} 中抛出，{routes}）',
  'source.thrown.times': '{message}（已抛出 {count} 次，最近一次在 {revision} 中）',
  'source.thrown.timesOn': '{message}（已抛出 {count} 次，最近一次在 {revision} 中，{routes}）',
  'source.caller': '在此处调用',
} as const satisfies { [Key in keyof typeof sourceEnglish]: string };
