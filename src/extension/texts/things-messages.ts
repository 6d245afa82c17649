/** Words of domains, ping sources and events. Part of the catalogue in ../messages.ts. Pure leaf. */
export const thingsEnglish = {
  'events.title': 'Events',
  'urls.title': 'URLs of {name}',
  'urls.pick': 'As the domain scheme of each platform makes them; choosing one copies it',
  'urls.here': 'platform in use',
  'urls.copied': '{url} copied.',
  'domain.addItem': 'Add {host} to {service}',
  'domain.addDetail': 'On {target}; reached at {url}',
  'domain.addPick': 'Add the domain, or look at the URLs of each environment first',
  'domain.environments': 'URLs in each environment',
  'tree.nextFires': 'Next: {times}',
} as const;

export const thingsChinese = {
  'events.title': '事件与轨迹',
  'urls.title': '{name} 的 URL',
  'urls.pick': '按各平台的域名方案得出；选择一项即可复制',
  'urls.here': '当前平台',
  'urls.copied': '已复制 {url}。',
  'domain.addItem': '把 {host} 添加到 {service}',
  'domain.addDetail': '位于 {target}；访问地址为 {url}',
  'domain.addPick': '添加域名，或先查看各环境的 URL',
  'domain.environments': '各环境的 URL',
  'tree.nextFires': '接下来：{times}',
} as const;
