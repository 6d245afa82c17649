/** Words of the ways into a deploy: tasks, links, progress. Part of all-messages.ts; in Chinese in zh-cn/. Pure leaf. */
export const entryEnglish = {
  'deploy.step': '{phase} ({seconds} s)',
  'deploy.cancelledApplying':
    'Deploying {name} was cancelled while its manifests were applied: some of them may be on {target} already.',
  'deploy.cancelledApplied':
    'Deploying {name} was cancelled after its manifests were applied: {target} goes on with the new revision by itself.',
  'deploy.otherTarget':
    'Environment {environment} goes to {wanted}, and the platform in use is {current}. Choose that platform first.',
  'deploy.protected': 'Environment {environment} is protected: type {name} to deploy there.',
  'deploy.pickEnvironment': 'Deploy {name} to which environment?',
  'deploy.pickPlatform': 'Several platforms fit environment {environment}: deploy to which one?',
  'deploy.noEnvironments': '{name} has no environments: they are named under environments: in its slipway.yaml.',
  'deploy.byOther': 'by {deploy}',
  'deploy.isProtected': 'protected',
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
  'link.confirmEnvironment': 'A link asks to deploy {name} to {target}, with the environment {environment}.',
  'link.confirmDetail':
    'Its sources in {dir} are built and deployed. Go on only if you know where the link comes from.',
  'secret.title': 'Create Secret {name}',
  'secret.key': 'Name of a key: for a variable of the environment, its name',
  'secret.more': 'Another key; empty to create the Secret',
  'secret.value': 'Value of {key}',
  'secret.keyInvalid': 'Letters, digits, -, _ and . only',
} as const;
