/** Words of what stands at the source lines: what statements wrote, and what was thrown. Part of ../messages.ts. Pure leaf. */
export const sourceEnglish = {
  'source.count.one': 'Written once',
  'source.count.many': 'Written {count} times; the last lines:',
  'source.showInLog': 'Show in Log',
  'source.thrown.once': '{message} (thrown in {revision})',
  'source.thrown.onceOn': '{message} (thrown in {revision}, {routes})',
  'source.thrown.times': '{message} (thrown {count} times, last in {revision})',
  'source.thrown.timesOn': '{message} (thrown {count} times, last in {revision}, {routes})',
  'source.caller': 'called here',
} as const;

export const sourceChinese = {
  'source.count.one': '已输出一次',
  'source.count.many': '已输出 {count} 次，最近的内容：',
  'source.showInLog': '在日志中显示',
  'source.thrown.once': '{message}（在 {revision} 中抛出）',
  'source.thrown.onceOn': '{message}（在 {revision} 中抛出，{routes}）',
  'source.thrown.times': '{message}（已抛出 {count} 次，最近一次在 {revision} 中）',
  'source.thrown.timesOn': '{message}（已抛出 {count} 次，最近一次在 {revision} 中，{routes}）',
  'source.caller': '在此处调用',
} as const;
