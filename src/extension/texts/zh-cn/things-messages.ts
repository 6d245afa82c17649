/** ../things-messages.ts in Chinese. Pure leaf. */
import type { thingsEnglish } from '../things-messages.ts';

export const thingsChinese = {
  // Two characters alone make a tab so narrow that the editor leaves its icon away.
  'events.title': '事件与追踪',
  'urls.title': '{name} 的 URL',
  'urls.pick': '按各平台的域名方案得出；选择一项即可复制',
  'urls.here': '当前平台',
  'urls.copied': '已复制 {url}。',
  'domain.addItem': '把 {host} 添加到 {service}',
  'domain.addDetail': '平台：{target}；访问地址：{url}',
  'domain.addPick': '添加域名，或先查看各环境的 URL',
  'domain.environments': '各环境的 URL',
  'hover.line': '{label}：',
  'hover.traffic': '流量',
  'hover.instances': '实例',
  'hover.created': '创建',
  'hover.commit': '提交',
  'hover.image': '镜像',
  'hover.schedule': '计划',
  'hover.sink': '目标',
  'hover.last': '上次',
  'hover.next': '接下来',
  'hover.answer': '{status}，用时 {ms} 毫秒',
} as const satisfies { [Key in keyof typeof thingsEnglish]: string };
