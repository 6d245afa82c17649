/** Words of the ways into a deploy: tasks, links, progress. Part of the catalogue in ../messages.ts. Pure leaf. */
export const entryEnglish = {
  'deploy.step': '{phase} ({seconds} s)',
  'deploy.cancelledApplying':
    'Deploying {name} was cancelled while its manifests were applied: some of them may be on {target} already.',
  'deploy.cancelledApplied':
    'Deploying {name} was cancelled after its manifests were applied: {target} goes on with the new revision by itself.',
  'deploy.otherTarget':
    'Environment {environment} goes to {wanted}, and the platform in use is {current}. Choose that platform first.',
  'deploy.protected': 'Environment {environment} is protected: type {name} to deploy there.',
  'action.choosePlatform': 'Choose Platform',
  'action.revisions': 'Show Revisions',
  'task.deploy': 'deploy {name}',
  'task.run': 'run {name}',
  'task.build': 'build {name}',
  'task.detail.deploy': 'Build it, deploy it to the platform in use, and wait for the verdict',
  'task.detail.run': 'Run it in place on the platform; a save restarts it',
  'task.detail.build': 'Build its image into the store of the platform in use',
  'task.unknownApplication': 'There is no application {application} in this workspace.',
  'task.built': 'built {image}: {files} {files:file|files}, {bytes} bytes were new',
  'task.ended': 'ended',
  'link.unknown': 'Slipway does not know this link. It opens vscode://slipway.slipway/deploy?application=NAME.',
  'link.noApplication': 'A link asks to deploy “{name}”, which is no application of this workspace.',
  'link.confirm': 'A link asks to deploy {name} to {target}.',
  'link.confirmDetail':
    'Its sources in {dir} are built and deployed. Go on only if you know where the link comes from.',
} as const;

export const entryChinese = {
  'deploy.step': '{phase}（{seconds} 秒）',
  'deploy.cancelledApplying': '{name} 的部署在应用清单时被取消：其中一部分可能已经在 {target} 上。',
  'deploy.cancelledApplied': '{name} 的部署在清单应用之后被取消：{target} 会自行继续启用新修订版本。',
  'deploy.otherTarget': '环境 {environment} 部署到 {wanted}，而当前使用的平台是 {current}。请先选择该平台。',
  'deploy.protected': '环境 {environment} 受保护：输入 {name} 以部署到该环境。',
  'action.choosePlatform': '选择平台',
  'action.revisions': '显示修订版本',
  'task.deploy': '部署 {name}',
  'task.run': '运行 {name}',
  'task.build': '构建 {name}',
  'task.detail.deploy': '构建并部署到当前平台，等待结论',
  'task.detail.run': '在平台上就地运行；保存后自动重启',
  'task.detail.build': '把镜像构建到当前平台的镜像库',
  'task.unknownApplication': '此工作区中没有应用 {application}。',
  'task.built': '已构建 {image}：{files} 个文件，其中新增 {bytes} 字节',
  'task.ended': '已结束',
  'link.unknown': 'Slipway 不认识此链接。可用的链接为 vscode://slipway.slipway/deploy?application=NAME。',
  'link.noApplication': '某个链接要求部署“{name}”，但它不是此工作区的应用。',
  'link.confirm': '某个链接要求把 {name} 部署到 {target}。',
  'link.confirmDetail': '将构建并部署 {dir} 中的源码。只有在了解链接来源时才继续。',
} as const;
