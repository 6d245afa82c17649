/** Words of what stands at the source lines: what statements wrote, and what was thrown. Part of all-messages.ts; in Chinese in zh-cn/. Pure leaf. */
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
